package store

import (
	"testing"
	"time"

	"tributary/internal/news"
)

// waitingPair returns a bench with a feed that holds stories back for 15 minutes.
// A story of a waits since ten minutes ago, and one of b since now. Their dates
// are hours earlier and different, so that a story on top of the feed is not
// there because of its date.
func waitingPair(t *testing.T, mode news.Duplicates) *bench {
	b := settling(t, mode)
	b.pass(time.Hour)
	b.fetch("a", entry("a", "a1", 2), entry("a", "old a", 20))
	b.fresh()
	b.pass(10 * time.Minute)
	b.fetch("b", entry("b", "b1", 3), entry("b", "old b", 20))
	wantList(t, b.fresh())
	return b
}

// heldBack returns how many stories wait in the feed's queue.
func (b *bench) heldBack() (n int) {
	b.t.Helper()
	if err := b.db.engine.Read.QueryRow(`SELECT count(*) FROM waiting`).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// wantDue publishes, and checks how many stories wait and when the next is due.
func (b *bench) wantDue(held int, due time.Duration) {
	b.t.Helper()
	b.fresh()
	if n, got := b.heldBack(), b.nextDue(); n != held || got != due {
		b.t.Errorf("%d wait, the next for %v; want %d and %v", n, got, held, due)
	}
}

// Two waiting stories are merged: the story enters once, when the first of them
// would have entered.
func TestMergeOfWaitingStories(t *testing.T) {
	for _, order := range [][]string{{"a1", "b1"}, {"b1", "a1"}} {
		b := waitingPair(t, news.Collapse)
		m := b.merge(guid(order[0][:1], order[0]), guid(order[1][:1], order[1]))
		if len(m.Silent) != 1 || len(m.Pages) > 0 {
			t.Errorf("got %+v, want one without a page to be part of the other", m)
		}
		wantList(t, b.fresh())
		b.wantDue(1, 5*time.Minute)
		b.pass(5 * time.Minute)
		wantList(t, b.fresh(), "b1") // the earlier date
		if s := b.edition("all").Shown[0]; len(s.Members) != 1 || !s.Entered.Equal(b.now) || s.StoryKey != m.Key {
			t.Errorf("entered %v as %s with %d members, want now as %s with one", s.Entered, s.StoryKey, len(s.Members), m.Key)
		}
		b.wantDue(0, -1)
		b.pass(time.Hour)
		wantList(t, b.fresh(), "b1")
	}
}

// In a feed that keeps duplicates, each entry goes on waiting by itself.
func TestMergeOfWaitingStoriesWhereDuplicatesAreKept(t *testing.T) {
	b := waitingPair(t, news.Keep)
	b.merge(guid("a", "a1"), guid("b", "b1"))
	b.wantDue(1, 5*time.Minute)
	b.pass(5 * time.Minute)
	wantList(t, b.fresh(), "a1")
	b.wantDue(1, 10*time.Minute)
	b.pass(10 * time.Minute)
	wantList(t, b.fresh(), "b1", "a1")
	b.wantDue(0, -1)
}

// A waiting story becomes part of a published one: nothing new enters, and what
// was published does not change.
func TestMergeOfAWaitingStoryWithAPublishedOne(t *testing.T) {
	for _, order := range [][]string{{"a1", "b1"}, {"b1", "a1"}} {
		b := waitingPair(t, news.Collapse)
		b.pass(5 * time.Minute)
		wantList(t, b.fresh(), "a1")
		b.wantDue(1, 10*time.Minute)
		was := b.shownIn("all", "a1")
		m := b.merge(guid(order[0][:1], order[0]), guid(order[1][:1], order[1]))
		if m.Key != was.StoryKey {
			t.Errorf("%s survives, want the published %s", m.Key, was.StoryKey)
		}
		for _, passed := range []time.Duration{0, 10 * time.Minute, time.Hour} {
			b.pass(passed)
			wantList(t, b.fresh(), "b1")
			if got := b.shownIn("all", "b1"); identity(got) != identity(was) || len(got.Members) != 1 {
				t.Errorf("after %v: %s with %d members, want %s with one", passed, identity(got), len(got.Members), identity(was))
			}
			b.wantDue(0, -1)
		}
	}
}

// The surviving story is known to another feed only: this feed still holds back
// what it would have held back.
func TestMergeOfAWaitingStoryWithOneOfAnotherFeed(t *testing.T) {
	held := settled(news.Collapse)
	held.Sources = []string{"b", "c"}
	quick := all(news.Collapse)
	quick.Name, quick.Sources = "quick", []string{"a"}
	for name, change := range map[string]func(b *bench){
		"and nothing else happens": func(*bench) {},
		"and the selection changes": func(b *bench) {
			f := held
			f.Sources = []string{"b"}
			b.configure([]string{"a", "b", "c"}, f, quick)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, held, quick)
			for _, source := range []string{"a", "b"} {
				b.fetch(source, entry(source, "old "+source, 20))
			}
			b.publishAll()
			b.pass(time.Hour)
			b.fetch("a", entry("a", "a1", 2))
			b.publishAll()
			b.pass(time.Hour)
			late := entry("b", "b1", 30) // dated before all that is shown
			b.fetch("b", late)
			b.publishAll()
			was := b.shownIn("quick", "a1")
			change(b)
			if m := b.merge(guid("b", "b1"), guid("a", "a1")); m.Key != was.StoryKey {
				t.Errorf("%s survives, want the published %s", m.Key, was.StoryKey)
			}
			b.publishAll()
			wantList(t, b.publish("all"), "old b")
			b.wantDue(1, 15*time.Minute)
			b.pass(15 * time.Minute)
			wantList(t, b.publish("all"), "b1", "old b")
			if got := b.shownIn("all", "b1"); !got.Entered.Equal(b.now) || got.GUID != was.GUID {
				t.Errorf("entered %v as %s, want now as %s", got.Entered, got.GUID, was.GUID)
			}
			b.wantDue(0, -1)
			wantList(t, b.publish("quick"), "a1", "old a")
			if got := b.shownIn("quick", "a1"); identity(got) != identity(was) {
				t.Errorf("quick: %s, want %s", identity(got), identity(was))
			}
		})
	}
}

// A waiting story is split: each part waits from the time its first entry was seen.
func TestSplitOfAWaitingStory(t *testing.T) {
	for _, named := range []string{"a1", "b1"} { // whichever side is named
		t.Run(named, func(t *testing.T) {
			b := settling(t, news.Collapse)
			b.pass(time.Hour)
			b.fetch("a", entry("a", "a1", 2), entry("a", "old a", 20))
			b.fresh()
			b.pass(10 * time.Minute)
			b.fetch("b", linkTo("b", "b1", 1, entry("a", "a1", 2)), entry("b", "old b", 20))
			b.wantDue(1, 5*time.Minute)
			p := b.split(guid(named[:1], named))
			b.wantDue(2, 5*time.Minute)
			b.pass(5 * time.Minute)
			wantList(t, b.fresh(), "a1")
			if got := b.shownIn("all", "a1"); got.StoryKey != p.Key || len(got.Members) > 0 {
				t.Errorf("got %s with %d members, want %s alone", got.StoryKey, len(got.Members), p.Key)
			}
			b.wantDue(1, 10*time.Minute)
			b.pass(10 * time.Minute)
			wantList(t, b.fresh(), "b1", "a1")
			if got := b.shownIn("all", "b1"); got.StoryKey != p.New || !got.Entered.Equal(b.now) {
				t.Errorf("got %s, entered %v, want %s now", got.StoryKey, got.Entered, p.New)
			}
			b.wantDue(0, -1)
		})
	}
}

// An entry split off a published story waits only as long as it would have waited
// by itself, because no more copies arrive of what was seen long ago.
func TestSplitOffAPublishedStoryWhereStoriesAreHeldBack(t *testing.T) {
	for passed, due := range map[time.Duration]time.Duration{5 * time.Minute: 10 * time.Minute, time.Hour: -1} {
		b := settling(t, news.Collapse)
		b.pass(time.Hour)
		b.fetch("a", entry("a", "a1", 2), entry("a", "old a", 20))
		b.fresh()
		b.pass(15 * time.Minute)
		wantList(t, b.fresh(), "a1")
		b.fetch("b", linkTo("b", "b1", 1, entry("a", "a1", 2)), entry("b", "old b", 20))
		wantList(t, b.fresh(), "a1")
		was := b.shownIn("all", "a1")
		b.pass(passed)
		b.split(guid("b", "b1"))
		if due > 0 {
			b.wantDue(1, due)
			wantList(t, b.fresh(), "a1")
			b.pass(due)
		}
		wantList(t, b.fresh(), "b1", "a1")
		b.wantDue(0, -1)
		if got := b.shownIn("all", "a1"); identity(got) != identity(was) {
			t.Errorf("got %s, want %s", identity(got), identity(was))
		}
	}
}

// A pin also applies to a waiting story: the pinned entry is shown when it
// enters, and gives the story its guid.
func TestPinInAWaitingStory(t *testing.T) {
	b := waitingPair(t, news.Collapse)
	b.merge(guid("a", "a1"), guid("b", "b1"))
	if _, err := b.db.Pin(t.Context(), b.placement(guid("a", "a1")).Entry.ID, b.now); err != nil {
		t.Fatal(err)
	}
	b.wantDue(1, 5*time.Minute)
	b.pass(5 * time.Minute)
	wantList(t, b.fresh(), "a1")
	if got := b.shownIn("all", "a1").GUID; got != guid("a", "a1") {
		t.Errorf("guid %s, want that of a1", got)
	}
}
