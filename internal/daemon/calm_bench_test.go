package daemon

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
)

// BenchmarkCalm measures how long a request for a feed takes while nothing happens
// (idle) and while as many new sources as the standard limits allow are read for the
// first time (reading): at the median and at p99, of two hundred requests a second that
// do not wait for each other. Sources, daemon and client share one process.
func BenchmarkCalm(b *testing.B) {
	const sources, entries = 400, 33
	up := feedtest.New(b)
	words, paths := rand.New(rand.NewPCG(1, 2)), make([]string, sources)
	for i := range paths {
		paths[i] = fmt.Sprintf("/%d", i)
		up.Handle(paths[i], feedtest.Response{Body: told(words, i, entries)})
	}
	left := func() bool { // some are not asked yet
		return slices.ContainsFunc(paths, func(path string) bool { return len(up.Requests(path)) == 0 })
	}
	lines := []string{fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%d]}", up.Port()), "limits: {per_host: 32, spacing: 0s}", "sources:"}
	for i, path := range paths {
		lines = append(lines, fmt.Sprintf("  - {feed: %q, name: s%d}", up.URL+path, i))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	Overcommit()
	for b.Loop() {
		h := newHome(b)
		h.configure(lines[:len(lines)-sources+4]...)
		r := h.serve()
		r.await("the first are read", func() bool {
			return r.publicShelf.Document("all", "atom") != nil && len(h.log.records(b, "fetched")) == 4
		})
		idle := r.asked(b, func(n int) bool { return n < 2000 })
		h.configure(lines...)
		r.await("the others are known", func() bool { return len(h.log.records(b, "fetched")) > 10 })
		reading := r.asked(b, func(int) bool { return left() })
		r.end()
		for name, took := range map[string][]time.Duration{"idle": idle, "reading": reading} {
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
		}
	}
}

// asked asks for a feed two hundred times a second while it shall, and returns how long
// each answer took, in order of length.
func (r *running) asked(b *testing.B, goOn func(n int) bool) []time.Duration {
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}} // which costs more than the answer
	defer client.CloseIdleConnections()
	answers := make(chan time.Duration, 1<<16)
	n := 0
	for tick := time.NewTicker(5 * time.Millisecond); n%200 != 0 || n == 0 || goOn(n); n++ {
		<-tick.C
		go func() {
			began := time.Now()
			ask, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, r.url+"/feeds/all.atom", nil)
			ask.Header.Set("Accept-Encoding", "gzip")
			response, err := client.Do(ask)
			if err != nil {
				b.Error(err)
				answers <- 0
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			answers <- time.Since(began)
		}()
	}
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = <-answers
	}
	slices.Sort(took)
	return took
}

// told is a feed whose entries of about 1.5 KB share common words only.
func told(words *rand.Rand, feed, entries int) []byte {
	common := rand.NewZipf(words, 1.1, 4, 20000)
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Upstream</title><link>https://up.example/</link>`)
	for i := range entries {
		link := fmt.Sprintf("https://up.example/%d/%d", feed, i)
		fmt.Fprintf(&b, "<item><guid>%s</guid><link>%s</link><title>", link, link)
		for n := range 230 {
			fmt.Fprintf(&b, "w%dx ", common.Uint64())
			switch {
			case n == 8:
				b.WriteString("</title><description>")
			case n%12 == 11:
				b.WriteString(". ")
			}
		}
		b.WriteString("</description></item>")
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}
