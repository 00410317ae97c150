package web

import (
	"bytes"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"tributary/internal/publish"
)

// newLarge is newClub with 20 stories of 50 KB each in "all" and "club".
func newLarge(t *testing.T) *bench {
	b := newClub(t)
	b.fetch("a", longStories("a", 20)...)
	b.publish()
	return b
}

// largeDocuments maps the paths of the documents of "all" to the names of their files.
var largeDocuments = map[string]string{
	"/feeds/all.atom": "all.atom", "/feeds/all.rss": "all.rss", "/feeds/all.json": "all.json", "/feeds/all/": "all/index.html",
}

// TestALargeFeedIsTheSameInEveryCoding: the bytes are those of the file, whatever the feed is kept
// in, and so are length and entity tag.
func TestALargeFeedIsTheSameInEveryCoding(t *testing.T) {
	b := newLarge(t)
	base := b.serve()
	for path, name := range largeDocuments {
		file, err := os.ReadFile(filepath.Join(b.pub.Folder.Path, name))
		if err != nil || len(file) < 1_000_000 {
			t.Fatalf("%d bytes of %s: this test would prove nothing (%v)", len(file), name, err)
		}
		plain := ask(t, "GET", base+path)
		tag := plain.header.Get("Etag")
		if !bytes.Equal(plain.body, file) || plain.header.Get("Content-Length") != strconv.Itoa(len(file)) || plain.header.Get("Content-Encoding") != "" {
			t.Errorf("%s plain: %d bytes, want %d; %v", path, len(plain.body), len(file), plain.header)
		}
		if want := publish.NewDocument("", "", file).ETag; tag != want {
			t.Errorf("%s plain: tag %s, want %s", path, tag, want)
		}
		head := ask(t, "HEAD", base+path)
		delete(plain.header, "Date")
		delete(head.header, "Date")
		if len(head.body) > 0 || !maps.EqualFunc(head.header, plain.header, func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }) {
			t.Errorf("%s: HEAD has %v, GET has %v", path, head.header, plain.header)
		}
		for _, coding := range []string{"gzip", "br", "zstd"} {
			a := ask(t, "GET", base+path, "Accept-Encoding: "+coding)
			if a.header.Get("Content-Encoding") != coding || a.header.Get("Content-Length") != strconv.Itoa(len(a.body)) || !bytes.Equal(unpack(t, coding, a.body), file) {
				t.Errorf("%s in %s: %d bytes, %v", path, coding, len(a.body), a.header)
			}
			if want := publish.VariantTag(tag, coding); a.header.Get("Etag") != want {
				t.Errorf("%s in %s: tag %s, want %s", path, coding, a.header.Get("Etag"), want)
			}
		}
		for _, coding := range []string{"identity", "gzip"} {
			if again := ask(t, "GET", base+path, "If-None-Match: "+tag, "Accept-Encoding: "+coding); again.status != http.StatusNotModified || len(again.body) > 0 {
				t.Errorf("%s again in %s: %d with %d bytes", path, coding, again.status, len(again.body))
			}
		}
	}
}

// TestALargeFeedIsServedWhileItIsCompressed: before its variants are made, it is sent plain with the
// same tag.
func TestALargeFeedIsServedWhileItIsCompressed(t *testing.T) {
	b := newLarge(t)
	base := b.serve()
	b.fetch("a", longStories("more", 1)...)
	finish, err := b.pub.Feed(t.Context(), b.site, b.feeds[0], b.subscriptions)
	if err != nil || finish == nil {
		t.Fatal("nothing was rendered", err)
	}
	before := ask(t, "GET", base+"/feeds/all.atom", "Accept-Encoding: gzip, br, zstd")
	if before.header.Get("Content-Encoding") != "" || !bytes.Contains(before.body, []byte("more.example/long/0")) {
		t.Errorf("coded with %q, %d bytes", before.header.Get("Content-Encoding"), len(before.body))
	}
	if err := finish.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := ask(t, "GET", base+"/feeds/all.atom")
	if !bytes.Equal(before.body, after.body) || before.header.Get("Etag") != after.header.Get("Etag") {
		t.Errorf("%d bytes of %s became %d bytes of %s", len(before.body), before.header.Get("Etag"), len(after.body), after.header.Get("Etag"))
	}
}

// TestALargePrivateFeedIsMasked: each subscriber gets what a small feed would give them.
func TestALargePrivateFeedIsMasked(t *testing.T) {
	b := newLarge(t)
	base := b.serve()
	for _, file := range []string{"/club.atom", "/club.rss", "/club.json", "/club/"} {
		one, two := ask(t, "GET", base+"/private/"+anna+file), ask(t, "GET", base+"/private/"+berta+file)
		if len(one.body) < 1_000_000 || one.header.Get("Content-Length") != strconv.Itoa(len(one.body)) {
			t.Errorf("%s: %d bytes, %v", file, len(one.body), one.header)
		}
		if !bytes.Equal(bytes.ReplaceAll(one.body, []byte(anna), []byte(berta)), two.body) || !bytes.Contains(one.body, []byte(anna)) || bytes.Contains(one.body, []byte(b.web.Mask)) {
			t.Errorf("%s: what Anna and Berta get differs in more than the token", file)
		}
		packed := ask(t, "GET", base+"/private/"+anna+file, "Accept-Encoding: gzip, br, zstd")
		if packed.header.Get("Content-Encoding") != "gzip" || !bytes.Equal(gunzip(t, packed.body), one.body) || packed.header.Get("Etag") != publish.VariantTag(one.header.Get("Etag"), "gzip") {
			t.Errorf("%s with gzip: %d bytes, %v", file, len(packed.body), packed.header)
		}
	}
}

// TestALargeFeedTakesLittleMemoryToSend: much less than its size, in any coding. What counts is the
// least of several requests, because an encoder that a pool has lost is made anew.
func TestALargeFeedTakesLittleMemoryToSend(t *testing.T) {
	const requests, most = 20, 200_000
	b := newLarge(t)
	h := b.web.Handler()
	for _, path := range []string{"/feeds/all.atom", "/private/" + anna + "/club.atom"} {
		for _, coding := range []string{"identity", "gzip"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Encoding", coding)
			least := uint64(math.MaxUint64)
			for range requests {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				h.ServeHTTP(discarded{http.Header{}}, r)
				runtime.ReadMemStats(&after)
				least = min(least, after.TotalAlloc-before.TotalAlloc)
			}
			if least > most {
				t.Errorf("%s in %s: %d bytes of memory for a request, want at most %d", path, coding, least, most)
			}
		}
	}
}

// TestABrokenDocumentDoesNotLookWhole: a client, and an export, can tell that it was cut off, also
// if nothing but its checksum says that it is damaged.
func TestABrokenDocumentDoesNotLookWhole(t *testing.T) {
	for name, damage := range map[string]func(packed []byte) []byte{
		"cut off":  func(packed []byte) []byte { return packed[:len(packed)/2] },
		"checksum": func(packed []byte) []byte { packed[len(packed)-8] ^= 1; return packed }, // RFC 1952 section 2.3.1
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			d, err := publish.NewDocument("sources.opml", "text/x-opml", bytes.Repeat([]byte("0123456789abcdef\n"), 1<<16)).Packed(publish.Gzip)
			if err != nil {
				t.Fatal(err)
			}
			d.Body = nil
			d.Variants[0].Body = damage(d.Variants[0].Body)
			b.web.Show(&Snapshot{Site: b.site, Feeds: b.feeds, Sources: d, Read: func() (int, int) { return 1, 1 }})
			resp, err := client.Get(b.serve() + "/sources.opml")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err == nil || resp.ContentLength != int64(d.Length) {
				t.Errorf("%d bytes of %d look whole", len(got), resp.ContentLength)
			}
			if _, err := b.web.Export(t.Context(), &publish.Folder{Path: t.TempDir()}); err == nil {
				t.Error("it was exported")
			}
			if !strings.Contains(b.log.String(), "sources.opml") {
				t.Errorf("the log does not name it: %s", b.log.String())
			}
		})
	}
}
