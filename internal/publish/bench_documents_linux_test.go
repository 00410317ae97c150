package publish

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// busyEdition shows entries with so many bytes of text each, no two of which say the same.
func busyEdition(entries, size int) *news.Edition {
	rnd := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("wa ter le vel brid ge fer ry coun cil mon day lo ck re pair ni ne ye ars op en a gain ri ver gau sa id to wn ov er un der")
	var vocabulary []string
	for range 3000 {
		var w strings.Builder
		for range 1 + rnd.IntN(4) {
			w.WriteString(syllables[rnd.IntN(len(syllables))])
		}
		vocabulary = append(vocabulary, w.String())
	}
	e := &news.Edition{Site: site, Feed: feed("all"), Updated: start, TTL: time.Hour}
	e.Feed.UUID = "urn:uuid:5f0d9a52-9c3c-5a37-8a53-0e6a6a3c2d11"
	for i := range entries {
		var text strings.Builder
		for text.Len() < size {
			text.WriteString(vocabulary[int(rnd.ExpFloat64()*400)%len(vocabulary)] + " ")
		}
		s := news.Shown{Entry: entry("a", fmt.Sprint(i), i), Source: source("a"), SourceTitle: "Source a"}
		s.Entry.Content = "<p>" + text.String() + "</p>"
		s.StoryKey, s.GUID = fmt.Sprint("story", i), s.Entry.GUID
		s.Published, s.Updated, s.Entered = s.Entry.Published, s.Entry.Published, s.Entry.Published
		e.Shown = append(e.Shown, s)
	}
	return e
}

// BenchmarkDocuments measures the work for one change of a feed: rendering its documents and
// compressing them.
func BenchmarkDocuments(b *testing.B) {
	e := busyEdition(100, 1500)
	docs, err := documents(e, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("render", func(b *testing.B) {
		cost(b, func() error { _, err := documents(e, nil, nil); return err })
	})
	b.Run("pack", func(b *testing.B) {
		cost(b, func() error { _, err := packed(docs, Brotli, Zstd, Gzip); return err })
	})
	all, err := packed(docs, Brotli, Zstd, Gzip)
	if err != nil {
		b.Fatal(err)
	}
	for _, coding := range []string{Brotli, Zstd, Gzip} {
		plain, small := 0, 0
		for _, d := range all {
			plain, small = plain+len(d.Body), small+len(d.Variant(coding))
		}
		b.Logf("%s: %d of %d bytes", coding, small, plain)
	}
}

// BenchmarkShelf measures the memory that a feed at its largest takes on the shelf, in MB of 10^6
// bytes: in all, and of that the compressed documents. The plain ones would come on top.
func BenchmarkShelf(b *testing.B) {
	for b.Loop() {
		shelf, before := NewShelf(), liveHeap()
		plain, variants := shelve(b, shelf)
		b.ReportMetric(float64(liveHeap()-before)/1e6, "MB")
		b.ReportMetric(float64(variants)/1e6, "compressed-MB")
		b.ReportMetric(float64(plain)/1e6, "plain-MB")
		runtime.KeepAlive(shelf)
	}
}

// shelve puts a feed with 3 MB of text on a shelf, and returns the size of its documents.
func shelve(b *testing.B, shelf *Shelf) (plain, variants int) {
	e := busyEdition(300, 10_000)
	docs, err := documents(e, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	if docs, err = packed(docs, Brotli, Zstd, Gzip); err != nil {
		b.Fatal(err)
	}
	for _, d := range docs {
		plain += d.Length
		for _, v := range d.Variants {
			variants += len(v.Body)
		}
	}
	shelf.put(shelved{feed: e.Feed, edition: e, docs: docs}.lean(docs))
	return plain, variants
}
