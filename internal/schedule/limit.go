package schedule

import (
	"math/bits"
	"time"

	"tributary/internal/news"
)

// The time between two requests to one host: as a rule, and at most after it
// said again and again that this is too fast.
const (
	MinSpacing = time.Second
	MaxSpacing = time.Minute
)

// Limited returns what a host is to be remembered by after it answered 429 at
// now and asked to wait that long; without a wish it is left alone as after a
// failure. Its spacing doubles, because all that was held back meanwhile would
// else come at the pace that was too fast for it.
func Limited(h news.Host, now time.Time, wait time.Duration) news.Host {
	h.Spacing = min(2*max(Eased(h, now), MinSpacing), MaxSpacing)
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

// Eased is the spacing that a host is owed at now: with every day that it did
// not complain it halves, down to 0 for the usual one.
func Eased(h news.Host, now time.Time) time.Duration {
	days := max(0, int(now.Sub(h.LimitedAt)/(24*time.Hour)))
	if spacing := h.Spacing >> min(days, 62); spacing > MinSpacing {
		return spacing
	}
	return 0
}
