package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"tributary/internal/config"
)

// edit rewrites the configuration file atomically and returns the new
// configuration. It refuses an edit that makes the configuration invalid. If the
// file changes in the meantime, change is applied again to the new contents, so that
// the other change is not lost.
func (a *app) edit(change func([]byte) ([]byte, error)) (*config.Config, error) {
	path, err := filepath.EvalSymlinks(a.config)
	if err != nil {
		return nil, err
	}
	for {
		cfg, err := a.editOnce(path, change)
		if !errors.Is(err, errRewritten) {
			return cfg, err
		}
	}
}

// errRewritten means that a file has changed since it was read.
var errRewritten = errors.New("the file was changed by somebody else meanwhile")

func (a *app) editOnce(path string, change func([]byte) ([]byte, error)) (*config.Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	before, _, err := config.Parse(a.config, data, os.LookupEnv)
	if err != nil {
		return nil, a.problems(err)
	}
	edited, err := change(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.config, err)
	}
	cfg, _, err := config.Parse(a.config, edited, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("%s is left as it was; with the addition: %w", a.config, err)
	}
	if was, is := renamed(before, cfg); was != "" {
		return nil, fmt.Errorf("%s is left as it was: the source %s, whose name is derived from its address, would be called %s; choose another name, or give it a name: of its own",
			a.config, was, is)
	}
	return cfg, replace(path, data, edited, info)
}

// renamed returns the old and the new name of a source that an edit would rename,
// or "" if there is none. A source is known by its name: a renamed one would lose its
// pages, and feeds that select it by name would no longer find it.
func renamed(before, after *config.Config) (was, is string) {
	for _, s := range before.Sources {
		i := slices.IndexFunc(after.Sources, func(t config.Source) bool { return t.Kind == s.Kind && t.URL == s.URL })
		if i >= 0 && after.Sources[i].Name != s.Name {
			return s.Name, after.Sources[i].Name
		}
	}
	return "", ""
}

// replace atomically replaces the contents of a file: it writes and syncs a new file
// beside it, then renames that one. If the contents are no longer those in before, it
// changes nothing and returns errRewritten. The new file has the mode and, where we may give
// it away, the owner of the old one, so that a daemon that runs as another user can read it.
func replace(path string, before, after []byte, info os.FileInfo) error {
	f, release, err := claim(path, info.Mode().Perm())
	if err != nil {
		return fmt.Errorf("%w; make the folder writable, or add the lines by hand", err)
	}
	defer release()
	keepOwner(f, info)
	err = f.Chmod(info.Mode().Perm()) // the umask may have taken something off
	now, unread := os.ReadFile(path)
	err = errors.Join(err, unread)
	if err == nil && !bytes.Equal(now, before) {
		err = errRewritten
	}
	if err == nil {
		_, err = f.Write(after)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// claim creates the new file of an edit, and waits while another edit has one, until that
// one calls release. What a killed process left is removed.
func claim(path string, mode os.FileMode) (f *os.File, release func(), err error) {
	if release, err = lock(path + ".lock"); err != nil {
		return nil, nil, err
	}
	if left, err := os.Lstat(path + ".new"); err == nil && left.Mode().IsRegular() {
		_ = os.Remove(path + ".new") // creating it says why not
	}
	if f, err = os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode); err != nil {
		release()
		return nil, nil, err
	}
	return f, release, nil
}

// lock waits for a lock file and holds it until release is called, which removes the file.
// Of a process that is killed the kernel releases it.
func lock(path string) (release func(), err error) {
	for {
		l := flock.New(path, flock.SetPermissions(0o644))
		if err := l.Lock(); err != nil {
			return nil, err
		}
		held, err := l.Stat()
		now, gone := os.Stat(path)
		if err == nil && gone == nil && os.SameFile(held, now) {
			return func() { _, _ = os.Remove(path), l.Unlock() }, nil // in this order, or that of another goes
		}
		if err := errors.Join(err, l.Unlock()); err != nil { // whoever held it before has removed it
			return nil, err
		}
	}
}
