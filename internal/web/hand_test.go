package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tributary/internal/news"
)

// merge merges stories by their keys, publishes, and returns the key that survives.
func (b *bench) merge(keys ...string) string {
	b.t.Helper()
	var rows []int64
	for _, key := range keys {
		found, err := b.db.Find(b.t.Context(), key, "")
		if err != nil || len(found) == 0 {
			b.t.Fatalf("%s: %d entries (%v)", key, len(found), err)
		}
		rows = append(rows, found[0].Entry.StoryID)
	}
	m, err := b.db.Merge(b.t.Context(), rows, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.publish()
	return m.Key
}

func TestThePageOfAMergedStoryLeadsOn(t *testing.T) {
	b := newBench(t)
	b.fetch("a", news.Entry{GUID: "https://a.example/two", Link: "https://a.example/two", Title: "Two", Content: "<p>The text of two.</p>"})
	b.publish()
	one, two, seed := b.story("One"), b.story("Two"), b.story("Seed")
	base := b.serve()
	leads := func(from, to string) {
		t.Helper()
		a := ask(t, "GET", base+"/stories/"+from)
		if a.status != http.StatusPermanentRedirect || a.header.Get("Location") != "/stories/"+to {
			t.Errorf("%s: got %d to %q, want 308 to %s", from, a.status, a.header.Get("Location"), to)
		}
	}
	first := b.merge(two, seed)
	other := two
	if first == two {
		other = seed
	}
	leads(other, first)
	last := b.merge(one, first)
	for _, key := range []string{one, two, seed} { // an alias of an alias redirects straight to the last
		if key != last {
			leads(key, last)
		}
	}
	page := ask(t, "GET", base+"/stories/"+last)
	if got := strings.Count(string(page.body), "merged by hand"); page.status != http.StatusOK || got != 2 {
		t.Errorf("got %d with %d notes of hand, want 200 with 2", page.status, got)
	}
	if n := len(b.pub.Shelf.Edition("all").Shown); n != 1 {
		t.Errorf("the feed shows %d stories, want 1", n)
	}
}

// TestMergingWithPrivateStoriesTellsNothing merges every private story with a
// public one and walks every public address.
func TestMergingWithPrivateStoriesTellsNothing(t *testing.T) {
	b, hidden := newSecretBench(t)
	one := b.story("One")
	if into := b.merge(append(hidden, one)...); into != one && into != hidden[2] { // the third was public once
		t.Fatalf("%s survives, want a story that was published", into)
	}
	base := b.serve()
	start := []string{"/", "/sources.opml", "/feeds/all/", "/sources/a", "/sources/t"}
	for _, ext := range []string{"atom", "rss", "json", "opml"} {
		start = append(start, "/feeds/all."+ext)
	}
	for _, key := range append(hidden, one) {
		start = append(start, "/stories/"+key)
	}
	for path, a := range crawl(t, base, b.site, start) {
		if text := fmt.Sprint(a.header) + string(a.body); leaks(text) {
			t.Errorf("%s names what is private:\n%s", path, around(text))
		}
	}
	for _, key := range hidden[:2] {
		if a := ask(t, "GET", base+"/stories/"+key); a.status != http.StatusNotFound {
			t.Errorf("the private story %s answers %d, want 404 as before", key, a.status)
		}
	}
	found, err := b.db.Find(t.Context(), hidden[0], "")
	if err != nil || len(found) < 4 {
		t.Errorf("the operator finds %d entries (%v), want all of the story", len(found), err)
	}
}
