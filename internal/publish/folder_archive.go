package publish

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tributary/internal/news"
)

// writePages writes those closed pages of a feed whose files are missing or differ, and removes the
// files of pages that no longer exist. read returns the bytes of a page. Each file gets the
// modification time of its page: size and time together identify it without reading it, and other
// web servers send the same Last-Modified as we do.
func (f *Folder) writePages(feed string, docs []news.PageDocument, read func(news.PageDocument) (*news.PageDocument, error)) error {
	dir := f.archive(feed)
	keep := map[string]bool{}
	for _, d := range docs {
		name := d.Part.PageName() + "." + d.Format
		keep[name], keep[name+".gz"] = true, true
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Size() == int64(d.Length) && info.ModTime().Equal(d.Modified) {
			continue
		}
		page, err := read(d)
		if err != nil {
			return err
		}
		if page == nil || page.Gone { // changed since the list was read
			continue
		}
		if err := f.writePage(path, page); err != nil {
			return err
		}
	}
	return f.explain(removePages(dir, keep))
}

// writePage writes the compressed file first: the presence of the other one means that both are
// there.
func (f *Folder) writePage(path string, d *news.PageDocument) error {
	plain, err := Closed(d).Plain()
	if err != nil {
		return err
	}
	defer plain.Close()
	body, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		path string
		data []byte
	}{{path + ".gz", d.Packed}, {path, body}} {
		if err := f.replace(file.path, file.data); err != nil {
			return err
		}
		if err := os.Chtimes(file.path, d.Modified, d.Modified); err != nil {
			return f.explain(err)
		}
	}
	return nil
}

func (f *Folder) archive(feed string) string { return filepath.Join(f.Path, feed, "archive") }

// removePages removes the files of pages from dir, except those to keep. It touches nothing else
// there.
func removePages(dir string, keep map[string]bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var errs []error
	for _, e := range entries {
		name, ext, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".gz"), ".")
		if _, ok := news.ParsePage(name); ok && IsPageFormat(ext) && !keep[e.Name()] {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(append(errs, err)...)
}
