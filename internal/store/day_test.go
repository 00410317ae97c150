package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/news"
	"tributary/internal/story"
)

// TestSourceDays checks that each day occurs once, that entries of the first
// document are not new, and that our own failures are not visits.
func TestSourceDays(t *testing.T) {
	b := newBench(t)
	today := b.now.UTC().Truncate(day)
	b.now = today.AddDate(0, 0, -3).Add(time.Hour)
	b.fetch("a", entry("a", "one", 300), entry("a", "two", 300))
	b.now = today.AddDate(0, 0, -2).Add(time.Hour)
	b.fetch("a", entry("a", "one", 300), entry("a", "three", 70))
	for _, outcome := range []news.Outcome{news.OutcomeTimeout, news.OutcomeInterrupted, news.OutcomeInternal} {
		b.now = b.now.Add(time.Hour)
		if _, err := b.failAs(outcome, "a"); err != nil {
			t.Fatal(err)
		}
	}
	b.now = today.Add(23 * time.Hour)
	b.fetch("b", entry("b", "other", 1))
	got, err := b.db.SourceDays(t.Context(), b.sources["a"].ID, 4, b.now)
	if err != nil {
		t.Fatal(err)
	}
	want := []news.SourceDay{
		{Day: today.AddDate(0, 0, -3), Visits: 1}, {Day: today.AddDate(0, 0, -2), Visits: 2, Failed: 1, New: 1},
		{Day: today.AddDate(0, 0, -1)}, {Day: today},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	got, err = b.db.SourceDays(t.Context(), b.sources["a"].ID, 2, b.now)
	if want := want[2:]; err != nil || !cmp.Equal(want, got) {
		t.Errorf("two days: %v (%v), want %v", got, err, want)
	}
}

// TestStoryDays checks that a story counts once, on the day it entered its first
// public feed. Private and withdrawn stories do not count.
func TestStoryDays(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 1}, news.Feed{Name: "again", Duplicates: news.Collapse, Limit: 1},
		news.Feed{Name: "club", Private: true, Duplicates: news.Collapse, Limit: 1, Sources: []string{"c"}})
	publish := func() {
		for name := range b.feeds {
			b.publish(name)
		}
	}
	days := func() (counts []int) {
		t.Helper()
		all, err := b.db.StoryDays(t.Context(), 4, b.now)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range all {
			if want := b.now.UTC().Truncate(day).AddDate(0, 0, i-3); !d.Day.Equal(want) {
				t.Errorf("day %d is %v, want %v", i, d.Day, want)
			}
			counts = append(counts, d.Stories)
		}
		return counts
	}
	b.fetch("a", entry("a", "old", 1000), entry("a", "yesterday", 30))
	b.fetch("c", entry("c", "known", 29))
	publish()
	if got := days(); !slices.Equal(got, []int{0, 0, 2, 0}) {
		t.Errorf("the backlog: got %v", got)
	}
	b.pass(day)
	b.fetch("a", news.Entry{GUID: "n1", Title: "New", Published: b.now}, news.Entry{GUID: "n2", Title: "Newer", Published: b.now})
	publish()
	if got := days(); !slices.Equal(got, []int{0, 2, 0, 2}) {
		t.Errorf("a day later: got %v", got)
	}
	b.exec(`UPDATE publication SET removed = 1 WHERE first = (SELECT entry_id FROM content WHERE guid = 'n1')`)
	b.exec(`UPDATE feed SET private = 1 WHERE name = 'again'`)
	if got := days(); !slices.Equal(got, []int{0, 2, 0, 1}) {
		t.Errorf("without what is gone: got %v", got)
	}
	b.exec(`UPDATE feed SET private = 1 WHERE name = 'all'`)
	if got := days(); !slices.Equal(got, []int{0, 0, 0, 0}) {
		t.Errorf("all is private: got %v", got)
	}
}

// TestFindPublic checks that an entry is found by its address, its guid and its
// story, but only while its source is public.
func TestFindPublic(t *testing.T) {
	b := newBench(t)
	one, same := entry("a", "one", 2), entry("b", "one", 1)
	same.Link = one.Link
	b.fetch("a", one)
	b.fetch("b", same)
	b.publish("all")
	key := b.edition("all").Shown[0].StoryKey
	find := func(canonical, guid, key string) (sources string) {
		t.Helper()
		found, err := b.db.FindPublic(t.Context(), canonical, guid, key)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			sources += p.Source.Name
		}
		return sources
	}
	check := func(when, byAddress, byGUID, byKey string) {
		t.Helper()
		got := []string{find("https://a.example/one", "x", ""), find("", same.GUID, ""), find("", "x", key), find("", "", ""), find("https://none.example/", "none", "none")}
		if want := []string{byAddress, byGUID, byKey, "", ""}; !cmp.Equal(want, got) {
			t.Errorf("%s: got %q, want %q", when, got, want)
		}
	}
	check("public", "ab", "b", "ab")
	b.exec(`UPDATE entry SET withdrawn_at = 1 WHERE source_id = ` + fmt.Sprint(b.sources["a"].ID))
	check("one is withdrawn", "b", "b", "b")
	b.exec(`UPDATE entry SET withdrawn_at = 0`)

	ids := []int64{}
	both, err := b.db.FindPublic(t.Context(), "", "x", key)
	if err != nil || len(both) != 2 {
		t.Fatalf("%d entries (%v), want 2", len(both), err)
	}
	for _, p := range both {
		ids = append(ids, p.Entry.ID)
	}
	private := []news.Source{b.sources["a"], b.sources["b"]}
	private[1].Public = false
	b.sync(private, []news.Feed{b.feeds["all"]})
	check("one is private", "a", "", "a")
	found, err := b.db.PublicEntries(t.Context(), ids)
	if err != nil || len(found) != 1 || found[ids[0]].Entry.Title != "one" {
		t.Errorf("%d entries (%v), want that of the public source alone", len(found), err)
	}
	b.sync(private, []news.Feed{b.feeds["all"], clubFeed()})
	b.publish("club")
	if got, err := b.db.FindPublic(t.Context(), "https://a.example/one", "x", ""); err != nil || len(got) != 1 || len(got[0].In) != 1 || got[0].In[0].FeedID != b.feeds["all"].ID {
		t.Errorf("got %+v (%v), shown in the public feed alone", got, err)
	}
	b.sync(private[1:], []news.Feed{b.feeds["all"]})
	check("the other is retired", "", "", "")
	if found, err := b.db.PublicEntries(t.Context(), ids); err != nil || len(found) != 0 {
		t.Errorf("%d entries (%v) of sources that nobody follows", len(found), err)
	}
}

// failAs stores a fetch that failed.
func (b *bench) failAs(outcome news.Outcome, source string) (news.Fetch, error) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.db.Save(b.t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Fetch: news.Fetch{Started: b.now, Outcome: outcome, Error: "no"}})
}
