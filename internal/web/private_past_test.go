package web

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// newOldClub is newClub with 250 older stories of the private source, one an hour, two closed pages
// of them, and a full-text index.
func newOldClub(t *testing.T) *bench {
	b := newClub(t)
	b.site.Hub = b.site.URL + "/hub"
	b.web.within = time.Minute
	var feeds []news.Feed
	for _, f := range b.feeds {
		f.Archive = f.Name == "club"
		feeds = append(feeds, f)
	}
	var sources []news.Source
	for _, name := range []string{"a", "seeds", "inner", "deep", "notes"} {
		sources = append(sources, b.sources[name])
	}
	b.configure(sources, feeds...)
	for more := true; more; {
		var err error
		if more, err = b.db.Reindex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var entries []news.Entry
	for i := range 250 {
		link := fmt.Sprintf("https://inner.example/past/%d", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: fmt.Sprint("Minutes ", i), Content: "<p>What was said in the Hinterzimmer.</p>",
			Published: b.now.Add(-time.Duration(250-i) * time.Hour)})
	}
	b.fetch("inner", entries...)
	b.fetch("deep", news.Entry{GUID: "urn:deep", Link: "https://deep.example/9", Title: "Deeper", Content: "<p>Said in the Hinterzimmer, too.</p>"})
	b.publish()
	b.now = b.now.Add(news.ArchiveWait)
	b.publish()
	b.publish()
	return b
}

// TestThePastOfAPrivateFeed: closed and older pages stand below the token. Each subscriber gets the
// stored bytes with their own token. Links lead from the live document to the first page.
func TestThePastOfAPrivateFeed(t *testing.T) {
	b := newOldClub(t)
	base, path := b.serve(), "/private/"+anna+"/club"
	link := func(rel, of string) string {
		t.Helper()
		m := regexp.MustCompile(`href="http://river\.example([^"]+)" rel="` + rel + `"`).FindSubmatch(ask(t, "GET", base+of).body)
		if m == nil {
			t.Fatalf("%s has no link to %s", of, rel)
		}
		return string(m[1])
	}
	if got := link("prev-archive", path+".atom"); got != path+"/archive/2.atom" {
		t.Errorf("the live document leads to %s", got)
	}
	if got := link("prev-archive", path+"/archive/2.atom"); got != path+"/archive/1.atom" {
		t.Errorf("the second page leads to %s", got)
	}
	if got := link("current", path+"/archive/1.atom"); got != path+".atom" {
		t.Errorf("the first page leads to %s", got)
	}
	for _, file := range []string{"/archive/1.atom", "/archive/1.json", "/older/" + older(t, b), "/older/" + older(t, b) + ".atom", "/older/" + older(t, b) + ".rss", "/older/" + older(t, b) + ".json"} {
		one, two := ask(t, "GET", base+path+file), ask(t, "GET", base+"/private/"+berta+"/club"+file)
		if one.status != http.StatusOK || !bytes.Contains(one.body, []byte("Hinterzimmer")) || bytes.Contains(one.body, []byte(b.web.Mask)) ||
			!bytes.Equal(one.body, bytes.ReplaceAll(two.body, []byte(berta), []byte(anna))) || !bytes.Contains(one.body, []byte("/private/"+anna+"/")) {
			t.Errorf("%s: %d, the same for both %v:\n%.2000s", file, one.status, bytes.Equal(one.body, two.body), one.body)
		}
		if bytes.Contains(one.body, []byte("/hub")) || strings.Contains(one.header.Get("Link"), "hub") {
			t.Errorf("%s names the hub, which would tell others its address", file)
		}
		tag := one.header.Get("Etag")
		if cache := one.header.Get("Cache-Control"); !strings.HasPrefix(cache, "private, must-revalidate, max-age=") || one.header.Get("X-Robots-Tag") != "noindex" ||
			one.header.Get("Access-Control-Allow-Origin") != "" || one.header.Get("Link") != "" || tag == two.header.Get("Etag") {
			t.Errorf("%s: %v", file, one.header)
		}
		if bytes.Contains(one.body, []byte("/feeds/club")) || bytes.Contains(one.body, []byte("deep")) || bytes.Contains(one.body, []byte("/secret/feed")) {
			t.Errorf("%s names what it must not:\n%s", file, one.body)
		}
		packed := ask(t, "GET", base+path+file, "Accept-Encoding: gzip")
		if packed.header.Get("Etag") != publish.VariantTag(tag, publish.Gzip) || !bytes.Equal(gunzip(t, packed.body), one.body) {
			t.Errorf("%s with gzip: %v", file, packed.header)
		}
		if again := ask(t, "GET", base+path+file, "If-None-Match: "+tag); again.status != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%s asked for again: %d", file, again.status)
		}
	}
	for ext := range map[string]bool{"atom": true, "json": true} {
		if a := ask(t, "GET", base+path+"/archive/3."+ext); a.status != http.StatusTemporaryRedirect || a.header.Get("Location") != path+"."+ext || !strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
			t.Errorf("the page that is closed next: %d, %v", a.status, a.header)
		}
	}
	for _, stored := range []string{"atom", "json"} { // stored with the mask, without a token
		d, err := b.db.PageDocument(t.Context(), b.closed.Shelf.Edition("club").Feed.ID, news.Part{Generation: 1, Page: 1}, stored)
		if err != nil {
			t.Fatal(err)
		}
		if body := gunzip(t, d.Packed); !bytes.Contains(body, []byte(b.web.Mask)) || bytes.Contains(body, []byte(anna)) {
			t.Errorf("the page is stored without a mask, or with a token:\n%s", body)
		}
	}
	first := ask(t, "GET", base+path+"/archive/1.atom")
	b.now = b.now.Add(news.ArchiveWait)
	b.fetch("inner", news.Entry{GUID: "urn:new", Link: "https://inner.example/new", Title: "News", Content: "<p>New.</p>"})
	b.publish()
	if again := ask(t, "GET", base+path+"/archive/1.atom"); !bytes.Equal(again.body, first.body) || again.header.Get("Last-Modified") != first.header.Get("Last-Modified") {
		t.Error("a closed page changed")
	}
	if _, err := b.db.RebuildArchive(t.Context(), news.Feed{Name: "club", Private: true}); err != nil {
		t.Fatal(err)
	}
	b.publish()
	if a := ask(t, "GET", base+path+"/archive/1.atom"); a.status != http.StatusGone {
		t.Errorf("a dropped page: got %d, want 410", a.status)
	}
}

// older returns the address of what came before the live document of the club.
func older(t *testing.T, b *bench) string {
	t.Helper()
	before := b.closed.Shelf.Edition("club").Older.Before
	if before == 0 {
		t.Fatal("the live document shows all")
	}
	return fmt.Sprint(before)
}

// TestAPrivateFeedIsSearched: with a token, one finds what the feed shows, on a page and as a feed;
// without, not a word of it.
func TestAPrivateFeedIsSearched(t *testing.T) {
	b := newOldClub(t)
	base, path := b.serve(), "/private/"+anna
	if twin := string(ask(t, "GET", base+path+"/club/").body); !strings.Contains(twin, `action="`+path+`/search"`) || strings.Contains(twin, `name="feed"`) {
		t.Errorf("the page of the feed asks elsewhere:\n%.3000s", twin)
	}
	page := ask(t, "GET", base+path+"/search?q=hinterzimmer")
	for _, want := range []string{"250 stories", "Minutes 249", `action="` + path + `/search"`, path + "/search?q=hinterzimmer&amp;page=2", path + "/club.atom?q=hinterzimmer", path + "/club/", `content="noindex"`} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("the page lacks %q:\n%.4000s", want, page.body)
		}
	}
	for _, ext := range []string{"atom", "rss", "json"} {
		a := ask(t, "GET", base+path+"/club."+ext+"?q=minutes+249")
		text := string(a.body)
		if a.status != http.StatusOK || !strings.Contains(text, "https://inner.example/past/249") || !strings.Contains(text, path+"/club."+ext+"?q=minutes+249") || strings.Contains(text, "past/248") {
			t.Errorf("%s: %d\n%.3000s", ext, a.status, text)
		}
	}
	for what, a := range map[string]answer{"a page": page, "a feed": ask(t, "GET", base+path+"/club.atom?q=inside"), "nothing": ask(t, "GET", base+path+"/search"),
		"no query": ask(t, "GET", base+path+"/search?q=-"), "none found": ask(t, "GET", base+path+"/search?q=xyzzy")} {
		text := string(a.body)
		if !strings.HasPrefix(a.header.Get("Cache-Control"), "private") && a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %v", what, a.header)
		}
		if strings.Contains(text, "deep") || strings.Contains(text, "Deeper") || strings.Contains(text, b.web.Mask) || strings.Contains(text, "/feeds/") {
			t.Errorf("%s names what it must not:\n%s", what, text)
		}
	}
	for query, want := range map[string]int{"source:inner": 252, "source:deep": 0, "deeper": 0, "note": 1, "*zimmer": 250, "one": 1} {
		noun := "stories"
		if want == 1 {
			noun = "story"
		}
		count := fmt.Sprintf(">%d %s<", want, noun)
		if want == 0 {
			count = "Nothing found"
		}
		if text := string(ask(t, "GET", base+path+"/search?q="+query).body); !strings.Contains(text, count) {
			t.Errorf("%s: want %s:\n%.3000s", query, count, text)
		}
	}
	for _, query := range []string{"hinterzimmer", "*zimmer", "minutes", "source:inner", "note"} {
		if text := string(ask(t, "GET", base+"/search?q="+query).body); !strings.Contains(text, "Nothing found") {
			t.Errorf("everybody finds %s:\n%s", query, text)
		}
	}
	if text := string(ask(t, "GET", base+"/private/"+other+"/search?q=hinterzimmer").body); !strings.Contains(text, ">1 story<") || strings.Contains(text, "Minutes") {
		t.Errorf("another private feed finds\n%s", text)
	}
	if a := ask(t, "GET", base+path+"/club.atom?q=-"); a.status != http.StatusBadRequest {
		t.Errorf("no query: got %d, want 400", a.status)
	}
}
