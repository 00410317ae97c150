package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Lock is the exclusive claim of a process to a database. The kernel releases it
// when the process ends, in whatever way. The lock file beside the database says
// who holds it.
type Lock struct {
	flock *flock.Flock
	path  string
}

// HeldError says that another process holds the database.
type HeldError struct {
	Path   string // of the lock file
	Holder string // how the holder describes itself; may be empty
}

func (e *HeldError) Error() string {
	who := cmp.Or(e.Holder, "another process")
	return fmt.Sprintf("the database is in use by %s (lock file %s): one process ingests per database", who, e.Path)
}

// Acquire claims the database at path for the calling process. what describes the
// process, such as "tributary serve". The error is a *HeldError if another
// process holds the database.
func Acquire(path, what string, now time.Time) (*Lock, error) {
	name := path + ".lock"
	l := flock.New(name)
	ok, err := l.TryLock()
	for tries := 1; !ok && err == nil && tries < 5; tries++ { // Held has it for a moment
		time.Sleep(10 * time.Millisecond)
		ok, err = l.TryLock()
	}
	if err != nil {
		return nil, fmt.Errorf("lock file %s: %w; make the folder writable or set data: to another one", name, err)
	}
	if !ok {
		holder, _ := os.ReadFile(name)
		return nil, &HeldError{Path: name, Holder: strings.TrimSpace(string(holder))}
	}
	line := fmt.Sprintf("%s, process %d, since %s\n", what, os.Getpid(), now.UTC().Format(time.RFC3339))
	if err := os.WriteFile(name, []byte(line), 0o644); err != nil {
		l.Unlock()
		return nil, fmt.Errorf("lock file %s: %w", name, err)
	}
	return &Lock{flock: l, path: name}, nil
}

// Held reports whether a process holds the database at path. If that cannot be found out,
// it reports true.
func Held(path string) bool {
	l := flock.New(path + ".lock")
	free, _ := l.TryRLock()
	if free {
		l.Unlock()
	}
	return !free
}

// Release gives up the claim. The lock file stays, because removing it would race
// with the next process.
func (l *Lock) Release() error {
	if err := os.Truncate(l.path, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return l.flock.Unlock()
}
