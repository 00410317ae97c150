package websub

import (
	"sync"
	"time"
)

// budget bounds how often something is done, for each key: a burst, then a steady
// rate. So nobody can have us shoot at others: a request costs us one question to the
// host that it names, and only so many are asked.
type budget struct {
	burst  float64
	refill time.Duration // until one more is allowed

	mu      sync.Mutex
	buckets map[string]bucket
}

func newBudget(burst float64, refill time.Duration) budget {
	return budget{burst: burst, refill: refill, buckets: map[string]bucket{}}
}

// maxBuckets is how many keys are remembered before those are forgotten that are
// full again, and so like new ones.
const maxBuckets = 4096

// take spends one for a key if there is one.
func (b *budget) take(key string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.buckets) >= maxBuckets {
		for k, have := range b.buckets {
			if have.left(now, b.refill) == 0 {
				delete(b.buckets, k)
			}
		}
	}
	taken, ok := b.buckets[key].take(now, b.burst, b.refill)
	b.buckets[key] = taken
	return ok
}

// afford reports whether a host may be asked something now.
func (h *Hub) afford(host string, now time.Time) bool {
	return h.hosts.take(host, now) && h.all.take("", now)
}
