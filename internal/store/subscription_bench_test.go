package store

import (
	"testing"
	"time"

	"tributary/internal/news"
)

// BenchmarkSubscriptions looks through a full hub, and acknowledges one delivery.
func BenchmarkSubscriptions(b *testing.B) {
	bench := newBench(b)
	const full = 10_000
	limits := news.HubLimits{All: full, Topic: full, Host: full, Pending: full}
	for n := range full {
		s := bench.asked(n)
		if err := bench.ask(s, limits); err != nil {
			b.Fatal(err)
		}
	}
	bench.exec(`UPDATE subscription SET ask = '', lease_until = 9000000000000`)
	for name, feeds := range map[string][]int64{"idle": {bench.feeds["all"].ID}, "all due": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := bench.db.DueSubscriptions(b.Context(), feeds, bench.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("acknowledge", func(b *testing.B) {
		for b.Loop() {
			err := bench.db.ChangeSubscription(b.Context(), 77, func(s *news.Subscription) error {
				s.Position++
				s.Delivered = bench.now.Add(time.Duration(s.Position) * time.Second)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
