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
	section := r.limitsSection(&l)
	if r.mapping(n, section) && len(r.problems) == before {
		r.checkLimits(n, section, l)
	}
	return l, true
}

func (r *reader) limitsSection(l *Limits) section {
	span := r.duration(0, longest) // package fetch checks which values make sense
	return section{"limits", []field{
		{"dial", "10s", into(&l.Dial, span)},
		{"tls", "10s", into(&l.TLS, span)},
		{"header", "15s", into(&l.Header, span)},
		{"total", "30s", into(&l.Total, span)},
		{"stall", "2s", into(&l.Stall, span)},
		{"wire", "10 MiB", into(&l.Wire, r.size)},
		{"decoded", "20 MiB", into(&l.Decoded, r.size)},
		{"ratio", "200", into(&l.Ratio, r.whole(1, 1<<20))},
		{"redirects", "5", into(&l.Redirects, r.whole(0, 1<<10))},
		{"in_flight", "32", into(&l.InFlight, r.whole(1, mostInFlight))},
		{"per_host", "2", into(&l.PerHost, r.whole(1, mostPerHost))},
		{"per_second", "20", into(&l.PerSecond, r.whole(1, mostPerSecond))},
		{"spacing", "1s", into(&l.Spacing, r.duration(0, time.Hour))},
	}}
}

// checkLimits reports the limits that package fetch refuses, each at its key.
func (r *reader) checkLimits(n node, s section, l Limits) {
	for _, limit := range l.Validate() {
		f, _ := s.field(limit.Key)
		r.errorf(valueOf(n, limit.Key), "%s: %s; write %s", limit.Key, limit.Reason, f.written())
	}
}

// valueOf returns the value of a key, or the mapping itself if the key is missing.
func valueOf(n node, key string) *yaml.Node {
	if _, v := find(n.Node, key); v != nil {
		return v
	}
	return n.Node
}
