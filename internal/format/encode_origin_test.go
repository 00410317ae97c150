package format

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/news"
)

// An entry that a planet copied keeps the feed where it first appeared, through one
// Tributary after another, and never gets the rights of those who passed it on.
func TestOriginIsKept(t *testing.T) {
	full := &news.Origin{ID: "tag:origin.example,2026:feed", Title: "Origin & Co", Link: "https://origin.example/", URL: "https://origin.example/feed.xml",
		Rights: "Orig rights", Icon: "https://origin.example/i.png", Image: "https://origin.example/l.png", Updated: march(3, 4, 5)}
	with := func(change func(*news.Origin)) *news.Origin {
		o := *full
		change(&o)
		return &o
	}
	planet := func(change func(*news.Shown)) news.Shown {
		s := shownFull()
		s.Members = nil
		s.SourceRights = "CC BY Feed"
		s.Entry.Origin, s.Entry.Extra.Rights = full, ""
		change(&s)
		return s
	}
	for _, c := range []struct {
		name            string
		shown           news.Shown
		atom, rss, json *news.Origin
		rights          string
	}{
		{"all that it says", planet(func(*news.Shown) {}), full, &news.Origin{Title: full.Title, URL: full.URL}, full, "Orig rights"},
		{"the entry has rights of its own", planet(func(s *news.Shown) { s.Entry.Extra.Rights = "Mine" }), full, &news.Origin{Title: full.Title, URL: full.URL}, full, "Mine"},
		{"no rights", planet(func(s *news.Shown) { s.Entry.Origin = with(func(o *news.Origin) { o.Rights = "" }) }),
			with(func(o *news.Origin) { o.Rights = "" }), &news.Origin{Title: full.Title, URL: full.URL}, with(func(o *news.Origin) { o.Rights = "" }), ""},
		{"a site", planet(func(s *news.Shown) {
			s.Entry.Origin = &news.Origin{Title: "The Paper", URL: "https://paper.example", Updated: full.Updated}
		}),
			&news.Origin{ID: "https://paper.example", Title: "The Paper", Link: "https://paper.example", Updated: full.Updated}, &news.Origin{Title: "The Paper", URL: "https://paper.example"},
			&news.Origin{Title: "The Paper", Link: "https://paper.example", Updated: full.Updated}, ""},
		{"a secret", planet(func(s *news.Shown) {
			s.Entry.Origin = with(func(o *news.Origin) {
				o.ID, o.URL = "https://origin.example/?token=x", "https://origin.example/f?token=x"
			})
		}),
			with(func(o *news.Origin) { o.ID, o.URL = o.Link, "" }), &news.Origin{Title: full.Title, URL: full.Link},
			with(func(o *news.Origin) { o.ID, o.URL = "", "" }), "Orig rights"},
		{"of a source that is private", planet(func(s *news.Shown) { s.Source.Public = false }),
			&news.Origin{ID: news.URN("source", fixtureSource.Name, full.ID), Title: full.Title, Rights: full.Rights, Updated: full.Updated}, nil,
			&news.Origin{ID: news.URN("source", fixtureSource.Name, full.ID), Title: full.Title, Rights: full.Rights, Updated: full.Updated}, "Orig rights"},
	} {
		for ext, want := range map[string]*news.Origin{"atom": c.atom, "rss": c.rss, "json": c.json} {
			e := emptyEdition()
			e.Shown = []news.Shown{c.shown}
			for range 2 { // and through a second Tributary
				d, err := Decode(render(t, writerOf(t, ext), e), Input{URL: e.URL(ext)})
				if err != nil {
					t.Fatal(err)
				}
				got := d.Entries[0]
				if diff := cmp.Diff(want, got.Origin); diff != "" {
					t.Errorf("%s, %s: -want +got\n%s", c.name, ext, diff)
				}
				if got.Extra.Rights != c.rights {
					t.Errorf("%s, %s: rights %q, want %q", c.name, ext, got.Extra.Rights, c.rights)
				}
				if want == nil || !c.shown.Source.Public {
					break
				}
				next := shownFull()
				next.Source = news.Source{Name: "river", Kind: news.KindFeed, URL: "https://river.example/feeds/all." + ext, Public: true}
				next.SourceID, next.SourceTitle, next.SourceRights, next.Members = "urn:uuid:1", "River", "CC BY River", nil
				next.Entry, next.GUID, next.Published, next.Updated = got, got.GUID, got.Published, got.Updated
				e = emptyEdition()
				e.Shown = []news.Shown{next}
			}
		}
	}
}

// A feed that names itself as the source of its entries is their source. A name without
// an address is not a source.
func TestOriginThatIsNone(t *testing.T) {
	for name, o := range map[string]news.Origin{
		"itself by id":      {ID: shownFull().SourceID, Title: "Other"},
		"itself by address": {URL: fixtureSource.URL, Title: "Other"},
		"its site":          {URL: fixtureSource.Site, Title: "Other"},
		"a name":            {Title: "Other"},
		"no address":        {ID: "7", Title: "Other", URL: "javascript:x"},
	} {
		s := shownFull()
		s.Entry.Origin, s.SourceRights = &o, "CC BY Feed"
		want := wireSourceOf(emptyEdition().Site, &s)
		if name == "a name" || name == "no address" { // those who passed it on have no rights in it
			want.Rights = ""
		}
		if got := wireOriginOf(&s, wireSourceOf(emptyEdition().Site, &s)); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func writerOf(t *testing.T, ext string) func(Prepared, io.Writer) error {
	t.Helper()
	for _, f := range writers {
		if f.ext == ext {
			return f.write
		}
	}
	t.Fatalf("no format %s", ext)
	return nil
}
