package config

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// Watch notices when the files that make a configuration change. It is not
// safe for concurrent use.
type Watch struct {
	path    string
	env     func(string) (string, bool)
	data    []byte // of the file when last looked at
	include []string
	stamps  map[string]stamp // of the included files
}

// stamp tells two states of a file apart.
type stamp struct {
	size     int64
	modified time.Time
}

// NewWatch watches the configuration at path from its present state on. It may
// be a bad one: that it is mended is a change.
func NewWatch(path string, env func(string) (string, bool)) *Watch {
	w := &Watch{path: path, env: env}
	w.Changed()
	return w
}

// Changed reports whether a file changed, came or went since the last call. A
// configuration that cannot be read at the moment has not changed.
func (w *Watch) Changed() bool {
	changed := false
	if data, err := os.ReadFile(w.path); err == nil && !bytes.Equal(data, w.data) {
		w.data, changed = data, true
		w.include = includes(w.path, data, w.env)
	}
	stamps := stampsOf(included(w.path, w.include))
	if !maps.Equal(stamps, w.stamps) {
		w.stamps, changed = stamps, true
	}
	return changed
}

// includes reads the patterns of a configuration that may be a bad one.
func includes(path string, data []byte, env func(string) (string, bool)) []string {
	root, _ := document(data)
	if _, value := find(root, "include"); value != nil {
		r := &reader{main: path, path: path, dir: filepath.Dir(path), env: env}
		if n, ok := r.value(value, "include"); ok {
			patterns, _ := r.include(n)
			return patterns
		}
	}
	return nil
}

func stampsOf(files []string) map[string]stamp {
	stamps := map[string]stamp{}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			stamps[file] = stamp{info.Size(), info.ModTime()}
		}
	}
	return stamps
}
