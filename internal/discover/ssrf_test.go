package discover

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/netguard"
)

// TestFindIsGuarded uses a page that announces feeds at every kind of forbidden address. Names are
// left out, since this test has no name server of its own.
func TestFindIsGuarded(t *testing.T) {
	inner, connections := feedtest.Witness(t)
	listener, err := net.Listen("tcp4", "127.9.9.9:0") // other than the witness's, to be allowed alone
	if err != nil {
		t.Skipf("this system has no 127.9.9.9: %v", err)
	}
	page := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			fmt.Fprintf(w, `<link rel="alternate" type="application/rss+xml" href="http://%s:%d/"><a href="http://%[1]s:%[2]d/feed">RSS</a>`, to, inner)
			return
		}
		http.NotFound(w, r)
	}))
	page.Listener.Close()
	page.Listener = listener
	page.Start()
	defer page.Close()
	policy := netguard.Policy{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.9.9.9/32")},
		AllowPorts:    []uint16{inner, uint16(listener.Addr().(*net.TCPAddr).Port)},
	}
	tried := 0
	for _, host := range feedtest.Victims() {
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil {
			continue
		}
		tried++
		if found, err := Find(t.Context(), client(t), policy, page.URL+"/?to="+host); err == nil {
			t.Errorf("%s: found %v", host, found)
		}
	}
	if n := connections.Load(); n != 0 || tried < 100 {
		t.Errorf("%d connections got through for %d hosts, want none for at least 100", n, tried)
	}
}
