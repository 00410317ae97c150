package web

import (
	"bytes"
	"slices"
	"testing"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// The page of a feed's sources has a link from the page of the feed, names those that the feed
// selects, never a private one, and is part of an export. A private feed has none.
func TestSourcesOfAFeed(t *testing.T) {
	b := newBench(t)
	club := feed("club")
	club.Private = true
	few := feed("few")
	few.Sources = []string{"a"}
	b.configure([]news.Source{
		{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true},
		{Name: "intra", Kind: news.KindFeed, URL: "https://intra.example/feed"},
		{Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Public: true},
	}, feed("all"), few, club)
	b.fetch("a", news.Entry{GUID: "https://a.example/x", Link: "https://a.example/x", Title: "X", Published: b.now})
	b.publish()
	base := b.serve()
	front, twin := ask(t, "GET", base+"/"), ask(t, "GET", base+"/feeds/all/")
	link := []byte(`<a href="` + b.site.URL + `/feeds/all/sources">Sources</a>`)
	if !bytes.Contains(front.body, link) || !bytes.Contains(twin.body, link) {
		t.Errorf("no link %s on the front page or the page of the feed", link)
	}
	if a := ask(t, "GET", base+"/feeds/club/sources"); a.status != 404 {
		t.Errorf("the sources of a private feed: got %d, want 404", a.status)
	}
	got := ask(t, "GET", base+"/feeds/all/sources")
	if got.status != 200 || got.header.Get("Etag") == "" || got.header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("got %d with %v", got.status, got.header)
	}
	for name, s := range b.sources {
		if want := s.Public; bytes.Contains(got.body, []byte("/sources/"+name+`"`)) != want {
			t.Errorf("source %s is listed: %v, want %v\n%s", name, !want, want, got.body)
		}
	}
	if got := ask(t, "GET", base+"/feeds/few/sources"); !bytes.Contains(got.body, []byte("1 source ")) || bytes.Contains(got.body, []byte("/sources/seeds")) {
		t.Errorf("a feed that selects one source lists others:\n%s", got.body)
	}
	files, err := b.web.Export(t.Context(), &publish.Folder{Path: t.TempDir(), Key: "export"})
	if err != nil || !slices.Contains(files, "feeds/all/sources.html") || !slices.Contains(files, "sources/a.html") {
		t.Errorf("the export has %q, error %v", files, err)
	}
}
