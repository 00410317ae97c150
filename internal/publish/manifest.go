package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest is the file in which a folder records what we wrote into it, so that nothing else is
// ever removed.
const manifest = ".tributary"

// Settle makes the named files (see [Document.Name]) the ones we own in the folder. Files recorded
// by the previous call that are not among names are removed, as are the folders this leaves empty.
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
		return f.explain(err) // the old manifest stays, so the next call tries again
	}
	return f.replace(filepath.Join(f.Path, manifest), []byte(strings.Join(names, "\n")+"\n"))
}

// removeFile removes a document, its variants and the folders that this leaves empty.
func (f *Folder) removeFile(name string) error {
	path := filepath.Join(f.Path, filepath.FromSlash(name))
	if err := removeAll(path); err != nil {
		return err
	}
	for dir := filepath.Dir(path); dir != filepath.Clean(f.Path); dir = filepath.Dir(dir) {
		if err := removeEmpty(dir); err != nil {
			return nil // already gone, or not ours to deal with
		}
		if _, err := os.Stat(dir); err == nil {
			break // not empty
		}
	}
	return nil
}
