package story

import (
	"testing"
	"time"

	"tributary/internal/news"
)

func TestRecall(t *testing.T) {
	kurier := news.Source{Name: "kurier", Kind: news.KindFeed, URL: "https://kurier.example/feed", Public: true}
	itself := news.Origin{ID: "urn:kurier", URL: "http://kurier.example/feed", Title: "Kurier", Link: "https://kurier.example/", Image: "https://kurier.example/logo.png"}
	copied := news.Origin{URL: "https://blog.example/feed", Title: "Blog"}
	secret := news.Origin{ID: news.URN("source", "kurier"), Title: "Kurier"}
	for _, c := range []struct {
		name, brought, told string // guids
		origin              news.Origin
		wantGUID            string
		want, wantOrigin    bool
	}{
		{"its guid is told", "post 1", "post 1", itself, "post 1", true, false},
		{"it had none", "", "https://kurier.example/1", itself, "", true, false},
		{"its guid is not told", "post 1", "urn:uuid:ours", itself, "", false, false},
		{"it was copied from another feed", "post 1", "post 1", copied, "post 1", true, true},
		{"the address of the source holds a secret", "post 1", "post 1", secret, "post 1", true, false},
	} {
		e := news.Entry{GUID: c.brought, Link: "https://kurier.example/1", Title: "Die Brücke ist offen", FirstSeen: time.Unix(1e9, 0)}
		d := &news.Document{Entries: []news.Entry{e}}
		key := news.EntryKey(kurier, Arrive(kurier, d)[0].GUID())
		e.GUID, e.Origin = c.told, &c.origin
		doc, got := Recall(kurier, []news.PastPublication{{Publication: news.Publication{Signature: 42}, Entries: []string{key}, Shown: &e}})
		if (len(got) == 1) != c.want {
			t.Errorf("%s: got %d entries", c.name, len(got))
			continue
		}
		if !c.want {
			continue
		}
		a := got[0]
		if a.Entry.GUID != c.wantGUID || a.Signature != 42 || !a.Entry.FirstSeen.Equal(e.FirstSeen) || (a.Entry.Origin != nil) != c.wantOrigin {
			t.Errorf("%s: got %+v", c.name, a)
		}
		if want := c.origin; !c.wantOrigin && (doc.Title != want.Title || doc.ID != want.ID || doc.Link != want.Link || doc.Image != want.Image) || c.wantOrigin && doc.Title != "" {
			t.Errorf("%s: of the source: %+v", c.name, doc)
		}
	}
}
