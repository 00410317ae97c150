package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tributary/internal/news"
)

// A list is recognised by its address, or else by its name. Its state is kept
// until it is removed from the configuration.
func TestSyncLists(t *testing.T) {
	db, ctx := newBench(t).db, t.Context()
	sync := func(pairs ...string) []news.ListState {
		t.Helper()
		var lists []news.ListState
		for i := 0; i < len(pairs); i += 2 {
			lists = append(lists, news.ListState{Name: pairs[i], URL: pairs[i+1]})
		}
		out, err := db.SyncLists(ctx, lists)
		if err != nil {
			t.Fatal(err)
		}
		held, err := db.Lists(ctx)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(held, func(a, b news.ListState) int { return indexOf(out, a.ID) - indexOf(out, b.ID) })
		if diff := cmp.Diff(out, held, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-returned +stored\n%s", diff)
		}
		return out
	}
	first := sync("a", "https://a.example/", "b", "blogs.opml")
	full := first[0]
	full.Sources = []news.Listed{{Name: "x", URL: "https://x.example/", Title: "X", Site: "https://x.example", Tags: []string{"t"}}}
	full.Validators = news.Validators{ETag: `"1"`, LastModified: "then", BodyHash: "ff"}
	full.Loaded, full.NextDue = time.UnixMilli(1000), time.UnixMilli(2000)
	full.Last = news.Fetch{Started: time.UnixMilli(900), Duration: time.Second, Bytes: 7, Status: 200, Outcome: news.OutcomeOK, Error: "1 left out"}
	full.Failures = 3
	if err := db.SaveList(ctx, full); err != nil {
		t.Fatal(err)
	}

	swapped := sync("b", "https://a.example/", "a", "blogs.opml")
	full.Name = "b"
	if diff := cmp.Diff(full, swapped[0], cmpopts.EquateEmpty()); diff != "" || swapped[1].ID != first[1].ID {
		t.Errorf("names were swapped: %s, %+v", diff, swapped[1])
	}
	moved := sync("b", "https://new.example/", "a", "blogs.opml")[0]
	if moved.ID != full.ID || len(moved.Sources) != 1 || moved.Validators != (news.Validators{}) || !moved.NextDue.IsZero() || moved.Failures != 0 {
		t.Errorf("another address: got %+v, want its sources, no validators, due at once", moved)
	}
	if left := sync("a", "blogs.opml"); left[0].ID != first[1].ID {
		t.Errorf("got %+v", left)
	}
	if again := sync("a", "blogs.opml", "b", "https://new.example/")[1]; len(again.Sources) > 0 {
		t.Errorf("a list that was taken out is still held: %+v", again)
	}
}

func indexOf(lists []news.ListState, id int64) int {
	return slices.IndexFunc(lists, func(l news.ListState) bool { return l.ID == id })
}

// The configured settings of a source are stored, and take precedence over those in its document.
func TestSourceRecords(t *testing.T) {
	db, ctx := newBench(t).db, t.Context()
	s := news.Source{
		Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true, Tags: []string{}, Lists: []string{"l", "m"},
		Site: "https://a.example/home", Author: "Anna", Contact: "anna@a.example", Icon: "https://a.example/i.png",
	}
	for _, change := range []func(){func() {}, func() { s.Lists, s.Author = []string{}, "Berta" }, func() { s.Site = "" }} {
		change()
		if _, err := db.SyncSources(ctx, []news.Source{s}, time.Now()); err != nil {
			t.Fatal(err)
		}
		got, err := db.State(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		want := s
		want.ID, want.Title = got.ID, "a"
		if diff := cmp.Diff(want, got.Source, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}
