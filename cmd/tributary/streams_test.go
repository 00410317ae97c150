package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tinyConfig returns the path of a configuration with one feed, which cannot be reached.
func tinyConfig(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("publish: \"\"\nsources:\n  - feed: http://127.0.0.1:1/a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// One interrupt ends a command that waits for standard input.
func TestInterruptedWhileItReads(t *testing.T) {
	config := tinyConfig(t)
	for _, args := range [][]string{{"parse", "-"}, {"cluster"}, {"import", "-"}} {
		t.Run(args[0], func(t *testing.T) {
			nobody, types := io.Pipe()
			defer types.Close()
			ctx, cancel := context.WithCancel(t.Context())
			var told bytes.Buffer
			ended := make(chan int, 1)
			go func() {
				ended <- run(ctx, append(args, "--config", config), streams{nobody, io.Discard, &told})
			}()
			time.AfterFunc(50*time.Millisecond, cancel)
			select {
			case code := <-ended:
				if got := told.String(); code != 1 || got != "tributary: interrupted\n" {
					t.Errorf("got code %d and %q, want 1 and that it was interrupted", code, got)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("it still waits for standard input")
			}
		})
	}
}

// fullDisk fails every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// Every command fails if its result cannot be written.
func TestResultThatCannotBeWritten(t *testing.T) {
	config := tinyConfig(t)
	if code := run(t.Context(), []string{"run", "--config", config}, streams{strings.NewReader(""), io.Discard, io.Discard}); code != 0 {
		t.Fatalf("run: got %d", code)
	}
	for _, args := range []string{"help", "version", "completion bash", "check", "feeds", "feeds --json", "sources", "export", "token list"} {
		var told bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "--config", config), streams{strings.NewReader(""), fullDisk{}, &told})
		if got := told.String(); code != 1 || !strings.Contains(got, "no space left on device") {
			t.Errorf("%s: got code %d and %q, want 1 and why", args, code, got)
		}
	}
}
