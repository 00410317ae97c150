package config

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// Watch notices changes of the files that make up a configuration. It is not safe
// for concurrent use.
type Watch struct {
	path   string
	env    func(string) (string, bool)
	data   []byte // of the file when it was last read
	others companions
	terms  []string         // files from which rules take words
	stamps map[string]stamp // of all other files that belong to it
}

// stamp identifies a state of a file.
type stamp struct {
	size     int64
	modified time.Time
}

// NewWatch watches the configuration at path from its present state on. The
// configuration may be invalid: correcting it is a change.
func NewWatch(path string, env func(string) (string, bool)) *Watch {
	w := &Watch{path: path, env: env}
	w.Changed()
	return w
}

// Changed reports whether a file was changed, created or removed since the last
// call. A configuration that cannot be read at the moment counts as unchanged.
func (w *Watch) Changed() bool {
	changed := false
	if data, err := os.ReadFile(w.path); err == nil && !bytes.Equal(data, w.data) {
		w.data, changed = data, true
		w.others = companionsOf(w.path, data, w.env)
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
	return stampsOf(slices.Concat(included(w.path, w.others.include), themeFiles(w.others.theme), w.others.files, w.terms))
}

// termFiles returns the files from which the rules of a configuration take words,
// whether they exist or not. The configuration may be invalid.
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

// companions are the files that a configuration refers to.
type companions struct {
	include []string // patterns
	theme   string   // a folder
	files   []string // the logo, and files that hold values
}

// companionsOf finds the files that a configuration refers to. The configuration may be invalid.
func companionsOf(path string, data []byte, env func(string) (string, bool)) (c companions) {
	r := &reader{main: path, path: path, dir: filepath.Dir(path), env: env}
	root, _ := document(data)
	if n, ok := r.valueAt(root, "include"); ok {
		c.include, _ = r.include(n)
	}
	if n, ok := r.valueAt(root, "theme"); ok {
		c.theme, _ = r.folderOff(n)
	}
	if site, ok := r.valueAt(root, "site"); ok {
		if n, ok := r.valueAt(site.Node, "logo"); ok {
			c.files = append(c.files, r.resolvePath(n.Value)) // an address is not found
		}
	}
	for _, match := range fileValue.FindAllSubmatch(data, -1) {
		c.files = append(c.files, r.resolvePath(string(match[1])))
	}
	return c
}

// fileValue matches a reference to a file that holds a value.
var fileValue = regexp.MustCompile(`\$\{file:([^}\n]+)\}`)

// valueAt returns the value of a key of a mapping.
func (r *reader) valueAt(root *yaml.Node, key string) (node, bool) {
	_, value := find(root, key)
	if value == nil {
		return node{}, false
	}
	return r.value(value, key)
}

// themeFiles returns the files of a theme. It returns none if the folder does not exist.
func themeFiles(folder string) (files []string) {
	if folder == "" {
		return nil
	}
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		files = append(files, filepath.Join(folder, e.Name()))
	}
	return files
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
