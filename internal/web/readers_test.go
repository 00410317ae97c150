package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// readerAsks returns a request for a path as a server receives it.
func readerAsks(path, remote, agent, forwarded string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = remote
	r.Header.Set("User-Agent", agent)
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	return r
}

func TestReaders(t *testing.T) {
	const feedly = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; %d subscribers; like FeedFetcher-Google)"
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readers := NewReaders(func() time.Time { return now })
	steps := []struct {
		what                           string
		path, remote, agent, forwarded string
		later                          time.Duration // before the request
		want                           int
	}{
		{"one", "/feeds/all.atom", "203.0.113.1:5000", "NetNewsWire", "", 0, 1},
		{"again, by another port", "/feeds/all.atom", "203.0.113.1:5001", "NetNewsWire", "", time.Hour, 1},
		{"another feed", "/feeds/news.atom", "203.0.113.1:5001", "NetNewsWire", "", 0, 1},
		{"another program", "/feeds/all.atom", "203.0.113.1:5001", "Reeder", "", 0, 2},
		{"another address", "/feeds/all.atom", "[2001:db8::1]:5001", "NetNewsWire", "", 0, 3},
		{"no agent", "/feeds/all.atom", "203.0.113.9:1", "", "", 0, 4},
		{"an aggregator", "/feeds/all.atom", "198.51.100.1:1", fmt.Sprintf(feedly, 12), "", 0, 16},
		{"from another address, with more", "/feeds/all.atom", "198.51.100.2:1", fmt.Sprintf(feedly, 20), "", 0, 24},
		{"for another feed", "/feeds/news.rss", "198.51.100.2:1", fmt.Sprintf(feedly, 5), "", 0, 29},
		{"readers", "/feeds/all.atom", "198.51.100.3:1", "Aggregat (3 readers)", "", 0, 32},
		{"behind our proxy", "/feeds/all.atom", "127.0.0.1:1", "Reeder", "6.6.6.6, 203.0.113.77", 0, 33},
		{"the same, who claims another in front", "/feeds/all.atom", "127.0.0.1:1", "Reeder", "7.7.7.7, 203.0.113.77", 0, 33},
		{"no proxy of ours", "/feeds/all.atom", "203.0.113.1:5001", "Reeder", "1.2.3.4", 0, 33},
		{"no number", "/feeds/all.atom", "198.51.100.4:1", "many subscribers", "", 0, 34},
		{"an absurd number", "/feeds/all.atom", "198.51.100.5:1", "X (99999999999999999999999 subscribers)", "", 0, 34 + maxAnnounced},
		{"a week later", "/feeds/all.atom", "203.0.113.1:5000", "NetNewsWire", "", readersFor, 1},
	}
	for _, s := range steps {
		now = now.Add(s.later)
		readers.Note(1, "atom", readerAsks(s.path, s.remote, s.agent, s.forwarded))
		if got := readers.Count(); got != s.want {
			t.Errorf("%s: got %d, want %d", s.what, got, s.want)
		}
	}
}

// TestReadersAreBounded holds that changing names does not fill the memory, and that there is room
// again when those readers are forgotten.
func TestReadersAreBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readers := NewReaders(func() time.Time { return now })
	for i := range 2 * maxReaders {
		readers.Note(1, "atom", readerAsks("/feeds/all.atom", "203.0.113.1:1", fmt.Sprint("agent ", i), ""))
	}
	if got := readers.Count(); got != maxReaders {
		t.Errorf("got %d, want %d", got, maxReaders)
	}
	now = now.Add(readersFor + time.Hour)
	readers.Note(1, "atom", readerAsks("/feeds/all.atom", "203.0.113.1:1", "agent", ""))
	if got := readers.Count(); got != 1 {
		t.Errorf("a week later: got %d, want 1", got)
	}
}

// TestFeedsAreCounted holds that requests for feeds count, and those for pages and errors do not.
func TestFeedsAreCounted(t *testing.T) {
	b := newBench(t)
	server := b.web
	server.Readers = NewReaders(time.Now)
	for _, path := range []string{"/feeds/none.atom", "/", "/feeds/all/", "/feeds/all.opml", "/feeds/all.xyz"} {
		server.Handler().ServeHTTP(httptest.NewRecorder(), readerAsks(path, "203.0.113.1:1", path, ""))
	}
	if got := server.Readers.Count(); got != 0 {
		t.Errorf("got %d after pages and errors, want none", got)
	}
	for i, path := range []string{"/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json"} {
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, readerAsks(path, "203.0.113.1:1", strings.Repeat("x", i), ""))
		if got := server.Readers.Count(); got != i+1 || w.Code != http.StatusOK {
			t.Errorf("%s: got status %d and %d readers, want %d", path, w.Code, got, i+1)
		}
	}
}
