package schedule

import (
	"math/bits"
	"strconv"
	"time"

	"tributary/internal/news"
)

// The bounds of Backoff.
const (
	MinBackoff = 5 * time.Minute
	MaxBackoff = 24 * time.Hour
)

// Backoff returns how long to leave a source alone after so many failures in a
// row: nothing for none, then at least base, doubled with every failure, never
// under [MinBackoff] nor over [MaxBackoff].
//
// Up to a half is added, by a hash of key and failures, so that sources that
// failed together do not come back together; the same arguments always give
// the same answer.
func Backoff(base time.Duration, failures int, key string) time.Duration {
	if failures <= 0 {
		return 0
	}
	const ceiling = MaxBackoff * 2 / 3 // half of it more is MaxBackoff
	wait := max(base, MinBackoff)
	for i := 1; i < failures && wait < ceiling; i++ {
		wait *= 2
	}
	wait = min(wait, ceiling)
	return wait + Spread(key+" "+strconv.Itoa(failures), wait/2)
}

// The time between two requests to one host: as a rule, and at most after it
// said again and again that this is too fast.
const (
	MinSpacing = time.Second
	MaxSpacing = time.Minute
)

// Limited returns the state of a host that answered 429 at now and asked us to wait; 0: it
// did not say how long, and is left alone as after a failure. The time between requests
// to it doubles, because otherwise everything that was held back would then be fetched at
// the pace that was too fast for it.
func Limited(h news.Host, now time.Time, wait time.Duration) news.Host {
	h.Spacing = min(2*max(SpacingOf(h, now), MinSpacing), MaxSpacing)
	if wait <= 0 {
		wait = Backoff(MinBackoff, bits.Len64(uint64(h.Spacing/MinSpacing))-1, h.Name)
	}
	if until := now.Add(min(wait, MaxBackoff)); until.After(h.NotBefore) {
		h.NotBefore = until
	}
	h.Limited++
	h.LimitedAt = now
	return h
}

// SpacingOf returns the time between requests to a host at now. It halves with every day on
// which the host did not limit us, down to 0, which stands for the usual spacing.
func SpacingOf(h news.Host, now time.Time) time.Duration {
	days := max(0, int(now.Sub(h.LimitedAt)/(24*time.Hour)))
	if spacing := h.Spacing >> min(days, 62); spacing > MinSpacing {
		return spacing
	}
	return 0
}
