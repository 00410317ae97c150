package fetch

import (
	"net/url"
	"testing"

	"tributary/internal/netguard"
)

func policyOf(port int) netguard.Policy { return netguard.Policy{AllowPorts: []uint16{uint16(port)}} }

// TestPoolBound holds that transports are shared, bounded, and evicted in order of their last use.
func TestPoolBound(t *testing.T) {
	p := newPool(Options{Limits: DefaultLimits()})
	first := p.get(policyOf(1))
	if p.get(policyOf(1)) != first {
		t.Error("the same policy got another transport")
	}
	for port := 2; port <= maxPolicies; port++ {
		p.get(policyOf(port))
	}
	p.get(policyOf(1)) // used again, so 2 is now the oldest
	second := p.transports[policyOf(2).Key()]
	p.get(policyOf(maxPolicies + 1))

	if len(p.transports) != maxPolicies || len(p.recent) != maxPolicies {
		t.Errorf("got %d transports and %d keys, want %d", len(p.transports), len(p.recent), maxPolicies)
	}
	if p.get(policyOf(1)) != first {
		t.Error("the transport that was used last was dropped")
	}
	if p.get(policyOf(2)) == second {
		t.Error("the transport that was used least recently was kept")
	}
}

func TestOrigin(t *testing.T) {
	tests := []struct {
		a, b string
		same bool
	}{
		{"http://example.org/a", "http://example.org/b?c", true},
		{"http://example.org/", "http://EXAMPLE.org:80/", true},
		{"https://example.org/", "https://example.org:443/", true},
		{"https://example.org/", "http://example.org/", false},
		{"https://example.org/", "http://example.org:443/", false},
		{"https://example.org/", "https://example.org:8443/", false},
		{"https://example.org/", "https://www.example.org/", false},
		{"https://example.org/", "https://example.org./", false},
		{"http://[::1]/", "http://[::1]:80/", true},
	}
	for _, tt := range tests {
		a, errA := url.Parse(tt.a)
		b, errB := url.Parse(tt.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := origin(a) == origin(b); got != tt.same {
			t.Errorf("%s and %s: got %s and %s", tt.a, tt.b, origin(a), origin(b))
		}
	}
}
