package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
)

// secured checks the header fields of every response, and those of its kind.
func secured(t *testing.T, what string, a answer) {
	t.Helper()
	if got := a.header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options %q, want nosniff", what, got)
	}
	want := feedCSP
	if a.header.Get("Referrer-Policy") != "" {
		want = page.Builtin().CSP()
	}
	if got := a.header.Get("Content-Security-Policy"); got != want {
		t.Errorf("%s: Content-Security-Policy %q, want %q", what, got, want)
	}
	if isPage := strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && a.status/100 != 3; isPage != (want == page.Builtin().CSP()) {
		t.Errorf("%s: the policy of a page: %v, want %v", what, want == page.Builtin().CSP(), isPage)
	}
}

const (
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
	typeOPML = "text/x-opml; charset=utf-8"
)

// TestRoutes checks the table of addresses in docs/publishing.md.
func TestRoutes(t *testing.T) {
	b := newBench(t)
	b.scan(nil, news.Entry{GUID: "seed:1", Title: "Seed", Content: "<p>The text of a seed.</p>"},
		news.Entry{GUID: "seed:2", Title: "Withdrawn", Content: "<p>It was here.</p>"})
	b.publish()
	seed, withdrawn := b.story("Seed"), b.story("Withdrawn")
	b.scan(&news.SeedState{Withdrawn: []string{"seed:2"}})
	b.publish()
	base := b.serve()
	tests := []struct {
		path        string
		status      int
		contentType string
		contains    string // in the body, or for a redirect in the Location
	}{
		{"/", 200, typeHTML, "Feed all"},
		{"/feeds/all.atom", 200, "application/atom+xml; charset=utf-8", "<title type=\"text\">Feed all</title>"},
		{"/feeds/all.rss", 200, "application/rss+xml; charset=utf-8", "<title>Feed all</title>"},
		{"/feeds/all.json", 200, "application/feed+json; charset=utf-8", `"title":"Feed all"`},
		{"/feeds/all.opml", 200, typeOPML, "https://a.example/feed"},
		{"/feeds/all/", 200, typeHTML, `id="s-` + seed + `"`},
		{"/feeds/all", 308, typeHTML, "/feeds/all/"},
		{"/feeds/all/sources", 200, typeHTML, "https://a.example/feed"},
		{"/sources.opml", 200, typeOPML, "https://a.example/feed"},
		{"/stories/" + seed, 200, typeHTML, "The text of a seed."},
		{"/stories/" + b.story("One"), 200, typeHTML, "https://a.example/one"},
		{"/stories/" + withdrawn, 410, typeHTML, ""},
		{"/sources/a", 200, typeHTML, "Source a"},
		{"/sources/seeds", 200, typeHTML, "Seed"},
		{"/icon.svg", 200, "image/svg+xml", "<svg "},
		{"/healthz", 200, typeText, "ok"},
		{"/readyz", 200, typeText, "ready"},

		{"/feeds/old.atom", 410, typeHTML, ""},
		{"/feeds/old.rss", 410, typeHTML, ""},
		{"/feeds/old", 410, typeHTML, ""},
		{"/feeds/old/", 410, typeHTML, ""},
		{"/feeds/old/sources", 410, typeHTML, ""},

		{"/feeds/none.atom", 404, typeHTML, ""},
		{"/feeds/none", 404, typeHTML, ""},
		{"/feeds/none/", 404, typeHTML, ""},
		{"/feeds/none/sources", 404, typeHTML, ""},
		{"/feeds/", 404, typeHTML, ""},
		{"/feeds", 404, typeHTML, ""},
		{"/feeds/all.", 404, typeHTML, ""},
		{"/feeds/all.html", 404, typeHTML, ""},
		{"/feeds/all.atom.gz", 404, typeHTML, ""},
		{"/feeds/all.ATOM", 404, typeHTML, ""},
		{"/feeds/.atom", 404, typeHTML, ""},
		{"/feeds/all.atom/", 404, typeHTML, ""},
		{"/feeds/all/index.html", 404, typeHTML, ""},
		{"/stories/none", 404, typeHTML, ""},
		{"/stories/", 404, typeHTML, ""},
		{"/sources/none", 404, typeHTML, ""},
		{"/sources/", 404, typeHTML, ""},
		{"/private/", 404, typeHTML, ""},
		{"/private", 404, typeHTML, ""},
		{"/status", 404, typeHTML, ""},
		{"/metrics", 404, typeHTML, ""},
		{"/debug/pprof/", 404, typeHTML, ""},
		{"/favicon.ico", 404, typeHTML, ""},

		// Unknown query parameters are ignored.
		{"/feeds/all.rss?utm_source=x&page=2;a=%zz", 200, "application/rss+xml; charset=utf-8", "Feed all"},
		{"/feeds/all?x=1", 308, typeHTML, "/feeds/all/"},
		{"/healthz?verbose", 200, typeText, "ok"},

		// A path that is not plain is redirected to the plain one, never out of the tree.
		{"//feeds/all.atom", 308, typeHTML, "/feeds/all.atom"},
		{"/feeds//all.atom", 308, typeHTML, "/feeds/all.atom"},
		{"/feeds/./all.atom", 308, typeHTML, "/feeds/all.atom"},
		{"/feeds/../../../etc/passwd", 308, typeHTML, "/etc/passwd"},
		{"/etc/passwd", 404, typeHTML, ""},
		{"/feeds/..%2f..%2fconfig.yaml", 308, typeHTML, "/config.yaml"},
		{"/feeds/..%5c..%5cconfig.yaml", 404, typeHTML, ""},
		{"/feeds/%00.atom", 404, typeHTML, ""},
		{"//evil.example/%2f..", 308, typeHTML, "/"},
		{"//evil.example/x", 308, typeHTML, "/evil.example/x"},
		{"/feeds/" + strings.Repeat("a", 10_000), 404, typeHTML, ""},
		{strings.Repeat("/a", 5_000), 404, typeHTML, ""},

		// So is a page that is asked for with a slash at its end.
		{"/feeds/all/sources/", 308, typeHTML, "/feeds/all/sources"},
		{"/stories/" + seed + "/", 308, typeHTML, "/stories/" + seed},
		{"/sources/a/", 308, typeHTML, "/sources/a"},
		{"/search/?q=seed", 308, typeHTML, "/search?q=seed"},
		{"/why/?url=https%3A%2F%2Fa.example%2Fone", 308, typeHTML, "/why?url=https%3A%2F%2Fa.example%2Fone"},
		{"/search/x/", 404, typeHTML, ""},
		{"/none/", 404, typeHTML, ""},
	}
	for _, tt := range tests {
		name := tt.path[:min(len(tt.path), 60)]
		t.Run(name, func(t *testing.T) {
			a := ask(t, "GET", base+tt.path)
			if a.status != tt.status || a.header.Get("Content-Type") != tt.contentType {
				t.Errorf("got %d %s, want %d %s", a.status, a.header.Get("Content-Type"), tt.status, tt.contentType)
			}
			secured(t, name, a)
			if tt.status == 308 {
				if got := a.header.Get("Location"); got != tt.contains {
					t.Errorf("leads to %q, want %q", got, tt.contains)
				}
				return
			}
			if !bytes.Contains(a.body, []byte(tt.contains)) {
				t.Errorf("%s\nwant %q in it", a.body, tt.contains)
			}
			if tt.contentType == typeText && string(a.body) != tt.contains+"\n" {
				t.Errorf("got %q, want one word", a.body)
			}
			if got, want := a.header.Get("Content-Length"), fmt.Sprint(len(a.body)); got != want {
				t.Errorf("Content-Length %q, want %q", got, want)
			}
			headEqualsGet(t, base+tt.path, a)
		})
	}
}

// headEqualsGet holds RFC 9110 section 9.3.2.
func headEqualsGet(t *testing.T, url string, get answer) {
	t.Helper()
	head := ask(t, "HEAD", url)
	if head.status != get.status || len(head.body) != 0 {
		t.Errorf("HEAD: %d with %d bytes, want %d with none", head.status, len(head.body), get.status)
	}
	for name := range get.header {
		if got, want := head.header.Get(name), get.header.Get(name); name != "Date" && got != want {
			t.Errorf("HEAD: %s %q, want %q as for GET", name, got, want)
		}
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	base := newBench(t).serve()
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all/", "/feeds/all", "/sources.opml", "/sources/a", "/stories/x", "/healthz", "/readyz", "/none", "//x"} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} {
			a := ask(t, method, base+path)
			if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
				t.Errorf("%s %s: %d, Allow %q; want 405, %q", method, path, a.status, a.header.Get("Allow"), "GET, HEAD, OPTIONS")
			}
			secured(t, method+" "+path, a)
		}
	}
}

// TestScriptsMayRead holds the CORS protocol of the Fetch Standard, with preflight, for everything
// meant for programs. Errors are included, so that a reader in a browser sees that a feed is gone.
func TestScriptsMayRead(t *testing.T) {
	base := newBench(t).serve()
	for _, path := range []string{"/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all.opml", "/sources.opml", "/feeds/all", "/feeds/old.atom", "/feeds/none.atom"} {
		a := ask(t, "GET", base+path, "Origin: https://reader.example")
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: Access-Control-Allow-Origin %q, want *", path, got)
		}
		if got := a.header.Get("Access-Control-Expose-Headers"); !strings.Contains(got, "ETag") {
			t.Errorf("%s: Access-Control-Expose-Headers %q, want ETag in it", path, got)
		}
		if got := a.header.Get("Access-Control-Allow-Credentials"); got != "" {
			t.Errorf("%s: Access-Control-Allow-Credentials %q, want none", path, got)
		}
		pre := ask(t, "OPTIONS", base+path, "Origin: https://reader.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: if-none-match")
		if pre.status != http.StatusNoContent || pre.header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(pre.header.Get("Access-Control-Allow-Methods"), "GET") ||
			!strings.Contains(strings.ToLower(pre.header.Get("Access-Control-Allow-Headers")), "if-none-match") {
			t.Errorf("preflight of %s: %d %v", path, pre.status, pre.header)
		}
		secured(t, "preflight of "+path, pre)
	}
	if got := ask(t, "GET", base+"/sources/a").header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a page for people: Access-Control-Allow-Origin %q, want none", got)
	}
}

// TestTheBaseURLComesFromTheConfiguration: no header of a request changes a link.
func TestTheBaseURLComesFromTheConfiguration(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	forged := []string{"Host: evil.example", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: gopher", "X-Forwarded-Prefix: /evil", "Forwarded: host=evil.example", "X-Original-URL: /evil"}
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all/", "/feeds/all", "//feeds/all.atom", "/none", "/stories/" + b.story("Seed"), "/sources/a"} {
		plain, forgedAnswer := ask(t, "GET", base+path), ask(t, "GET", base+path, forged...)
		if !bytes.Equal(plain.body, forgedAnswer.body) || plain.header.Get("Location") != forgedAnswer.header.Get("Location") {
			t.Errorf("%s: a forged request is answered differently", path)
		}
		if bytes.Contains(forgedAnswer.body, []byte("evil")) {
			t.Errorf("%s: the forged host stands in the answer", path)
		}
	}
}

func TestBaseURLWithAPath(t *testing.T) {
	b := newBench(t)
	b.site.URL = "https://me.example/river"
	b.pub.Shelf.Outdate()
	b.show()
	b.publish()
	base := b.serve()
	tests := []struct {
		path     string
		status   int
		location string
	}{
		{"/feeds/all.atom", 200, ""}, // the proxy stripped the path
		{"/river/feeds/all.atom", 200, ""},
		{"/", 200, ""},
		{"/river", 200, ""},
		{"/river/", 200, ""},
		{"/river/feeds/all/", 200, ""},
		{"/river/healthz", 200, ""},
		{"/feeds/all", 308, "/river/feeds/all/"},
		{"/river/feeds/all", 308, "/river/feeds/all/"},
		{"//feeds/all.atom", 308, "/river/feeds/all.atom"},
		{"/river//feeds/all.atom", 308, "/river/feeds/all.atom"},
		{"/river//feeds/all.atom?q=a+b", 308, "/river/feeds/all.atom?q=a+b"},
		{"/river/feeds/..%2f..%2fx", 308, "/river/x"},
		{"/riverside/feeds/all.atom", 404, ""},
		{"/feeds%2fall.atom", 404, ""},
		{"/river/feeds%2fall.atom", 404, ""},
		{"/river%2ffeeds/all.atom", 200, ""},
		{"/river/river/feeds/all.atom", 404, ""},
	}
	for _, tt := range tests {
		a := ask(t, "GET", base+tt.path)
		if a.status != tt.status || a.header.Get("Location") != tt.location {
			t.Errorf("%s: got %d to %q, want %d to %q", tt.path, a.status, a.header.Get("Location"), tt.status, tt.location)
		}
	}
	var f struct {
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
	}
	if err := xml.Unmarshal(ask(t, "GET", base+"/feeds/all.atom").body, &f); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(f.Links), "[{self https://me.example/river/feeds/all.atom} {alternate https://me.example/river/feeds/all/}]"; got != want {
		t.Errorf("links of the feed %s, want %s", got, want)
	}
}

// TestStarting: a feed that is not rendered yet is not "not found".
func TestStarting(t *testing.T) {
	b := newBench(t)
	b.pub.Shelf.Keep(nil)
	base := b.serve()
	for _, path := range []string{"/feeds/all.atom", "/feeds/all", "/feeds/all/"} {
		a := ask(t, "GET", base+path)
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v, want 503 with Retry-After, not to be stored", path, a.status, a.header)
		}
	}
	if a := ask(t, "GET", base+"/readyz"); a.status != http.StatusServiceUnavailable || string(a.body) != "starting\n" {
		t.Errorf("/readyz: %d %q, want 503 and one word", a.status, a.body)
	}
	if a := ask(t, "GET", base+"/healthz"); a.status != http.StatusOK {
		t.Errorf("/healthz: %d, want 200", a.status)
	}
	if a := ask(t, "GET", base+"/"); a.status != http.StatusOK {
		t.Errorf("/: %d, want 200", a.status)
	}
}

// views is a store that fails, or that knows a story merged into another.
type views struct {
	Views
	err  error
	into string
}

func (v views) AliasOf(context.Context, news.Audience, string) (string, error) { return v.into, v.err }

func (v views) StoryDays(context.Context, int, time.Time) ([]news.StoryDay, error) { return nil, v.err }

func (v views) State(context.Context, string) (*news.SourceState, error) { return nil, v.err }

func TestAMergedStoryLeadsToTheOther(t *testing.T) {
	b := newBench(t)
	b.web.Views = views{into: "other"}
	if a := ask(t, "GET", b.serve()+"/stories/one"); a.status != 308 || a.header.Get("Location") != "/stories/other" {
		t.Errorf("got %d to %q, want 308 to /stories/other", a.status, a.header.Get("Location"))
	}
}

// TestOurOwnErrorsStayInside: the log has them, the visitor does not; feeds do
// not need the store at all.
func TestOurOwnErrorsStayInside(t *testing.T) {
	b := newBench(t)
	b.web.Views = views{err: errors.New("disk I/O error in /var/secret.db")}
	base := b.serve()
	for _, path := range []string{"/stories/x", "/sources/a"} {
		a := ask(t, "GET", base+path)
		if a.status != http.StatusInternalServerError || bytes.Contains(a.body, []byte("secret.db")) {
			t.Errorf("%s: %d\n%s\nwant 500 without the reason", path, a.status, a.body)
		}
		secured(t, path, a)
	}
	if !strings.Contains(b.log.String(), "secret.db") {
		t.Errorf("the log has %q, want the reason", b.log.String())
	}
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all/", "/sources.opml", "/healthz", "/readyz"} {
		if a := ask(t, "GET", base+path); a.status != http.StatusOK {
			t.Errorf("%s: %d, want 200 without the store", path, a.status)
		}
	}
}

// TestAFeedThatWasRemovedIsGoneAtOnce: the shelf may still hold it for a
// moment, when a reload comes while it is rendered.
func TestAFeedThatWasRemovedIsGoneAtOnce(t *testing.T) {
	b := newBench(t)
	b.web.Show(&Snapshot{Site: b.site, Gone: map[string]bool{"all": true}, Sources: &publish.Document{}})
	base := b.serve()
	for _, path := range []string{"/feeds/all.atom", "/feeds/all/", "/feeds/all"} {
		if a := ask(t, "GET", base+path); a.status != http.StatusGone {
			t.Errorf("%s: %d, want 410", path, a.status)
		}
	}
}

// TestPagesMayBeKeptForAMoment: they are made for each request.
func TestPagesMayBeKeptForAMoment(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	for _, path := range []string{"/", "/sources/a", "/stories/" + b.story("One")} {
		if got, want := ask(t, "GET", base+path).header.Get("Cache-Control"), fmt.Sprintf("public, max-age=%d", int(time.Minute.Seconds())); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}

// Error pages are compressed, because readers request a feed for years after it is gone.
func TestErrorsArePacked(t *testing.T) {
	base := newBench(t).serve()
	for _, path := range []string{"/feeds/none.atom", "/search?q=%22open"} {
		plain, packed := ask(t, "GET", base+path), ask(t, "GET", base+path, "Accept-Encoding: gzip")
		if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Vary") != "Accept-Encoding" || len(packed.body) > len(plain.body)/2 {
			t.Errorf("%s: %v, %d bytes of %d", path, packed.header, len(packed.body), len(plain.body))
		}
		z, err := gzip.NewReader(bytes.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, plain.body) {
			t.Errorf("%s: unpacked it is another page: %v", path, err)
		}
	}
}
