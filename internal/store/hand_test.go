package store

import (
	"fmt"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// shownIn returns the Publication under which a feed shows an entry, by title.
func (b *bench) shownIn(feed, title string) news.Shown {
	b.t.Helper()
	for _, s := range b.edition(feed).Shown {
		if s.Entry.Title == title {
			return s
		}
	}
	b.t.Fatalf("feed %s does not show %q", feed, title)
	return news.Shown{}
}

// placement finds the one entry with this guid.
func (b *bench) placement(guid string) news.Placement {
	b.t.Helper()
	found, err := b.db.placedEverywhere(b.t.Context(), `c.guid = $1`, guid)
	if err != nil || len(found) != 1 {
		b.t.Fatalf("%q: %d entries (%v), want 1", guid, len(found), err)
	}
	return found[0]
}

func (b *bench) merge(guids ...string) MergeResult {
	b.t.Helper()
	var stories []int64
	for _, guid := range guids {
		stories = append(stories, b.placement(guid).Entry.StoryID)
	}
	m, err := b.db.Merge(b.t.Context(), stories, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *bench) split(guids ...string) SplitResult {
	b.t.Helper()
	var ids []int64
	for _, guid := range guids {
		ids = append(ids, b.placement(guid).Entry.ID)
	}
	p, err := b.db.Split(b.t.Context(), ids, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// guid is that of entry(source, name).
func guid(source, name string) string { return "https://" + source + ".example/" + name }

// identity is what must not change of a Publication that a subscriber has seen.
func identity(s news.Shown) string {
	return fmt.Sprint(s.Sequence, " ", s.GUID, " ", s.Published, " ", s.Entered)
}

func handFeeds() []news.Feed {
	return []news.Feed{
		{Name: "all", Duplicates: news.Collapse, Limit: 100},
		{Name: "b-only", Duplicates: news.Group, Limit: 100, Sources: []string{"b"}},
		{Name: "kept", Duplicates: news.Keep, Limit: 100},
	}
}

// newHandBench has a story of a and, an hour later, one of b, as live entries in
// every feed that selects them.
func newHandBench(t *testing.T) *bench {
	b := newBench(t, handFeeds()...)
	for i, name := range []string{"a", "b", "c"} {
		b.fetch(name, entry(name, name+" before", 100+i))
	}
	b.publishAll()
	for _, name := range []string{"a", "b"} {
		b.now = b.now.Add(time.Hour)
		b.fetch(name, entry(name, name+"1", 2))
		b.publishAll()
	}
	b.now = b.now.Add(time.Hour)
	return b
}

func (b *bench) publishAll() {
	for name := range b.feeds {
		b.publish(name)
	}
}

// reread stores a document as a newer reader would that reads the kept body.
func (b *bench) reread(source string, entries ...news.Entry) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	d := &news.Document{Format: "rss20", Title: "Source " + source, Entries: entries}
	_, err = b.db.Save(b.t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Reread: true, Document: d,
		Arrivals: story.Arrive(s, d), Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK}})
	if err != nil {
		b.t.Fatal(err)
	}
}
