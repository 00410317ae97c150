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
	terms   []string         // files that rules take words from
	stamps  map[string]stamp // of the included files and of those
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
	if !maps.Equal(w.look(), w.stamps) {
		changed = true
	}
	if changed {
		w.terms = termFiles(w.path, w.data, w.env)
		w.stamps = w.look()
	}
	return changed
}

// look stamps the files beside the configuration.
func (w *Watch) look() map[string]stamp {
	return stampsOf(append(included(w.path, w.include), w.terms...))
}

// termFiles are the files that the rules of a configuration, which may be a bad
// one, take words from, whether they are there or not.
func termFiles(path string, data []byte, env func(string) (string, bool)) []string {
	root, _ := document(data)
	if root == nil {
		return nil
	}
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	r := newReader(path, data, env)
	r.config(root)
	return r.terms
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
