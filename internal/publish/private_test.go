package publish

import (
	"os"
	"strings"
	"testing"

	"tributary/internal/news"
)

const mask = "MASKMASKMASKMASKMASKMASK22"

// A private feed is rendered with the mask and kept in memory; none of it is ever written to a
// folder.
func TestAPrivateFeedIsInNoFolder(t *testing.T) {
	club := feed("club")
	club.Private = true
	r := newRiver(t, club)
	inner := source("inner")
	inner.Public, inner.Title = false, "Inner"
	r.configure([]news.Source{inner, {Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*"}}, club)
	r.pub.Mask, r.site.Hub = mask, "https://river.example/news/hub"
	r.fetch("inner", news.Entry{GUID: "https://inner.example/1", Link: "https://inner.example/1", Title: "One", Content: "<p>Text.</p>"})
	r.fetch("seeds", news.Entry{GUID: "seed:1", Title: "Seed", Content: "<p>On paper.</p>"})
	r.mustPublish()
	for _, ext := range []string{"atom", "rss", "json", "", "opml"} {
		d := r.pub.Shelf.Document("club", ext)
		if d == nil {
			t.Fatalf("no %q", ext)
		}
		text := string(d.Body)
		if ext == "opml" && strings.Contains(text, mask) {
			t.Errorf("the list of sources holds the mask:\n%s", text)
		}
		if ext != "opml" && (!strings.Contains(text, site.URL+"/private/"+mask+"/club") || !strings.Contains(text, "/private/"+mask+"/stories/")) {
			t.Errorf("%q names itself and its stories otherwise:\n%s", ext, text)
		}
		if strings.Contains(text, "inner.example/feed") || strings.Contains(text, "/feeds/club") || strings.Contains(text, r.site.Hub) || d.Variants != nil || d.Link != nil || d.ETag == "" || d.Modified.IsZero() {
			t.Errorf("%q: variants %v, links %v, tag %s, modified %v:\n%s", ext, d.Variants, d.Link, d.ETag, d.Modified, text)
		}
	}
	if files, err := os.ReadDir(r.pub.Folder.Path); err == nil && len(files) > 0 {
		t.Errorf("the folder has %v", files)
	}
	tag, modified := r.document("club", "atom").ETag, r.document("club", "atom").Modified
	r.restart()
	r.pub.Mask = mask
	r.mustPublish()
	if d := r.document("club", "atom"); d.ETag != tag || !d.Modified.Equal(modified) {
		t.Errorf("after a restart %s of %v, want %s of %v", d.ETag, d.Modified, tag, modified)
	}
}
