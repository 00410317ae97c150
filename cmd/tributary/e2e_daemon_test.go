package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of these tests. None should take long.
const patience = 90 * time.Second

// siteURL is the public address of the tests' site. It has a path, and differs
// from the address of the listener.
const siteURL = "http://river.example/water"

// river is a Tributary that runs as a process in a folder of its own.
type river struct {
	dir    string
	binary string
	url    string // address of its listener
	admin  string // address of the operator's listener
	cmd    *exec.Cmd
	ended  chan error

	mu  sync.Mutex
	log bytes.Buffer
}

// build compiles the command. If TRIBUTARY_RACE holds flags for it, it enables the race detector.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "tributary")
	args := []string{"build", "-buildvcs=false", "-o", binary}
	cmd := exec.CommandContext(t.Context(), "go")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if flags := os.Getenv("TRIBUTARY_RACE"); flags != "" {
		args = append(args, "-race", flags)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	}
	cmd.Args = append(append(cmd.Args, args...), ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// newRiver makes a folder with the shipped seeds and a configuration of the
// outlets and one source that never answers.
func newRiver(t *testing.T, from []*outlet, dead string) *river {
	t.Helper()
	r := &river{dir: t.TempDir(), binary: build(t), ended: make(chan error, 1)}
	copySeeds(t, filepath.Join(r.dir, "seeds"))
	text := []byte(configuration(t, from, dead))
	if err := os.WriteFile(filepath.Join(r.dir, "config.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return r
}

// copySeeds copies the shipped documents and back-dates them, because a seed is
// read only if it has not changed for a while.
func copySeeds(t *testing.T, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(filepath.Join("..", "..", "seeds"))); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, path := range glob(t, filepath.Join(to, "*")) {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// configuration has all sources. Their schedule is half a day away, so that
// nothing is fetched a second time unless a test asks for it.
func configuration(t *testing.T, from []*outlet, dead string) string {
	t.Helper()
	var sources strings.Builder
	ports := []string{port(t, dead)}
	for _, o := range from {
		fmt.Fprintf(&sources, "  - {feed: %s, name: %s, tags: [%s]}\n", o.url, o.name(), o.tag)
		ports = append(ports, port(t, o.url))
	}
	return fmt.Sprintf(`site: {title: Prüffluss, url: %s}
listen: 127.0.0.1:0
admin: 127.0.0.1:0
defaults:
  schedule: CRON_TZ=UTC 0 %d * * *
  allow_networks: [127.0.0.0/8]
  allow_ports: [%s]
sources:
  - {seeds: seeds/*, name: seeds, tags: [local]}
  - {feed: %s, name: silent, tags: [de]}
%sfeeds:
  - {name: all, title: Everything}
  - {name: deutsch, title: Auf Deutsch, language: de, tags: [de]}
`, siteURL, (time.Now().UTC().Hour()+12)%24, strings.Join(ports, ", "), dead, sources.String())
}

func port(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

// serve starts `tributary serve` and waits until it listens.
func (r *river) serve(t *testing.T) {
	t.Helper()
	r.cmd = exec.Command(r.binary, "serve", "--verbose")
	r.cmd.Dir = r.dir
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan string, 1)
	go func() {
		r.follow(stderr, listening)
		r.ended <- r.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // it has usually ended
		if t.Failed() {
			t.Logf("log of the daemon:\n%s", r.logged())
		}
	})
	select {
	case address := <-listening:
		r.url = "http://" + address
	case err := <-r.ended:
		t.Fatalf("serve ended: %v\n%s", err, r.logged())
	case <-time.After(patience):
		t.Fatal("serve listens nowhere")
	}
}

// follow keeps the log, and sends the address of the listener that it reads there.
func (r *river) follow(stderr io.Reader, listening chan<- string) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r.mu.Lock()
		r.log.WriteString(lines.Text() + "\n")
		r.mu.Unlock()
		var line struct{ Msg, Listen, Admin string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			r.admin = "http://" + line.Admin
			listening <- line.Listen
		}
	}
}

func (r *river) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// command runs another command beside the daemon and returns its output.
func (r *river) command(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.binary, args...)
	cmd.Dir = r.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tributary %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return string(out)
}

// terminate sends SIGTERM and returns how the daemon ended.
func (r *river) terminate(t *testing.T) error {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-r.ended:
		return err
	case <-time.After(20 * time.Second): // half of that where nothing else runs
		return fmt.Errorf("still running 20 s after SIGTERM")
	}
}

// get requests a path from the daemon. header may be nil.
func (r *river) get(t *testing.T, path string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// item is an entry of a published feed.
type item struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// items returns the entries of a feed, as its JSON Feed lists them.
func (r *river) items(t *testing.T, feed string) []item {
	t.Helper()
	return r.itemsAt(t, "/feeds/"+feed+".json")
}

// itemsAt returns the entries of the JSON Feed at a path.
func (r *river) itemsAt(t *testing.T, path string) []item {
	t.Helper()
	resp, body := r.get(t, path, nil)
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	var doc struct{ Items []item }
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return doc.Items
}

// eventually calls problem until it returns "".
func eventually(t *testing.T, problem func() string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		text := problem()
		if text == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s: %s", patience, text)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
