package websub

import (
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// budget bounds how often something is done, for each key: a burst, then a steady
// rate. So nobody can have us shoot at others, nor can one hub keep us busy.
type budget struct {
	burst  int
	refill time.Duration // until one more is allowed

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

func newBudget(burst int, refill time.Duration) budget {
	return budget{burst: burst, refill: refill, limiters: map[string]*rate.Limiter{}}
}

// maxLimiters is how many keys are remembered before those are forgotten that may do
// a whole burst again, and so are like new ones.
const maxLimiters = 4096

// take spends one for a key if there is one.
func (b *budget) take(key string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.limiters) >= maxLimiters {
		maps.DeleteFunc(b.limiters, func(_ string, l *rate.Limiter) bool { return l.TokensAt(now) >= float64(b.burst) })
	}
	l := b.limiters[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(b.refill), b.burst)
		b.limiters[key] = l
	}
	return l.AllowN(now, 1)
}

// keep forgets all other keys.
func (b *budget) keep(keys map[string]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.limiters, func(key string, _ *rate.Limiter) bool { return !keys[key] })
}
