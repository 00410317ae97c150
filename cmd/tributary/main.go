// Command tributary is a feed aggregator and syndication service: it takes many
// feeds and folders of documents in and gives clean merged feeds out.
//
// Results go to standard output, everything else to standard error. It exits
// with 0 on success, 1 when something failed, 2 for wrong arguments.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // CRON_TZ works also where no zone files are installed

	"tributary/internal/clean"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run executes one command line and returns its exit code. The first SIGINT or
// SIGTERM asks the command to end, a second one ends it at once.
func run(ctx context.Context, args []string, io streams) int {
	log.SetOutput(discard{}) // net/http prints what servers send there; we record it ourselves
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	done := make(chan int, 1)
	go func() { done <- execute(ctx, args, io) }()
	for asked := false; ; asked = true {
		select {
		case code := <-done:
			return code
		case <-signals:
			if asked {
				fmt.Fprintln(io.err, "tributary: second signal, ended at once")
				return 1
			}
			cancel()
		}
	}
}

// execute runs the command and turns its error into an exit code.
func execute(ctx context.Context, args []string, io streams) int {
	out := &output{Writer: io.out}
	root := newRoot(streams{io.in, out, io.err})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.failure()
	}
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSilent):
		return 1
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		fmt.Fprintln(io.err, "tributary: interrupted")
		return 1
	}
	lines := strings.ReplaceAll(err.Error(), "\n", "; ") // of joined errors
	fmt.Fprintf(io.err, "tributary: %s\n", clean.Line(lines))
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// discard is where the standard logger writes to.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
