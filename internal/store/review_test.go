package store

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// Regression tests for findings of a review.

func all(mode news.Duplicates) news.Feed {
	return news.Feed{Name: "all", Duplicates: mode, Limit: news.MaxShown}
}

func (b *bench) guids(feed string) []string {
	b.t.Helper()
	var guids []string
	for _, s := range b.edition(feed).Shown {
		guids = append(guids, s.GUID)
	}
	return guids
}

func TestTwoEntriesOfAStoryWithOneGUIDAreToldApart(t *testing.T) {
	kept := all(news.Keep)
	kept.Name = "kept"
	second := kept
	second.Name = "second"
	b := newBench(t, kept, second)
	same := func(source string, hours int) news.Entry {
		e := entry("outlet", "one", hours)
		e.Title = source
		return e
	}
	b.fetch("a", same("a", 1))
	b.fetch("b", same("b", 2))
	b.publish("kept")
	b.publish("second")
	guids := b.guids("kept")
	if len(guids) != 2 || guids[0] == guids[1] {
		t.Errorf("the guids of two entries are %q, want two different ones", guids)
	}
	wantList(t, b.guids("second"), guids...) // the same in another feed
}

func TestANewFeedBeginsWithItsPast(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "old", 30))
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "older but late", 50), entry("a", "new", 1))
	b.publish("all")
	later := all(news.Collapse)
	later.Name = "later"
	b.configure([]string{"a", "b", "c"}, b.feeds["all"], later)
	wantList(t, b.publish("later"), "new", "old", "older but late")

	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "late again", 60))
	wantList(t, b.publish("later"), "late again", "new", "old", "older but late")
}

func TestAnotherWayToShowDuplicatesIsNoNews(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	b.fetch("a", entry("a", "seed", 9))
	b.fetch("b", entry("b", "seed of b", 8))
	b.publish("all")
	b.now = b.now.Add(time.Hour)
	copied := entry("a", "one", 30)
	copied.GUID, copied.Title = "b-7", "one of b"
	b.fetch("a", entry("a", "one", 40))
	b.fetch("b", copied)
	b.fetch("a", entry("a", "top", 2))
	wantList(t, b.publish("all"), "top", "one", "seed of b", "seed")
	b.configure([]string{"a", "b", "c"}, all(news.Keep))
	wantList(t, b.publish("all"), "top", "one", "seed of b", "seed", "one of b")
}

func TestLiveEntriesStayLiveWhenTheSelectionChangesBeforeTheyAreJudged(t *testing.T) {
	f := all(news.Collapse)
	f.Sources = []string{"a"}
	b := newBench(t, f)
	b.fetch("a", entry("a", "old", 1))
	b.fetch("b", entry("b", "other", 2))
	b.publish("all")
	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "late", 30))
	f.Sources = []string{"b", "a"}
	b.configure([]string{"a", "b", "c"}, f)
	wantList(t, b.publish("all"), "late", "old", "other")
}

func TestARoundUnderWayDoesNotUndoAReload(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	copied := entry("a", "one", 1)
	copied.GUID = "b-7"
	b.fetch("a", entry("a", "one", 2))
	b.fetch("b", copied)
	b.publish("all")
	before := b.feeds["all"]
	b.configure([]string{"a", "b", "c"}, all(news.Keep))
	if _, _, err := b.db.Publish(t.Context(), before, b.now); err != nil { // with the feed as it was
		t.Fatal(err)
	}
	wantList(t, b.publish("all"), "one", "one")
}

func TestManyEntriesOfOneMomentFindTheirPlace(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	var same []news.Entry
	for i := range 1500 { // a millisecond has room for a thousand places
		same = append(same, entry("a", fmt.Sprint(i), 0))
	}
	b.fetch("a", same[:1200]...)
	b.publish("all")
	b.fetch("b", entry("b", "before", 1))
	b.fetch("c", same[1200:]...)
	if got := len(b.publish("all")); got != news.MaxShown {
		t.Errorf("the feed shows %d, want %d", got, news.MaxShown)
	}
	var places, last int64
	if err := b.db.engine.Read.QueryRow(`SELECT count(*), max(sequence) - min(sequence) FROM publication WHERE published = $1`, ms(start)).Scan(&places, &last); err != nil {
		t.Fatal(err)
	}
	if places != 1500 || last > 3000 {
		t.Errorf("%d have a place within %d, want 1500 close together", places, last)
	}
}

func TestWhatIsLeftOutTakesNoRoom(t *testing.T) {
	f := all(news.Collapse)
	f.MaxPerSource = 1
	b := newBench(t, f)
	var long []news.Entry
	for i := range 5 {
		e := entry("a", fmt.Sprint("long ", i), i)
		e.Content = "<p>" + strings.Repeat("word ", 200_000) + "</p>"
		long = append(long, e)
	}
	b.fetch("a", long...)
	b.fetch("b", entry("b", "short", 9))
	wantList(t, b.publish("all"), "long 0", "short")
}

func TestAFetchOfAnotherAddressIsSuperseded(t *testing.T) {
	b := newBench(t)
	old := b.sources["a"]
	moved := old
	moved.URL = "https://moved.example/feed"
	b.sync([]news.Source{moved}, []news.Feed{all(news.Collapse)})
	lease, err := b.db.Begin(t.Context(), old.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	d := &news.Document{Entries: []news.Entry{entry("a", "one", 1)}}
	_, err = b.db.Save(t.Context(), &story.Harvest{Source: old, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(old, d), Fetch: news.Fetch{Started: b.now}})
	if !errors.Is(err, news.ErrSuperseded) {
		t.Errorf("a fetch of the old address: %v, want %v", err, news.ErrSuperseded)
	}
}

func TestFiguresOfASource(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1), entry("a", "two", 2))
	b.now = b.now.Add(-24 * time.Hour) // the clock was wrong: the latest fetch is the one made last
	b.fetch("a", entry("a", "three", 3))
	s, err := b.db.State(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if s.Entries != 3 || !s.Newest.Equal(b.now) || !s.Last.Started.Equal(b.now) || s.Last.New != 1 {
		t.Errorf("got %d entries, newest %v, last %v with %d new; want 3, %v, %v with 1", s.Entries, s.Newest, s.Last.Started, s.Last.New, b.now, b.now)
	}
	sums, err := b.db.FetchSums(t.Context())
	if err != nil || sums[s.ID].Requests != 2 {
		t.Errorf("%d requests (%v), want 2", sums[s.ID].Requests, err)
	}
}

// big matches a step of a query plan that reads the whole of a table that grows
// without limit, or all Publications of a feed.
var big = regexp.MustCompile(`SCAN (e|entry|c|content|g|guid|s|story|p|publication|f|fetch)\b|(p|publication|fs) USING PRIMARY KEY \(feed_id=\?\)$`)

func TestWritingReadsNoWholeTable(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1), entry("a", "two", 2))
	b.publish("all")
	b.configure([]string{"b", "c"}, b.feeds["all"])
	b.configure([]string{"a", "b", "c"}, all(news.Keep))
	b.fetch("a", entry("a", "one", 1), entry("a", "three", 1))
	b.publish("all")
	if _, err := b.db.FoldFetches(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	w := <-b.db.writer
	defer func() { b.db.writer <- w }()
	if len(w.stmts) < 20 {
		t.Errorf("only %d statements were looked at", len(w.stmts))
	}
	for query := range w.stmts {
		if strings.HasPrefix(query, "INSERT") { // with RETURNING, the plan includes foreign key checks that are never made
			continue
		}
		for _, step := range plan(t, b.db, query) {
			if big.MatchString(step) {
				t.Errorf("%s\n%s", query, step)
			}
		}
	}
}

func TestTheQueriesOfPagesReadNoWholeTable(t *testing.T) {
	b := newBench(t)
	for _, where := range []string{
		`e.source_id = $1 AND e.withdrawn_at = 0 ORDER BY e.id DESC LIMIT $2`,
		whereOfStory, whereRelatedPage,
	} {
		for _, step := range plan(t, b.db, `SELECT `+shownColumns+` FROM entry e`+shownJoins+` WHERE `+where) {
			if big.MatchString(step) {
				t.Errorf("%s\n%s", where, step)
			}
		}
	}
}

// plan returns the steps of the engine's plan for a query.
func plan(t *testing.T, db *DB, query string) (steps []string) {
	t.Helper()
	args := make([]any, 1+strings.Count(query, "$"))
	for i := range args {
		args[i] = i
	}
	for n := len(args); n >= 0; n-- { // find the number of arguments
		err := db.each(t.Context(), `EXPLAIN QUERY PLAN `+query, args[:n], func(scan scan) error {
			var id, parent, unused int
			var step string
			err := scan(&id, &parent, &unused, &step)
			steps = append(steps, step)
			return err
		})
		if err == nil {
			return steps
		}
		steps = nil
	}
	t.Errorf("no plan for %s", query)
	return nil
}

// Two entries of two stories arrive in one round with the same guid, which
// neither story has. One of them gets it.
func TestTwoEntriesOfTwoStoriesWithOneGUIDAreToldApart(t *testing.T) {
	b := newBench(t, all(news.Keep))
	first, second := entry("a", "first", 5), entry("a", "second", 4)
	b.fetch("a", first, second)
	b.publish("all")
	for i, page := range []news.Entry{first, second} {
		name := []string{"b", "c"}[i]
		e := linkTo(name, name+"1", 3-i, page)
		e.GUID = "https://hub.example/1"
		b.fetch(name, e)
	}
	wantList(t, b.publish("all"), "c1", "b1", "second", "first")
	guids := map[string]bool{}
	for _, s := range b.edition("all").Shown {
		guids[s.GUID] = true
	}
	if len(guids) != 4 || !guids["https://hub.example/1"] {
		t.Errorf("guids %v, want four, one of them as it came", guids)
	}
}
