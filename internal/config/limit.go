package config

import (
	"time"

	"go.yaml.in/yaml/v4"

	"tributary/internal/fetch"
)

// Limits bounds what goes out: the section limits: of the file.
type Limits struct {
	fetch.Limits // of one request

	InFlight  int           // requests under way at the same time
	PerHost   int           // of them to one host
	PerSecond int           // starts in any second
	Spacing   time.Duration // between two starts to one host
}

// DefaultLimits are those of a file that says nothing: two requests to a host
// at a time and a second apart, never a burst.
func DefaultLimits() Limits {
	return Limits{Limits: fetch.DefaultLimits(), InFlight: 32, PerHost: 2, PerSecond: 20, Spacing: time.Second}
}

// The widest pace: beyond it, a mistake is likelier than a need.
const (
	mostInFlight  = 1024
	mostPerHost   = 64
	mostPerSecond = 1000
)

// limits reads the section of that name over the defaults.
func (r *reader) limits(n node) (Limits, bool) {
	l := DefaultLimits()
	if isEmpty(n) {
		return l, true
	}
	before := len(r.problems)
	span := r.duration(0, longest) // fetch knows which are sensible
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

// checkLimits reports the limits that fetch cannot work with, each at its key.
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

// valueOf is where the value of a key stands, or the mapping that lacks it.
func valueOf(n node, key string) *yaml.Node {
	if _, v := find(n.Node, key); v != nil {
		return v
	}
	return n.Node
}
