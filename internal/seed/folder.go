package seed

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tributary/internal/news"
)

// Bounds of a folder.
const (
	maxFiles = 50_000
	maxDepth = 32 // levels below the fixed folder, for **
)

// candidate is a regular file that the glob matches.
type candidate struct {
	path string // relative to the folder, with slashes
	size int64
	mod  time.Time // in whole milliseconds, as the database stores it
}

// folder lists and reads files below a directory. It uses os.Root, so no symbolic link leads out of
// it.
type folder struct {
	root    *os.Root
	found   []candidate
	skipped []Skip
	lost    []string // folders and files that could not be read
	visited int
}

// splitGlob splits a glob into the folder without wildcards and the pattern below it. A glob that
// is a folder means every file in it.
func splitGlob(glob string) (dir string, pattern []string) {
	parts := strings.Split(filepath.ToSlash(filepath.Clean(glob)), "/")
	fixed := 0
	for fixed < len(parts)-1 && !strings.ContainsAny(parts[fixed], `*?[\`) {
		fixed++
	}
	if info, err := os.Stat(glob); err == nil && info.IsDir() {
		return glob, []string{"*"}
	}
	dir = strings.Join(parts[:fixed], "/")
	switch {
	case dir == "" && strings.HasPrefix(filepath.ToSlash(glob), "/"):
		dir = "/"
	case dir == "":
		dir = "."
	}
	return filepath.FromSlash(dir), parts[fixed:]
}

// openFolder opens the fixed folder of a glob. A failure says what the operator should check.
func openFolder(dir string, pattern []string) (*folder, error) {
	for _, part := range pattern {
		if _, err := path.Match(part, ""); err != nil {
			return nil, news.Failf(news.OutcomeMalformed, "the pattern %q of the seed folder is not closed; write [abc], or \\[ for the character", part)
		}
	}
	root, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, news.Failf(news.OutcomeRefused, "the seed folder %s is missing; nothing was withdrawn", dir)
	case err != nil:
		return nil, news.Failf(news.OutcomeRefused, "the seed folder %s cannot be read (%w); nothing was withdrawn", dir, news.Cause(err))
	}
	return &folder{root: root}, nil
}

// list finds the files that match the pattern, sorted by path.
func (f *folder) list(ctx context.Context, pattern []string) error {
	if err := f.walk(ctx, ".", pattern); err != nil {
		return err
	}
	slices.SortFunc(f.found, func(a, b candidate) int { return strings.Compare(a.path, b.path) })
	f.found = slices.CompactFunc(f.found, func(a, b candidate) bool { return a.path == b.path })
	return nil
}

// walk matches the first element of the pattern in dir, and the others below.
func (f *folder) walk(ctx context.Context, dir string, pattern []string) error {
	if err := ctx.Err(); err != nil {
		return news.Failf(news.OutcomeInterrupted, "stopped while listing the seed folder: %w", err)
	}
	if pattern[0] == "**" && len(pattern) > 1 {
		if err := f.walk(ctx, dir, pattern[1:]); err != nil {
			return err
		}
	}
	entries, err := f.readDir(dir)
	if err != nil {
		if dir == "." {
			return news.Failf(news.OutcomeRefused, "the seed folder cannot be listed (%w); nothing was withdrawn", news.Cause(err))
		}
		f.lose(dir, err)
		return nil
	}
	for _, entry := range entries {
		if f.visited++; f.visited > maxFiles {
			return news.Failf(news.OutcomeTooLarge, "more than %d files in the seed folder; use a narrower glob", maxFiles)
		}
		if err := f.visit(ctx, dir, entry, pattern); err != nil {
			return err
		}
	}
	return nil
}

// visit adds a file that the whole pattern matches, or descends into a folder.
func (f *folder) visit(ctx context.Context, dir string, entry fs.DirEntry, pattern []string) error {
	name := path.Join(dir, entry.Name())
	deep := pattern[0] == "**"
	last := len(pattern) == 1
	matched, _ := path.Match(pattern[0], entry.Name())
	switch {
	case ignored(entry.Name()):
	case entry.IsDir() && deep:
		if strings.Count(name, "/") < maxDepth {
			return f.walk(ctx, name, pattern)
		}
	case entry.IsDir() && matched && !last:
		return f.walk(ctx, name, pattern[1:])
	case !entry.IsDir() && last && matched:
		f.take(name)
	}
	return nil
}

// ignored reports whether a file name is not that of a seed: hidden, a backup, a partial download,
// or a description of the folder.
func ignored(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(lower, ".part") ||
		strings.HasSuffix(lower, ".tmp") || strings.HasPrefix(lower, "readme")
}

// take adds a regular file, or a link to one inside the folder. Pipes, sockets and devices are
// never opened.
func (f *folder) take(name string) {
	info, err := f.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // removed since it was listed, or a dangling link
	case err != nil:
		f.lose(name, err)
	case info.Mode().IsRegular():
		f.found = append(f.found, candidate{path: name, size: info.Size(), mod: stamp(info)})
	case !info.IsDir():
		f.skipped = append(f.skipped, Skip{Path: name, Reason: "no regular file (" + info.Mode().Type().String() + "); pipes and devices are not read"})
	}
}

func (f *folder) lose(name string, err error) {
	reason := news.Cause(err).Error()
	if info, err := f.root.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		reason = "a symbolic link must lead to a file of the same folder (" + reason + ")"
	}
	f.lost = append(f.lost, name)
	f.skipped = append(f.skipped, Skip{Path: name, Reason: "cannot be read: " + reason})
}

func (f *folder) readDir(dir string) ([]fs.DirEntry, error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ReadDir(-1)
}

// errMoving means that a file changed while it was being read.
var errMoving = errors.New("still being written")

// read returns the bytes of a file, provided that it is unchanged since it was listed. It opens the
// file without blocking, because a pipe may have taken its place.
func (f *folder) read(c candidate) ([]byte, error) {
	file, err := f.root.OpenFile(c.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := c.still(file); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != c.size {
		return nil, errMoving
	}
	return data, c.still(file)
}

// still returns errMoving unless an open file is the one that was listed, unchanged.
func (c candidate) still(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != c.size || !stamp(info).Equal(c.mod) {
		return errMoving
	}
	return nil
}

// stamp returns the modification time of a file as it is stored and compared.
func stamp(info fs.FileInfo) time.Time { return info.ModTime().UTC().Truncate(time.Millisecond) }
