package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"
)

// maxIncluded is the maximum number of included files.
const maxIncluded = 10_000

// include reads one pattern, or a list of patterns, of files that hold sources.
// It returns the patterns resolved.
func (r *reader) include(n node) ([]string, bool) {
	pattern := parsed(r, func(n node, text string) (string, error) { return r.glob(n, text, "*.yaml") })
	if n.Kind == yaml.SequenceNode {
		return list(r, pattern)(n)
	}
	one, ok := pattern(n)
	return []string{one}, ok
}

// included returns the files that the patterns match, sorted and each once. The
// file self, which includes them, and hidden files are left out.
func included(self string, patterns []string) []string {
	var files []string
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // the error is for a bad pattern, which was reported
		for _, path := range found {
			if filepath.Clean(path) != filepath.Clean(self) && filepath.Base(path)[0] != '.' {
				files = append(files, path)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// readIncluded reads the sources of all included files.
func (r *reader) readIncluded(f *file) {
	r.others.include = f.cfg.Include
	files := included(r.path, f.cfg.Include)
	if len(files) > maxIncluded {
		r.errorf(f.include, "include: matches %d files, more than %d; is it the right folder?", len(files), maxIncluded)
		return
	}
	for _, path := range files {
		leave := r.enter(path)
		f.sources = append(f.sources, r.records(path, f.cfg.Defaults)...)
		leave()
	}
}

// records reads one included file. Its relative paths start at its own folder.
func (r *reader) records(path string, defaults Source) (drafts []*draft) {
	data, err := ReadFile(path, maxBytes)
	if err != nil {
		r.problems = append(r.problems, Problem{Path: path, Text: err.Error()})
		return nil
	}
	r.data = data
	root, problem := document(data)
	switch {
	case problem != nil:
		problem.Path = path
		r.problems = append(r.problems, *problem)
		return nil
	case root == nil:
		r.problems = append(r.problems, Problem{Path: path, Text: "holds no source; write " + aFeed, Warning: true})
		return nil
	}
	n, few := r.value(root, "an included file", aFeed)
	switch {
	case !few:
	case n.Kind == yaml.SequenceNode:
		r.items(n, func(item node) { drafts = append(drafts, r.source(item, defaults)) })
	default:
		drafts = append(drafts, r.source(n, defaults))
	}
	return drafts
}

// ReadFile reads a file of at most limit bytes that the configuration names. It refuses pipes
// and devices, which could block for ever. Its errors do not contain the path.
func ReadFile(path string, limit int64) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errIrregular
	}
	return readFile(path, limit)
}

var errIrregular = errors.New("is no regular file")

// enter makes path the current file, for problems and relative paths, until leave is called.
func (r *reader) enter(path string) (leave func()) {
	was, dir, data := r.path, r.dir, r.data
	r.path, r.dir, r.data = path, filepath.Dir(path), nil
	return func() { r.path, r.dir, r.data = was, dir, data }
}
