package config

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Watch notices changes of the files that make up a configuration. It is not safe
// for concurrent use.
type Watch struct {
	path   string
	env    func(string) (string, bool)
	data   []byte // of the file when it was last read
	unread int    // looks in a row at which it could not be read
	others companions
	stamps map[string]Stamp // of the companions
}

// companions are the files that a configuration reads besides its own, whether they
// exist or not.
type companions struct {
	include []string // patterns
	theme   string   // a folder
	files   []string // the logo, and files from which values and rules are read
}

// patience is how many looks in a row a configuration may be unreadable.
const patience = 3

// Stamp tells two states of a file apart. That of a file that does not exist is zero.
type Stamp struct {
	size     int64
	modified time.Time
}

// StampOf returns the stamp of a file as it is now.
func StampOf(path string) Stamp {
	info, err := os.Stat(path)
	if err != nil {
		return Stamp{}
	}
	return Stamp{info.Size(), info.ModTime()}
}

// NewWatch watches the configuration at path from its present state on. The
// configuration may be invalid: correcting it is a change.
func NewWatch(path string, env func(string) (string, bool)) *Watch {
	w := &Watch{path: path, env: env}
	w.Changed()
	return w
}

// Changed reports whether a file was changed, created or removed since the last
// call. A configuration that cannot be read counts as unchanged at first, because an
// editor may be replacing it, and as changed once when that lasts. One that comes
// through a pipe or from a device is not watched.
func (w *Watch) Changed() bool {
	data, err := ReadFile(w.path, maxBytes)
	if err != nil {
		data = w.data
	}
	w.unread++
	if err == nil || err == errIrregular {
		w.unread = 0
	}
	if w.unread == patience {
		return true
	}
	if bytes.Equal(data, w.data) && maps.Equal(w.look(), w.stamps) {
		return false
	}
	w.data, w.others = data, companionsOf(w.path, data, w.env)
	w.stamps = w.look()
	return true
}

// look stamps the companions.
func (w *Watch) look() map[string]Stamp {
	stamps := map[string]Stamp{}
	for _, file := range slices.Concat(included(w.path, w.others.include), filesIn(w.others.theme), w.others.files) {
		stamps[file] = StampOf(file)
	}
	return stamps
}

// companionsOf finds the companions of a configuration by reading it. It may be invalid.
func companionsOf(path string, data []byte, env func(string) (string, bool)) companions {
	root, _ := document(data)
	if root == nil {
		return companions{}
	}
	r := newReader(path, data, env)
	r.config(root)
	slices.Sort(r.others.files)
	r.others.files = slices.Compact(r.others.files)
	return r.others
}

// filesIn returns the files in a folder, or none if it does not exist.
func filesIn(folder string) (files []string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		files = append(files, filepath.Join(folder, e.Name()))
	}
	return files
}
