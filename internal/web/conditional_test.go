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

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

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
		{"it insists on its tag", []string{"If-Match: " + tag}, 200},
		{"it insists on one of a list", []string{`If-Match: "x", ` + gzipTag}, 200},
		{"it insists on anything", []string{"If-Match: *"}, 200},
		{"it insists on another tag", []string{`If-Match: "x"`}, 412},
		{"it insists on a weak tag, which is never the same", []string{"If-Match: W/" + tag}, 412},
		{"it insists on a tag of no coding of ours", []string{"If-Match: " + strings.TrimSuffix(tag, `"`) + `-lzma"`}, 412},
		{"it insists on another tag, and has this one", []string{`If-Match: "x"`, "If-None-Match: " + tag}, 412},
		{"it insists on its tag, and has it", []string{"If-Match: " + tag, "If-None-Match: " + tag}, 304},
		{"unmodified since its time", []string{"If-Unmodified-Since: " + modified}, 200},
		{"unmodified since an earlier time", []string{"If-Unmodified-Since: " + earlier}, 412},
		{"unmodified since no time", []string{"If-Unmodified-Since: yesterday"}, 200},
		{"it insists on its tag; the time does not count", []string{"If-Match: " + tag, "If-Unmodified-Since: " + earlier}, 200},
		{"delta encoding is not offered", []string{"A-IM: feed, gzip", `If-None-Match: "x"`}, 200},
		{"delta encoding does not keep 304 away", []string{"A-IM: feed", "If-None-Match: " + tag}, 304},
		{"ranges are not offered", []string{"Range: bytes=0-9"}, 200},
		{"nor under a condition", []string{"Range: bytes=0-9", "If-Range: " + tag}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				a := ask(t, method, url, tt.header...)
				if a.status != tt.want {
					t.Errorf("%s: got %d, want %d", method, a.status, tt.want)
				}
				if tt.want == 412 {
					continue
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

// TestEveryFormatOfAFeedHasBothValidators: some readers send only one of them, some only the other.
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
	shortest := b.pub.Shelf.Document("all", "atom").Variants[0].Coding
	tests := []struct {
		accept string // lines, separated by "|"
		want   string
	}{
		{"gzip", "gzip"},
		{"GZIP", "gzip"},
		{"x-gzip", "gzip"},
		{"br", "br"},
		{"zstd", "zstd"},
		{"gzip, deflate", "gzip"},
		{"gzip, deflate, br, zstd", shortest},
		{"br;q=0.5, zstd;q=0.5, gzip;q=0.5", shortest},
		{"deflate, br;q=0.5, gzip;q=0.9", "gzip"},
		{"br;q=0.001, zstd;q=0.002, gzip;q=0.001", "zstd"},
		{"br;q=1.0, gzip;q=0.001", "br"},
		{"gzip ; q=0.5", "gzip"},
		{"gzip;Q=0.5", "gzip"},
		{"*", shortest},
		{"*;q=0.1", shortest},
		{"*;q=0.1, gzip", "gzip"},
		{"identity;q=0, *", shortest},
		{"identity;q=0, gzip", "gzip"},
		{"*;q=0, gzip", "gzip"},
		{"br;q=0, zstd;q=0, *", "gzip"},
		{"compress|gzip", "gzip"},
		{"identity;q=0.5, gzip;q=0.2", ""}, // it prefers the unencoded one
		{"identity, gzip;q=0.9", ""},
		{"identity;q=0.5, gzip;q=0.5", "gzip"},
		{"", ""},
		{"identity", ""},
		{"deflate, compress", ""},
		{"gzip;q=0", ""},
		{"gzip;q=0.000", ""},
		{"gzip;q=0, br;q=0, zstd;q=0, *", ""},
		{"*;q=0", ""},
		{"identity;q=0", ""}, // refuses everything we have: the unencoded body is better than no answer
		{"gzip;q=x", ""},
		{"gzip;q=-1", ""},
		{"gzip;q=NaN", ""},
		{"gzip;q=7", ""},
		{"notgzip", ""},
		{"gzipped", ""},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			var lines []string
			for line := range strings.SplitSeq(tt.accept, "|") {
				lines = append(lines, "Accept-Encoding: "+line)
			}
			a := ask(t, "GET", url, lines...)
			if got := a.header.Get("Content-Encoding"); got != tt.want {
				t.Fatalf("coded with %q, want %q", got, tt.want)
			}
			if got := a.header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("Vary %q, want Accept-Encoding", got)
			}
			if tt.want == "" {
				if !bytes.Equal(a.body, plain.body) {
					t.Error("the body is not that of the plain answer")
				}
				return
			}
			if want := strings.TrimSuffix(plain.header.Get("ETag"), `"`) + "-" + tt.want + `"`; a.header.Get("ETag") != want {
				t.Errorf("ETag %s, want %s: other bytes, another tag", a.header.Get("ETag"), want)
			}
			if len(a.body) >= len(plain.body) || !bytes.Equal(unpack(t, tt.want, a.body), plain.body) {
				t.Errorf("%d bytes, want fewer than %d, and the same unpacked", len(a.body), len(plain.body))
			}
			for _, line := range []string{"If-None-Match: " + a.header.Get("ETag"), "If-None-Match: W/" + a.header.Get("ETag")} {
				for _, accept := range []string{"Accept-Encoding: identity", "Accept-Encoding: gzip", lines[0]} {
					if again := ask(t, "GET", url, line, accept); again.status != http.StatusNotModified {
						t.Errorf("%s, %s: %d, want 304", line, accept, again.status)
					}
				}
			}
		})
	}
}

// TestANewRevisionIsServedPlainUntilItIsPacked: nobody waits for compression.
func TestANewRevisionIsServedPlainUntilItIsPacked(t *testing.T) {
	b := newBench(t)
	d := *b.pub.Shelf.Document("all", "atom")
	d.Variants = nil
	b.web.Show(&Snapshot{Site: b.site, Sources: &d, Read: func() (int, int) { return 1, 1 }})
	a := ask(t, "GET", b.serve()+"/sources.opml", "Accept-Encoding: gzip, br, zstd")
	if a.status != 200 || a.header.Get("Content-Encoding") != "" || !bytes.Equal(a.body, d.Body) || a.header.Get("ETag") != d.ETag {
		t.Errorf("got %d, coded with %q, %d bytes of %s", a.status, a.header.Get("Content-Encoding"), len(a.body), a.header.Get("ETag"))
	}
}

func unpack(t *testing.T, coding string, packed []byte) []byte {
	t.Helper()
	var r io.Reader = brotli.NewReader(bytes.NewReader(packed))
	switch coding {
	case "gzip":
		return gunzip(t, packed)
	case "zstd":
		z, err := zstd.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		r = z
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
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

// TestCacheControlFollowsTheRhythm: the header gives the same interval as the feed itself.
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
