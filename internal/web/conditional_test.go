package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// long makes the documents of "all" long enough for a gzip variant.
func long(b *bench) {
	b.fetch("a", news.Entry{GUID: "https://a.example/long", Link: "https://a.example/long", Title: "Long", Content: "<p>" + strings.Repeat("A long text. ", 200) + "</p>"})
	b.publish()
}

// TestConditionalRequests: each validator works alone, If-None-Match goes first
// (RFC 9110 section 13.2.2) and is compared weakly (section 8.8.3.2).
func TestConditionalRequests(t *testing.T) {
	b := newBench(t)
	long(b)
	url := b.serve() + "/feeds/all.atom"
	fresh := ask(t, "GET", url)
	packed := ask(t, "GET", url, "Accept-Encoding: gzip")
	tag, gzipTag, modified := fresh.header.Get("ETag"), packed.header.Get("ETag"), fresh.header.Get("Last-Modified")
	when, err := http.ParseTime(modified)
	if err != nil {
		t.Fatalf("Last-Modified %q: %v", modified, err)
	}
	if len(tag) < 10 || tag[0] != '"' || tag[len(tag)-1] != '"' || gzipTag == tag {
		t.Fatalf("tags %s and, of gzip, %s: want two quoted ones that differ", tag, gzipTag)
	}
	earlier, later := when.Add(-time.Second).Format(http.TimeFormat), when.Add(time.Hour).Format(http.TimeFormat)
	tests := []struct {
		name   string
		header []string
		want   int
	}{
		{"no condition", nil, 200},
		{"its tag", []string{"If-None-Match: " + tag}, 304},
		{"its tag, made weak by a proxy", []string{"If-None-Match: W/" + tag}, 304},
		{"the tag of the gzip variant, which is the same feed", []string{"If-None-Match: " + gzipTag}, 304},
		{"the tag of the gzip variant, made weak", []string{"If-None-Match: W/" + gzipTag}, 304},
		{"a list with it", []string{`If-None-Match: "x", W/"y",` + tag + `, "z"`}, 304},
		{"a list over two lines", []string{`If-None-Match: "x"`, "If-None-Match: " + tag}, 304},
		{"anything", []string{"If-None-Match: *"}, 304},
		{"another tag", []string{`If-None-Match: "x"`}, 200},
		{"a list without it", []string{`If-None-Match: "x", W/"y"`}, 200},
		{"its tag without quotes", []string{"If-None-Match: " + strings.Trim(tag, `"`)}, 200},
		{"an empty list", []string{"If-None-Match: "}, 200},
		{"its time", []string{"If-Modified-Since: " + modified}, 304},
		{"a later time", []string{"If-Modified-Since: " + later}, 304},
		{"an earlier time", []string{"If-Modified-Since: " + earlier}, 200},
		{"its time in the form of RFC 850", []string{"If-Modified-Since: " + when.UTC().Format("Monday, 02-Jan-06 15:04:05 GMT")}, 304},
		{"no time", []string{"If-Modified-Since: yesterday"}, 200},
		{"both", []string{"If-None-Match: " + tag, "If-Modified-Since: " + modified}, 304},
		{"its tag and an earlier time: the tag counts", []string{"If-None-Match: " + tag, "If-Modified-Since: " + earlier}, 304},
		{"another tag and its time: the tag counts", []string{`If-None-Match: "x"`, "If-Modified-Since: " + modified}, 200},
		{"a wish for no cache is no condition", []string{"Cache-Control: no-cache"}, 200},
		{"delta encoding is not offered", []string{"A-IM: feed, gzip", `If-None-Match: "x"`}, 200},
		{"delta encoding does not keep 304 away", []string{"A-IM: feed", "If-None-Match: " + tag}, 304},
		{"ranges are not offered", []string{"Range: bytes=0-9"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				a := ask(t, method, url, tt.header...)
				if a.status != tt.want {
					t.Errorf("%s: got %d, want %d", method, a.status, tt.want)
				}
				if whole := method == "GET" && tt.want == 200; (len(a.body) > 0) != whole || whole && !bytes.Equal(a.body, fresh.body) {
					t.Errorf("%s: got %d bytes, want the whole body: %v", method, len(a.body), whole)
				}
			}
		})
	}
}

// TestNotModifiedRepeatsTheHeaders (RFC 9110 section 15.4.5), and the rules for
// caches with them.
func TestNotModifiedRepeatsTheHeaders(t *testing.T) {
	b := newBench(t)
	long(b)
	base := b.serve()
	for _, path := range []string{"/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all.opml", "/feeds/all/", "/sources.opml", "/"} {
		for _, coding := range []string{"identity", "gzip"} {
			fresh := ask(t, "GET", base+path, "Accept-Encoding: "+coding)
			again := ask(t, "GET", base+path, "Accept-Encoding: "+coding, "If-None-Match: "+fresh.header.Get("ETag"))
			if again.status != http.StatusNotModified {
				t.Errorf("%s, %s: %d, want 304", path, coding, again.status)
			}
			for _, name := range []string{"ETag", "Last-Modified", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "Content-Security-Policy", "X-Content-Type-Options"} {
				if got, want := again.header.Get(name), fresh.header.Get(name); got != want {
					t.Errorf("%s, %s: 304 with %s %q, want %q", path, coding, name, got, want)
				}
			}
			for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Type"} {
				if got := again.header.Get(name); got != "" {
					t.Errorf("%s, %s: 304 with %s %q, want none: it has no body", path, coding, name, got)
				}
			}
			if got := fresh.header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("%s, %s: Vary %q, want Accept-Encoding", path, coding, got)
			}
		}
	}
}

// TestEveryFormatOfAFeedHasBothValidators: some readers send only the one,
// some only the other.
func TestEveryFormatOfAFeedHasBothValidators(t *testing.T) {
	base := newBench(t).serve()
	for _, path := range []string{"/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all.opml", "/feeds/all/"} {
		fresh := ask(t, "GET", base+path)
		for _, line := range []string{"If-None-Match: " + fresh.header.Get("ETag"), "If-Modified-Since: " + fresh.header.Get("Last-Modified")} {
			if a := ask(t, "GET", base+path, line); a.status != http.StatusNotModified {
				t.Errorf("%s with %s: %d, want 304", path, line, a.status)
			}
		}
	}
}

func TestValidatorsChangeWithTheBytes(t *testing.T) {
	b := newBench(t)
	url := b.serve() + "/feeds/all.rss"
	before := ask(t, "GET", url)
	long(b)
	for _, line := range []string{"If-None-Match: " + before.header.Get("ETag"), "If-Modified-Since: " + before.header.Get("Last-Modified")} {
		if a := ask(t, "GET", url, line); a.status != http.StatusOK || !bytes.Contains(a.body, []byte("Long")) {
			t.Errorf("after a change, with %s: %d, want 200 with the new entry", line, a.status)
		}
	}
}

func TestContentCoding(t *testing.T) {
	b := newBench(t)
	long(b)
	url := b.serve() + "/feeds/all.atom"
	plain := ask(t, "GET", url)
	tests := []struct {
		accept string // lines, separated by "|"
		gzip   bool
	}{
		{"gzip", true},
		{"GZIP", true},
		{"x-gzip", true},
		{"gzip, deflate, br", true},
		{"deflate, br;q=1.0, gzip;q=0.001", true},
		{"gzip ; q=0.5", true},
		{"*", true},
		{"*;q=0.1", true},
		{"identity;q=0, *", true},
		{"identity;q=0, gzip", true},
		{"*;q=0, gzip", true},
		{"br|gzip", true},
		{"", false},
		{"identity", false},
		{"deflate, br", false},
		{"gzip;q=0", false},
		{"gzip;q=0.000", false},
		{"gzip;q=0, *", false},
		{"*;q=0", false},
		{"identity;q=0", false}, // nothing that we have is left: the plain body is the better answer than none
		{"gzip;q=x", false},
		{"notgzip", false},
		{"gzipped", false},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			var lines []string
			for line := range strings.SplitSeq(tt.accept, "|") {
				lines = append(lines, "Accept-Encoding: "+line)
			}
			a := ask(t, "GET", url, lines...)
			if got := a.header.Get("Content-Encoding") == "gzip"; got != tt.gzip {
				t.Fatalf("compressed: %v, want %v", got, tt.gzip)
			}
			if got := a.header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("Vary %q, want Accept-Encoding", got)
			}
			body := a.body
			if tt.gzip {
				if len(body) >= len(plain.body) {
					t.Errorf("%d bytes, want fewer than %d", len(body), len(plain.body))
				}
				body = gunzip(t, body)
			}
			if !bytes.Equal(body, plain.body) {
				t.Error("the body is not that of the plain answer")
			}
		})
	}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestCacheControlFollowsTheRhythm: the header says what the feed says itself.
func TestCacheControlFollowsTheRhythm(t *testing.T) {
	b := newBench(t)
	var entries []news.Entry
	for i := range 20 {
		link := fmt.Sprintf("https://b.example/%d", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: link, Published: b.now.Add(-time.Duration(i) * 50 * time.Minute)})
	}
	b.configure([]news.Source{{Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true}}, feed("slow"))
	b.fetch("b", entries...)
	b.publish()
	base := b.serve()
	for _, ext := range []string{"atom", "rss", "json", "opml"} {
		if got, want := ask(t, "GET", base+"/feeds/slow."+ext).header.Get("Cache-Control"), "public, max-age=1500"; got != want {
			t.Errorf("%s: Cache-Control %q, want %q", ext, got, want)
		}
	}
	if body := ask(t, "GET", base+"/feeds/slow.rss").body; !bytes.Contains(body, []byte("<ttl>25</ttl>")) {
		t.Errorf("%s\nwant a ttl of 25", body)
	}
	var f struct{ Version string }
	if err := json.Unmarshal(ask(t, "GET", base+"/feeds/slow.json").body, &f); err != nil || f.Version != "https://jsonfeed.org/version/1.1" {
		t.Errorf("version %q (%v), want JSON Feed 1.1", f.Version, err)
	}
}
