package store

import (
	"errors"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestSplitAndTheFirstPublishedKeepsTheID(t *testing.T) {
	for _, named := range []string{"a1", "b1"} { // whichever part is named
		b := newBench(t, handFeeds()...)
		b.fetch("a", entry("a", "a before", 100))
		b.fetch("b", entry("b", "b before", 101))
		b.publishAll()
		b.now = b.now.Add(time.Hour)
		b.fetch("a", entry("a", "a1", 2))
		b.publishAll()
		b.now = b.now.Add(time.Hour)
		copied := entry("b", "b1", 1)
		copied.Link = guid("a", "a1")
		b.fetch("b", copied)
		b.publishAll()
		was, only, kept := b.shownIn("all", "a1"), b.shownIn("b-only", "b1"), b.shownIn("kept", "b1")

		b.now = b.now.Add(time.Hour)
		p := b.split(guid(named[:1], named))
		b.publishAll()
		if p.Key != was.StoryKey || p.New == p.Key {
			t.Errorf("%s named: got %+v, want %s to go on", named, p, was.StoryKey)
		}
		wantList(t, titles(b.edition("all")), "b1", "a1", "a before", "b before")
		if got := b.shownIn("all", "a1"); identity(got) != identity(was) || len(got.Members) > 0 {
			t.Errorf("%s named: got %s with %d members, want %s alone", named, identity(got), len(got.Members), identity(was))
		}
		fresh := b.shownIn("all", "b1")
		if !fresh.Entered.Equal(b.now) || fresh.GUID == was.GUID || fresh.StoryKey != p.New {
			t.Errorf("%s named: the other side came %v as %s of %s", named, fresh.Entered, fresh.GUID, fresh.StoryKey)
		}
		// Feeds that had shown it do not show it as new.
		if got := b.shownIn("b-only", "b1"); identity(got) != identity(only) {
			t.Errorf("%s named: b-only got %s, want %s", named, identity(got), identity(only))
		}
		if got := b.shownIn("kept", "b1"); identity(got) != identity(kept) {
			t.Errorf("%s named: kept got %s, want %s", named, identity(got), identity(kept))
		}
	}
}

// rejoined returns a bench with the story of a1, which c1 had joined by its
// address and was split off by hand.
func rejoined(t *testing.T) *bench {
	b := newHandBench(t)
	copied := entry("c", "c1", 1)
	copied.Link = guid("a", "a1")
	b.fetch("c", copied)
	b.publishAll()
	b.now = b.now.Add(time.Hour)
	b.split(guid("c", "c1"))
	b.publishAll()
	return b
}

func TestNothingAutomaticUndoesASplit(t *testing.T) {
	b := rejoined(t)
	apart := func(when string) {
		t.Helper()
		b.publishAll()
		if b.placement(guid("a", "a1")).Entry.StoryID == b.placement(guid("c", "c1")).Entry.StoryID {
			t.Errorf("%s: the two are one story again", when)
		}
	}
	apart("split")
	copied := entry("c", "c1", 1)
	copied.Link = guid("a", "a1")
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "a1", 2))
	b.fetch("c", copied)
	apart("fetched again")

	copied.Title, copied.Content = "a1", "<p>The text of a1.</p>" // word for word as the other
	b.fetch("c", copied)
	apart("after an update")

	b.reread("c", copied)
	apart("read again from disk")

	b.configure([]string{"a", "b"}, handFeeds()...)
	apart("its source retired")
	b.configure([]string{"a", "b", "c"}, handFeeds()...)
	b.fetch("c", copied)
	apart("its source back")

	both := entry("b", "b2", 0)
	both.Link = guid("a", "a1")
	b.fetch("b", both)
	apart("another one came that matches both")
	if b.placement(guid("b", "b2")).Entry.Match.With == 0 {
		t.Error("the new entry joined neither")
	}
}

func TestSplittingWhatWasMergedRestoresIt(t *testing.T) {
	b := newHandBench(t)
	wasA, wasB, only := b.shownIn("all", "a1"), b.shownIn("all", "b1"), b.shownIn("b-only", "b1")
	b.merge(guid("a", "a1"), guid("b", "b1"))
	b.publishAll()
	b.now = b.now.Add(time.Hour)
	p := b.split(guid("b", "b1"))
	b.publishAll()
	for _, test := range []struct {
		feed, title string
		want        news.Shown
	}{{"all", "a1", wasA}, {"all", "b1", wasB}, {"b-only", "b1", only}} {
		if got := b.shownIn(test.feed, test.title); identity(got) != identity(test.want) {
			t.Errorf("%s in %s is %s, want %s as before", test.title, test.feed, identity(got), identity(test.want))
		}
	}
	if into, err := b.db.AliasOf(t.Context(), news.Everybody, wasB.StoryKey); err != nil || into != p.New {
		t.Errorf("its old page leads to %q (%v), want the new story %q", into, err, p.New)
	}
	acts, err := b.db.Corrections(t.Context(), b.placement(guid("b", "b1")).Entry.ID)
	if err != nil || len(acts) != 2 || acts[0].Act != news.Merged || acts[0].From != wasB.StoryKey || acts[1].Act != news.Split || acts[1].To != p.New {
		t.Errorf("got %+v (%v), want both acts", acts, err)
	}
	if got := b.placement(guid("b", "b1")).Entry.Match; got.Reason != news.ReasonNew || got.Hand.Act != news.Split {
		t.Errorf("match %+v, want the machine's reason beside the hand's", got)
	}
}

// A feed that showed only the part that leaves still shows it as before.
func TestSplitIsNoNewsWhereTheFeedShowedThatSide(t *testing.T) {
	b := rejoined(t)
	if got := b.shownIn("all", "c1"); !got.Entered.Equal(b.now) {
		t.Errorf("all shows c1 as of %v, want as news of %v", got.Entered, b.now)
	}
	for _, name := range []string{"all", "kept"} {
		seen := map[string]bool{}
		for _, s := range b.edition(name).Shown {
			if seen[s.GUID] {
				t.Errorf("%s: %s is shown twice", name, s.GUID)
			}
			seen[s.GUID] = true
		}
	}
}

func TestABacklogEntryIsSplitIntoHistory(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "a1", 5))
	copied := entry("b", "b1", 20)
	copied.Link = guid("a", "a1")
	b.fetch("b", copied)
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "a1", 5), entry("a", "new", 1))
	b.publish("all")
	b.now = b.now.Add(time.Hour)
	b.split(guid("b", "b1"))
	wantList(t, b.publish("all"), "new", "a1", "b1")
}

// The same holds if the feed's selection changed meanwhile: what readers could
// not see does not count as old.
func TestASplitEntryIsNewsAlsoAfterANewSelection(t *testing.T) {
	b := newHandBench(t)
	copied := entry("c", "c1", 50)
	copied.Link = guid("a", "a1")
	b.fetch("c", copied)
	b.publishAll()
	feeds := handFeeds()
	feeds[0].Sources = []string{"a", "c"}
	b.configure([]string{"a", "b", "c"}, feeds...)
	b.publishAll()
	b.now = b.now.Add(time.Hour)
	b.split(guid("c", "c1"))
	if got := b.publish("all")[0]; got != "c1" {
		t.Errorf("%s is on top, want c1", got)
	}
}

func TestSplitRefuses(t *testing.T) {
	b := newHandBench(t)
	copied := entry("c", "c1", 50)
	copied.Link = guid("a", "a1")
	b.fetch("c", copied)
	id := func(source, name string) int64 { return b.placement(guid(source, name)).Entry.ID }
	for _, test := range []struct {
		want    error
		entries []int64
	}{
		{ErrAlone, []int64{id("b", "b1")}},
		{ErrAll, []int64{id("a", "a1"), id("c", "c1")}},
		{ErrTwoStories, []int64{id("a", "a1"), id("b", "b1")}},
	} {
		if _, err := b.db.Split(t.Context(), test.entries, b.now); !errors.Is(err, test.want) {
			t.Errorf("%v: got %v, want %v", test.entries, err, test.want)
		}
	}
	if _, err := b.db.Split(t.Context(), []int64{9999}, b.now); err == nil {
		t.Error("an entry that there is not was split off")
	}
}
