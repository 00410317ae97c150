package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace of questions that cost a look into the store: of one visitor, and of all
// together.
const (
	visitorRate  = rate.Limit(1) // a second
	visitorBurst = 20
	totalRate    = rate.Limit(50)
	totalBurst   = 100
	maxVisitors  = 10_000 // remembered; then all are forgotten
)

// visitors limits how much is asked. The zero value is ready. It is safe for
// concurrent use.
type visitors struct {
	mu    sync.Mutex
	total *rate.Limiter
	each  map[string]*rate.Limiter // by address
}

// allow reports whether somebody may ask now. "" is who cannot be told from others, see
// visitor: only what is for all together bounds them.
func (v *visitors) allow(who string, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.total == nil || len(v.each) >= maxVisitors {
		v.total, v.each = orLimiter(v.total), map[string]*rate.Limiter{}
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

func orLimiter(l *rate.Limiter) *rate.Limiter {
	if l == nil {
		return rate.NewLimiter(totalRate, totalBurst)
	}
	return l
}
