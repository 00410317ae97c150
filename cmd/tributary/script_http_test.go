package main

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// visited saves what the daemon at $LISTEN answers for a path, and checks the
// status. It repeats the request while the daemon is busy, and while a text is missing.
func visited(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: visited PATH STATUS FILE [TEXT]")
	}
	text := strings.Join(args[3:], "")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	deadline := time.Now().Add(30 * time.Second)
	for {
		resp, err := http.Get("http://" + ts.Getenv("LISTEN") + args[0])
		ts.Check(err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), body, 0o644))
		if resp.StatusCode == want && strings.Contains(string(body), text) {
			return
		}
		if resp.StatusCode != want && resp.StatusCode != http.StatusServiceUnavailable || time.Now().After(deadline) {
			ts.Fatalf("%s: got %d, want %d and %q\n%s", args[0], resp.StatusCode, want, text, body)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
