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

// past adds 250 older stories to the feed "all", one an hour. With an archive, two of its pages are
// closed.
func past(b *bench, archive bool) {
	b.t.Helper()
	pastUpTo(b, b.now, archive)
}

// pastUpTo is like past for stories up to a time.
func pastUpTo(b *bench, latest time.Time, archive bool) {
	b.t.Helper()
	f := feed("all")
	f.Archive = archive
	b.configure([]news.Source{b.sources["a"], b.sources["seeds"]}, f)
	var entries []news.Entry
	for i := range 250 {
		link := fmt.Sprintf("https://a.example/%d", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: fmt.Sprint("Story ", i), Content: "<p>" + strings.Repeat("A long text. ", 50) + "</p>",
			Published: latest.Add(-time.Duration(250-i) * time.Hour)})
	}
	b.fetch("a", entries...)
	b.publish()
	b.now = b.now.Add(news.ArchiveWait)
	b.publish()
}

func TestClosedPages(t *testing.T) {
	b := newBench(t)
	past(b, true)
	base := b.serve()
	for path, want := range map[string]struct {
		status   int
		location string
	}{
		"/feeds/all/archive/1.atom":     {200, ""},
		"/feeds/all/archive/2.json":     {200, ""},
		"/feeds/all/archive/3.atom":     {307, "/feeds/all.atom"}, // linked by the last page, not closed yet
		"/feeds/all/archive/3.json":     {307, "/feeds/all.json"},
		"/feeds/all/archive/4.atom":     {404, ""},
		"/feeds/all/archive/1.rss":      {404, ""},
		"/feeds/all/archive/1":          {404, ""},
		"/feeds/all/archive/01.atom":    {404, ""},
		"/feeds/all/archive/1-1.atom":   {404, ""},
		"/feeds/all/archive/2-1.atom":   {404, ""},
		"/feeds/all/archive/x.atom":     {404, ""},
		"/feeds/all/archive/":           {404, ""},
		"/feeds/none/archive/1.atom":    {404, ""},
		"/feeds/old/archive/1.atom":     {410, ""},
		"/feeds/all/archive/1.atom.gz":  {404, ""},
		"/feeds/all/archive/1.atom?x=1": {200, ""},
	} {
		a := ask(t, "GET", base+path)
		if a.status != want.status || a.header.Get("Location") != want.location {
			t.Errorf("%s: got %d to %q, want %d to %q", path, a.status, a.header.Get("Location"), want.status, want.location)
		}
		secured(t, path, a)
	}
	if _, err := b.db.RebuildArchive(t.Context(), news.Feed{Name: "all"}); err != nil {
		t.Fatal(err)
	}
	b.publish()
	for path, want := range map[string]int{"/feeds/all/archive/1.atom": 410, "/feeds/all/archive/2.json": 410, "/feeds/all/archive/3.atom": 404, "/feeds/all/archive/2-1.atom": 200} {
		if a := ask(t, "GET", base+path); a.status != want {
			t.Errorf("%s after a rebuild: got %d, want %d", path, a.status, want)
		}
	}
}

func TestClosedPagesAreKeptByCaches(t *testing.T) {
	b := newBench(t)
	past(b, true)
	base := b.serve()
	for _, ext := range []string{"atom", "json"} {
		url := base + "/feeds/all/archive/1." + ext
		plain, packed, head := ask(t, "GET", url), ask(t, "GET", url, "Accept-Encoding: gzip"), ask(t, "HEAD", url)
		if len(packed.body) >= len(plain.body) || !bytes.Equal(gunzip(t, packed.body), plain.body) || !bytes.Contains(plain.body, []byte("Story 99")) {
			t.Errorf("%s: %d bytes plain, %d packed: not the same page", ext, len(plain.body), len(packed.body))
		}
		if got, want := plain.header.Get("Cache-Control"), "public, max-age=86400, immutable"; got != want {
			t.Errorf("%s: Cache-Control %q, want %q", ext, got, want)
		}
		if got, want := plain.header.Get("Content-Type"), ask(t, "GET", base+"/feeds/all."+ext).header.Get("Content-Type"); got != want {
			t.Errorf("%s: Content-Type %q, want that of the live document, %q", ext, got, want)
		}
		if got, want := plain.header.Get("Last-Modified"), b.now.UTC().Truncate(time.Second).Format(http.TimeFormat); got != want {
			t.Errorf("%s: Last-Modified %q, want when the page was closed, %q", ext, got, want)
		}
		if len(head.body) != 0 || head.header.Get("Content-Length") != fmt.Sprint(len(plain.body)) {
			t.Errorf("%s: HEAD has %d bytes and announces %s, want %d", ext, len(head.body), head.header.Get("Content-Length"), len(plain.body))
		}
		for _, line := range []string{"If-None-Match: " + plain.header.Get("ETag"), "If-None-Match: " + packed.header.Get("ETag"), "If-Modified-Since: " + plain.header.Get("Last-Modified")} {
			for _, coding := range []string{"gzip", "identity"} {
				if a := ask(t, "GET", url, line, "Accept-Encoding: "+coding); a.status != http.StatusNotModified || len(a.body) > 0 {
					t.Errorf("%s, %s, %s: got %d, want 304", ext, coding, line, a.status)
				}
			}
		}
		if got := plain.header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: no script may read it (%q)", ext, got)
		}
	}
}

func TestOlderPages(t *testing.T) {
	b := newBench(t)
	past(b, false)
	base := b.serve()
	before := b.pub.Shelf.Edition("all").Older.Before
	if before == 0 {
		t.Fatal("nothing came before the live document")
	}
	part := fmt.Sprintf("/feeds/all/older/%d", before)
	for path, want := range map[string]struct {
		status            int
		contentType, text string
	}{
		part:           {200, typeHTML, ">Older stories</a>"},
		part + ".atom": {200, "application/atom+xml; charset=utf-8", `rel="first"`},
		part + ".rss":  {200, "application/rss+xml; charset=utf-8", `rel="next"`},
		part + ".json": {200, "application/feed+json; charset=utf-8", `"next_url":"http://river.example/feeds/all/older/`},
		part + ".opml": {404, typeHTML, ""},
		part + ".":     {404, typeHTML, ""},
		part + ".x":    {404, typeHTML, ""},
		part + "/":     {404, typeHTML, ""},
		strings.Replace(part, "/older/", "/older/0", 1): {404, typeHTML, ""},
		"/feeds/all/older/1.atom":                       {404, typeHTML, ""}, // nothing came before
		"/feeds/all/older/0":                            {404, typeHTML, ""},
		"/feeds/all/older/-5":                           {404, typeHTML, ""},
		"/feeds/all/older/x.atom":                       {404, typeHTML, ""},
		"/feeds/all/older/99999999999999999999":         {404, typeHTML, ""},
		"/feeds/none/older/5":                           {404, typeHTML, ""},
		"/feeds/old/older/5.atom":                       {410, typeHTML, ""},
	} {
		a := ask(t, "GET", base+path)
		if a.status != want.status || a.header.Get("Content-Type") != want.contentType || !strings.Contains(string(a.body), want.text) {
			t.Errorf("%s: got %d, %s; want %d, %s with %s\n%.600s", path, a.status, a.header.Get("Content-Type"), want.status, want.contentType, want.text, a.body)
		}
		secured(t, path, a)
		if a.status != 200 {
			continue
		}
		if again := ask(t, "GET", base+path, "If-None-Match: "+a.header.Get("ETag")); again.status != http.StatusNotModified {
			t.Errorf("%s asked again: %d, want 304", path, again.status)
		}
	}
}

// TestOlderPagesOfLongAgo leads back through stories from before 1970, whose times are negative
// and whose sequences are not.
func TestOlderPagesOfLongAgo(t *testing.T) {
	for _, ext := range publish.FeedFormats() {
		t.Run(ext, func(t *testing.T) {
			b := newBench(t)
			pastUpTo(b, time.Date(1970, time.January, 4, 0, 0, 0, 0, time.UTC), false)
			base, next := b.serve(), regexp.MustCompile(`rel="next"[^>]* href="([^"]*)|href="([^"]*)"[^>]* rel="next"|"next_url":"([^"]*)`)
			stories, at := 0, "/feeds/all."+ext
			for pages := 0; at != "" && pages < 5; pages++ {
				a := ask(t, "GET", base+at)
				stories += strings.Count(string(a.body), "A long text.") / 50
				link := next.FindSubmatch(a.body)
				at = ""
				if link != nil {
					at = strings.TrimPrefix(string(bytes.Join(link[1:], nil)), "http://river.example")
				}
			}
			if stories != 250 {
				t.Errorf("the pages have %d stories, want 250", stories)
			}
		})
	}
}
