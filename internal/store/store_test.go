package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"tributary/internal/news"
	"tributary/internal/story"
)

// start is when the tests begin. The store never reads the clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a store with a configuration and a clock, as the daemon uses it.
type bench struct {
	t       testing.TB
	db      *DB
	now     time.Time
	sources map[string]news.Source
	feeds   map[string]news.Feed

	matching news.Matching // zero: the default
}

var site = news.Site{Title: "River", URL: "http://river.example"}

func newBench(t testing.TB, feeds ...news.Feed) *bench {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bench{t: t, db: db, now: start}
	if len(feeds) == 0 {
		feeds = []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}}
	}
	b.configure([]string{"a", "b", "c"}, feeds...)
	return b
}

func (b *bench) configure(names []string, feeds ...news.Feed) {
	b.t.Helper()
	var sources []news.Source
	for _, n := range names {
		sources = append(sources, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: true, Tags: []string{"t" + n}})
	}
	b.sync(sources, feeds)
}

func (b *bench) sync(sources []news.Source, feeds []news.Feed) {
	b.t.Helper()
	stored, err := b.db.SyncSources(b.t.Context(), sources, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := b.db.SyncFeeds(b.t.Context(), feeds, stored, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.sources, b.feeds = map[string]news.Source{}, map[string]news.Feed{}
	for _, s := range stored {
		b.sources[s.Name] = s
	}
	for _, f := range out {
		b.feeds[f.Name] = f
	}
}

// fetch stores a document with these entries, as a fetch of a source would.
func (b *bench) fetch(source string, entries ...news.Entry) news.Fetch {
	b.t.Helper()
	f, err := b.save(source, entries...)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func (b *bench) save(source string, entries ...news.Entry) (news.Fetch, error) {
	b.t.Helper()
	return b.saveAs(news.OutcomeOK, source, entries...)
}

func (b *bench) saveAs(outcome news.Outcome, source string, entries ...news.Entry) (news.Fetch, error) {
	b.t.Helper()
	return b.saveDocument(outcome, source, &news.Document{Format: "rss20", Title: "Source " + source, Entries: entries})
}

// harvest stores a document, as a fetch of a source would.
func (b *bench) harvest(source string, d *news.Document) {
	b.t.Helper()
	if _, err := b.saveDocument(news.OutcomeOK, source, d); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) saveDocument(outcome news.Outcome, source string, d *news.Document) (news.Fetch, error) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.db.Save(b.t.Context(), &story.Harvest{
		Source: s, Epoch: lease.Epoch, Matching: b.matching, Document: d, Arrivals: story.Arrive(s, d), NextDue: b.now.Add(time.Hour),
		Fetch:      news.Fetch{Started: b.now, Outcome: outcome, Status: 200},
		Validators: &news.Validators{ETag: `"1"`, BodyHash: "x"},
		Body:       &news.Body{URL: s.URL, ContentType: "application/rss+xml", Reader: 1, Data: []byte("<rss/>")},
	})
}

// publish publishes a feed completely and returns the titles it shows.
func (b *bench) publish(feed string) []string {
	b.t.Helper()
	for more := true; more; {
		var err error
		if _, more, err = b.db.Publish(b.t.Context(), b.feeds[feed], b.now); err != nil {
			b.t.Fatal(err)
		}
	}
	var titles []string
	for _, s := range b.edition(feed).Shown {
		titles = append(titles, s.Entry.Title)
	}
	return titles
}

func (b *bench) edition(feed string) *news.Edition {
	b.t.Helper()
	e, err := b.db.Edition(b.t.Context(), site, b.feeds[feed])
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

// entry returns an entry of a source, published so many hours before start.
func entry(source, name string, hours int) news.Entry {
	return news.Entry{
		GUID: "https://" + source + ".example/" + name, Link: "https://" + source + ".example/" + name,
		Title: name, Content: "<p>The text of " + name + ".</p>", Published: start.Add(-time.Duration(hours) * time.Hour),
	}
}

func wantList(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestBacklogIsPlacedByPublishedAndLiveEntriesOnTop(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "a1", 1), entry("a", "a5", 5))
	b.fetch("b", entry("b", "b3", 3))
	wantList(t, b.publish("all"), "a1", "b3", "a5")

	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "a1", 1), entry("a", "a5", 5), entry("a", "late", 30), entry("a", "new", 0))
	wantList(t, b.publish("all"), "new", "late", "a1", "b3", "a5")

	b.fetch("c", entry("c", "c2", 2), entry("c", "c4", 4)) // a new source: into the history
	wantList(t, b.publish("all"), "new", "late", "a1", "c2", "b3", "c4", "a5")
}

func TestTheRestOfACutOffFirstDocumentIsBacklogToo(t *testing.T) {
	b := newBench(t)
	b.fetch("b", entry("b", "b1", 1))
	b.publish("all")
	if _, err := b.saveAs(news.OutcomeTruncated, "a", entry("a", "a2", 2)); err != nil {
		t.Fatal(err)
	}
	b.fetch("a", entry("a", "a2", 2), entry("a", "a3", 3))
	wantList(t, b.publish("all"), "b1", "a2", "a3")
}

func TestKnownEntriesAreNotDoubled(t *testing.T) {
	b := newBench(t)
	doc := []news.Entry{entry("a", "one", 1), entry("a", "two", 2)}
	if f := b.fetch("a", doc...); f.New != 2 {
		t.Errorf("first fetch: %d new, want 2", f.New)
	}
	revision, _ := b.db.Revision(t.Context())
	if f := b.fetch("a", doc...); f.New != 0 || f.Changed != 0 {
		t.Errorf("second fetch: %d new, %d changed, want none", f.New, f.Changed)
	}
	if again, _ := b.db.Revision(t.Context()); again != revision {
		t.Error("an unchanged document raised the revision")
	}
}

func TestGuidsThatChangeInMassAreTheSameEntries(t *testing.T) {
	b := newBench(t)
	doc := []news.Entry{entry("a", "one", 1), entry("a", "two", 2), entry("a", "three", 3)}
	b.fetch("a", doc...)
	for i := range doc {
		doc[i].GUID = fmt.Sprintf("tag:a.example,2026:%d", i)
	}
	for range 2 {
		if f := b.fetch("a", doc...); f.New != 0 {
			t.Errorf("%d new entries after the guids changed, want 0", f.New)
		}
	}
	wantList(t, b.publish("all"), "one", "two", "three")
}

// A newer reader may find another link in a stored document, which is all that the entry is
// known by.
func TestEntriesThatAreReadDifferentlyAreTheSame(t *testing.T) {
	b := newBench(t)
	bare, full := entry("a", "bare", 1), entry("a", "full", 2)
	for _, e := range []*news.Entry{&bare, &full} {
		e.GUID, e.Link = "", e.Link+"?b=1&amp;c=2"
	}
	bare.Content = ""
	b.fetch("a", bare, full, entry("a", "other", 3))
	wantList(t, b.publish("all"), "bare", "full", "other")
	before := b.edition("all").Shown

	for _, e := range []*news.Entry{&bare, &full} {
		e.Link = strings.ReplaceAll(e.Link, "&amp;", "&")
	}
	b.reread("a", bare, full, entry("a", "other", 3), entry("a", "recovered", 4))
	wantList(t, b.publish("all"), "recovered", "bare", "full", "other")
	for i, s := range b.edition("all").Shown[1:] {
		if s.GUID != before[i].GUID || !s.Updated.Equal(before[i].Updated) || len(s.Members) > 0 || strings.Contains(s.Entry.Link, "amp;") {
			t.Errorf("%s was read as %+v, want the link mended and nothing else", s.Entry.Title, s)
		}
	}
	if f := b.fetch("a", bare, full); f.New != 0 {
		t.Errorf("%d new entries with the next fetch, want 0", f.New)
	}
}

func TestOneStoryOfTwoSourcesIsShownOnce(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 2))
	copied := entry("a", "one", 1)
	copied.GUID = "b-7"
	copied.Link += "?utm_source=b"
	b.fetch("b", copied, entry("b", "other", 3))
	wantList(t, b.publish("all"), "one", "other")
	shown := b.edition("all").Shown[0]
	if len(shown.Members) != 1 || shown.Members[0].SourceName != "b" || shown.Members[0].Match.Reason != news.ReasonURL {
		t.Errorf("members of the story: %+v, want one of b matched by url", shown.Members)
	}
}

func TestPublicationsDoNotMove(t *testing.T) {
	b := newBench(t)
	e := entry("a", "one", 2)
	b.fetch("a", e)
	b.publish("all")
	before := b.edition("all").Shown[0].Publication

	b.now = b.now.Add(time.Hour)
	e.Content = "<div><p>The  text of <b>one</b> — .</p></div>" // only markup
	e.Published = b.now                                         // a new date
	b.fetch("a", e)
	b.publish("all")
	if after := b.edition("all").Shown[0].Publication; after != before {
		t.Errorf("markup and date moved the publication\n got %+v\nwant %+v", after, before)
	}
	if got := b.edition("all").Shown[0].Entry.Content; !strings.Contains(got, "<b>") {
		t.Errorf("the new markup is not shown: %q", got)
	}

	b.now = b.now.Add(time.Hour)
	e.Content = "<p>The corrected text of one.</p>"
	b.fetch("a", e)
	b.publish("all")
	after := b.edition("all").Shown[0].Publication
	if !after.Updated.Equal(b.now) {
		t.Errorf("updated is %v after the words changed, want %v", after.Updated, b.now)
	}
	if after.GUID != before.GUID || !after.Published.Equal(before.Published) || after.Sequence != before.Sequence {
		t.Errorf("got %+v\nwant guid, published and sequence of %+v", after, before)
	}
	if e := b.edition("all"); !e.Updated.Equal(b.now) {
		t.Errorf("feed updated is %v, want %v", e.Updated, b.now)
	}
}

func TestMintedIdsAreTheSameFromAnEmptyDatabase(t *testing.T) {
	ids := func() (ids []string) {
		b := newBench(t)
		plain := entry("a", "one", 1)
		plain.GUID = "4711"
		none := entry("a", "two", 2)
		none.GUID = ""
		b.fetch("c", entry("c", "first row", 9))
		b.fetch("a", plain, none, entry("a", "three", 3))
		b.publish("all")
		for _, s := range b.edition("all").Shown {
			ids = append(ids, s.StoryKey+" "+s.GUID)
		}
		return append(ids, b.feeds["all"].UUID)
	}
	first := ids()
	wantList(t, ids(), first...)
	if !strings.Contains(first[2], " https://a.example/three") || !strings.Contains(first[0], "urn:uuid:") {
		t.Errorf("guids are %q, want the IRI kept and the number minted", first)
	}
}

func TestFutureAndMissingDatesAreWhenWeSawThem(t *testing.T) {
	b := newBench(t)
	b.now = start.Add(-time.Hour)
	b.fetch("a", entry("a", "first", 1000))
	b.now = start
	future, undated := entry("a", "future", -1000), entry("a", "undated", 0)
	undated.Published = time.Time{}
	b.fetch("a", future, undated)
	b.publish("all")
	b.now = b.now.Add(24 * time.Hour)
	b.fetch("a", future, undated)
	b.publish("all")
	for _, s := range b.edition("all").Shown[:2] {
		if !s.Published.Equal(start) {
			t.Errorf("%s is published %v, want %v", s.Entry.Title, s.Published, start)
		}
	}
}

// A new source without dates does not take the top of a feed: its first document
// goes into the history, with a day between entries. Later entries are news.
func TestBacklogWithoutDatesIsSpread(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 6})
	b.fetch("a", entry("a", "a1", 1), entry("a", "a2", 2), entry("a", "a30", 30), entry("a", "a60", 60))
	var list []news.Entry
	for i := range 10 {
		e := entry("b", fmt.Sprint("b", i), 0)
		e.Published = time.Time{}
		list = append(list, e)
	}
	b.fetch("b", list...)
	wantList(t, b.publish("all"), "b0", "a1", "a2", "b1", "a30", "b2")
	if got := b.edition("all").Shown[5].Published; !got.Equal(start.Add(-48 * time.Hour)) {
		t.Errorf("the third is published %v, want two days ago", got)
	}
	b.now = b.now.Add(time.Hour)
	late := entry("b", "late", 0)
	late.Published = time.Time{}
	list[2].Published, list[3].Content = start.Add(-1000*time.Hour), "<p>Other words.</p>" // published stories do not move
	b.fetch("b", append([]news.Entry{late}, list...)...)
	wantList(t, b.publish("all"), "late", "b0", "a1", "a2", "b1", "a30")
}

func TestLimitAndWindow(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 2, Window: 10 * time.Hour})
	b.fetch("a", entry("a", "e1", 1), entry("a", "e5", 5), entry("a", "e10", 10), entry("a", "e20", 20))
	wantList(t, b.publish("all"), "e1", "e5", "e10")
	b.now = b.now.Add(100 * time.Hour) // time alone changes nothing
	wantList(t, b.publish("all"), "e1", "e5", "e10")
}

func TestMaxPerSource(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, MaxPerSource: 2})
	b.fetch("a", entry("a", "a1", 1), entry("a", "a2", 2), entry("a", "a3", 3))
	b.fetch("b", entry("b", "b9", 9))
	wantList(t, b.publish("all"), "a1", "a2", "b9")
}

// Whoever pages back through a feed sees all of it: stories left out by the
// limits of their source are on the older pages, which begin with them.
func TestOlderPagesHaveWhatIsLeftOut(t *testing.T) {
	for name, limit := range map[string]func(*news.Feed){
		"of those shown": func(f *news.Feed) { f.MaxPerSource = 3 },
		"of a day":       func(f *news.Feed) { f.MaxPerSourceDay = 3 },
	} {
		f := news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 50}
		limit(&f)
		b := newBench(t, f)
		var all []news.Entry
		for i := range 390 {
			all = append(all, entry("a", fmt.Sprint("a", i), i%20))
		}
		b.fetch("a", all...)
		b.fetch("b", entry("b", "b1", 1), entry("b", "b2", 2))
		shown := len(b.publish("all"))
		met := map[string]int{}
		e, pages := b.edition("all"), 0
		for _, s := range e.Shown {
			met[s.GUID]++
		}
		for older := map[string]bool{}; e.Older.Before > 0 && pages < 10; pages++ {
			var err error
			if e, err = b.db.Older(t.Context(), site, b.feeds["all"], e.Older.Before); err != nil {
				t.Fatal(err)
			}
			for _, s := range e.Shown {
				if older[s.GUID] {
					t.Errorf("%s: %s is on two older pages", name, s.GUID)
				}
				older[s.GUID] = true
				met[s.GUID]++
			}
		}
		if shown > 9 || len(met) != 392 || pages != 4 {
			t.Errorf("%s: %d are shown, %d are met on %d pages; want all 392 on 4", name, shown, len(met), pages)
		}
	}
}

func TestKeepShowsEveryEntryWithAGuidOfItsOwn(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100}, news.Feed{Name: "kept", Duplicates: news.Keep, Limit: 100})
	copied := entry("a", "one", 1)
	copied.GUID, copied.Title = "b-7", "one again"
	b.fetch("a", entry("a", "one", 2))
	b.fetch("b", copied)
	wantList(t, b.publish("all"), "one")
	wantList(t, b.publish("kept"), "one again", "one")
	shown := b.edition("kept").Shown
	if shown[0].GUID == shown[1].GUID {
		t.Errorf("both entries have the guid %q", shown[0].GUID)
	}
	if shown[1].GUID != b.edition("all").Shown[0].GUID {
		t.Error("the first entry has another guid in the other feed")
	}
}

func TestSelectionChangesGoIntoHistory(t *testing.T) {
	b := newBench(t, news.Feed{Name: "f", Duplicates: news.Collapse, Limit: 100, Sources: []string{"a"}})
	b.fetch("a", entry("a", "a1", 1), entry("a", "a5", 5))
	b.fetch("b", entry("b", "b3", 3))
	b.publish("f")
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "live", 4))
	wantList(t, b.publish("f"), "live", "a1", "a5")

	both := news.Feed{Name: "f", Duplicates: news.Collapse, Limit: 100, Sources: []string{"a"}, Tags: []string{"tb"}}
	b.configure([]string{"a", "b", "c"}, both)
	wantList(t, b.publish("f"), "live", "a1", "b3", "a5")

	b.configure([]string{"b", "c"}, both) // a is retired
	wantList(t, b.publish("f"), "b3")
	b.configure([]string{"a", "b", "c"}, both) // and back, with its history
	wantList(t, b.publish("f"), "live", "a1", "b3", "a5")
	if f := b.fetch("a", entry("a", "a1", 1)); f.New != 0 {
		t.Errorf("a source that came back has %d new entries, want 0", f.New)
	}
}

func TestPrivateSourcesAreInNoFeed(t *testing.T) {
	b := newBench(t)
	b.sync([]news.Source{
		{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true},
		{Name: "p", Kind: news.KindFeed, URL: "https://p.example/feed?token=canary", Public: false},
	}, []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100}})
	secret := entry("a", "one", 1)
	secret.GUID = "p1"
	b.fetch("a", entry("a", "one", 2))
	b.fetch("p", secret, entry("p", "private", 3))
	wantList(t, b.publish("all"), "one")
	if m := b.edition("all").Shown[0].Members; len(m) != 0 {
		t.Errorf("a private source is listed as a member: %+v", m)
	}
}

func TestSourcesKeepTheirHistory(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1))
	id := b.sources["a"].ID
	feeds := []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100}}
	steps := []news.Source{
		{Name: "renamed", URL: "https://a.example/feed"},
		{Name: "renamed", URL: "https://moved.example/feed"},
		{Name: "renamed", URL: "http://MOVED.example:80/feed"},
	}
	for _, s := range steps {
		s.Kind, s.Public = news.KindFeed, true
		b.sync([]news.Source{s}, feeds)
		if got := b.sources["renamed"].ID; got != id {
			t.Errorf("%s at %s is source %d, want %d", s.Name, s.URL, got, id)
		}
	}
	swap := []news.Source{
		{Name: "x", Kind: news.KindFeed, URL: "https://x.example/"}, {Name: "y", Kind: news.KindFeed, URL: "https://y.example/"},
	}
	b.sync(swap, feeds)
	x, y := b.sources["x"].ID, b.sources["y"].ID
	swap[0].Name, swap[1].Name = "y", "x"
	b.sync(swap, feeds)
	if b.sources["y"].ID != x || b.sources["x"].ID != y {
		t.Error("swapped names swapped the histories")
	}
}

func TestSupersededFetchIsRecordedAndNotStored(t *testing.T) {
	b := newBench(t)
	s := b.sources["a"]
	lease, err := b.db.Begin(t.Context(), s.ID, "one", b.now, b.now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Begin(t.Context(), s.ID, "two", b.now, b.now.Add(time.Minute)); !errors.Is(err, news.ErrLeased) {
		t.Errorf("a leased source was leased again: %v", err)
	}
	if _, err := b.db.Begin(t.Context(), s.ID, "two", b.now.Add(time.Hour), b.now.Add(2*time.Hour)); err != nil {
		t.Errorf("a lease that ran out cannot be taken over: %v", err)
	}
	d := &news.Document{Entries: []news.Entry{entry("a", "one", 1)}}
	_, err = b.db.Save(t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Fetch: news.Fetch{Started: b.now}})
	if !errors.Is(err, news.ErrSuperseded) {
		t.Errorf("got %v, want ErrSuperseded", err)
	}
	fetches, _ := b.db.Fetches(t.Context(), s.ID, 10)
	if len(fetches) != 1 || fetches[0].Outcome != news.OutcomeInterrupted {
		t.Errorf("fetches: %+v, want one interrupted", fetches)
	}
	if total, _ := b.db.Totals(t.Context()); total.Entries != 0 {
		t.Errorf("%d entries stored, want 0", total.Entries)
	}
}

func TestFetchesBecomeDailySums(t *testing.T) {
	b := newBench(t)
	for range 5 {
		b.fetch("a", entry("a", "one", 1))
		b.now = b.now.Add(time.Hour)
	}
	b.now = b.now.Add(FetchesKept + 48*time.Hour)
	b.fetch("a", entry("a", "one", 1))
	n, err := b.db.FoldFetches(t.Context(), b.now)
	if n != 5 || err != nil {
		t.Errorf("folded %d (%v), want 5", n, err)
	}
	if left, _ := b.db.Fetches(t.Context(), b.sources["a"].ID, 10); len(left) != 1 {
		t.Errorf("%d fetches left, want 1", len(left))
	}
	var count int
	if err := b.db.engine.Read.QueryRow(`SELECT sum(count) FROM fetch_day`).Scan(&count); err != nil || count != 5 {
		t.Errorf("the daily sums hold %d (%v), want 5", count, err)
	}
}

func TestRenderedTimesRise(t *testing.T) {
	b := newBench(t)
	at := func(hash string, now time.Time) time.Time {
		m, err := b.db.Rendered(t.Context(), b.feeds["all"].ID, map[string]string{"atom": hash}, now)
		if err != nil {
			t.Fatal(err)
		}
		return m["atom"]
	}
	first := at("one", start)
	if again := at("one", start.Add(time.Hour)); !again.Equal(first) {
		t.Errorf("the same bytes moved from %v to %v", first, again)
	}
	if back := at("two", start.Add(-time.Hour)); !back.After(first) {
		t.Errorf("other bytes at a clock set back are dated %v, want after %v", back, first)
	}
}

func TestOnlyOneProcessHoldsTheDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	l, err := Acquire(path, "tributary serve", start)
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Acquire(path, "tributary run", start); !errors.As(err, &held) || !strings.Contains(err.Error(), "tributary serve, process") {
		t.Errorf("got %v, want who holds it", err)
	}
	if !Held(path) {
		t.Error("nobody holds it, as it seems")
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if Held(path) {
		t.Error("it is held after the release")
	}
	again, err := Acquire(path, "tributary run", start)
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}

// A process that starts is not turned away by one that only looks.
func TestAcquireWhileAnotherLooks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	look := flock.New(path + ".lock")
	if ok, err := look.TryRLock(); !ok {
		t.Fatal(err)
	}
	time.AfterFunc(5*time.Millisecond, func() { look.Unlock() })
	l, err := Acquire(path, "tributary serve", start)
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestCloseTwice(t *testing.T) {
	b := newBench(t)
	for range 2 {
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := b.db.Request(t.Context(), nil, b.now); err == nil {
		t.Error("a closed database was written")
	}
}

func TestSeedsAreWithdrawnAndReturn(t *testing.T) {
	b := newBench(t)
	feeds := []news.Feed{{Name: "all", Duplicates: news.Collapse, Limit: 100}}
	b.sync([]news.Source{{Name: "s", Kind: news.KindSeeds, URL: "seeds/*", Public: true}}, feeds)
	scan := func(seeds *news.SeedState, entries ...news.Entry) {
		t.Helper()
		s := b.sources["s"]
		lease, err := b.db.Begin(t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		d := &news.Document{Format: "seed", Entries: entries}
		_, err = b.db.Save(t.Context(), &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Seeds: seeds,
			Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK}})
		if err != nil {
			t.Fatal(err)
		}
	}
	file := news.SeedFile{Path: "one.txt", GUID: "seed:1", TextHash: "h", Runs: []uint32{1, 2, 3}, Size: 9, ModTime: start, Present: true}
	short := news.SeedFile{Path: "two.txt", GUID: "seed:2", ModTime: start, Present: true} // its text has no runs
	scan(&news.SeedState{Files: []news.SeedFile{file, short}}, news.Entry{GUID: "seed:1", Title: "one", Content: "<p>one</p>"})
	wantList(t, b.publish("all"), "one")
	before := b.edition("all").Shown[0]
	if want := site.StoryURL(before.StoryKey); before.Entry.Link != want {
		t.Errorf("the link of a seed is %q, want %q", before.Entry.Link, want)
	}
	scan(&news.SeedState{Withdrawn: []string{"seed:1"}, Files: []news.SeedFile{file, short}})
	wantList(t, b.publish("all"))
	if left, known, _ := b.db.StoryEntries(t.Context(), news.Everybody, before.StoryKey); !known || len(left) != 0 {
		t.Errorf("a withdrawn story: known %v with %d entries, want known with 0", known, len(left))
	}
	scan(&news.SeedState{Returned: []string{"seed:1"}, Files: []news.SeedFile{file, short}})
	wantList(t, b.publish("all"), "one")
	if after := b.edition("all").Shown[0].Publication; after != before.Publication {
		t.Errorf("it returned as %+v, want %+v", after, before.Publication)
	}
	files, err := b.db.SeedFiles(t.Context(), b.sources["s"].ID)
	if err != nil || fmt.Sprint(files) != fmt.Sprint([]news.SeedFile{file, short}) {
		t.Errorf("files %+v (%v), want %+v and %+v", files, err, file, short)
	}
}

func TestBodiesAreKeptWithTheVersionOfTheirReader(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1))
	body, err := b.db.Body(t.Context(), b.sources["a"].ID)
	if err != nil || string(body.Data) != "<rss/>" {
		t.Errorf("got %+v (%v)", body, err)
	}
	old, err := b.db.OutdatedBodies(context.Background(), 2)
	if err != nil || len(old) != 1 {
		t.Errorf("outdated: %v (%v), want one", old, err)
	}
}
