package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// streams are the standard streams of a command.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// output remembers the first write error, so that commands need not check after each
// line whether the disk is full.
type output struct {
	io.Writer

	mu     sync.Mutex
	failed error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.failed == nil {
			o.failed = err
		}
	}
	return n, err
}

// failure returns the first write error, or nil.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// stdin returns standard input as a reader that fails with the error of ctx as soon as
// ctx ends, even while a read waits for input.
func (a *app) stdin(ctx context.Context) io.Reader {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(w, a.in)
		w.CloseWithError(err)
	}()
	return r
}

// terminal returns the terminal behind a stream, if there is one.
func terminal(stream any) (*os.File, bool) {
	if o, ok := stream.(*output); ok {
		stream = o.Writer
	}
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	_, is := terminal(stream)
	return is
}

// json prints a value as JSON, indented on a terminal. Text from feeds needs no
// escaping here: package clean has removed all control characters from it.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	if isTerminal(a.out) {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}
