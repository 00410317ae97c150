package config

import (
	"time"

	"go.yaml.in/yaml/v4"

	"tributary/internal/fetch"
)

// Limits are the limits on outgoing requests: the section limits: of the file.
type Limits struct {
	fetch.Limits // for each request

	InFlight  int           // concurrent requests
	PerHost   int           // concurrent requests to one host
	PerSecond int           // requests started in any second
	Spacing   time.Duration // between the starts of two requests to one host
}

// DefaultLimits returns the limits of a file that sets none: at most two requests
// to a host at a time, started a second apart.
func DefaultLimits() Limits {
	return Limits{Limits: fetch.DefaultLimits(), InFlight: 32, PerHost: 2, PerSecond: 20, Spacing: time.Second}
}

// Upper bounds of limits. A larger value is more likely a mistake than a need.
const (
	mostInFlight  = 1024
	mostPerHost   = 64
	mostPerSecond = 1000
)

// limits reads the section limits: over the defaults.
func (r *reader) limits(n node) (Limits, bool) {
	l := DefaultLimits()
	if isEmpty(n) {
		return l, true
	}
	before := len(r.problems)
	span := r.duration(0, longest) // package fetch checks which values make sense
	complete := r.mapping(n, limitsSection, fields{
		"dial":       into(&l.Dial, span),
		"tls":        into(&l.TLS, span),
		"header":     into(&l.Header, span),
		"total":      into(&l.Total, span),
		"stall":      into(&l.Stall, span),
		"wire":       into(&l.Wire, r.size),
		"decoded":    into(&l.Decoded, r.size),
		"ratio":      into(&l.Ratio, r.whole(1, 1<<20)),
		"redirects":  into(&l.Redirects, r.whole(0, 1<<10)),
		"in_flight":  into(&l.InFlight, r.whole(1, mostInFlight)),
		"per_host":   into(&l.PerHost, r.whole(1, mostPerHost)),
		"per_second": into(&l.PerSecond, r.whole(1, mostPerSecond)),
		"spacing":    into(&l.Spacing, r.duration(0, time.Hour)),
	})
	if complete && len(r.problems) == before {
		r.checkLimits(n, l)
	}
	return l, true
}

// checkLimits reports the limits that package fetch refuses, each at its key.
func (r *reader) checkLimits(n node, l Limits) {
	joined, ok := l.Validate().(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, err := range joined.Unwrap() {
		limit, ok := err.(*fetch.LimitError)
		if !ok {
			continue
		}
		r.errorf(valueOf(n, limit.Key), "%s: %s; write %s", limit.Key, limit.Reason, examples[limit.Key])
	}
}

// valueOf returns the value of a key, or the mapping itself if the key is missing.
func valueOf(n node, key string) *yaml.Node {
	if _, v := find(n.Node, key); v != nil {
		return v
	}
	return n.Node
}
