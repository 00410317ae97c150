package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tributary/internal/feedtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come. A test that passes
// waits much shorter.
const patience = 30 * time.Second

// logbook is what a daemon wrote to its log.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// records returns the records with a message, as they were logged.
func (l *logbook) records(t testing.TB, msg string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("no log record: %q: %v", line, err)
		}
		if r["msg"] == msg {
			found = append(found, r)
		}
	}
	return found
}

// home is a folder with a configuration, as a user has it.
type home struct {
	t    testing.TB
	dir  string
	path string // of config.yaml
	log  *logbook
}

// newHome makes a folder whose configuration has these lines after the head
// that keeps the test to itself.
func newHome(t testing.TB, lines ...string) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir(), log: &logbook{}}
	h.path = filepath.Join(h.dir, "config.yaml")
	h.configure(lines...)
	return h
}

const head = `listen: 127.0.0.1:0
admin: ""
site: {title: River, url: "http://river.example"}
`

func (h *home) configure(lines ...string) { h.write(head + strings.Join(lines, "\n") + "\n") }

func (h *home) write(text string) {
	h.t.Helper()
	if err := os.WriteFile(h.path, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) options() Options {
	return Options{
		ConfigPath: h.path, Env: func(string) (string, bool) { return "", false }, Version: "test", What: "tributary serve", Serving: true,
		Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now,
	}
}

// seed writes a seed document that stood still for an hour.
func (h *home) seed(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, "seeds", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
	hourAgo := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, hourAgo, hourAgo); err != nil {
		h.t.Fatal(err)
	}
}

// running is a daemon at work.
type running struct {
	*home
	*Daemon
	url    string
	reload chan os.Signal
	stop   context.CancelFunc
	ended  chan error // what Serve returned
}

// cycle opens the daemon and pulls and publishes everything once. The caller closes it.
func (h *home) cycle() *Daemon {
	h.t.Helper()
	d, err := Open(h.t.Context(), h.options())
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := d.RunOnce(h.t.Context(), Selection{All: true}, nil); err != nil {
		d.Close()
		h.t.Fatal(err)
	}
	return d
}

// serve starts a daemon that ends with the test, and waits until it answers.
func (h *home) serve() *running {
	h.t.Helper()
	d, err := Open(h.t.Context(), h.options())
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{home: h, Daemon: d, reload: make(chan os.Signal), stop: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- d.Serve(ctx, r.reload) }()
	h.t.Cleanup(func() {
		r.end()
		http.DefaultClient.CloseIdleConnections()
	})
	h.await("it listens", func() bool { return len(h.log.records(h.t, "serving")) > 0 })
	r.url = "http://" + h.log.records(h.t, "serving")[0]["listen"].(string)
	return r
}

// end stops the daemon, once, and reports how long that took.
func (r *running) end() (took time.Duration) {
	r.t.Helper()
	if r.ended == nil {
		return 0
	}
	began := time.Now()
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			r.t.Errorf("serve ended with %v", err)
		}
	case <-time.After(patience):
		r.t.Fatal("serve does not end")
	}
	r.ended = nil
	if err := r.Daemon.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
	return time.Since(began)
}

// await polls until something is true.
func (h *home) await(what string, is func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(patience)
	for !is() {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited %v in vain: %s; the log:\n%s", patience, what, h.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// get returns the status and body of a public URL.
func (r *running) get(path string) (int, string) {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// titles returns the titles that a feed shows, sorted; "" while it is not there.
func (r *running) titles(feed string) string {
	r.t.Helper()
	status, body := r.get("/feeds/" + feed + ".json")
	if status != http.StatusOK {
		return ""
	}
	var doc struct{ Items []struct{ Title string } }
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		r.t.Fatalf("%s.json: %v", feed, err)
	}
	var titles []string
	for _, it := range doc.Items {
		titles = append(titles, it.Title)
	}
	slices.Sort(titles)
	return strings.Join(titles, " ")
}

func (r *running) awaitTitles(feed, want string) {
	r.t.Helper()
	r.await(fmt.Sprintf("feed %s shows %q, not %q", feed, want, r.titles(feed)), func() bool { return r.titles(feed) == want })
}

// reloaded has the daemon look at its configuration and waits until it did.
func (r *running) reloaded() {
	r.t.Helper()
	for range 2 { // taking the second means that the first is done
		select {
		case r.reload <- syscall.SIGHUP:
		case <-time.After(patience):
			r.t.Fatal("the daemon does not take a reload")
		}
	}
}

// source is the lines of a source at a path of an upstream.
func source(up *feedtest.Server, name, path, more string) string {
	return fmt.Sprintf("  - {feed: %q, name: %s, allow_networks: [127.0.0.0/8], allow_ports: [%d]%s}", up.URL+path, name, up.Port(), more)
}

// rss is a feed of entries with these titles.
func rss(titles ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Upstream</title><link>https://up.example/</link>`)
	for _, title := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title><guid>https://up.example/%s</guid><link>https://up.example/%s</link><description>About %s.</description></item>",
			title, title, title, title)
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}
