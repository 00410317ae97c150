package schedule

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

func BenchmarkNext(b *testing.B) {
	berlin := mustZone(b, "Europe/Berlin")
	for _, expr := range []string{"@every 1h", "*/20 * * * *", "*/20 6-22 * * *", "30 2 * * *", "0 0 29 2 *"} {
		b.Run(expr, func(b *testing.B) {
			s := mustParse(b, expr, berlin)
			from := mustTime(b, "2026-03-28T00:00:00Z")
			at := from
			b.ReportAllocs()
			for b.Loop() {
				if at = s.Next(at, "https://example.org/feed.xml"); at.Year() > 2040 {
					at = from
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("CRON_TZ=Europe/Berlin */20 6-22 * * *", nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRunner starts jobs of 100,000 overdue tasks on 20,000 hosts, with no
// limit but the one on jobs in flight: what one start and one end cost.
func BenchmarkRunner(b *testing.B) {
	const n = 100_000
	all := tasks(n, mustParse(b, "@every 24h", nil), func(i int) string { return fmt.Sprint("host", i%20_000) })
	now := mustTime(b, "2026-11-22T17:00:00Z")
	for i := range all {
		all[i].Due = now.Add(-time.Duration(i*7919%n) * time.Second)
	}
	for b.Loop() {
		var done atomic.Int64
		r := NewRunner(Limits{InFlight: 64, PerGroup: 2}, func() time.Time { return now }, func(context.Context, ID) time.Time {
			done.Add(1)
			return time.Time{}
		})
		r.Set(all)
		if err := r.Cycle(b.Context()); err != nil || done.Load() != n {
			b.Fatalf("%d jobs done, %v", done.Load(), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
}

// BenchmarkReload replaces 100,000 tasks by the same ones.
func BenchmarkReload(b *testing.B) {
	all := tasks(100_000, mustParse(b, "0 6 * * *", nil), func(i int) string { return fmt.Sprint("host", i%20_000) })
	now := mustTime(b, "2026-11-22T17:00:00Z")
	for i := range all {
		all[i].Due = now.Add(time.Duration(i) * time.Second / 2)
	}
	r := NewRunner(Limits{}, func() time.Time { return now }, func(context.Context, ID) time.Time { return time.Time{} })
	r.Set(all)
	for b.Loop() {
		r.Set(all)
	}
}
