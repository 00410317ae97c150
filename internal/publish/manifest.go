package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest is the file in which a folder remembers what we wrote, so that nothing
// else in it is ever removed.
const manifest = ".tributary"

// Settle makes names, as of [Document.Name], what we have in the folder: those of the
// last time that are not among them are removed, with the folders that are left
// empty.
func (f *Folder) Settle(names []string) error {
	before, err := os.ReadFile(filepath.Join(f.Path, manifest))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.explain(err)
	}
	names = slices.Sorted(slices.Values(names))
	var errs []error
	for name := range strings.Lines(string(before)) {
		name = strings.TrimSuffix(name, "\n")
		if _, kept := slices.BinarySearch(names, name); !kept && filepath.IsLocal(name) {
			errs = append(errs, f.removeFile(name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return f.explain(err) // the old manifest stays, so that the next time tries again
	}
	return f.replace(filepath.Join(f.Path, manifest), []byte(strings.Join(names, "\n")+"\n"))
}

// removeFile removes a document with its variants, and the folders that it leaves
// empty.
func (f *Folder) removeFile(name string) error {
	path := filepath.Join(f.Path, filepath.FromSlash(name))
	files := []string{path}
	for _, ext := range codings() {
		files = append(files, path+ext)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for dir := filepath.Dir(path); dir != filepath.Clean(f.Path); dir = filepath.Dir(dir) {
		if err := removeEmpty(dir); err != nil {
			return nil // gone already, or somebody else's business
		}
		if _, err := os.Stat(dir); err == nil {
			break // not empty
		}
	}
	return nil
}
