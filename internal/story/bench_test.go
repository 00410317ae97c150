package story

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// BenchmarkDecideAlike measures the decision alone. Its candidates are given as by the
// store: up to maxFound entries that share terms, and the other members of their stories.
func BenchmarkDecideAlike(b *testing.B) {
	const warm, asked = 8000, 2000
	type task struct {
		entry Evidence
		alike []Evidence
	}
	c := NewClusterer(news.DefaultMatching())
	var tasks []task
	candidates := 0
	i := 0
	for item := range corpus(1, warm+asked) {
		at := parseTime(item.Published)
		if i >= warm {
			// Add gathers again and marks its own sketch.
			e := c.gather(item, at)
			found := task{e, c.evidence(filled(c, c.memory.find(e.Sketch).Best()))}
			tasks = append(tasks, found)
			candidates += len(found.alike)
		}
		c.Add(item, at)
		i++
	}
	took := make([]time.Duration, 0, 1<<20)
	n := 0
	for b.Loop() {
		t := tasks[n%len(tasks)]
		n++
		start := time.Now()
		Decide(t.entry, nil, t.alike, c.matching)
		if len(took) < cap(took) {
			took = append(took, time.Since(start))
		}
	}
	b.ReportMetric(float64(candidates)/asked, "candidates")
	reportQuantiles(b, took)
}

// filled returns the mates of what was found, filled up with those of the latest entries
// if fewer than maxFound were found, so that the decision is measured with a full set.
func filled(c *Clusterer, found []int64) []int64 {
	for id := int64(len(c.known)); id > 0 && len(found) < maxFound; id-- {
		if !slices.Contains(found, id) && c.at(id).Sketch != nil {
			found = append(found, id)
		}
	}
	return c.withMates(found)
}

func reportQuantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, q := range []float64{50, 99, 99.9} {
		at := took[min(len(took)-1, int(q/100*float64(len(took))))]
		b.ReportMetric(at.Seconds()*1000, fmt.Sprintf("p%v-ms", q))
	}
}

// BenchmarkCluster measures the whole in-memory path: reading texts, finding
// candidates, deciding and remembering.
func BenchmarkCluster(b *testing.B) {
	const n = 20_000
	items := slices.Collect(corpus(1, n))
	times := make([]time.Time, n)
	for i, item := range items {
		times[i] = parseTime(item.Published)
	}
	stories := 0
	for b.Loop() {
		c := NewClusterer(news.DefaultMatching())
		stories = 0
		for i, item := range items {
			if v := c.Add(item, times[i]); v.Story == v.ID {
				stories++
			}
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(float64(stories), "stories")
}
