package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Folder is a directory that feeds are written to, for any web server to serve. Files are replaced
// atomically.
type Folder struct {
	Path string
	Key  string // configuration key that names it, for messages; empty is publish
}

// Write writes each document and its compressed variants. Files that already hold the right bytes
// are not touched. A nil Folder writes nothing.
func (f *Folder) Write(docs map[string]*Document) error {
	if f == nil {
		return nil
	}
	for _, d := range docs {
		path := filepath.Join(f.Path, filepath.FromSlash(d.Name))
		if err := f.replace(path, d.Body); err != nil {
			return err
		}
		for coding, ext := range codings() {
			if err := f.variant(path+ext, d.Variant(coding)); err != nil {
				return err
			}
		}
	}
	return nil
}

// variant writes compressed data to path, or removes the file if data is nil.
func (f *Folder) variant(path string, data []byte) error {
	if data != nil {
		return f.replace(path, data)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.explain(err)
	}
	return nil
}

// replace writes data to path through a temporary file in the same directory and a rename. It does
// not fsync: after a power failure the next start writes whatever is missing.
func (f *Folder) replace(path string, data []byte) error {
	if holds(path, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return f.explain(err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".*.part")
	if err != nil {
		return f.explain(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return f.explain(err)
}

// holds reports whether the file at path has exactly these bytes. Comparing sizes first avoids
// reading most of the files that differ.
func holds(path string, data []byte) bool {
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(data)) {
		return false
	}
	old, err := os.ReadFile(path)
	return err == nil && bytes.Equal(old, data)
}

func (f *Folder) explain(err error) error {
	if err == nil {
		return nil
	}
	key, what := "publish", "feeds"
	if f.Key != "" {
		key, what = f.Key, f.Key
	}
	remedy := "make it writable"
	if errors.Is(err, syscall.ENOSPC) {
		remedy = "free some space"
	}
	return fmt.Errorf("%s folder: %w; %s, or set %s: to another folder or to \"\" for none", what, err, remedy, key)
}

// extensions are those of a feed's files.
var extensions = []string{".atom", ".rss", ".json", ".opml"}

// Remove removes the files of feeds that are no longer configured, and nothing else in the folder.
func (f *Folder) Remove(gone []string) error {
	if f == nil {
		return nil
	}
	var errs []error
	for _, name := range gone {
		for _, ext := range extensions {
			errs = append(errs, removeAll(filepath.Join(f.Path, name+ext)))
		}
		dir := filepath.Join(f.Path, name)
		errs = append(errs, removePages(f.archive(name), nil), removeEmpty(f.archive(name)))
		errs = append(errs, removeAll(filepath.Join(dir, "index.html")), removeEmpty(dir))
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil || errors.Is(err, fs.ErrNotExist) })
	return f.explain(errors.Join(errs...))
}

// removeAll removes a file and its compressed variants, as far as they exist.
func removeAll(path string) error {
	var errs []error
	for _, ext := range append(slices.Collect(maps.Values(codings())), "") {
		if err := os.Remove(path + ext); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Remove(dir)
}

// Leftovers removes temporary files left behind by a killed process.
func (f *Folder) Leftovers() {
	if f == nil {
		return
	}
	_ = filepath.WalkDir(f.Path, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), ".part") {
			_ = os.Remove(path) // retried at the next start
		}
		return nil
	})
}
