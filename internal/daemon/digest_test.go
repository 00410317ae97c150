package daemon

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// digested is a daemon whose feed closes a digest every night at half past two in
// Berlin, a time that the clock skips once a year and shows twice once a year.
type digested struct {
	*Daemon
	t testing.TB
	h *home
}

func newDigested(t testing.TB) *digested {
	t.Helper()
	h := newHome(t, "sources:", "  - {seeds: 'seeds/*', name: seeds}", "feeds:",
		`  - {name: all, title: Nachts, language: de, digest: "CRON_TZ=Europe/Berlin 30 2 * * *"}`)
	h.seed("first.md", "---\ntitle: First\n---\nWhat was there before.\n")
	r := &digested{t: t, h: h}
	r.open()
	return r
}

func (r *digested) open() {
	r.t.Helper()
	d, err := Open(r.t.Context(), r.h.options())
	if err != nil {
		r.t.Fatal(err)
	}
	r.Daemon = d
}

// pull brings a new document in.
func (r *digested) pull(name string) {
	r.t.Helper()
	r.h.seed(name+".md", "---\ntitle: "+name+"\n---\nWhat "+name+" has to say, and nobody else.\n")
	if _, err := r.RunOnce(r.t.Context(), Selection{All: true}, nil); err != nil {
		r.t.Fatal(err)
	}
}

// serving runs the publisher until the returned function is called.
func (r *digested) serving() (stop func()) {
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error)
	go func() { done <- r.publisher(ctx) }()
	r.publishSoon()
	return func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	}
}

// lines are the digests, newest first: when each was closed, its title and stories.
func (r *digested) lines() (lines []string) {
	for _, s := range r.publicShelf.Edition("all").Shown {
		var told []string
		for _, story := range s.Digest.Stories {
			told = append(told, story.Title)
		}
		slices.Sort(told)
		lines = append(lines, fmt.Sprintf("%s %s: %s", s.Published.UTC().Format("02 15:04:05"), s.Entry.Title, strings.Join(told, ", ")))
	}
	return lines
}

func (r *digested) want(when string, lines ...string) {
	r.t.Helper()
	if got := r.lines(); !slices.Equal(got, lines) {
		r.t.Errorf("%s: got\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// inTime runs a test in which time passes when everybody waits for it. Packers have
// channels and are pooled: none may pass between such a test and others.
func inTime(t *testing.T, test func(t *testing.T)) {
	empty := func() { runtime.GC(); runtime.GC() } // a pool outlives one collection
	empty()
	defer empty()
	synctest.Test(t, test)
}

// sleepUntil lets time pass.
func sleepUntil(t time.Time) {
	time.Sleep(time.Until(t))
	synctest.Wait()
}

// Every night has its digest at the time itself, also those in which the clock
// changes: at half past two where it is shown, at three where it is skipped, and
// at the first of two.
func TestADigestIsClosedAtItsTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		begin  time.Time
		nights []time.Time
		titles []string
	}{
		{"summer time begins", time.Date(2000, 3, 24, 18, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2000, 3, 25, 1, 30, 0, 0, time.UTC), time.Date(2000, 3, 26, 1, 0, 0, 0, time.UTC), time.Date(2000, 3, 27, 0, 30, 0, 0, time.UTC)},
			[]string{"Nachts, 25. März 2000", "Nachts, 26. März 2000", "Nachts, 27. März 2000"}},
		{"summer time ends", time.Date(2000, 10, 27, 18, 0, 0, 0, time.UTC),
			[]time.Time{time.Date(2000, 10, 28, 0, 30, 0, 0, time.UTC), time.Date(2000, 10, 29, 0, 30, 0, 0, time.UTC), time.Date(2000, 10, 30, 1, 30, 0, 0, time.UTC)},
			[]string{"Nachts, 28. Oktober 2000", "Nachts, 29. Oktober 2000", "Nachts, 30. Oktober 2000"}},
	} {
		inTime(t, func(t *testing.T) {
			sleepUntil(c.begin)
			r := newDigested(t)
			defer func() { r.Close() }()
			r.pull("Before")
			var lines []string
			for i, night := range c.nights {
				name := fmt.Sprintf("Night %d", i)
				r.pull(name)
				told := name
				if i == 0 {
					told = "Before, First, " + name // of the period in which the feed was made
				}
				stop := r.serving()
				sleepUntil(night.Add(-time.Millisecond))
				r.want(c.name+", before "+night.String(), lines...)
				sleepUntil(night)
				lines = append([]string{night.Format("02 15:04:05") + " " + c.titles[i] + ": " + told}, lines...)
				r.want(c.name+", at "+night.String(), lines...)
				sleepUntil(night.Add(2 * time.Hour))
				r.want(c.name+", long after "+night.String(), lines...)
				stop()
			}
		})
	}
}

// What nobody was there to close is closed once when the daemon is back.
func TestADigestIsMadeUpForAfterDowntime(t *testing.T) {
	inTime(t, func(t *testing.T) {
		sleepUntil(time.Date(2000, 2, 1, 12, 0, 0, 0, time.UTC))
		r := newDigested(t)
		r.pull("Before")
		r.Close()
		time.Sleep(4 * 24 * time.Hour)
		r.open()
		defer func() { r.Close() }()
		stop := r.serving()
		synctest.Wait()
		r.want("back", "05 01:30:00 Nachts, 5. Februar 2000: Before, First")
		sleepUntil(time.Date(2000, 2, 7, 12, 0, 0, 0, time.UTC))
		r.want("two nights without anything", "05 01:30:00 Nachts, 5. Februar 2000: Before, First")
		stop()
		r.pull("Later")
		sleepUntil(time.Date(2000, 2, 8, 12, 0, 0, 0, time.UTC))
		r.pull("Later still") // and one cycle closes what is due
		r.want("a cycle", "08 01:30:00 Nachts, 8. Februar 2000: Later, Later still", "05 01:30:00 Nachts, 5. Februar 2000: Before, First")
	})
}
