package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkHub measures the way of an entry through two Tributaries: from the moment a
// source is asked that has it until the other has stored what our hub delivered (taken)
// and until it is in the other's published feed (shown). Pauses do not count.
func BenchmarkHub(b *testing.B) {
	p := newPair(b, "atom")
	titles := []string{"A1"}
	var taken, shown []time.Duration
	for i := 0; b.Loop(); i++ {
		title := fmt.Sprintf("B%d", i)
		titles = append(titles, title)
		deliveries := p.first.subscriptions()[0].Deliveries
		began := time.Now()
		p.add(titles...)
		for p.first.subscriptions()[0].Deliveries == deliveries {
			time.Sleep(2 * time.Millisecond)
		}
		taken = append(taken, time.Since(began))
		for !strings.Contains(string(p.other.publicShelf.Document("all", "atom").Body), ">"+title+"<") {
			time.Sleep(2 * time.Millisecond)
		}
		shown = append(shown, time.Since(began))
		time.Sleep(1300 * time.Millisecond)
	}
	for name, list := range map[string][]time.Duration{"taken": taken, "shown": shown} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"-median-ms")
		b.ReportMetric(float64(list[len(list)-1].Microseconds())/1000, name+"-max-ms")
	}
}
