package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate limits for questions that read the store: per visitor, and for all visitors together.
const (
	visitorRate  = rate.Limit(1) // per second
	visitorBurst = 20
	totalRate    = rate.Limit(50)
	totalBurst   = 100
	maxVisitors  = 10_000 // limiters kept; beyond that all are forgotten
)

// visitors limits the rate of questions. The zero value is ready to use. It is safe for concurrent
// use.
type visitors struct {
	mu    sync.Mutex
	total *rate.Limiter
	each  map[string]*rate.Limiter // by address
}

// allow reports whether a visitor may ask now. An empty who means a visitor that cannot be told
// apart from others (see clientOf), to whom only the common limit applies.
func (v *visitors) allow(who string, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.total == nil || len(v.each) >= maxVisitors {
		v.total, v.each = limiterOrNew(v.total), map[string]*rate.Limiter{}
	}
	if who == "" {
		return v.total.AllowN(now, 1)
	}
	own := v.each[who]
	if own == nil {
		own = rate.NewLimiter(visitorRate, visitorBurst)
		v.each[who] = own
	}
	return own.AllowN(now, 1) && v.total.AllowN(now, 1)
}

func limiterOrNew(l *rate.Limiter) *rate.Limiter {
	if l == nil {
		return rate.NewLimiter(totalRate, totalBurst)
	}
	return l
}
