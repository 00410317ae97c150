package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// settled returns a feed that holds new stories back for 15 minutes.
func settled(mode news.Duplicates) news.Feed {
	f := all(mode)
	f.Settle = 15 * time.Minute
	return f
}

// settling returns a bench with such a feed, which has old stories.
func settling(t *testing.T, mode news.Duplicates) *bench {
	t.Helper()
	b := newBench(t, settled(mode))
	for _, name := range []string{"a", "b", "c"} {
		b.fetch(name, entry(name, "old "+name, 20))
	}
	b.publish("all")
	return b
}

func (b *bench) pass(d time.Duration) { b.now = b.now.Add(d) }

// nextDue returns the time until the feed has to be published again; -1 for never.
func (b *bench) nextDue() time.Duration {
	b.t.Helper()
	due, err := b.db.NextDue(b.t.Context(), b.feeds["all"], b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	if due.IsZero() {
		return -1
	}
	return due.Sub(b.now)
}

// fresh returns the stories that the feed shows besides its old ones.
func (b *bench) fresh() []string {
	b.t.Helper()
	return slices.DeleteFunc(b.publish("all"), func(title string) bool { return title[:min(4, len(title))] == "old " })
}

func (b *bench) reopen() {
	b.t.Helper()
	path := b.db.engine.Path
	if err := b.db.Close(); err != nil {
		b.t.Fatal(err)
	}
	db, err := Open(b.t.Context(), path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { db.Close() })
	b.db = db
}

func TestSettleHoldsANewStoryBackAndHistoryNot(t *testing.T) {
	b := newBench(t, settled(news.Collapse))
	b.fetch("a", entry("a", "past", 3))
	wantList(t, b.publish("all"), "past")
	if due := b.nextDue(); due != -1 {
		t.Errorf("due in %v, want never: nothing waits", due)
	}
	b.pass(time.Hour)
	b.fetch("a", entry("a", "new", 0), entry("a", "past", 3))
	b.fetch("b", entry("b", "past of b", 5)) // the backlog of a new source
	wantList(t, b.publish("all"), "past", "past of b")
	if due := b.nextDue(); due != 15*time.Minute {
		t.Errorf("due in %v, want 15m", due)
	}
	b.pass(15*time.Minute - time.Millisecond)
	wantList(t, b.publish("all"), "past", "past of b")
	b.pass(time.Millisecond)
	wantList(t, b.publish("all"), "new", "past", "past of b")
	if s := b.edition("all").Shown[0]; !s.Entered.Equal(b.now) || s.Sequence != b.now.UnixMicro() {
		t.Errorf("entered %v with %d, want now, on top", s.Entered, s.Sequence)
	}
	if due := b.nextDue(); due != -1 {
		t.Errorf("due in %v, want never", due)
	}
	if changed, more, err := b.db.Publish(t.Context(), b.feeds["all"], b.now); changed || more || err != nil {
		t.Errorf("again: changed %v, more %v, %v", changed, more, err)
	}
}

// The feed was scanned, the process has ended, and nothing else happens: a
// waiting story enters when it is due.
func TestWhatWaitsOutlivesARestart(t *testing.T) {
	b := settling(t, news.Collapse)
	b.pass(time.Hour)
	b.fetch("a", entry("a", "new", 0), entry("a", "old a", 20))
	b.fresh()
	b.fetch("b", entry("b", "other", 0), entry("b", "old b", 20))
	b.fresh()
	b.reopen()
	b.configure([]string{"a", "b", "c"}, settled(news.Collapse))
	wantList(t, b.fresh())
	b.pass(15 * time.Minute)
	wantList(t, b.fresh(), "other", "new")
}

// A waiting story is judged again: if the original arrives in time, it is shown
// from the beginning and gives the story its guid.
func TestAnOriginalWithinSettleGivesTheGUID(t *testing.T) {
	b := settling(t, news.Collapse)
	b.pass(time.Hour)
	original := entry("a", "original", 0)
	b.fetch("b", linkTo("b", "teaser", 2, original), entry("b", "old b", 20))
	wantList(t, b.fresh())
	b.pass(10 * time.Minute)
	b.fetch("a", original, entry("a", "old a", 20))
	wantList(t, b.fresh())
	if due := b.nextDue(); due != 5*time.Minute {
		t.Errorf("due in %v, want 5m: the first entry counts", due)
	}
	b.pass(5 * time.Minute)
	wantList(t, b.fresh(), "original")
	s := b.edition("all").Shown[0]
	if s.GUID != original.GUID || !s.Published.Equal(original.Published) || len(s.Members) != 1 {
		t.Errorf("guid %s, published %v, %d members: want those of the original", s.GUID, s.Published, len(s.Members))
	}
}

// A correction that arrives in time is what enters, and is no update.
func TestACorrectionWithinSettleIsNoUpdate(t *testing.T) {
	b := settling(t, news.Collapse)
	b.pass(time.Hour)
	e := entry("a", "nwe", 0)
	b.fetch("a", e, entry("a", "old a", 20))
	wantList(t, b.fresh())
	b.pass(5 * time.Minute)
	e.Title = "new"
	b.fetch("a", e, entry("a", "old a", 20))
	b.pass(10 * time.Minute)
	wantList(t, b.fresh(), "new")
}

func TestSettleChangesForWhatWaits(t *testing.T) {
	for name, c := range map[string]struct {
		to   time.Duration
		want []string
		due  time.Duration
	}{
		"shorter":       {5 * time.Minute, []string{"new"}, -1},
		"shorter still": {12 * time.Minute, nil, 2 * time.Minute},
		"longer":        {time.Hour, nil, 50 * time.Minute},
		"off":           {0, []string{"new"}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			b := settling(t, news.Collapse)
			b.pass(time.Hour)
			b.fetch("a", entry("a", "new", 0), entry("a", "old a", 20))
			b.fresh()
			b.pass(10 * time.Minute)
			f := settled(news.Collapse)
			f.Settle = c.to
			b.configure([]string{"a", "b", "c"}, f)
			wantList(t, b.fresh(), c.want...)
			if due := b.nextDue(); due != c.due {
				t.Errorf("due in %v, want %v", due, c.due)
			}
			b.pass(time.Hour)
			wantList(t, b.fresh(), "new")
		})
	}
}

// A waiting story is news, whatever else changes in the configuration meanwhile.
func TestWhatWaitsStaysNewsWhenTheSelectionChanges(t *testing.T) {
	late := entry("a", "late", 30) // dated before everything that is shown
	for name, change := range map[string]func(b *bench){
		"another source": func(b *bench) { b.configure([]string{"a", "b"}, settled(news.Collapse)) },
		"all anew":       func(b *bench) { b.configure([]string{"a", "b", "c"}, settled(news.Group)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := settling(t, news.Collapse)
			b.pass(time.Hour)
			b.fetch("a", late, entry("a", "old a", 20))
			b.publish("all")
			change(b)
			wantList(t, b.fresh())
			b.pass(15 * time.Minute)
			if got := b.publish("all"); got[0] != "late" {
				t.Errorf("shows %q, want late on top", got)
			}
		})
	}
}

// No story waits for ever if the clock is set back or forward.
func TestClockStepsLoseNothingThatWaits(t *testing.T) {
	for name, step := range map[string]time.Duration{"a day back": -24 * time.Hour, "a minute back": -time.Minute, "a year ahead": 365 * 24 * time.Hour} {
		for i, mode := range []news.Duplicates{news.Collapse, news.Keep, news.Collapse, news.Keep} {
			unjudged := i < 2
			t.Run(fmt.Sprint(name, " ", mode, " ", unjudged), func(t *testing.T) {
				b := settling(t, mode)
				b.pass(time.Hour)
				b.fetch("a", entry("a", "before", 0), entry("a", "old a", 20))
				b.fresh()
				want := []string{"before"}
				if unjudged { // otherwise only the clock causes another round
					b.fetch("b", entry("b", "unjudged", 0), entry("b", "old b", 20))
					want = append(want, "unjudged")
				}
				b.pass(step)
				for range 3 { // whenever it is due
					b.fresh()
					due := b.nextDue()
					if due < 0 {
						break
					}
					if due > 15*time.Minute {
						t.Fatalf("due in %v, want at most 15m", due)
					}
					b.pass(due)
				}
				got := b.fresh()
				slices.Sort(got)
				wantList(t, got, want...)
			})
		}
	}
}

func TestMoreWaitThanOneRoundJudges(t *testing.T) {
	b := settling(t, news.Collapse)
	const fetches, each = 3, publishLimit/2 + 100
	b.pass(time.Hour)
	titles := map[string]bool{}
	for n := range fetches {
		var es []news.Entry
		for i := range each {
			e := entry("a", fmt.Sprintf("n%d-%d", n, i), 0)
			titles[e.Title] = true
			es = append(es, e)
		}
		b.fetch("a", append(es, entry("a", "old a", 20))...)
		b.pass(time.Minute)
		wantList(t, b.fresh())
	}
	b.pass(15 * time.Minute)
	rounds := 0
	for more := true; more; rounds++ {
		var err error
		if _, more, err = b.db.Publish(t.Context(), b.feeds["all"], b.now); err != nil {
			t.Fatal(err)
		}
	}
	if rounds < 2 {
		t.Errorf("%d rounds: the test tests little", rounds)
	}
	var entered, waiting int
	if err := b.db.engine.Read.QueryRow(`SELECT (SELECT count(*) FROM publication WHERE removed = 0), (SELECT count(*) FROM waiting)`).Scan(&entered, &waiting); err != nil {
		t.Fatal(err)
	}
	if entered != len(titles)+3 || waiting != 0 {
		t.Errorf("%d entered and %d wait, want %d and none", entered, waiting, len(titles)+3)
	}
}

// If a source is removed, so are waiting stories that it alone reported. Those
// that others reported as well enter.
func TestRemovedWhileWaiting(t *testing.T) {
	b := settling(t, news.Collapse)
	b.pass(time.Hour)
	shared := entry("a", "shared", 0)
	b.fetch("a", shared, entry("a", "alone", 0), entry("a", "old a", 20))
	b.fetch("b", linkTo("b", "of b", 0, shared), entry("b", "old b", 20))
	wantList(t, b.fresh())
	b.pass(5 * time.Minute)
	b.configure([]string{"b", "c"}, settled(news.Collapse))
	wantList(t, b.fresh())
	b.pass(10 * time.Minute)
	wantList(t, b.fresh(), "of b")
	if due := b.nextDue(); due != -1 {
		t.Errorf("due in %v, want never: nothing waits", due)
	}

	b.pass(time.Hour)
	b.fetch("c", entry("c", "last", 0), entry("c", "old c", 20))
	wantList(t, b.fresh(), "of b")
	f := settled(news.Collapse)
	f.Name = "other" // the feed is removed as well
	b.configure([]string{"b", "c"}, f)
	var waiting int
	if err := b.db.engine.Read.QueryRow(`SELECT count(*) FROM waiting`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d wait in a feed that is gone, %v", waiting, err)
	}
}

// In a feed that keeps duplicates, each entry waits from the time it was first seen.
func TestSettleWhereDuplicatesAreKept(t *testing.T) {
	b := settling(t, news.Keep)
	b.pass(time.Hour)
	page := entry("a", "first", 0)
	b.fetch("a", page, entry("a", "old a", 20))
	wantList(t, b.fresh())
	b.pass(10 * time.Minute)
	b.fetch("b", linkTo("b", "second", 0, page), entry("b", "old b", 20))
	wantList(t, b.fresh())
	b.pass(5 * time.Minute)
	wantList(t, b.fresh(), "first")
	if due := b.nextDue(); due != 10*time.Minute {
		t.Errorf("due in %v, want 10m", due)
	}
	b.pass(10 * time.Minute)
	wantList(t, b.fresh(), "second", "first")
}

// One feed holds a story back, and another shows it at once. The guid is the same.
func TestSettleIsOfOneFeed(t *testing.T) {
	quick := all(news.Collapse)
	quick.Name = "quick"
	b := newBench(t, settled(news.Collapse), quick)
	b.fetch("a", entry("a", "old a", 20))
	b.publish("all")
	b.publish("quick")
	b.pass(time.Hour)
	b.fetch("a", entry("a", "new", 0), entry("a", "old a", 20))
	wantList(t, b.publish("all"), "old a")
	wantList(t, b.publish("quick"), "new", "old a")
	b.pass(15 * time.Minute)
	wantList(t, b.publish("all"), "new", "old a")
	if one, other := b.edition("all").Shown[0].GUID, b.edition("quick").Shown[0].GUID; one != other {
		t.Errorf("guids %s and %s", one, other)
	}
}

func TestWaitsUntil(t *testing.T) {
	b := settling(t, news.Collapse)
	b.pass(time.Hour)
	b.fetch("a", entry("a", "new", 0), entry("a", "old a", 20))
	b.fresh()
	found, err := b.db.Find(t.Context(), "https://a.example/new", "")
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	until := func() time.Time {
		until, err := b.db.WaitsUntil(t.Context(), b.feeds["all"], found[0].StoryID, b.now)
		if err != nil {
			t.Fatal(err)
		}
		return until
	}
	if got, want := until(), b.now.Add(15*time.Minute); !got.Equal(want) {
		t.Errorf("until %v, want %v", got, want)
	}
	b.pass(15 * time.Minute)
	b.fresh()
	if got := until(); !got.IsZero() {
		t.Errorf("until %v, want none: it entered", got)
	}
}
