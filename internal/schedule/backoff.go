package schedule

import (
	"strconv"
	"time"
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
