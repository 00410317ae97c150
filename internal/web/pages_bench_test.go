package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tributary/internal/news"
)

// BenchmarkPage measures a request for a page: reading the store, rendering and compression, with
// 2,000 entries of three sources.
func BenchmarkPage(b *testing.B) {
	bench := newBench(b)
	more := news.Source{Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true}
	bench.configure([]news.Source{bench.sources["a"], bench.sources["seeds"], more}, feed("all"))
	var past []news.Entry // so that the chart has days
	for i := range 30 {
		past = append(past, news.Entry{GUID: fmt.Sprint("past", i), Title: fmt.Sprint("Past ", i), Published: bench.now.AddDate(0, 0, -i)})
	}
	bench.fetch("b", past...)
	for range 100 {
		bench.now = bench.now.Add(10 * time.Second)
		var entries []news.Entry
		for i := range 20 {
			link := fmt.Sprintf("https://a.example/%d/%d", bench.now.Unix(), i)
			entries = append(entries, news.Entry{GUID: link, Link: link, Title: "Entry " + link, Content: "<p>The text of " + link + ".</p>"})
		}
		bench.fetch("a", entries...)
	}
	bench.publish()
	shown := bench.pub.Shelf.Edition("all").Shown[0]
	handler := bench.web.Handler()
	for name, path := range map[string]string{
		"front": "/", "story": "/stories/" + shown.StoryKey, "source": "/sources/a", "why": "/why?url=" + shown.Entry.Link, "nothing": "/nothing",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				bench.web.asking = visitors{}
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("Accept-Encoding", "gzip")
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK && name != "nothing" {
					b.Fatalf("%s: %d", path, w.Code)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
