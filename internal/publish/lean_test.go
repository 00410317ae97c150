package publish

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"tributary/internal/news"
)

// largeRiver publishes a feed of about 1.5 MB of text that compresses to next to nothing.
func largeRiver(t *testing.T, f news.Feed) *river {
	r := newRiver(t, f)
	var entries []news.Entry
	for i := range 30 {
		e := entry("a", fmt.Sprint(i), i)
		e.Content = "<p>" + strings.Repeat(fmt.Sprintf("Der %d. Pegel steigt. ", i), 2500) + "</p>"
		entries = append(entries, e)
	}
	r.fetch("a", entries...)
	r.mustPublish()
	return r
}

// TestALargeFeedIsKeptCompressed measures the memory that is freed with the shelf. The plain
// documents alone would take over 6 MB; what the feed shows takes 1.5.
func TestALargeFeedIsKeptCompressed(t *testing.T) {
	closed := feed("all")
	closed.Private = true
	for _, f := range []news.Feed{feed("all"), closed} {
		r := largeRiver(t, f)
		plain := 0
		for _, d := range r.documents() {
			plain += d.Length
		}
		if plain < 6_000_000 {
			t.Fatalf("%d bytes: this test would prove nothing", plain)
		}
		with := liveHeap()
		r.pub.Shelf.Keep(nil)
		if kept := with - liveHeap(); kept > plain/2 {
			t.Errorf("private %t: the shelf takes %d bytes for documents of %d", f.Private, kept, plain)
		}
	}
}

// liveHeap returns the bytes in use after a garbage collection, without what pools keep until the next.
func liveHeap() int {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestASmallDocumentIsKeptPlain: it is served without being decoded.
func TestASmallDocumentIsKeptPlain(t *testing.T) {
	for _, size := range []int{0, 100, maxPlain, maxPlain + 1} {
		d, err := NewDocument("x", "text/plain", []byte(strings.Repeat("x", size))).Packed(Gzip)
		if err != nil {
			t.Fatal(err)
		}
		kept := d.lean()
		if want := size <= maxPlain; want != (kept.Body != nil) {
			t.Errorf("of %d bytes the plain ones are kept: %t, want %t", size, !want, want)
		}
		plain, err := kept.Plain()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(plain)
		if err != nil || plain.Close() != nil || string(got) != string(d.Body) || kept.Length != size {
			t.Errorf("%d bytes became %d, %v", size, len(got), err)
		}
	}
}
