package daemon

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkPush measures the time from the moment a hub begins to deliver until
// the entry is in the published feed; the pauses between deliveries do not count.
func BenchmarkPush(b *testing.B) {
	for name, pause := range map[string]time.Duration{"apart": 1300 * time.Millisecond, "together": 100 * time.Millisecond} {
		b.Run(name, func(b *testing.B) {
			p := pushed(b, "")
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				title := fmt.Sprintf("B%d", i)
				began := time.Now()
				if got := p.hub.Publish(p.topic, "application/rss+xml", announced(p.hub.URL, p.topic, title)); !slices.Equal(got, []int{http.StatusAccepted}) {
					b.Fatalf("delivered: got %v", got)
				}
				for !strings.Contains(p.atom(b), ">"+title+"<") {
					time.Sleep(2 * time.Millisecond)
				}
				took = append(took, time.Since(began))
				time.Sleep(pause)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
}

// atom is the published feed.
func (p *pushing) atom(b *testing.B) string {
	doc := p.publicShelf.Document("all", "atom")
	if doc == nil {
		b.Fatal("no feed")
	}
	return string(doc.Body)
}
