package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// The archive pages of a private feed have what it selects of private sources.
// What its readers may no longer know is removed from them; what was shown of
// public sources stays.
func TestThePagesOfAPrivateFeed(t *testing.T) {
	b := newBench(t)
	club := clubFeed()
	club.Sources, club.Archive = []string{"a", "p"}, true
	configure := func(club news.Feed, open ...string) (replaced []string) {
		t.Helper()
		var sources []news.Source
		for _, n := range []string{"a", "b", "p"} {
			sources = append(sources, news.Source{Name: n, Kind: news.KindFeed, URL: "https://" + n + ".example/feed", Public: slices.Contains(open, n)})
		}
		b.sync(sources, []news.Feed{all(news.Collapse), club})
		b.publishAll()
		_, replaced = b.archive("club")
		return replaced
	}
	configure(club, "a", "b")
	b.fetch("a", numbered("a", 1, 170, 250)...)
	b.fetch("p", numbered("p", 1, 20, 260)...)
	copied := entry("b", "copy", 240)
	copied.Link = "https://a.example/a010"
	b.fetch("b", copied)
	b.publishAll()
	b.archive("club")
	b.now = b.now.Add(2 * news.ArchiveWait)
	closed, _ := b.archive("club")
	wantList(t, closed, "1")
	inner := func() (n int) { // of private sources, which have ids of ours
		for _, guid := range b.leaf("club", "1").GUIDs {
			n += strings.Count(guid, "urn:uuid:")
		}
		return n
	}
	names := func() (n int) { l := b.leaf("club", "1"); return len(l.Names) - len(l.GUIDs) }
	if l := b.leaf("club", "1"); len(l.GUIDs) != news.PageSize || inner() != 20 || names() != 1 {
		t.Errorf("%d stories, %d of the private source, and %d reports beside them", len(l.GUIDs), inner(), names())
	}
	if older, err := b.db.Older(t.Context(), site, b.feeds["club"], 1<<62); err != nil || len(older.Shown) != news.PageSize || older.Older.Before == 0 {
		t.Errorf("%d stories before any, and more: %+v (%v)", len(older.Shown), older.Older, err)
	}
	if all := b.edition("all"); slices.ContainsFunc(all.Shown, func(s news.Shown) bool { return s.Source.Name == "p" }) {
		t.Error("everybody's feed shows the private source")
	}

	wantList(t, configure(club, "a"), "1") // b is private now, and not in this feed
	if names() != 0 {
		t.Errorf("page 1 names %d reports of a source that its readers do not know", names())
	}
	if replaced := configure(club); replaced != nil { // a is private too, but in this feed
		t.Errorf("pages %v were replaced", replaced)
	}
	club.Sources = []string{"a"}
	wantList(t, configure(club, "a"), "1")
	if l := b.leaf("club", "1"); len(l.GUIDs) != 80 || inner() != 0 {
		t.Errorf("%d stories after the private source was taken away, %d of it", len(l.GUIDs), inner())
	}
	club.Sources = []string{"b"}
	if replaced := configure(club, "a", "b"); replaced != nil {
		t.Errorf("pages %v were replaced: what was shown of a public source stays", replaced)
	}
}

// Whoever has a token finds what the feed shows, by everything they may know of
// it. Nobody else finds more than before, and a private feed reveals nothing of
// another.
func TestAPrivateFeedIsSearchedByWhoMayReadIt(t *testing.T) {
	b := newBench(t)
	club, second := clubFeed(), clubFeed()
	club.Sources, second.Name, second.Sources = []string{"a", "p"}, "second", []string{"q"}
	b.inside(all(news.Collapse), club, second)
	b.indexed()
	b.fetch("a", article("open", "the heron waits"))
	inner := func(source string, i int, text string) news.Entry {
		e := article(fmt.Sprint(source, i), text)
		e.GUID = strings.Replace(e.GUID, "a.example", source+".example", 1)
		e.Link = e.GUID
		return e
	}
	b.fetch("p", inner("p", 0, "the heron swims at the Wasserwerk"), inner("p", 1, "an otter"))
	var many []news.Entry
	for i := range maxMatches {
		many = append(many, inner("q", i, fmt.Sprintf("heron at the Klärwerk%c%c", 'a'+i/26%26, 'a'+i%26)))
	}
	b.fetch("q", many...)
	b.publishAll()
	for query, want := range map[string][]string{
		"heron": {"open", "p0"}, "*werk*": {"p0"}, "*werk": {"p0"}, "otter": {"p1"}, "source:p": {"p0", "p1"}, "source:q": nil, "-heron": {"p1"}, "klarwerk*": nil,
	} {
		for _, best := range []bool{false, true} {
			r := b.request(query, "club")
			r.Best = best
			result, err := b.db.Search(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range result.Found {
				got = append(got, f.Entry.Title)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) || result.Broad || result.Shorter || result.Total != len(want) {
				t.Errorf("%s in the feed club: got %q, broad %v, shorter %v, want %q", query, got, result.Broad, result.Shorter, want)
			}
		}
	}
	b.finds("heron", "open")
	b.finds("*werk*")
	r := b.request("heron", "second")
	r.Limit = 10
	if result, err := b.db.Search(t.Context(), r); err != nil || len(result.Found) != 10 || !result.Broad || result.Total != maxMatches {
		t.Errorf("in the feed second: %d found of %d (%v)", len(result.Found), result.Total, err)
	}

	b.fetch("p", inner("p", 0, "the kingfisher dives")) // a changed entry is found by its new words only
	b.publishAll()
	for query, want := range map[string][]string{"heron": {"open"}, "kingfisher": {"p0"}} {
		if got := b.search(query, "club"); !slices.Equal(got, want) {
			t.Errorf("%s after a correction: got %q, want %q", query, got, want)
		}
	}
	club.Sources = []string{"a"}
	b.inside(all(news.Collapse), club, second)
	if got := b.search("kingfisher", "club"); len(got) > 0 {
		t.Errorf("a source that the feed no longer selects: found %q", got)
	}
}

// With a token, a story is found also by the report of a private source that is
// not the one shown. It leads to a page below the token.
func TestAPrivateReportIsFoundBesideAPublicOne(t *testing.T) {
	b := newBench(t)
	b.inside(all(news.Collapse), clubFeed())
	b.indexed()
	b.fetch("a", council("a", 5))
	b.now = b.now.Add(time.Minute)
	b.fetch("p", council("p", 4))
	b.publishAll()
	r := b.request(`"says p"`, "club")
	result, err := b.db.Search(t.Context(), r)
	if err != nil || len(result.Found) != 1 || result.Found[0].Source.Name != "a" || result.Found[0].Hit == nil || result.Found[0].Hit.SourceName != "p" {
		t.Errorf("got %+v (%v), want the report of a, found by that of p", result.Found, err)
	}
	b.finds(`"says p"`)
}
