package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// same checks that readers would now get the documents they already have.
func same(t *testing.T, when string, before, after map[string]Document) {
	t.Helper()
	for _, ext := range formats {
		b, a := before[ext], after[ext]
		if !bytes.Equal(b.Body, a.Body) || !reflect.DeepEqual(b.Variants, a.Variants) || b.ETag != a.ETag {
			t.Errorf("%s: the bytes of %s moved", when, a.Name)
		}
		if !b.Modified.Equal(a.Modified) || b.MaxAge != a.MaxAge {
			t.Errorf("%s: %s is dated %v, kept %v; want %v, %v", when, a.Name, a.Modified, a.MaxAge, b.Modified, b.MaxAge)
		}
	}
}

// mixed stores the entries most likely to move bytes: without date or guid, from a seed, dated in
// the future, and two of one story.
func mixed(r *river) {
	undated := entry("a", "undated", 0)
	undated.GUID, undated.Published = "", time.Time{}
	future := entry("a", "future", -24*365)
	twice := entry("b", "one", 2)
	twice.GUID, twice.Link = "b-1", "https://a.example/one?utm_source=b"
	r.fetch("a", entry("a", "one", 3), undated, future)
	r.fetch("b", twice, entry("b", "other", 5))
	r.fetch("seeds", news.Entry{GUID: "seed:1", Title: "Seed", Content: "<p>A seed.</p>", Published: start.Add(-72 * time.Hour)})
}

func TestBytesStayWhileNothingArrives(t *testing.T) {
	r := newRiver(t)
	mixed(r)
	r.mustPublish()
	before := r.documents()

	if finish, err := r.pub.Feed(t.Context(), site, r.feeds[0], r.subscriptions); finish != nil || err != nil {
		t.Errorf("a second call rendered again (%v), want nothing to do", err)
	}
	r.now = r.now.Add(time.Hour)
	mixed(r)
	r.pub.Shelf.Outdate()
	r.mustPublish()
	same(t, "an hour later, fetched again", before, r.documents())

	r.now = r.now.Add(1000 * time.Hour)
	r.restart()
	r.mustPublish()
	same(t, "1,000 hours later, after a restart", before, r.documents())
}

// A rendered feed is served before its own variants, or those of another feed, are made.
func TestWhatIsRenderedIsServedPlainAtOnce(t *testing.T) {
	r := newRiver(t)
	mixed(r)
	finish, err := r.pub.Feed(t.Context(), site, r.feeds[0], r.subscriptions)
	if err != nil || finish == nil {
		t.Fatalf("nothing was rendered: %v", err)
	}
	name := r.feeds[0].Name
	plain := r.pub.Shelf.Document(name, "atom")
	if plain == nil || plain.Variants != nil || !r.pub.Shelf.holds(site, r.feeds[0]) {
		t.Errorf("got %v, want the plain document on the shelf", plain)
	}
	if err := finish.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if whole := r.pub.Shelf.Document(name, "atom"); len(whole.Variants) == 0 || whole.ETag != plain.ETag {
		t.Errorf("got %d variants and tag %s, want some of %s", len(whole.Variants), whole.ETag, plain.ETag)
	}
}

func TestAnEmptyDatabaseMintsTheSameIDs(t *testing.T) {
	ids := func(started time.Time) []string {
		r := newRiver(t)
		r.now = started
		mixed(r)
		r.mustPublish()
		f := r.atom()
		all := []string{f.ID}
		for _, e := range f.Entries {
			all = append(all, e.ID)
			for _, l := range e.Links {
				all = append(all, l.Href) // of a seed, the address of its story page
			}
		}
		slices.Sort(all)
		return all
	}
	first, second := ids(start), ids(start.Add(1000*time.Hour))
	if !slices.Equal(first, second) {
		t.Errorf("from another empty database: %q\nwant %q", second, first)
	}
}

func TestLastModifiedRisesByWholeSeconds(t *testing.T) {
	r := newRiver(t)
	r.now = start.Add(700 * time.Millisecond)
	var last time.Time
	for i := range 5 { // all within one second of the clock
		r.fetch("a", entry("a", fmt.Sprint(i), 1))
		r.mustPublish()
		m := r.document("all", "atom").Modified
		if !m.After(last) || m.Nanosecond() != 0 || m.Format(http.TimeFormat) == last.Format(http.TimeFormat) {
			t.Errorf("change %d is dated %v, want a whole second after %v", i, m, last)
		}
		last = m
	}
	r.now = start.Add(-time.Hour)
	r.fetch("a", entry("a", "clock set back", 1))
	r.mustPublish()
	if m := r.document("all", "atom").Modified; !m.After(last) {
		t.Errorf("at a clock set back, a change is dated %v, want after %v", m, last)
	}
}

// TestUpdatedMovesWithTheWords checks in the published bytes that updated moves only when
// words of the title or the text change.
func TestUpdatedMovesWithTheWords(t *testing.T) {
	tests := []struct {
		name   string
		change func(*news.Entry)
		moves  bool
	}{
		{"case", func(e *news.Entry) { e.Title = strings.ToUpper(e.Title) }, false},
		{"space", func(e *news.Entry) { e.Content = "<p>The  text\n of one.</p>" }, false},
		{"punctuation", func(e *news.Entry) { e.Content = "<p>The text, of: one!</p>" }, false},
		{"markup", func(e *news.Entry) { e.Content = "<div>The <b>text</b> of one.</div>" }, false},
		{"a link", func(e *news.Entry) { e.Link += "?utm_source=feed" }, false},
		{"a number", func(e *news.Entry) { e.Content = "<p>The text of one. 17</p>" }, false},
		{"a stated time alone", func(e *news.Entry) { e.Updated = start.Add(time.Minute) }, false},
		{"a category", func(e *news.Entry) { e.Categories = []news.Category{{Term: "news"}} }, false},
		{"the title", func(e *news.Entry) { e.Title = "Another title" }, true},
		{"the text", func(e *news.Entry) { e.Content = "<p>The corrected text of one.</p>" }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRiver(t)
			e := entry("a", "one", 3)
			r.fetch("a", e)
			r.mustPublish()
			before := r.atom().Entries[0]
			r.now = r.now.Add(time.Hour)
			tt.change(&e)
			r.fetch("a", e)
			r.mustPublish()
			after := r.atom().Entries[0]
			if moved := after.Updated != before.Updated; moved != tt.moves {
				t.Errorf("updated went from %s to %s, want moved: %v", before.Updated, after.Updated, tt.moves)
			}
			if after.ID != before.ID || after.Published != before.Published {
				t.Errorf("id %q published %s, want %q and %s", after.ID, after.Published, before.ID, before.Published)
			}
			if f := r.atom(); f.Updated != after.Updated {
				t.Errorf("the feed is updated %s, want that of its entry, %s", f.Updated, after.Updated)
			}
		})
	}
}

// TestUpdatedStaysWhenAnotherReportsTheStory holds that another outlet is not a change of words.
func TestUpdatedStaysWhenAnotherReportsTheStory(t *testing.T) {
	r := newRiver(t)
	r.fetch("a", entry("a", "one", 3))
	r.mustPublish()
	before := r.atom().Entries[0]
	r.now = r.now.Add(time.Hour)
	copied := entry("a", "one", 2)
	copied.GUID = "b-1"
	r.fetch("b", copied)
	r.mustPublish()
	f := r.atom()
	if len(f.Entries) != 1 || f.Entries[0].Updated != before.Updated || f.Entries[0].ID != before.ID {
		t.Errorf("got %+v, want the one entry as it was: %+v", f.Entries, before)
	}
}

func TestFeedUpdatedNeverGoesBack(t *testing.T) {
	r := newRiver(t)
	r.fetch("a", entry("a", "one", 3), entry("a", "two", 1))
	r.mustPublish()
	before := r.atom().Updated
	sources := []news.Source{source("b")} // a is gone, and with it the newest entry
	r.configure(sources, feed("all"))
	r.fetch("b", entry("b", "old", 9))
	r.mustPublish()
	if f := r.atom(); len(f.Entries) != 1 || f.Updated != before {
		t.Errorf("%d entries, updated %s; want 1 and still %s", len(f.Entries), f.Updated, before)
	}
}

// TestOPMLFollowsTheConfiguration: a source that becomes private leaves the list at once, even if
// it never brought an entry.
func TestOPMLFollowsTheConfiguration(t *testing.T) {
	r := newRiver(t)
	r.fetch("a", entry("a", "one", 3))
	r.mustPublish()
	if body := r.document("all", "opml").Body; !bytes.Contains(body, []byte("b.example")) {
		t.Fatalf("%s\nwant b.example in it", body)
	}
	private := source("b")
	private.Public = false
	r.configure([]news.Source{source("a"), private}, feed("all"))
	r.mustPublish()
	if body := r.document("all", "opml").Body; bytes.Contains(body, []byte("b.example")) {
		t.Errorf("%s\nwant no b.example in it", body)
	}
}

// flaky is a store that fails at one call, counted from 0.
type flaky struct {
	Store
	calls, failAt int
}

var errInjected = errors.New("disk full")

func (s *flaky) fails() bool {
	s.calls++
	return s.calls-1 == s.failAt
}

func (s *flaky) Publish(ctx context.Context, f news.Feed, now time.Time) (bool, bool, error) {
	if s.fails() {
		return false, false, errInjected
	}
	return s.Store.Publish(ctx, f, now)
}

func (s *flaky) Edition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error) {
	if s.fails() {
		return nil, errInjected
	}
	return s.Store.Edition(ctx, site, f)
}

func (s *flaky) Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error) {
	if s.fails() {
		return nil, errInjected
	}
	return s.Store.Rendered(ctx, feed, tags, now)
}

// TestAFailureIsMadeUpFor fails each store call of a round in turn. The old documents are still
// served, and the next round publishes what came.
func TestAFailureIsMadeUpFor(t *testing.T) {
	for failAt := 0; ; failAt++ {
		r := newRiver(t)
		r.fetch("a", entry("a", "one", 3))
		r.mustPublish()
		before := r.documents()
		r.fetch("a", entry("a", "one", 3), entry("a", "two", 2))
		broken := &flaky{Store: r.db, failAt: failAt}
		r.pub.Store = broken
		err := r.publish()
		if broken.calls <= failAt {
			if failAt < 3 {
				t.Errorf("only %d calls could fail, want at least 3", failAt)
			}
			return
		}
		if !errors.Is(err, errInjected) {
			t.Errorf("call %d failed: got %v, want %v", failAt, err, errInjected)
		}
		same(t, fmt.Sprintf("call %d failed", failAt), before, r.documents())
		r.mustPublish()
		if n := len(r.atom().Entries); n != 2 {
			t.Errorf("call %d failed: the next round shows %d entries, want 2", failAt, n)
		}
	}
}
