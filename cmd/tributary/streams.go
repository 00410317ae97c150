package main

import (
	"context"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// streams are what a command reads from and writes to.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// output remembers the first failure, so that no command has to look after each line
// whether the disk that its result goes to is full.
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

// failure is the first error of writing, or nil.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// stdin is standard input until ctx ends, also while it waits for somebody to type.
func (a *app) stdin(ctx context.Context) io.Reader {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(w, a.in)
		w.CloseWithError(err)
	}()
	return r
}

// terminal is the terminal that a person looks at, if a stream is one.
func terminal(stream any) (*os.File, bool) {
	if o, ok := stream.(*output); ok {
		stream = o.Writer
	}
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// isTerminal reports whether a stream is a terminal that a person looks at.
func isTerminal(stream any) bool {
	_, is := terminal(stream)
	return is
}
