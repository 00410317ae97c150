// Command tributary is a feed aggregator. It reads many feeds and folders of
// documents, recognises each story wherever it appears, and publishes merged
// feeds as RSS, Atom, JSON Feed and HTML.
//
// This package holds the command line only: it parses arguments, words results
// and errors, and leaves the work to internal/daemon and the packages below it.
// Each command has a constructor, such as serveCommand, which newRoot adds to the
// tree, and methods of app that carry it out. Corrections by hand and changes of
// tokens are short transactions, so they may run beside a daemon.
//
// Results go to standard output, and everything else to standard error. The exit
// code is 0 on success, 1 if something failed, and 2 if the arguments are wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // so that CRON_TZ works where no time zone files are installed

	"tributary/internal/clean"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run executes one command line and returns its exit code. The first SIGINT or
// SIGTERM cancels the command's context. A second one makes run return at once, unless it
// is an echo of the first.
func run(ctx context.Context, args []string, std streams) int {
	log.SetOutput(io.Discard) // net/http logs what servers send; the outcome of a fetch is recorded elsewhere
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	done := make(chan int, 1)
	go func() { done <- execute(ctx, args, std) }()
	var asked time.Time
	for {
		select {
		case code := <-done:
			return code
		case <-signals:
			switch {
			case asked.IsZero():
				asked = time.Now()
				cancel()
			case time.Since(asked) > echo:
				fmt.Fprintln(std.err, "tributary: second signal, ended at once")
				return 1
			}
		}
	}
}

// echo is how soon after the first signal another one says nothing new: timeout(1) and
// process managers signal the process and its group, to which a terminal has sent it too.
const echo = 200 * time.Millisecond

// execute runs the command and turns its error into an exit code.
func execute(ctx context.Context, args []string, std streams) int {
	out := &output{Writer: std.out}
	root := newRoot(streams{std.in, out, std.err})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.failure()
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSilent):
		return 1
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		fmt.Fprintln(std.err, "tributary: interrupted")
		return 1
	}
	lines := strings.ReplaceAll(err.Error(), "\n", "; ") // joined errors have a line each
	fmt.Fprintf(std.err, "tributary: %s\n", clean.Line(lines))
	if _, usage := errors.AsType[*usageError](err); usage {
		return 2
	}
	return 1
}

// errSilent makes a command exit with code 1. The command has printed the reason itself.
var errSilent = errors.New("failed")
