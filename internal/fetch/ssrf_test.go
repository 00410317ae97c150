package fetch_test

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

func listen(t *testing.T, network, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("this system has no %s: %v", address, err)
	}
	return listener
}

func serve(t *testing.T, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
}

// TestSSRF tries every spelling in every way in which a request can be made: directly, after a
// redirect, through a foreign name, as a form to a hub, and as a form that a hub redirects.
func TestSSRF(t *testing.T) {
	spellings := feedtest.Victims()
	if len(spellings) < 150 {
		t.Fatalf("%d spellings, want at least 150", len(spellings))
	}
	inner, hits := feedtest.Witness(t)
	suffix := ":" + strconv.Itoa(int(inner)) + "/"

	// The redirecting server has its own loopback address, so that the policy can allow it without
	// allowing the victim's.
	outer := listen(t, "tcp4", "127.9.9.9:0")
	serve(t, outer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	outerPort := uint16(outer.Addr().(*net.TCPAddr).Port)

	direct := netguard.Policy{AllowPorts: []uint16{inner}}
	redirect := netguard.Policy{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.9.9.9/32")},
		AllowPorts:    []uint16{inner, outerPort},
	}
	limits := fetch.DefaultLimits()
	limits.Dial = 2 * time.Second
	client := newClient(t, limits)
	ctx, tries, count := context.Background(), 0, map[news.Outcome]int{}
	try := func(host string, got fetch.Response) {
		tries++
		refused(t, host, got, count)
	}
	for _, host := range spellings {
		for _, scheme := range []string{"http", "https"} {
			try(host, client.Get(ctx, fetch.Request{URL: scheme + "://" + host + suffix, Policy: direct}))
		}
		try(host, client.Get(ctx, fetch.Request{URL: "http://" + host + "/"}))
		by := "http://" + outer.Addr().String() + "/?to=" + url.QueryEscape("http://"+host+suffix)
		try(host, client.Get(ctx, fetch.Request{URL: by, Policy: redirect}))
		try(host, client.Get(ctx, fetch.Request{URL: "http://" + named(host) + suffix, Policy: direct}))
		try(host, client.Post(ctx, fetch.Form{URL: "http://" + host + suffix, Policy: direct}))
		try(host, client.Post(ctx, fetch.Form{URL: by, Policy: redirect}))
	}
	t.Logf("%d spellings, %d requests, %d connections got through: %v", len(spellings), tries, hits.Load(), count)
	if n := hits.Load(); n != 0 {
		t.Errorf("%d connections got through", n)
	}

	// The table proves something only if the spellings really lead to the victim.
	wide := netguard.Policy{AllowPorts: []uint16{inner}, AllowNetworks: []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("::/128")}}
	reached := 0
	for _, host := range spellings[:95] {
		if got := client.Get(ctx, fetch.Request{URL: "http://" + host + suffix, Policy: wide}); string(got.Body) == "innen" {
			reached++
		}
	}
	t.Logf("with everything open, %d of them reach the victim", reached)
	if reached < 40 {
		t.Errorf("with everything open, %d of them reach the victim, want at least 40", reached)
	}
}

// named returns a name that the tests' name server resolves to the address that host spells, or to
// this machine if it spells none.
func named(host string) string {
	text, _, _ := strings.Cut(strings.Trim(host, "[]"), "%")
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return "none.named.test"
	}
	return hex.EncodeToString(addr.AsSlice()) + ".named.test"
}

// refused checks that a spelling was refused for a fitting reason.
func refused(t *testing.T, host string, got fetch.Response, count map[news.Outcome]int) {
	t.Helper()
	count[got.Fetch.Outcome]++
	switch got.Fetch.Outcome {
	case news.OutcomeBlocked, news.OutcomeRedirects, news.OutcomeDNS:
	default:
		t.Errorf("%s: got %s %q, want it blocked", host, got.Fetch.Outcome, got.Fetch.Error)
	}
	if got.Body != nil {
		t.Errorf("%s: got a body %q", host, got.Body)
	}
}

// TestSSRFRebinding requests a name that is public when it is checked and loopback when it is
// dialled.
func TestSSRFRebinding(t *testing.T) {
	inner, hits := feedtest.Witness(t)
	client := newClient(t, fetch.DefaultLimits())
	name := unasked("rebind")
	for range 3 {
		got := client.Get(context.Background(), fetch.Request{
			URL:    "http://" + name + ":" + strconv.Itoa(int(inner)) + "/",
			Policy: netguard.Policy{AllowPorts: []uint16{inner}},
		})
		if got.Fetch.Outcome != news.OutcomeBlocked {
			t.Errorf("got %+v, want blocked", got.Fetch)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d connections got through", n)
	}
}

// TestSSRFProxy holds that a proxy of the environment is not used: it would hide the address from
// the guard.
func TestSSRFProxy(t *testing.T) {
	inner, hits := feedtest.Witness(t)
	proxy := "http://127.0.0.1:" + strconv.Itoa(int(inner))
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy)
	}
	policy := netguard.Policy{AllowPorts: []uint16{80, inner}, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	newClient(t, fetch.DefaultLimits()).Get(context.Background(), fetch.Request{URL: "http://unknown.test/", Policy: policy})
	if n := hits.Load(); n != 0 {
		t.Errorf("the proxy got %d connections", n)
	}
}

// TestBlockedText holds that the operator is told which setting would allow the address.
func TestBlockedText(t *testing.T) {
	got := newClient(t, fetch.DefaultLimits()).Get(context.Background(), fetch.Request{URL: "http://127.0.0.1:8081/feed"})
	want := "127.0.0.1:8081: refused to connect to 127.0.0.1:8081: a loopback address; to allow it: " +
		"allow_networks: [127.0.0.1/32] and allow_ports: [80, 443, 8081]"
	if got.Fetch.Outcome != news.OutcomeBlocked || got.Fetch.Error != want {
		t.Errorf("got  %s %q\nwant blocked %q", got.Fetch.Outcome, got.Fetch.Error, want)
	}
}
