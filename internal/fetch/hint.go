package fetch

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxHint caps the durations that a server may set with Retry-After, max-age or Expires.
const MaxHint = 24 * time.Hour

// retryAfter returns the value of Retry-After, seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, ok := deltaSeconds(value); ok {
		return hint(seconds)
	}
	if date, err := http.ParseTime(value); err == nil {
		return hint(date.Sub(now))
	}
	return 0
}

// maxAge returns how long a response stays fresh from now, for a private cache (RFC 9111 sections
// 4.2.1 and 5.2.2).
func maxAge(h http.Header, now time.Time) time.Duration {
	directives := strings.Split(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",")
	age, stated := time.Duration(0), false
	for _, directive := range directives {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			if seconds, ok := deltaSeconds(strings.Trim(value, `" `)); ok && !stated {
				age, stated = seconds, true
			}
		}
	}
	if !stated {
		age = expires(h, now)
	}
	old, _ := deltaSeconds(strings.TrimSpace(h.Get("Age"))) // time spent in caches on the way
	return hint(age - old)
}

// expires reads Expires, an absolute date by the server's clock.
func expires(h http.Header, now time.Time) time.Duration {
	end, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0 // "0" and "-1" are common, and mean the same
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(end.Sub(now), 0)
}

// deltaSeconds parses a number of seconds (RFC 9111 section 1.2.2). Values that are too large are
// capped.
func deltaSeconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > math.MaxInt32 {
		n = math.MaxInt32
	}
	return time.Duration(n) * time.Second, true
}

// hint limits d to the range from 0 to MaxHint.
func hint(d time.Duration) time.Duration { return min(max(d, 0), MaxHint) }
