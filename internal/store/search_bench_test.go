package store

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

var (
	searched = flag.Int("entries", 20_000, "entries that the benchmark of the search looks in")
	corpus   = flag.String("corpus", "", "gzipped JSON lines with title and text, instead of words that do not exist")
)

// texts gives titles and texts without end.
func texts(b *testing.B) func() (title, text string) {
	if *corpus == "" {
		s := newSynthetic(3)
		return func() (string, string) { return s.text(8), s.text(150 + s.r.IntN(150)) }
	}
	file, err := os.Open(*corpus)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		b.Fatal(err)
	}
	var titles []string
	var sentences [][]string
	lines := bufio.NewScanner(plain)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var item struct {
			Title, Text, Summary string
			HTML                 string `json:"content_html"`
		}
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			b.Fatal(err)
		}
		titles = append(titles, item.Title)
		sentences = append(sentences, strings.SplitAfter(cmp.Or(item.Text, clean.Text(item.HTML), clean.Text(item.Summary)), ". "))
	}
	r, n := rand.New(rand.NewPCG(1, 2)), 0
	return func() (string, string) { // every text once, then two mixed
		k, other := n%len(titles), sentences[r.IntN(len(titles))]
		n++
		mixed := slices.Clone(sentences[k])
		if n > len(titles) {
			for i := range mixed {
				if r.IntN(2) == 0 {
					mixed[i] = other[i%len(other)]
				}
			}
		}
		return titles[k], strings.Join(mixed, "")
	}
}

// BenchmarkSearch stores -entries entries of a hundred sources without and with the
// index, and then searches them. It reports what the index adds to an entry, in CPU
// and bytes, and how long searches take.
//
//	go test -run '^$' -bench 'BenchmarkSearch$' -benchtime 1x ./internal/store -entries 100000
func BenchmarkSearch(b *testing.B) {
	next := texts(b)
	bench := newBench(b)
	sources := make([]string, 100)
	for i := range sources {
		sources[i] = fmt.Sprintf("s%d", i)
	}
	bench.configure(sources, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100})
	bench.matching = news.Matching{Window: time.Nanosecond} // compares nothing
	bench.now = start
	length := 0
	fill := func(from, to int) time.Duration {
		var spent time.Duration
		for n := from; n < to; n += 20 {
			var entries []news.Entry
			for i := range 20 {
				title, text := next()
				length += len(title) + len(text)
				link := fmt.Sprintf("https://a.example/%d", n+i)
				entries = append(entries, news.Entry{GUID: link, Link: link, Title: title, Content: "<p>" + text + "</p>", Published: bench.now})
			}
			bench.now = bench.now.Add(time.Minute)
			before := cpu()
			bench.fetch(sources[n/20%len(sources)], entries...)
			spent += cpu() - before
		}
		return spent
	}
	probe := min(2000, *searched/4)
	without := fill(0, probe)
	bench.indexed()
	rest := fill(probe, *searched-probe)
	with := fill(*searched-probe, *searched)
	bench.publish("all")
	b.ReportMetric(float64(length)/float64(*searched), "B-text/entry")
	b.ReportMetric(without.Seconds()*1e6/float64(probe), "µs-cpu-without")
	b.ReportMetric(with.Seconds()*1e6/float64(probe), "µs-cpu-with")
	b.ReportMetric((rest+with).Seconds()*1e6/float64(*searched-probe), "µs-cpu-mean")
	bench.reportSize(b)
	for _, kind := range kinds(bench) {
		var times []time.Duration
		found, before := 0, cpu()
		for _, query := range kind.queries {
			for range 5 {
				r := bench.request(query)
				r.Limit, r.Best = 50, kind.best
				began := time.Now()
				result, err := bench.db.Search(b.Context(), r)
				if err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(began))
				found += result.Total
			}
		}
		slices.Sort(times)
		b.Logf("%-9s %4d queries: p50 %6.2f ms, p99 %6.2f ms, mean CPU %6.2f ms, %d stories on average", kind.name, len(times),
			times[len(times)/2].Seconds()*1e3, times[len(times)*99/100].Seconds()*1e3, (cpu()-before).Seconds()*1e3/float64(len(times)), found/len(times))
	}
}

func (b *bench) reportSize(tb *testing.B) {
	b.tidy()
	var bytes int64
	err := b.db.engine.Read.QueryRow(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search%' OR name LIKE 'piece%' OR name LIKE '%word%'`).Scan(&bytes)
	if err != nil {
		tb.Fatal(err)
	}
	tb.ReportMetric(float64(bytes)/float64(*searched), "B-index/entry")
}

type kind struct {
	name    string
	best    bool
	queries []string
}

// kinds takes words out of what is stored: frequent ones and rare ones.
func kinds(b *bench) []kind {
	var all []string
	err := b.db.each(b.t.Context(), `SELECT text FROM word ORDER BY id LIMIT 4000`, nil, appendTo(&all))
	if err != nil {
		b.t.Fatal(err)
	}
	rare := all[len(all)-20:]
	often := map[string]int{}
	for _, w := range all[:min(200, len(all))] {
		result, err := b.db.Search(b.t.Context(), b.request(`"`+w+`"`))
		if err != nil {
			b.t.Fatal(err)
		}
		often[w] = result.Total
	}
	frequent := slices.SortedFunc(maps.Keys(often), func(a, b string) int { return cmp.Or(often[b]-often[a], strings.Compare(a, b)) })[:20]
	each := func(words []string, write func(string) string) (queries []string) {
		for _, w := range words {
			queries = append(queries, write(w))
		}
		return queries
	}
	return []kind{
		{"word", false, each(frequent, func(w string) string { return `"` + w + `"` })},
		{"rare", false, each(rare, func(w string) string { return `"` + w + `"` })},
		{"prefix", false, each(frequent, func(w string) string { return w[:3] + "*" })},
		{"inside", false, each(append(frequent, rare...), func(w string) string { return w })},
		{"letters", false, each(frequent, func(w string) string { return "*" + w[1:4] + "*" })},
		{"phrase", false, each(frequent, func(w string) string { return `"` + w + " " + frequent[3] + `"` })},
		{"several", false, each(frequent, func(w string) string { return w + " OR " + rare[0] + ` -"` + rare[1] + `" source:s7` })},
		{"best", true, each(frequent, func(w string) string { return w })},
		{"all", false, []string{"-" + rare[0]}},
	}
}
