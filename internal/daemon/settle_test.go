package daemon

import (
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/feedtest"
)

// A story that a feed holds back appears when it is due, though nothing else
// happens; another feed has it at once.
func TestAHeldStoryAppearsWhenItIsDue(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: rss("past")})
	h := newHome(t, "sources:", source(up, "a", "/feed", ""), "feeds:", "  - {name: all, settle: 3s}", "  - {name: quick}")
	r := h.serve()
	r.awaitTitles("all", "past")
	up.Handle("/feed", feedtest.Response{Body: rss("past", "new")})
	began := time.Now()
	r.request("a")
	r.awaitTitles("quick", "new past")
	if got := r.titles("all"); got != "past" && time.Since(began) < 3*time.Second {
		t.Fatalf("the feed that holds back shows %q at once", got)
	}
	fetched := up.Count("/feed")
	r.awaitTitles("all", "new past")
	if n := up.Count("/feed"); n != fetched {
		t.Errorf("%d fetches meanwhile: something else may have woken the publisher", n-fetched)
	}
}

// A story that became due while the machine slept, when timers stand still, appears soon
// after it wakes up, though nothing else happens.
func TestAHeldStoryAppearsWhenTheMachineWakesUp(t *testing.T) {
	inTime(t, func(t *testing.T) {
		var slept atomic.Int64
		h := newHome(t, "sources:", "  - {seeds: 'seeds/*', name: seeds}", "feeds:", "  - {name: all, settle: 24h}")
		options := h.options()
		options.Now = func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
		d, err := Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		r := &digested{Daemon: d, t: t, h: h}
		r.pull("Before")
		r.pull("Late")
		stop := r.serving()
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(r.publicShelf.Edition("all").Shown); n != 1 {
			t.Fatalf("the feed shows %d stories while one waits", n)
		}
		slept.Store(int64(3 * 24 * time.Hour))
		time.Sleep(2 * lookAgain)
		synctest.Wait()
		if n := len(r.publicShelf.Edition("all").Shown); n != 2 {
			t.Errorf("the feed shows %d stories after the machine woke up", n)
		}
	})
}

// The next process publishes what the last one held back, and by what is
// configured then.
func TestAHeldStoryAppearsAfterARestart(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: rss("past")})
	lines := []string{"sources:", source(up, "a", "/feed", ""), "feeds:", "  - {name: all, settle: 24h}"}
	h := newHome(t, lines...)
	r := h.serve()
	r.awaitTitles("all", "past")
	up.Handle("/feed", feedtest.Response{Body: rss("past", "new")})
	r.request("a")
	r.await("the story waits", func() bool { return r.waits() })
	r.end()
	h.log = &logbook{}
	r = h.serve()
	r.await("the feed is there", func() bool { return r.titles("all") != "" })
	if got := r.titles("all"); got != "past" {
		t.Errorf("shows %q, want what was there", got)
	}
	text, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	h.write(strings.Replace(string(text), "24h", "1s", 1))
	r.reloaded()
	r.awaitTitles("all", "new past")
}

// One cycle publishes what waited long enough and leaves the rest.
func TestRunPublishesWhatIsDue(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/feed", feedtest.Response{Body: rss("past")})
	h := newHome(t, "sources:", source(up, "a", "/feed", ""), "feeds:", "  - {name: all, settle: 15m}")
	passed := time.Duration(0)
	cycle := func() string {
		t.Helper()
		options := h.options()
		options.Now = func() time.Time { return time.Now().Add(passed) }
		d, err := Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, s := range d.publicShelf.Edition("all").Shown {
			titles = append(titles, s.Entry.Title)
		}
		return strings.Join(titles, " ")
	}
	cycle()
	up.Handle("/feed", feedtest.Response{Body: rss("past", "new")})
	for _, c := range []struct {
		passed time.Duration
		want   string
	}{{time.Minute, "past"}, {15 * time.Minute, "past"}, {17 * time.Minute, "new past"}} {
		passed = c.passed
		if got := cycle(); got != c.want {
			t.Errorf("after %v: shows %q, want %q", c.passed, got, c.want)
		}
	}
}

// request has the daemon fetch a source now.
func (r *running) request(name string) {
	r.t.Helper()
	if err := r.db.Request(r.t.Context(), []string{name}, time.Now()); err != nil {
		r.t.Fatal(err)
	}
}

// waits reports whether any feed holds a story back.
func (r *running) waits() bool {
	r.t.Helper()
	_, waits, err := r.nextDue(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return waits
}
