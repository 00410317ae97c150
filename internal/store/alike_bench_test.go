package store

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

var plain = flag.Bool("plain", false, "the benchmark of the store compares no texts")

var window = flag.Int("window", 10_000, "entries in the window before the benchmark of the store begins")

// synthetic generates news in invented words, distributed by Zipf's law, so that
// five-word runs are unique unless they were copied.
type synthetic struct {
	r     *rand.Rand
	words []string
	zipf  *rand.Zipf
	wire  []string // recent texts that may be copied
}

func newSynthetic(seed uint64) *synthetic {
	r := rand.New(rand.NewPCG(seed, 1))
	syllables := strings.Fields("ba ke lo mir tan ves gol dur pi sche hau ren fa nik os wel tra bin zu meg")
	words := make([]string, 50_000)
	for i := range words {
		var w strings.Builder
		for n := i + 20; n > 0; n /= len(syllables) {
			w.WriteString(syllables[n%len(syllables)])
		}
		words[i] = w.String()
	}
	return &synthetic{r: r, words: words, zipf: rand.NewZipf(r, 1.07, 8, uint64(len(words)-1))}
}

func (s *synthetic) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.words[s.zipf.Uint64()])
	}
	return b.String()
}

// entry returns an entry of an outlet. A fifth of them are teasers, and a seventh
// are copies of recent texts without their end.
func (s *synthetic) entry(outlet string, n int, published time.Time) news.Entry {
	body := s.text(150 + s.r.IntN(400))
	switch k := s.r.IntN(100); {
	case k < 20:
		body = s.text(20 + s.r.IntN(20))
	case k < 35 && len(s.wire) > 0:
		copied := strings.Fields(s.wire[s.r.IntN(len(s.wire))])
		body = strings.Join(copied[:len(copied)*3/4], " ") + " " + s.text(30)
	default:
		if s.wire = append(s.wire, body); len(s.wire) > 500 {
			s.wire = s.wire[1:]
		}
	}
	link := fmt.Sprintf("https://%s.example/%d", outlet, n)
	return news.Entry{GUID: link, Link: link, Title: s.text(8), Content: "<p>" + body + " Alle Rechte bei " + outlet + " und bei niemandem sonst.</p>", Published: published}
}

// lateEntries of the window are stored with Save, so that new entries may be
// copies of them, and phrases common to their sources are known.
const lateEntries = 5000

// BenchmarkSave stores documents of ten new entries, including decision, index
// and content, while -window entries are within the window. It reports per entry
// the processor time, and the elapsed time.
//
//	go test -run '^$' -bench Save -benchtime 300x ./internal/store -window 1000000
func BenchmarkSave(b *testing.B) {
	const sources, size = 500, 10
	names := make([]string, sources)
	for i := range names {
		names[i] = fmt.Sprintf("s%d", i)
	}
	bench := newBench(b)
	bench.configure(names, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100, Window: time.Hour})
	words := newSynthetic(1)
	n := 0
	document := func(size int) (string, *news.Document) {
		name := names[words.r.IntN(sources)]
		d := &news.Document{Format: "rss20", Title: name, Link: "https://" + name + ".example/"}
		for range size {
			n++
			d.Entries = append(d.Entries, words.entry(name, n, bench.now))
		}
		return name, d
	}
	save := func(name string, d *news.Document) {
		s := bench.sources[name]
		lease, err := bench.db.Begin(b.Context(), s.ID, "bench", bench.now, bench.now.Add(time.Minute))
		if err != nil {
			b.Fatal(err)
		}
		h := &story.Harvest{Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d),
			Fetch: news.Fetch{Started: bench.now, Outcome: news.OutcomeOK}}
		if *plain {
			h.Matching = news.Matching{Level: news.Normal, Window: -time.Hour} // everything is too old
		}
		if _, err := bench.db.Save(b.Context(), h); err != nil {
			b.Fatal(err)
		}
	}
	began := bench.now
	bench.now = began.Add(6 * 24 * time.Hour)
	late := min(*window, lateEntries)
	if err := newFill(words, slices.Collect(maps.Values(bench.sources)), began).run(b.Context(), bench.db, *window-late, began, bench.now); err != nil {
		b.Fatal(err)
	}
	for n < late {
		save(document(100))
		bench.now = bench.now.Add(time.Minute)
	}
	storing, stop := context.WithCancel(b.Context())
	defer stop()
	go func() { // as the daemon does
		for {
			select {
			case <-storing.Done():
				return
			case <-bench.db.CheckpointDue():
				bench.db.Checkpoint(storing)
			}
		}
	}()
	var took []time.Duration
	var spent time.Duration
	for b.Loop() { // the window is filled once
		b.StopTimer()
		name, d := document(size)
		bench.now = bench.now.Add(time.Second)
		b.StartTimer()
		began, before := time.Now(), cpu()
		save(name, d)
		took = append(took, time.Since(began)/size)
		spent += cpu() - before
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(spent)/float64(time.Millisecond)/float64(len(took)*size), "cpu-ms/entry")
	b.ReportMetric(float64(took[len(took)*99/100])/float64(time.Millisecond), "p99-ms/entry")
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "p50-ms/entry")
	indexSize(b, bench)
}

// indexSize reports the size of the index.
func indexSize(b *testing.B, bench *bench) {
	var rows, sketches, bytes float64
	for query, dest := range map[string]*float64{
		`SELECT (SELECT count(*) FROM posting_block) + (SELECT count(*) FROM posting_log)`: &rows,
		`SELECT count(*) FROM sketch`:                       &sketches,
		`SELECT coalesce(sum(length(data)), 0) FROM sketch`: &bytes,
	} {
		if err := bench.db.engine.Read.QueryRow(query).Scan(dest); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(bench.postings()))/sketches, "postings/entry")
	b.ReportMetric(rows/sketches, "rows/entry")
	b.ReportMetric(bytes/sketches, "sketch-bytes/entry")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MiB")
}

// cpu returns the processor time used by this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
