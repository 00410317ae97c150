package publish

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/format"
	"tributary/internal/news"
)

// BenchmarkWrite measures writing the four documents of a feed: 100 entries of 1.5 KB, with
// authors, subjects, a file and another report each. It reports processor time including garbage
// collection (cpu-ms/op), which does not depend on the load of the machine. The target is 8 ms.
func BenchmarkWrite(b *testing.B) {
	e := bulk(100)
	before := processorTime(b)
	for b.Loop() {
		p := format.Prepare(e)
		for _, r := range representations(nil) {
			if err := r.write(p, io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((processorTime(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
}

// cost measures the processor time of f, including garbage collection. It also reports the shortest
// run, which is the cost on an otherwise idle machine.
func cost(b *testing.B, f func() error) {
	b.ReportAllocs()
	shortest, before := time.Hour, processorTime(b)
	for b.Loop() {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		shortest = min(shortest, time.Since(began))
	}
	b.ReportMetric((processorTime(b)-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(shortest.Seconds()*1000, "ms/shortest")
}

// processorTime returns the processor time used by the process.
func processorTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bulk is a feed of n entries with 1.5 KB of HTML each.
func bulk(n int) *news.Edition {
	paragraph := `<p>Der Fluss steigt seit dem frühen Morgen, und die Feuerwehr hat die <a href="https://a.example/damm?a=1&amp;b=2">Dämme</a> im Blick. ` +
		"Niemand rechnet mit einer Flut wie im Jahr davor, doch die Pumpen laufen schon.</p>\n"
	e := &news.Edition{Site: site, Feed: feed("all"), Updated: start, TTL: time.Hour}
	e.Feed.UUID = news.URN("feed", "all")
	for i := range n {
		at := start.Add(-time.Duration(i) * time.Minute)
		link := fmt.Sprintf("https://a.example/%d?x=1&y=2", i)
		src := source("a")
		src.Site = "https://a.example/"
		e.Shown = append(e.Shown, news.Shown{
			Publication: news.Publication{StoryKey: fmt.Sprintf("story%06d", i), GUID: link, Published: at, Updated: at, Entered: at},
			Entry: news.Entry{
				Link: link, Title: fmt.Sprintf("Pegel & Pumpen, %d. Teil", i), Summary: "<p>Der Fluss steigt.</p>", Content: strings.Repeat(paragraph, 6), Language: "de",
				Authors:    []news.Person{{Name: "Anna Müller", Email: "anna@a.example"}, {Name: "Söhne & Co"}},
				Categories: []news.Category{{Term: "Stadt"}, {Term: "Verkehr", Scheme: "https://a.example/themen"}},
				Enclosures: []news.Enclosure{{URL: link + ".jpg", Type: "image/jpeg", Length: 12345}},
			},
			Source: src, SourceTitle: "Tagblatt", SourceSeen: start,
			Members: []news.Member{{SourceTitle: "Kurier", Title: "Der Fluss steigt", Link: "https://b.example/" + fmt.Sprint(i), Published: at}},
		})
	}
	return e
}
