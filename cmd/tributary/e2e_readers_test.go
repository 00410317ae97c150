package main_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"
)

// published are the documents that feed readers poll.
var published = []string{"/feeds/all.rss", "/feeds/all.atom", "/feeds/deutsch.rss", "/feeds/deutsch.atom"}

// shelf returns what subscribers of a document must see: titles by guid.
func (r *river) shelf(t *testing.T, path string) map[string]string {
	t.Helper()
	feed, _, _ := strings.Cut(filepath.Base(path), ".")
	want := map[string]string{}
	for _, i := range r.items(t, feed) {
		want[i.ID] = i.Title
	}
	return want
}

// program finds an external program. If it is not installed, the test is skipped;
// under CI it fails.
func program(t *testing.T, name string, works ...string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/bin/" + name} {
		path, err := exec.LookPath(candidate)
		if err == nil && (len(works) == 0 || exec.CommandContext(t.Context(), path, works...).Run() == nil) {
			return path
		}
	}
	missing(t, strings.Join(append([]string{name}, works...), " "))
	return ""
}

// missing skips a test that needs something which is not installed, or fails it under CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s does not work here: install it", what)
	}
	t.Skipf("%s does not work here: this was not tried", what)
}

// gate is a proxy between a reader and the daemon that records the status of every response.
type gate struct {
	url string

	mu       sync.Mutex
	statuses map[string][]int // by path
}

func (r *river) gate(t *testing.T) *gate {
	t.Helper()
	target, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{statuses: map[string][]int{}}
	g.url = listen(t, 1, &httputil.ReverseProxy{
		Rewrite:   func(p *httputil.ProxyRequest) { p.SetURL(target) },
		Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		ModifyResponse: func(resp *http.Response) error {
			g.mu.Lock()
			defer g.mu.Unlock()
			path := resp.Request.URL.Path
			g.statuses[path] = append(g.statuses[path], resp.StatusCode)
			return nil
		},
	})
	return g
}

func (g *gate) answered(path string) []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]int(nil), g.statuses[path]...)
}

// run runs a program with a home directory of its own.
func run(t *testing.T, home string, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TERM=dumb"}
	cmd.Stdin = strings.NewReader(string(stdin))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", filepath.Base(name), err, out, stderr.String())
	}
	return out
}

// testNewsboat reads with newsboat. It identifies entries by guid across all
// feeds, so each document gets a cache of its own. Some versions send validators
// only from their third poll on.
func (r *river) testNewsboat(t *testing.T) {
	const polls = 4
	newsboat := program(t, "newsboat")
	g := r.gate(t)
	for _, path := range published {
		t.Run(filepath.Base(path), func(t *testing.T) {
			home := t.TempDir()
			for name, text := range map[string]string{"config": "", "urls": g.url + path + "\n"} {
				if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for range polls {
				run(t, home, nil, newsboat, "-C", "config", "-u", "urls", "-c", "cache.db", "-x", "reload")
			}
			if diff := cmp.Diff(r.shelf(t, path), newsboatCache(t, filepath.Join(home, "cache.db"))); diff != "" {
				t.Errorf("entries: -published +newsboat\n%s", diff)
			}
			if got := g.answered(path); len(got) != polls || got[0] != http.StatusOK || got[polls-1] != http.StatusNotModified {
				t.Errorf("%d polls were answered %v, want 200 first and 304 last", polls, got)
			}
		})
	}
}

// newsboatCache returns the titles in a newsboat cache, by guid. For a guid that
// occurs twice it adds an entry that nobody published.
func newsboatCache(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT guid, title FROM rss_item")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		var guid, title string
		if err := rows.Scan(&guid, &title); err != nil {
			t.Fatal(err)
		}
		add(got, guid, title)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

func add(titles map[string]string, guid, title string) {
	if _, twice := titles[guid]; twice {
		guid += " (again)"
	}
	titles[guid] = title
}

// testSfeed reads with sfeed, which takes a document on standard input and does not fetch itself.
func (r *river) testSfeed(t *testing.T) {
	sfeed := program(t, "sfeed")
	for _, path := range published {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, body := r.get(t, path, nil)
			got := map[string]string{}
			for line := range strings.Lines(string(run(t, t.TempDir(), body, sfeed, siteURL))) {
				// sfeed(5): timestamp, title, link, content, content-type, id, author, enclosure, category
				fields := strings.Split(line, "\t")
				if len(fields) < 6 {
					t.Fatalf("sfeed wrote %q, want at least 6 fields", line)
				}
				add(got, fields[5], fields[1])
			}
			if diff := cmp.Diff(r.shelf(t, path), got); diff != "" {
				t.Errorf("entries: -published +sfeed\n%s", diff)
			}
		})
	}
}

// testFeedparser reads with Python's feedparser, which polls again with the
// validators it received.
func (r *river) testFeedparser(t *testing.T) {
	python := program(t, "python3", "-c", "import feedparser")
	script, err := filepath.Abs(filepath.Join("testdata", "e2e", "poll.py"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{script}
	for _, path := range published {
		args = append(args, r.url+path)
	}
	var read map[string]struct {
		Version string
		Entries []item
		Polls   map[string]int
	}
	if err := json.Unmarshal(run(t, t.TempDir(), nil, python, args...), &read); err != nil {
		t.Fatal(err)
	}
	for _, path := range published {
		t.Run(filepath.Base(path), func(t *testing.T) {
			doc := read[r.url+path]
			if want := map[string]string{".rss": "rss20", ".atom": "atom10"}[filepath.Ext(path)]; doc.Version != want {
				t.Errorf("format %q, want %q", doc.Version, want)
			}
			got := map[string]string{}
			for _, e := range doc.Entries {
				add(got, e.ID, e.Title)
			}
			if diff := cmp.Diff(r.shelf(t, path), got); diff != "" {
				t.Errorf("entries: -published +feedparser\n%s", diff)
			}
			if want := map[string]int{"both": 304, "etag": 304, "modified": 304}; !cmp.Equal(doc.Polls, want) {
				t.Errorf("second polls were answered %v, want %v", doc.Polls, want)
			}
		})
	}
}
