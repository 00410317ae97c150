package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestMergeKeepsWhatSubscribersSaw(t *testing.T) {
	b := newHandBench(t)
	first, alias := b.shownIn("all", "a1"), b.shownIn("all", "b1")
	only := b.shownIn("b-only", "b1")
	keptA, keptB := b.shownIn("kept", "a1"), b.shownIn("kept", "b1")

	m := b.merge(guid("b", "b1"), guid("a", "a1"))
	if m.Key != first.StoryKey || !slices.Equal(m.Pages, []string{alias.StoryKey}) || len(m.Silent) > 0 {
		t.Errorf("got %+v, want %s to survive and %s to lead there", m, first.StoryKey, alias.StoryKey)
	}
	for range 2 { // at once, and after publishing again
		wantList(t, titles(b.edition("all")), "a1", "a before", "b before", "c before")
		for _, test := range []struct {
			feed, title string
			want        news.Shown
		}{{"all", "a1", first}, {"b-only", "b1", only}, {"kept", "a1", keptA}, {"kept", "b1", keptB}} {
			got := b.shownIn(test.feed, test.title)
			if identity(got) != identity(test.want) || !got.Updated.Equal(test.want.Updated) {
				t.Errorf("%s moved in %s\n got %s\nwant %s", test.title, test.feed, identity(got), identity(test.want))
			}
			if got.StoryKey != first.StoryKey {
				t.Errorf("%s in %s is of story %s, want %s", test.title, test.feed, got.StoryKey, first.StoryKey)
			}
		}
		b.publishAll()
	}
	if members := b.shownIn("all", "a1").Members; len(members) != 1 || members[0].Match.Hand != (news.Hand{Act: news.Merged, At: b.now}) {
		t.Errorf("members %+v, want b1, merged by hand", members)
	}
	if members := b.shownIn("b-only", "b1").Members; len(members) != 1 || members[0].Title != "a1" {
		t.Errorf("members %+v, want a1", members)
	}
	// The words of the merged story change in the feed that has only that one.
	b.now = b.now.Add(time.Hour)
	e := entry("b", "b1", 2)
	e.Content = "<p>Other words.</p>"
	b.fetch("b", e)
	b.publishAll()
	if got := b.shownIn("b-only", "b1"); identity(got) != identity(only) || !got.Updated.Equal(b.now) {
		t.Errorf("after new words: %s updated %v, want %s updated %v", identity(got), got.Updated, identity(only), b.now)
	}
}

func titles(e *news.Edition) []string {
	var all []string
	for _, s := range e.Shown {
		all = append(all, s.Entry.Title)
	}
	return all
}

func TestAMergedStoryIsFoundByItsOldNames(t *testing.T) {
	b := newHandBench(t)
	old := b.shownIn("all", "b1")
	m := b.merge(guid("a", "a1"), guid("b", "b1"))
	for _, name := range []string{old.StoryKey, old.GUID, m.Key, guid("a", "a1")} {
		found, err := b.db.Find(t.Context(), name, "")
		if err != nil || len(found) != 2 || found[0].Entry.StoryKey != m.Key {
			t.Errorf("%s: %d entries (%v), want the two of %s", name, len(found), err, m.Key)
		}
	}
	into, err := b.db.AliasOf(t.Context(), news.Everybody, old.StoryKey)
	if err != nil || into != m.Key {
		t.Errorf("the old page leads to %q (%v), want %q", into, err, m.Key)
	}
}

func TestMergeOfThreeAcrossFeedsThatSelectOtherwise(t *testing.T) {
	b := newBench(t,
		news.Feed{Name: "ab", Duplicates: news.Collapse, Limit: 100, Sources: []string{"b", "a"}},
		news.Feed{Name: "bc", Duplicates: news.Group, Limit: 100, Sources: []string{"c", "b"}},
		news.Feed{Name: "c", Duplicates: news.Collapse, Limit: 100, Sources: []string{"c"}},
	)
	for _, name := range []string{"a", "b", "c"} {
		b.now = b.now.Add(time.Hour)
		b.fetch(name, entry(name, name+"1", 1))
		b.publishAll()
	}
	a, ofB, ofC := b.shownIn("ab", "a1"), b.shownIn("bc", "b1"), b.shownIn("c", "c1")
	before := b.everything()
	b.now = b.now.Add(time.Hour)
	m := b.merge(guid("c", "c1"), guid("a", "a1"), guid("b", "b1"))
	if m.Key != a.StoryKey || !slices.Equal(m.Pages, []string{ofB.StoryKey, ofC.StoryKey}) {
		t.Errorf("got %+v, want the story of a, then b's and c's", m)
	}
	b.publishAll()
	// The entry that is shown is chosen again, by the order of sources; its place stays.
	for _, test := range []struct {
		feed, title string
		want        news.Shown
	}{{"ab", "b1", a}, {"bc", "c1", ofB}, {"c", "c1", ofC}} {
		if got := b.shownIn(test.feed, test.title); identity(got) != identity(test.want) || len(b.edition(test.feed).Shown) != 1 {
			t.Errorf("%s shows %d, first %s, want one as %s", test.feed, len(b.edition(test.feed).Shown), identity(got), identity(test.want))
		}
	}
	b.now = b.now.Add(time.Hour)
	b.split(guid("b", "b1"))
	b.publishAll()
	b.split(guid("c", "c1"))
	b.publishAll()
	wantList(t, b.everything(), before...) // each is in its former place again
}

// everything returns what all feeds show, a line each.
func (b *bench) everything() (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(b.feeds)) {
		for _, s := range b.edition(name).Shown {
			lines = append(lines, name+" "+s.Entry.Title+" "+identity(s))
		}
	}
	return lines
}

func TestMergeChainsAreFlat(t *testing.T) {
	b := newHandBench(t)
	b.fetch("c", entry("c", "c1", 1))
	b.publishAll()
	c := b.shownIn("all", "c1").StoryKey
	second := b.shownIn("all", "b1").StoryKey
	b.merge(guid("b", "b1"), guid("c", "c1"))
	b.publishAll()
	m := b.merge(guid("a", "a1"), guid("c", "c1"))
	b.publishAll()
	for _, old := range []string{second, c} {
		if into, err := b.db.AliasOf(t.Context(), news.Everybody, old); err != nil || into != m.Key {
			t.Errorf("%s leads to %q (%v), want %q", old, into, err, m.Key)
		}
	}
	wantList(t, titles(b.edition("all")), "a1", "a before", "b before", "c before")
	ids := []int64{b.placement(guid("a", "a1")).Entry.StoryID, b.placement(guid("c", "c1")).Entry.StoryID}
	if _, err := b.db.Merge(t.Context(), ids, b.now); !errors.Is(err, ErrSameStory) {
		t.Errorf("merging once more: %v, want %v", err, ErrSameStory)
	}
}

func TestThePublishedStorySurvives(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, Sources: []string{"b"}})
	b.fetch("a", entry("a", "a1", 9)) // seen first, but in no feed
	b.now = b.now.Add(time.Hour)
	b.fetch("b", entry("b", "b1", 1))
	b.publish("all")
	was := b.shownIn("all", "b1")
	silent := b.placement(guid("a", "a1")).Entry.StoryKey
	m := b.merge(guid("a", "a1"), guid("b", "b1"))
	if m.Key != was.StoryKey || !slices.Equal(m.Silent, []string{silent}) || len(m.Pages) > 0 {
		t.Errorf("got %+v, want %s to survive and %s to have had no page", m, was.StoryKey, silent)
	}
	if into, err := b.db.AliasOf(t.Context(), news.Everybody, silent); err != nil || into != "" {
		t.Errorf("the page that never was leads to %q (%v)", into, err)
	}
	b.publish("all")
	if got := b.shownIn("all", "b1"); identity(got) != identity(was) {
		t.Errorf("got %s, want %s", identity(got), identity(was))
	}
}

func TestOfUnpublishedStoriesTheFirstSeenSurvives(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"b", "a"} {
		b.fetch(name, entry(name, name+"1", 1))
		b.now = b.now.Add(time.Hour)
	}
	want := b.placement(guid("b", "b1")).Entry.StoryKey
	if m := b.merge(guid("a", "a1"), guid("b", "b1")); m.Key != want {
		t.Errorf("%s survives, want %s", m.Key, want)
	}
	wantList(t, b.publish("all"), "a1")
}

// The seed of the surviving story is withdrawn, so the feed shows the other entry.
func TestMergeKeepsThePublicationThatIsShown(t *testing.T) {
	w := newWorld(t, 1, false)
	w.docs["s"] = []news.Entry{{GUID: "seed:0", Title: "Seed", Content: "<p>The words of the seed.</p>"}}
	w.saveSeeds(&news.SeedState{}, w.docs["s"])
	w.publish("all")
	w.now = w.now.Add(time.Hour)
	w.saveSeeds(&news.SeedState{Withdrawn: []string{"seed:0"}}, nil)
	w.fetch("a", entry("a", "a1", 1))
	w.publish("all")
	was := w.shownIn("all", "a1")
	if m := w.merge("seed:0", guid("a", "a1")); !slices.Equal(m.Pages, []string{was.StoryKey}) {
		t.Errorf("got %+v, want the seed's story to survive", m)
	}
	wantList(t, w.publish("all"), "a1")
	w.saveSeeds(&news.SeedState{Returned: []string{"seed:0"}}, nil)
	w.publish("all")
	if got := w.edition("all").Shown; len(got) != 1 || identity(got[0]) != identity(was) {
		t.Errorf("got %v, want one as %s", titles(w.edition("all")), identity(was))
	}
}

func TestLaterArrivalsJoinTheSurvivor(t *testing.T) {
	b := newHandBench(t)
	was := b.shownIn("all", "a1")
	m := b.merge(guid("a", "a1"), guid("b", "b1"))
	wantList(t, b.publish("all"), "a1", "a before", "b before", "c before")
	copied := entry("c", "c1", 0)
	copied.Link = guid("b", "b1") // so the entry it links to is the original
	b.fetch("c", copied)
	wantList(t, b.publish("all"), "b1", "a before", "b before", "c before")
	if got := b.shownIn("all", "b1"); identity(got) != identity(was) {
		t.Errorf("got %s, want %s", identity(got), identity(was))
	}
	if got := b.placement(guid("c", "c1")).Entry; got.StoryKey != m.Key || !got.Match.Hand.IsZero() {
		t.Errorf("joined %s by %+v, want %s by the machine", got.StoryKey, got.Match, m.Key)
	}
}

func TestNothingAutomaticUndoesAMerge(t *testing.T) {
	b := newHandBench(t)
	m := b.merge(guid("a", "a1"), guid("b", "b1"))
	for _, names := range [][]string{{"a"}, {"b"}, {"a", "b", "c"}} {
		b.configure(names, handFeeds()...)
		for _, name := range names {
			e := entry(name, name+"1", 2)
			e.Content = fmt.Sprintf("<p>Words of %d sources.</p>", len(names))
			b.fetch(name, e)
		}
		b.publishAll()
	}
	for _, e := range []news.Placement{b.placement(guid("a", "a1")), b.placement(guid("b", "b1"))} {
		if e.Entry.StoryKey != m.Key {
			t.Errorf("%s is of story %s, want %s", e.Entry.Title, e.Entry.StoryKey, m.Key)
		}
	}
	// All guids change.
	e := entry("b", "b1", 2)
	e.Content, e.GUID = "<p>Words of 3 sources.</p>", "tag:b.example,2026:1"
	b.fetch("b", e)
	if got := b.placement(e.GUID).Entry.StoryKey; got != m.Key {
		t.Errorf("under another guid it is of story %s, want %s", got, m.Key)
	}
}

func TestAWithdrawnSeedReturnsToTheStoryThatAPersonChose(t *testing.T) {
	w := newWorld(t, 1, false)
	w.docs["s"] = []news.Entry{{GUID: "seed:0", Title: "Seed", Content: "<p>The words of the seed.</p>"}}
	w.saveSeeds(&news.SeedState{}, w.docs["s"])
	w.fetch("a", entry("a", "a1", 1))
	w.publish("all")
	m := w.merge("seed:0", guid("a", "a1"))
	w.saveSeeds(&news.SeedState{Withdrawn: []string{"seed:0"}}, nil)
	wantList(t, w.publish("all"), "a1")
	w.saveSeeds(&news.SeedState{Returned: []string{"seed:0"}}, nil)
	w.publish("all")
	if got := w.placement("seed:0").Entry.StoryKey; got != m.Key || len(w.edition("all").Shown) != 1 {
		t.Errorf("the seed is of story %s, want %s, shown once", got, m.Key)
	}
}

// A private story is merged with a public one: nothing private is shown.
func TestMergeWithAPrivateStory(t *testing.T) {
	b := newBench(t)
	public := b.sources["a"]
	public.ID = 0
	secret := news.Source{Name: "p", Kind: news.KindFeed, URL: "https://p.example/feed"}
	b.sync([]news.Source{public, secret}, []news.Feed{{Name: "all", Duplicates: news.Group, Limit: 100}})
	b.fetch("p", entry("p", "private", 9))
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "a1", 1))
	b.publish("all")
	was := b.shownIn("all", "a1")
	m := b.merge(guid("p", "private"), guid("a", "a1"))
	if m.Key != was.StoryKey || len(m.Silent) != 1 {
		t.Errorf("got %+v, want the public story to survive", m)
	}
	if _, err := b.db.Pin(t.Context(), b.placement(guid("p", "private")).Entry.ID, b.now); err != nil {
		t.Fatal(err)
	}
	wantList(t, b.publish("all"), "a1")
	if got := b.shownIn("all", "a1"); len(got.Members) > 0 || identity(got) != identity(was) {
		t.Errorf("got %s with %d members, want %s with none", identity(got), len(got.Members), identity(was))
	}
	b.split(guid("p", "private"))
	wantList(t, b.publish("all"), "a1")
}
