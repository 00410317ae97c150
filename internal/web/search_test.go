package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/search"
)

// newSearchBench is a bench with a search index and no time limit in practice.
func newSearchBench(t testing.TB) *bench {
	t.Helper()
	b := newBench(t)
	for more := true; more; {
		var err error
		if more, err = b.db.Reindex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.web.within = time.Minute
	return b
}

func (b *bench) searched(t *testing.T, url, path string, header ...string) answer {
	t.Helper()
	a := ask(t, "GET", url+path, header...)
	secured(t, path, a)
	if got := a.header.Get("X-Robots-Tag"); got != "noindex" {
		t.Errorf("%s: X-Robots-Tag %q, want noindex", path, got)
	}
	return a
}

func TestSearchFeed(t *testing.T) {
	b := newSearchBench(t)
	at := b.serve()
	for _, path := range []string{"/search.atom?q=text", "/feeds/all.atom?q=text", "/search.rss?q=text", "/feeds/all.rss?q=text", "/search.json?q=text", "/feeds/all.json?q=text"} {
		a := b.searched(t, at, path)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		found, err := format.Decode(a.body, format.Input{URL: b.site.URL + path, ContentType: a.header.Get("Content-Type")})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		var ids []string
		for _, e := range found.Entries {
			ids = append(ids, e.GUID)
		}
		whole := b.pub.Shelf.Edition("all")
		if len(ids) != len(whole.Shown) {
			t.Errorf("%s has %d items, want %d", path, len(ids), len(whole.Shown))
		}
		for i, s := range whole.Shown {
			if i < len(ids) && ids[i] != s.GUID {
				t.Errorf("%s: item %d is %q, want %q as in the feed", path, i, ids[i], s.GUID)
			}
		}
		if self := b.site.URL + path; !strings.Contains(string(a.body), strings.ReplaceAll(self, "&", "&amp;")) {
			t.Errorf("%s does not name itself", path)
		}
		if again := b.searched(t, at, path, "If-None-Match: "+a.header.Get("ETag")); again.status != 304 || len(again.body) > 0 {
			t.Errorf("%s asked again: %d, want 304", path, again.status)
		}
		if cache := a.header.Get("Cache-Control"); !strings.HasPrefix(cache, "public, max-age=") || strings.HasSuffix(cache, "=0") || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Last-Modified") != "" {
			t.Errorf("%s: header %v", path, a.header)
		}
		if head := ask(t, "HEAD", at+path); head.status != 200 || len(head.body) > 0 || head.header.Get("ETag") != a.header.Get("ETag") {
			t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
		}
	}
}

// slowStore answers searches only when told to.
type slowStore struct {
	Views
	begun, answer chan struct{}
	err           error
}

func (s *slowStore) Search(ctx context.Context, r search.Request) (*search.Result, error) {
	s.begun <- struct{}{}
	<-s.answer
	return &search.Result{}, s.err
}

// TestASearchFeedIsCompressed: it is as large as any other feed, and asked for as often.
func TestASearchFeedIsCompressed(t *testing.T) {
	b := newSearchBench(t)
	at := b.serve()
	plain, packed := b.searched(t, at, "/search.atom?q=text"), b.searched(t, at, "/search.atom?q=text", "Accept-Encoding: gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || !bytes.Equal(gunzip(t, packed.body), plain.body) {
		t.Errorf("with gzip: %v", packed.header)
	}
	again := b.searched(t, at, "/search.atom?q=text", "Accept-Encoding: gzip", "If-None-Match: "+packed.header.Get("Etag"))
	if again.status != http.StatusNotModified || again.header.Get("Etag") != packed.header.Get("Etag") {
		t.Errorf("asked for again: %d, %v", again.status, again.header)
	}
}

func TestSearchFeedOfNothing(t *testing.T) {
	b := newSearchBench(t)
	at := b.serve()
	first := b.searched(t, at, "/search.atom?q=nobodysaysthis")
	var f struct {
		ID      string     `xml:"id"`
		Updated time.Time  `xml:"updated"`
		Entries []struct{} `xml:"entry"`
	}
	if err := xml.Unmarshal(first.body, &f); err != nil || first.status != 200 {
		t.Fatal(first.status, err)
	}
	if len(f.Entries) != 0 || f.Updated.Year() < 2020 || !strings.HasPrefix(f.ID, "urn:uuid:") {
		t.Errorf("got %+v, want an empty feed that is as old as the feeds that are searched", f)
	}
	other := b.searched(t, at, "/search.atom?q=norsaysthis")
	if err := xml.Unmarshal(other.body, &struct {
		ID *string `xml:"id"`
	}{&f.ID}); err != nil || strings.Contains(string(first.body), f.ID) {
		t.Errorf("another search has the same id %s (%v)", f.ID, err)
	}
}

func TestSearchRoutes(t *testing.T) {
	b := newSearchBench(t)
	at := b.serve()
	for _, tt := range []struct {
		path   string
		status int
		want   []string // in the body
	}{
		{"/search", 200, []string{"What can be searched", `role="search"`, `<meta name="robots" content="noindex">`}},
		{"/search?q=", 200, []string{"What can be searched"}},
		{"/search?q=one", 200, []string{"1 story", "<mark>One</mark>", "<mark>one</mark>", `type="application/atom+xml"`, `href="http://river.example/search.atom?q=one"`, `value="one"`}},
		{"/search?q=text&sort=best", 200, []string{"2 stories", "Newest first</a>", `name="sort" value="best"`}},
		{"/search?q=text&feed=all", 200, []string{"2 stories", "http://river.example/feeds/all.atom?q=text"}},
		{"/search?q=text&page=999999999999999999999", 200, []string{"2 stories"}},
		{"/search?q=text&page=-1", 200, []string{"2 stories"}},
		{"/search?q=nobodysaysthis", 200, []string{"Nothing found", "What can be searched"}},
		{"/search?q=the+xyz", 200, []string{"Nothing found", "the is short", "*the*"}},
		{"/search?q=source:nobody", 200, []string{"No source here is called that: source:nobody"}},
		{"/search?q=source:a", 200, []string{"1 story"}},
		{"/search?q=%22open", 400, []string{"The quote is not closed: &#34;open&#34;", `value="&#34;open"`, `role="alert"`}},
		{"/search?q=%3Cscript%3E&feed=all", 200, []string{"Nothing found", `value="&lt;script&gt;"`}},
		{"/search?q=" + strings.Repeat("x", 300), 400, []string{"at most 200 characters"}},
		{"/search?q=%FF%00%27", 400, []string{"There is no word in it"}},
		{"/search?q=one&feed=nobody", 404, nil},
		{"/search?q=one&feed=old", 410, nil},
		{"/search.atom", 400, []string{"Say what to search for: http://river.example/search.atom?q=verkehr"}},
		{"/search.atom?q=title:", 400, []string{"A word must follow &#34;title:&#34;, as in title:word"}},
		{"/feeds/all.atom?q=a*", 400, []string{"At least 2 letters go before a star: a*", `value="a*"`}},
		{"/feeds/nobody.atom?q=one", 404, nil},
		{"/feeds/old.atom?q=one", 410, nil},
	} {
		a := b.searched(t, at, tt.path)
		if a.status != tt.status {
			t.Errorf("%s: %d, want %d", tt.path, a.status, tt.status)
		}
		for _, want := range tt.want {
			if !strings.Contains(string(a.body), want) {
				t.Errorf("%s lacks %q", tt.path, want)
			}
		}
		if tt.status == 400 && a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", tt.path, a.header.Get("Cache-Control"))
		}
	}
	whole := ask(t, "GET", at+"/feeds/all.atom")
	for _, path := range []string{"/feeds/all.atom?q=", "/feeds/all.atom?other=1", "/feeds/all.atom?q=%20"} {
		if a := ask(t, "GET", at+path); string(a.body) != string(whole.body) || a.header.Get("X-Robots-Tag") != "" {
			t.Errorf("%s is not the feed itself", path)
		}
	}
	if a := ask(t, "POST", at+"/search?q=one"); a.status != 405 {
		t.Errorf("POST: %d, want 405", a.status)
	}
	if a := ask(t, "GET", at+"/search.opml?q=one"); a.status != 404 {
		t.Errorf("/search.opml: %d, want 404", a.status)
	}
	if b.log.Len() > 0 {
		t.Errorf("the log says %s", b.log.String())
	}
}

// TestSearchNamesTheAddressThatWasAskedFor: the feed has the query as the reader spelled it.
func TestSearchNamesTheAddressThatWasAskedFor(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"q=rote+ampel", "rote+ampel"},
		{"q=rote%20ampel", "rote%20ampel"},
		{"a=1&q=verk*&b=2", "verk*"},
		{"q=title:bahn", "title:bahn"},
		{"q=m%C3%BCller", "m%C3%BCller"},
		{"q=müller", "m%C3%BCller"},
		{"q=%22a%22", "%22a%22"},
		{`q="a"`, "%22a%22"},
		{"%71=bahn", "bahn"},
		{"q=<b>", "%3Cb%3E"},
	} {
		values, _ := url.ParseQuery(tt.raw)
		if got := escapedQuery(tt.raw, values.Get("q")); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.raw, got, tt.want)
		}
	}
}

func TestSearchWhileTheIndexIsMade(t *testing.T) {
	b := newBench(t) // the index has not been made
	b.web.within = time.Minute
	at := b.serve()
	if a := b.searched(t, at, "/search?q=text"); a.status != 200 || !strings.Contains(string(a.body), "index is being made") {
		t.Errorf("the page: %d, want that the index is being made", a.status)
	}
	if a := b.searched(t, at, "/search.atom?q=text"); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("the feed: %d, Retry-After %q; want 503, because a reader cannot be told", a.status, a.header.Get("Retry-After"))
	}
}

func TestSearchThatTakesTooLong(t *testing.T) {
	b := newSearchBench(t)
	b.web.within = time.Nanosecond
	at := b.serve()
	for _, path := range []string{"/search?q=text", "/search.atom?q=text"} {
		a := b.searched(t, at, path)
		if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(string(a.body), "too long") || !strings.Contains(string(a.body), `value="text"`) {
			t.Errorf("%s: %d, Retry-After %q; want 503 and the form with what was typed", path, a.status, a.header.Get("Retry-After"))
		}
	}
}

// TestSearchesAtOnce: two searches run, others wait for their turn and are then told to come back.
// Other pages are served meanwhile.
func TestSearchesAtOnce(t *testing.T) {
	b := newSearchBench(t)
	slow := &slowStore{Views: b.db, begun: make(chan struct{}, 10), answer: make(chan struct{})}
	b.web.Views = slow
	at := b.serve()
	statuses := make(chan int, maxSearches)
	for range maxSearches {
		go func() { statuses <- ask(t, "GET", at+"/search.atom?q=one").status }()
	}
	for range maxSearches {
		<-slow.begun
	}
	if a := b.searched(t, at, "/search?q=one"); a.status != http.StatusServiceUnavailable || !strings.Contains(string(a.body), "Many people search") {
		t.Errorf("one more: %d, want 503", a.status)
	}
	if a := ask(t, "GET", at+"/feeds/all.atom"); a.status != 200 {
		t.Errorf("a feed meanwhile: %d", a.status)
	}
	close(slow.answer)
	for range maxSearches {
		if status := <-statuses; status != 200 {
			t.Errorf("one that waited: %d, want 200", status)
		}
	}
	if a := b.searched(t, at, "/search?q=one"); a.status != 200 {
		t.Errorf("afterwards: %d, want 200", a.status)
	}
}

// TestSearchFindsNothingPrivate: a source that is not public leaves no trace.
func TestSearchFindsNothingPrivate(t *testing.T) {
	b := newSearchBench(t)
	private := news.Source{Name: "closed", Title: "Closed shop", Kind: news.KindFeed, URL: "https://closed.example/feed"}
	b.configure([]news.Source{{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true}, private}, b.feeds...)
	b.fetch("closed", news.Entry{GUID: "x", Link: "https://closed.example/x", Title: "Marmalade", Content: "<p>Marmalade for members.</p>", Authors: []news.Person{{Name: "Marmaduke"}}})
	b.publish()
	at := b.serve()
	for _, q := range []string{"marmalade", "*mala*", "author:marmaduke", "members", "title:marm*", "-nobody"} {
		for _, path := range []string{"/search?q=", "/search.atom?q=", "/search.rss?q=", "/search.json?q=", "/feeds/all.atom?q="} {
			a := b.searched(t, at, path+url.QueryEscape(q))
			body := strings.ReplaceAll(string(a.body), "marmaduke", "") // the query itself
			if a.status != 200 || strings.Contains(body, "Marmalade") || strings.Contains(body, "closed.example") {
				t.Errorf("%s%s: %d and what is private", path, q, a.status)
			}
		}
	}
	if a := b.searched(t, at, "/search?q=source:closed"); !strings.Contains(string(a.body), "No source here is called that") {
		t.Error("a private source is known to the search")
	}
}

func TestSearchPages(t *testing.T) {
	b := newSearchBench(t)
	var entries []news.Entry
	for i := range 260 {
		link := fmt.Sprintf("https://a.example/n%d", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: fmt.Sprintf("Wader %d", i), Content: "<p>" + strings.Repeat(fmt.Sprintf("number%d ", i), 20) + "</p>", Published: b.now.Add(-time.Duration(i) * time.Minute)})
	}
	b.fetch("a", entries...)
	b.publish()
	at := b.serve()
	for page, want := range map[string]string{"1": "Wader 0", "2": "Wader 50", "4": "Wader 150"} {
		body := string(b.searched(t, at, "/search?q=wader&page="+page).body)
		if n := strings.Count(body, "<article"); n != 50 || !strings.Contains(body, "<mark>"+strings.Replace(want, " ", "</mark> ", 1)+"<") {
			t.Errorf("page %s has %d stories, want 50 from %s on", page, n, want)
		}
		if strings.Contains(body, "Next page") != (page != "4") || strings.Contains(body, "Previous page") != (page != "1") {
			t.Errorf("page %s leads elsewhere", page)
		}
	}
	if body := string(b.searched(t, at, "/search.json?q=wader").body); strings.Count(body, `"id":"https:`) != searchFeedRows {
		t.Errorf("the feed has %d items, want %d", strings.Count(body, `"id":"https:`), searchFeedRows)
	}
}
