package fetch_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// victims are spellings of hosts that no source may reach. The name server of
// these tests answers every name with loopback, so those that are no address to
// Go, such as 127.1, are what they would be to a resolver of the C library.
const victims = `
	127.0.0.1 127.0.0.2 127.1.1.1 127.255.255.254 127.1 127.0.1 127.000.000.001 0127.0.0.1 0177.0.0.1 0177.0.0.01 00000177.0.0.1
	0x7f.0.0.1 0x7f.0x0.0x0.0x1 0x7f.1 0x7f000001 0x7F000001 0X7F000001 017700000001 2130706433 4294967295 3232235521 02130706433
	0x0000007f000001 0 00 0.0 0.0.0.0 0.0.0.1 0.1.2.3 0x0 0x00000000
	①②⑦.0.0.1 １２７.0.0.1 127。0。0。1 127．0．0．1 127｡0｡0｡1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ 𝟙𝟚𝟟.0.0.1 ¹²⁷.0.0.1
	127.0.0.1. 127%2e0%2e0%2e1 %31%32%37.0.0.1
	localhost LOCALHOST LocalHost localhost. localhost.localdomain lo%63alhost sub.localhost ip6-localhost
	internal.test spoofed.test 127.0.0.1.nip.test rebound.test www.example.org xn--lclhst-test.test metadata.google.internal
	[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [0::1] [::0:1] [::] [0::0] [0:0:0:0:0:0:0:0]
	[::ffff:127.0.0.1] [::FFFF:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::ffff:0.0.0.0] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe]
	[::127.0.0.1] [::7f00:1] [::10.0.0.1] [::ffff:0:127.0.0.1] [::ffff:0:7f00:1]
	[64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [64:ff9b:1:7f00:0:100::]
	[2002:7f00:1::] [2002:7f00:1::1] [2002:a00:1::] [2002:a9fe:a9fe::] [2002:c0a8:101::1]
	[2001::1] [2001:0:7f00:1::] [2001:0:4136:e378:8000:63bf:80ff:fffe]
	[fe80::1] [fe80::1%25lo] [fe80::1%25eth0] [fe80::1%251] [febf::1] [fec0::1] [feff::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fdff::1]
	[ff01::1] [ff02::1] [ff05::1:3] [2001:db8::1] [2001:2::1] [2001:10::1] [2001:20::1] [100::1] [3fff::1] [5f00::1] [4000::1]
	[2a00:1450::5efe:127.0.0.1]
	10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1.1 192.168.255.255 100.64.0.1 100.127.255.255 100.100.100.200
	169.254.0.1 169.254.169.254 169.254.170.2 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1
	203.0.113.1 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1 224.0.0.1 239.255.255.250 240.0.0.1 250.1.2.3 255.255.255.255`

// witness is a server on both loopbacks that counts who gets through.
func witness(t *testing.T) (port uint16, hits *atomic.Int64) {
	t.Helper()
	four := listen(t, "tcp4", "127.0.0.1:0")
	port = uint16(four.Addr().(*net.TCPAddr).Port)
	hits = new(atomic.Int64)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.Write([]byte("innen"))
	})
	serve(t, four, handler)
	if six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(int(port)))); err == nil {
		serve(t, six, handler)
	}
	return port, hits
}

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

// TestSSRF tries every spelling directly and by redirect.
func TestSSRF(t *testing.T) {
	spellings := strings.Fields(victims)
	if len(spellings) < 120 {
		t.Fatalf("%d spellings, want at least 120", len(spellings))
	}
	inner, hits := witness(t)
	suffix := ":" + strconv.Itoa(int(inner)) + "/"

	// The redirecting server has a loopback address of its own, so that it can be
	// opened without the victim's.
	outer := listen(t, "tcp4", "127.9.9.9:0")
	serve(t, outer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusFound)
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
	count := map[news.Outcome]int{}
	for _, host := range spellings {
		for _, scheme := range []string{"http", "https"} {
			got := client.Get(context.Background(), fetch.Request{URL: scheme + "://" + host + suffix, Policy: direct})
			refused(t, host, got, count)
		}
		to := "http://" + strings.ReplaceAll(host, "%", "%25") + suffix
		got := client.Get(context.Background(), fetch.Request{URL: "http://" + outer.Addr().String() + "/?to=" + to, Policy: redirect})
		refused(t, host, got, count)

		got = client.Get(context.Background(), fetch.Request{URL: "http://" + host + "/"})
		refused(t, host, got, count)
	}
	t.Logf("%d spellings on 4 paths: %v", len(spellings), count)
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests got through", n)
	}

	// The table is worth something only if the spellings do lead to the victim.
	wide := netguard.Policy{AllowPorts: []uint16{inner}, AllowNetworks: []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("::/128")}}
	for _, host := range spellings[:80] {
		client.Get(context.Background(), fetch.Request{URL: "http://" + host + suffix, Policy: wide})
	}
	t.Logf("with everything open, %d of them reach the victim", hits.Load())
	if n := hits.Load(); n < 40 {
		t.Errorf("with everything open, %d of them reach the victim, want at least 40", n)
	}
}

// refused holds that a spelling was stopped for a reason that is about it.
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

// TestSSRFRebinding asks for a name that is public when it is checked and
// loopback when it is dialled.
func TestSSRFRebinding(t *testing.T) {
	inner, hits := witness(t)
	client := newClient(t, fetch.DefaultLimits())
	for range 3 {
		got := client.Get(context.Background(), fetch.Request{
			URL:    "http://rebind.test:" + strconv.Itoa(int(inner)) + "/",
			Policy: netguard.Policy{AllowPorts: []uint16{inner}},
		})
		if got.Fetch.Outcome != news.OutcomeBlocked {
			t.Errorf("got %+v, want blocked", got.Fetch)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests got through", n)
	}
}

// TestSSRFProxy holds that a proxy of the environment is not used, which would
// hide the address from the guard.
func TestSSRFProxy(t *testing.T) {
	inner, hits := witness(t)
	proxy := "http://127.0.0.1:" + strconv.Itoa(int(inner))
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy)
	}
	policy := netguard.Policy{AllowPorts: []uint16{80, inner}, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	newClient(t, fetch.DefaultLimits()).Get(context.Background(), fetch.Request{URL: "http://unknown.test/", Policy: policy})
	if n := hits.Load(); n != 0 {
		t.Errorf("the proxy got %d requests", n)
	}
}

// TestBlockedText holds that the operator is told what would allow it.
func TestBlockedText(t *testing.T) {
	got := newClient(t, fetch.DefaultLimits()).Get(context.Background(), fetch.Request{URL: "http://127.0.0.1:8081/feed"})
	want := "127.0.0.1:8081: refused to connect to 127.0.0.1:8081: a loopback address; to allow it: " +
		"allow_networks: [127.0.0.1/32] and allow_ports: [80, 443, 8081]"
	if got.Fetch.Outcome != news.OutcomeBlocked || got.Fetch.Error != want {
		t.Errorf("got  %s %q\nwant blocked %q", got.Fetch.Outcome, got.Fetch.Error, want)
	}
}
