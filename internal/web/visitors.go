package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The rate of questions that need the store: of one visitor, and of all together.
const (
	visitorRate  = rate.Limit(1) // a second
	visitorBurst = 20
	totalRate    = rate.Limit(50)
	totalBurst   = 100
	maxVisitors  = 10_000 // remembered; then all are forgotten
)

// visitors limits how often visitors may ask. The zero value is ready for use. It is safe
// for concurrent use.
type visitors struct {
	mu    sync.Mutex
	total *rate.Limiter
	each  map[string]*rate.Limiter // by address
}

// allow reports whether somebody may ask now. who is what clientOf returned; for "" only the
// limit for all applies.
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
