package daemon

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
	"tributary/internal/store"
)

// Told to stop in the middle of everything: an upstream that stalls, a reader
// that stalls. It ends in time and records the attempt; that it leaves no
// goroutine is for TestMain to see.
func TestStopWhileFetchingAndServing(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2"), Fault: feedtest.Stall, Pause: time.Minute})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "  - {seeds: seeds/*, name: seeds}")
	h.seed("a.txt", "Titel\n\nUnd ein Satz, der darunter steht.")
	r := h.serve()
	r.await("the upstream is asked", func() bool { return up.Count("/a") == 1 })
	r.await("the seed is served", func() bool { return r.titles("all") != "" })

	half, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	if _, err := half.Write([]byte("GET /feeds/all.atom HT")); err != nil { // and no more
		t.Fatal(err)
	}

	if took := r.end(); took > 20*time.Second { // half of that where nothing else runs
		t.Errorf("it took %v to end, want at most 20 s", took)
	} else {
		t.Logf("ended after %v", took)
	}
	db, err := store.OpenReadOnly(t.Context(), DatabasePath(r.inForce().Data))
	if err != nil {
		t.Fatal(err)
	}
	state, err := db.State(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if state.Last.Outcome != news.OutcomeInterrupted || state.Failures != 0 || !state.NextDue.IsZero() {
		t.Errorf("got %+v, want an interrupted fetch that is still due", state)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	for _, r := range h.log.records(t, "pull") {
		t.Errorf("a stop is told as an error: %v", r)
	}
}

// After an interruption the next start takes the source up at once.
func TestStopAndStartAgain(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1"), Fault: feedtest.Stall, Pause: time.Minute}, feedtest.Response{Body: rss("A1", "A2")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""))
	r := h.serve()
	r.await("the upstream is asked", func() bool { return up.Count("/a") == 1 })
	r.end()

	h.log.text.Reset()
	r = h.serve()
	r.awaitTitles("all", "A1 A2")
	_, first := r.get("/feeds/all.atom")
	r.end()

	h.log.text.Reset()
	r = h.serve()
	r.awaitTitles("all", "A1 A2")
	if _, again := r.get("/feeds/all.atom"); again != first {
		t.Errorf("a restart changed the feed:\n got %s\nwant %s", again, first)
	}
	if n := up.Count("/a"); n != 2 {
		t.Errorf("got %d requests, want 2: what is not due is not fetched at a start", n)
	}
}

// A stop that comes between two steps of a pull is no failure.
func TestStoppedPullIsNoError(t *testing.T) {
	h := newHome(t, seedsOnly)
	h.seed("a.txt", "Titel\n\nUnd ein Satz, der darunter steht.")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for id := range d.current.Load().sources {
		for range 20 { // it stops at one step or the other
			d.pull(ctx, id)
		}
	}
	if told := h.log.records(t, "pull"); len(told) > 0 {
		t.Errorf("got %v, want no word about it", told[0])
	}
}
