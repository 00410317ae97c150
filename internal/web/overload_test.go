package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/news"
)

// slowViews is a store that answers only when told to.
type slowViews struct {
	Views
	asked chan struct{}
	begin chan struct{}
}

func (v slowViews) State(ctx context.Context, name string) (*news.SourceState, error) {
	v.asked <- struct{}{}
	select {
	case <-v.begin:
		return v.Views.State(ctx, name)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// crowd requests a page from n addresses and waits until all of the requests are running.
func crowd(b *bench, h http.Handler, v slowViews, n int, address func(int) string) (answers []*httptest.ResponseRecorder, wait func()) {
	var all sync.WaitGroup
	for i := range n {
		w := httptest.NewRecorder()
		answers = append(answers, w)
		all.Go(func() { h.ServeHTTP(w, from(address(i), "/sources/a")) })
		select {
		case <-v.asked:
		case <-time.After(time.Minute):
			b.t.Fatalf("request %d does not begin", i)
		}
	}
	return answers, all.Wait
}

func from(address, path string) *http.Request {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr = address
	return r
}

func anybody(i int) string { return "198.51.100." + string(rune('0'+i%10)) + ":1000" }

// TestOverload: when all places are taken, pages are refused with Retry-After, and feeds are served
// as usual.
func TestOverload(t *testing.T) {
	b := newBench(t)
	v := slowViews{b.db, make(chan struct{}), make(chan struct{})}
	b.web.Views = v
	b.web.gate = &gate{places: make(chan struct{}, 10), each: 2, patience: 20 * time.Millisecond, perClient: map[string]int{}}
	h := b.web.Handler()
	answers, wait := crowd(b, h, v, 10, anybody)
	for path, want := range map[string]int{"/sources/a": 503, "/": 503, "/stories/x": 503, "/feeds/all/older/5": 503, "/feeds/all/archive/1.atom": 503,
		"/feeds/all.atom": 200, "/feeds/all/": 200, "/sources.opml": 200, "/healthz": 200, "/readyz": 200, "/feeds/none.atom": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, from("203.0.113.9:5", path))
		if w.Code != want || (w.Header().Get("Retry-After") == "10") != (want == 503) {
			t.Errorf("%s while all places are taken: got %d, Retry-After %q; want %d", path, w.Code, w.Header().Get("Retry-After"), want)
		}
	}
	close(v.begin)
	wait()
	for i, w := range answers {
		if w.Code != 200 {
			t.Errorf("request %d, which had a place, got %d", i, w.Code)
		}
	}
	b.web.Views = b.db
	w := httptest.NewRecorder()
	h.ServeHTTP(w, from("203.0.113.9:5", "/sources/a"))
	if w.Code != 200 || len(b.web.gate.places) != 0 || len(b.web.gate.perClient) != 0 {
		t.Errorf("afterwards: got %d, %d places taken by %d clients", w.Code, len(b.web.gate.places), len(b.web.gate.perClient))
	}
}

// TestOneClientGetsItsShare: a client that exceeds its share gets 429. A proxy that does not send
// X-Forwarded-For does not count as one client.
func TestOneClientGetsItsShare(t *testing.T) {
	for name, tt := range map[string]struct {
		address, forwarded string
		want               int
	}{
		"the same client":                   {"198.51.100.7:99", "", 429},
		"another one":                       {"198.51.100.8:99", "", 200},
		"behind a proxy, named":             {"127.0.0.1:99", "198.51.100.7", 429},
		"behind a proxy, another one":       {"127.0.0.1:99", "198.51.100.8", 200},
		"behind a proxy, not named":         {"127.0.0.1:99", "", 200},
		"a stranger's word does not count":  {"198.51.100.7:99", "198.51.100.8", 429},
		"a proxy on the network, not named": {"10.1.2.3:99", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			v := slowViews{b.db, make(chan struct{}, 100), make(chan struct{})}
			b.web.Views = v
			b.web.gate = &gate{places: make(chan struct{}, 10), each: 3, patience: time.Minute, perClient: map[string]int{}}
			h := b.web.Handler()
			_, wait := crowd(b, h, v, 3, func(int) string { return "198.51.100.7:1" })
			r := from(tt.address, "/sources/a")
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			w := httptest.NewRecorder()
			done := make(chan struct{})
			go func() { defer close(done); h.ServeHTTP(w, r) }()
			if tt.want == 200 {
				<-v.asked // it runs beside the others
			} else {
				<-done
			}
			close(v.begin)
			wait()
			<-done
			if w.Code != tt.want || (w.Header().Get("Retry-After") != "") != (tt.want == 429) {
				t.Errorf("got %d, Retry-After %q; want %d", w.Code, w.Header().Get("Retry-After"), tt.want)
			}
		})
	}
}

// stuck is a client that never reads.
type stuck struct {
	httptest.ResponseRecorder
	begun, end chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	close(s.begun)
	<-s.end
	return len(p), nil
}

// TestASlowReaderHoldsNoPlace: the place is released when the response begins.
func TestASlowReaderHoldsNoPlace(t *testing.T) {
	b := newBench(t)
	b.web.gate = &gate{places: make(chan struct{}, 1), each: 1, patience: time.Minute, perClient: map[string]int{}}
	h := b.web.Handler()
	s := &stuck{begun: make(chan struct{}), end: make(chan struct{})}
	done := make(chan struct{})
	go func() { defer close(done); h.ServeHTTP(s, from("198.51.100.7:1", "/sources/a")) }()
	<-s.begun
	w := httptest.NewRecorder()
	h.ServeHTTP(w, from("198.51.100.7:2", "/sources/a"))
	if w.Code != 200 {
		t.Errorf("beside a client that takes nothing: got %d, want 200", w.Code)
	}
	close(s.end)
	<-done
}

// TestNothingGrowsWithTheFeed: a request allocates the same for a small feed as for a large one.
func TestNothingGrowsWithTheFeed(t *testing.T) {
	measure := func(stories int, header, value string) uint64 {
		b := newBench(t)
		busy(b, stories)
		h := b.web.Handler()
		req := httptest.NewRequest("GET", "/feeds/all.atom", nil)
		req.Header.Set(header, strings.ReplaceAll(value, "TAG", b.pub.Shelf.Document("all", "atom").ETag))
		const requests = 1000
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range requests {
			h.ServeHTTP(&discard{header: http.Header{}}, req)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / requests
	}
	for _, kind := range [][2]string{{"Accept-Encoding", "identity"}, {"Accept-Encoding", "gzip, br, zstd"}, {"If-None-Match", "TAG"}} {
		small, large := measure(2, kind[0], kind[1]), measure(300, kind[0], kind[1])
		if large > small+256 {
			t.Errorf("%s: %d bytes for a large feed, %d for a small one", kind, large, small)
		}
	}
}
