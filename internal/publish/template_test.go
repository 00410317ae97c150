package publish

import (
	"bytes"
	"strings"
	"testing"

	"tributary/internal/news"
)

// A changed template changes titles and texts in every representation, but nothing that identifies
// an item to readers: no closed page, no id, no updated.
func TestTemplatesMoveNothing(t *testing.T) {
	r, _ := archived(t)
	was, before := r.atom(), r.pub.Shelf.Edition("all")
	page, plain := r.read("all/archive/1.atom"), r.documents()

	f := feed("all")
	f.Archive, f.ItemTitle, f.ItemFooter = true, "[{source}] {title}", "<p>Seen at {outlet}</p>"
	r.configure(r.order, f)
	r.mustPublish()

	now, after := r.atom(), r.pub.Shelf.Edition("all")
	if now.ID != was.ID || now.Updated != was.Updated || len(now.Entries) != len(was.Entries) || after.Change != before.Change {
		t.Fatalf("the feed moved: %s %s, %d entries, change %d; was %s %s, %d, %d",
			now.ID, now.Updated, len(now.Entries), after.Change, was.ID, was.Updated, len(was.Entries), before.Change)
	}
	for i, e := range now.Entries {
		old := was.Entries[i]
		if e.ID != old.ID || e.Updated != old.Updated || e.Published != old.Published {
			t.Errorf("entry %d moved: %+v, was %+v", i, e, old)
		}
		if want := "[Source a] " + old.Title; e.Title != want {
			t.Errorf("entry %d is called %q, want %q", i, e.Title, want)
		}
	}
	if !bytes.Equal(r.read("all/archive/1.atom"), page) {
		t.Error("a closed page got other bytes")
	}
	if after.Shown[0].Heading != "" {
		t.Error("what is not the feed, as the front page, calls stories by its template")
	}
	for _, ext := range []string{"atom", "rss", "json", ""} {
		body := string(r.document("all", ext).Body)
		if n := strings.Count(body, "Seen at a.example"); n != len(now.Entries) {
			t.Errorf("%q has %d footers of %d", ext, n, len(now.Entries))
		}
		if n := strings.Count(body, "[Source a] Title of"); n != len(now.Entries) {
			t.Errorf("%q has %d titles of %d", ext, n, len(now.Entries))
		}
	}

	// Views that are not the whole feed use the templates too: a search in it, a delivery of its
	// hub.
	for name, e := range map[string]*news.Edition{
		"a search":   {Site: site, Feed: r.feeds[0], Search: &news.Search{Query: "x", In: "all"}, Shown: after.Shown[:1]},
		"a delivery": {Site: site, Feed: r.feeds[0], Shown: after.Shown[:1]},
	} {
		d, err := Render(e, "atom", nil)
		if err != nil || !bytes.Contains(d.Body, []byte("[Source a] Title of")) || !bytes.Contains(d.Body, []byte("Seen at a.example")) {
			t.Errorf("%s (%v) has no template:\n%s", name, err, d.Body)
		}
	}

	// Reverting restores every byte.
	f.ItemTitle, f.ItemFooter = "", ""
	r.configure(r.order, f)
	r.mustPublish()
	for ext, d := range r.documents() {
		if d.ETag != plain[ext].ETag {
			t.Errorf("%q without the template is not what it was:\n%s", ext, d.Body)
		}
	}
}
