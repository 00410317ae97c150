package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tributary/internal/news"
)

// output writes data to a file, or to standard output if path is "" or "-".
func (a *app) output(path string, data []byte) error {
	if path == "" || path == "-" {
		_, err := a.out.Write(data)
		return err
	}
	return unwritten(path, os.WriteFile(path, data, 0o644))
}

// unwritten adds to the error of writing a file what to do about it. It returns nil for nil.
func unwritten(path string, err error) error {
	if err == nil {
		return nil
	}
	folder := filepath.Dir(path)
	if at, e := os.Stat(path); e == nil && at.IsDir() {
		return fmt.Errorf("%s: is a folder: name a file in it, such as %s", path, filepath.Join(path, "feeds.opml"))
	}
	switch above, e := os.Stat(folder); {
	case errors.Is(e, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no folder %s: make it first, or name another file", path, folder)
	case e == nil && !above.IsDir():
		return fmt.Errorf("%s: %s is no folder: name another file", path, folder)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: you may not write there: name another file, or - for standard output", path)
	}
	return fmt.Errorf("%s: %w", path, news.Cause(err))
}

// input opens a file for reading; "-" stands for standard input.
func (a *app) input(ctx context.Context, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.stdin(ctx)), nil
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", path)
	}
	return f, err
}

// inputName names the input that path stands for, in messages.
func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}
