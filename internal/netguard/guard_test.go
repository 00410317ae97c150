package netguard

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// TestPolicyZero has an address of every special range, its neighbours outside, and the forms of
// loopback embedded in IPv6.
func TestPolicyZero(t *testing.T) {
	refused := map[string][]string{
		"an address of this network":        {"0.0.0.0", "0.0.0.1", "0.255.255.255"},
		"a private address":                 {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "::ffff:10.0.0.1"},
		"a shared address of a provider":    {"100.64.0.0", "100.127.255.255"},
		"a loopback address":                {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"},
		"a link-local address":              {"169.254.0.1", "169.254.169.254", "fe80::1", "febf::1", "fe80::1%eth0"},
		"an address reserved for protocols": {"192.0.0.1", "192.0.0.8", "192.0.0.170", "2001:1::1", "2001:1ff::1"},
		"an address for documentation":      {"192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1", "3fff:fff::1"},
		"an anycast address of AS112":       {"192.31.196.1", "192.175.48.6", "2620:4f:8000::1"},
		"an address for multicast tunnels":  {"192.52.193.1"},
		"a 6to4 relay":                      {"192.88.99.1"},
		"an address for benchmarks":         {"198.18.0.1", "198.19.255.255", "2001:2::1"},
		"a multicast address":               {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"},
		"a reserved address":                {"240.0.0.1", "255.255.255.254"},
		"the broadcast address":             {"255.255.255.255"},
		"the unspecified address":           {"::"},
		"an IPv4-compatible address":        {"::127.0.0.1", "::2", "::8.8.8.8", "::ffff:ffff"},
		"an IPv4-translated address":        {"::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"},
		"a NAT64 address":                   {"64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1", "64:ff9b:1:ffff::1"},
		"a discard address":                 {"100::1"},
		"a dummy address":                   {"100:0:0:1::1"},
		"a Teredo address":                  {"2001::1", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe"},
		"an ORCHID":                         {"2001:10::1", "2001:2f::1"},
		"a 6to4 address":                    {"2002:7f00:1::1", "2002:808:808::1"},
		"a segment identifier":              {"5f00::1"},
		"a unique local address":            {"fc00::1", "fd00::1", "fdff:ffff::1"},
		"a site-local address":              {"fec0::1", "feff::1"},
		"an ISATAP address":                 {"2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:7f00:1"},
		"an address that is not public":     {"1000::1", "4000::1", "64:ff9c::1", "::1:0:0:0", "e000::1"},
	}
	for what, addrs := range refused {
		for _, addr := range addrs {
			err := Policy{}.Check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443))
			refusal := (*Refusal)(nil)
			if !errors.As(err, &refusal) {
				t.Errorf("%s: got %v, want a refusal as %s", addr, err, what)
			} else if refusal.Reason != what {
				t.Errorf("%s: got %q, want %q", addr, refusal.Reason, what)
			}
		}
	}

	public := []string{
		"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8",
		"2001:200::1", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1", "2003::1", "2606:4700::1", "2a00:1450::1", "3ffe::1",
	}
	for _, addr := range public {
		if err := (Policy{}).Check(netip.AddrPortFrom(netip.MustParseAddr(addr), 80)); err != nil {
			t.Errorf("%s: got %v, want it allowed", addr, err)
		}
	}
}

// TestRangesCoverRegistries holds that every range of the library has a description here, so that
// the operator is always told what an address is.
func TestRangesCoverRegistries(t *testing.T) {
	for _, prefix := range append(ssrf.IPv4DeniedPrefixes, ssrf.IPv6DeniedPrefixes...) {
		if _, ok := lookup(prefix.Addr()); !ok {
			t.Errorf("%s has no line in specials", prefix)
		}
	}
}

// TestRangesReachable holds that no line is shadowed by a wider one above it.
func TestRangesReachable(t *testing.T) {
	for i, s := range specials {
		for _, above := range specials[:i] {
			if above.prefix.Bits() <= s.prefix.Bits() && above.prefix.Contains(s.prefix.Addr()) {
				t.Errorf("%s is never reached: %s stands above it", s.prefix, above.prefix)
			}
		}
	}
}

func TestPolicyOpens(t *testing.T) {
	tests := []struct {
		allow string // networks
		addr  string
		want  string // the reason; empty means allowed
	}{
		{"127.0.0.1/32", "127.0.0.1", ""},
		{"127.0.0.1/32", "::ffff:127.0.0.1", ""},
		{"::ffff:127.0.0.1/128", "127.0.0.1", ""},
		{"127.0.0.1/32", "127.0.0.2", "a loopback address"},
		{"127.0.0.0/8", "::1", "a loopback address"},
		{"127.0.0.0/8", "0.0.0.0", "an address of this network"},
		{"::1/128", "::1", ""},
		{"::1/128", "127.0.0.1", "a loopback address"},
		{"10.1.2.3/8", "10.200.0.1", ""},
		{"fe80::/10", "fe80::1%eth0", ""},
		{"fd00::/8", "fd12::1", ""},
		{"0.0.0.0/0", "10.0.0.1", ""},

		// Wide prefixes do not open transition ranges.
		{"::/0", "fd00::1", ""},
		{"::/0", "127.0.0.1", "a loopback address"},
		{"::/0", "::ffff:127.0.0.1", "a loopback address"},
		{"::/0 0.0.0.0/0", "64:ff9b::8.8.8.8", "a NAT64 address"},
		{"::/0 0.0.0.0/0", "2002:7f00:1::1", "a 6to4 address"},
		{"::/0 0.0.0.0/0", "::127.0.0.1", "an IPv4-compatible address"},
		{"::/0 0.0.0.0/0", "2001:0:7f00:1::", "a Teredo address"},
		{"2001::/23", "2001::1", "a Teredo address"},
		{"127.0.0.0/8", "64:ff9b::7f00:1", "a NAT64 address"},
		{"127.0.0.0/8", "::127.0.0.1", "an IPv4-compatible address"},
		{"2a00::/16", "2a00:1450::5efe:7f00:1", "an ISATAP address"},

		// If opened explicitly, they lead only to allowed addresses.
		{"64:ff9b::/96", "64:ff9b::8.8.8.8", ""},
		{"64:ff9b::/96", "64:ff9b::7f00:1", "a NAT64 address that leads to 127.0.0.1, a loopback address"},
		{"64:ff9b::/96 127.0.0.1/32", "64:ff9b::7f00:1", ""},
		{"64:ff9b:1::/48", "64:ff9b:1::a00:1", "a NAT64 address that leads to 10.0.0.1, a private address"},
		{"2002:7f00::/24", "2002:7f00:1::1", "a 6to4 address that leads to 127.0.0.1, a loopback address"},
		{"2001::/32", "2001::80ff:fffe", "a Teredo address that leads to 127.0.0.1, a loopback address"},
		{"2001::/32", "2001::f7f7:f7f7", ""},
	}
	for _, tt := range tests {
		policy := Policy{AllowNetworks: prefixes(strings.Fields(tt.allow)...)}
		err := policy.Check(netip.AddrPortFrom(netip.MustParseAddr(tt.addr), 443))
		got := ""
		if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
			got = refusal.Reason
		}
		if got != tt.want {
			t.Errorf("%s with %s: got %q, want %q", tt.addr, tt.allow, got, tt.want)
		}
	}
}

// TestOwn holds that our own listeners cannot be reached, in any spelling and with everything
// allowed, and that other ports and addresses can.
func TestOwn(t *testing.T) {
	const us = "it is where we listen ourselves"
	local := "127.0.0.1"
	if addresses, err := net.InterfaceAddrs(); err == nil && len(addresses) > 0 {
		local = netip.MustParsePrefix(addresses[len(addresses)-1].String()).Addr().String()
	}
	tests := []struct {
		own  string // listeners
		addr string
		port uint16
		want bool
	}{
		{"127.0.0.1:8080", "127.0.0.1", 8080, true},
		{"127.0.0.1:8080", "::ffff:127.0.0.1", 8080, true},
		{"127.0.0.1:8080", "0.0.0.0", 8080, true},
		{"127.0.0.1:8080", "::", 8080, true},
		{"127.0.0.1:8080", "64:ff9b::7f00:1", 8080, true},
		{"127.0.0.1:8080", "2002:7f00:1::1", 8080, true},
		{"127.0.0.1:8080 [::1]:8081", "::1", 8081, true},
		{"0.0.0.0:8080", "127.0.0.5", 8080, true},
		{"[::]:8080", "127.0.0.1", 8080, true},
		{"[::]:8080", "::1", 8080, true},
		{"[::]:8080", local, 8080, true},
		{"[::ffff:127.0.0.1]:8080", "127.0.0.1", 8080, true},

		{"127.0.0.1:8080", "127.0.0.1", 8081, false},
		{"127.0.0.1:8080", "127.0.0.2", 8080, false},
		{"127.0.0.1:8080", "::1", 8080, false},
		{"[::]:8080", "8.8.8.8", 8080, false},
		{"", "127.0.0.1", 8080, false},
	}
	for _, tt := range tests {
		policy := Policy{AllowPorts: []uint16{8080, 8081}, AllowNetworks: prefixes("0.0.0.0/0", "::/0", "::/128", "64:ff9b::/96", "2002::/16")}
		for _, own := range strings.Fields(tt.own) {
			policy.Own = append(policy.Own, netip.MustParseAddrPort(own))
		}
		err := policy.Check(netip.AddrPortFrom(netip.MustParseAddr(tt.addr), tt.port))
		refusal := (*Refusal)(nil)
		if errors.As(err, &refusal) != tt.want || tt.want && (refusal.Reason != us || refusal.Allow != "") {
			t.Errorf("%s at port %d beside %s: got %v, want refused: %v", tt.addr, tt.port, tt.own, err, tt.want)
		}
	}
	if a, b := (Policy{}).Key(), (Policy{Own: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80")}}).Key(); a == b {
		t.Error("connections are shared between policies of which one closes our listener")
	}
}

func TestRefusalText(t *testing.T) {
	tests := []struct {
		policy Policy
		addr   string
		want   string
	}{
		{Policy{}, "127.0.0.1:8081", "refused to connect to 127.0.0.1:8081: a loopback address; to allow it: " +
			"allow_networks: [127.0.0.1/32] and allow_ports: [80, 443, 8081]"},
		{Policy{}, "[::1]:80", "refused to connect to [::1]:80: a loopback address; to allow it: allow_networks: [::1/128]"},
		{Policy{}, "8.8.8.8:22", "refused to connect to 8.8.8.8:22: port 22 is not an allowed port; to allow it: allow_ports: [80, 443, 22]"},
		{Policy{AllowPorts: []uint16{8081}}, "8.8.8.8:80", "refused to connect to 8.8.8.8:80: port 80 is not an allowed port; " +
			"to allow it: allow_ports: [8081, 80]"},
		{Policy{AllowNetworks: prefixes("10.0.0.0/8")}, "[64:ff9b::7f00:1]:80", "refused to connect to [64:ff9b::7f00:1]:80: " +
			"a NAT64 address; to allow it: allow_networks: [10.0.0.0/8, 64:ff9b::7f00:1/128, 127.0.0.1/32]"},
	}
	for _, tt := range tests {
		err := tt.policy.Check(netip.MustParseAddrPort(tt.addr))
		if err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

func TestControlOddInput(t *testing.T) {
	for _, tt := range [][2]string{{"udp4", "8.8.8.8:443"}, {"unix", "/run/x.sock"}, {"tcp", "8.8.8.8:443"}, {"tcp4", "localhost:80"}, {"tcp4", ""}} {
		if err := (Policy{}).Control(tt[0], tt[1], nil); err == nil {
			t.Errorf("Control(%q, %q) allowed it", tt[0], tt[1])
		}
	}
	if err := (Policy{}).Control("tcp4", "8.8.8.8:443", nil); err != nil {
		t.Errorf("a public address: got %v", err)
	}
}

func TestPolicyKey(t *testing.T) {
	same := []Policy{
		{AllowNetworks: prefixes("10.0.0.0/8", "127.0.0.1/32"), AllowPorts: []uint16{443, 80}},
		{AllowNetworks: prefixes("::ffff:127.0.0.1/128", "10.9.9.9/8", "10.0.0.0/8")},
	}
	if a, b := same[0].Key(), same[1].Key(); a != b {
		t.Errorf("got %s and %s, want equal keys", a, b)
	}
	if a, b := (Policy{}).Key(), same[0].Key(); a == b {
		t.Errorf("got %s for different policies", a)
	}
}

// TestDialer dials a real listener: the guard must see the address behind a name, and must let
// through what is allowed.
func TestDialer(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).AddrPort().Port()
	_, text, _ := net.SplitHostPort(listener.Addr().String())

	for _, host := range []string{"127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0", "::", ""} {
		conn, err := Policy{AllowPorts: []uint16{port}}.Dialer(time.Second).DialContext(context.Background(), "tcp", net.JoinHostPort(host, text))
		if err == nil {
			conn.Close()
		}
		if refusal := (*Refusal)(nil); !errors.As(err, &refusal) {
			t.Errorf("%q: got %v, want a refusal", host, err)
		}
	}

	open := Policy{AllowNetworks: prefixes("127.0.0.0/8"), AllowPorts: []uint16{port}}
	for _, host := range []string{"127.0.0.1", "localhost", "::ffff:127.0.0.1"} {
		conn, err := open.Dialer(time.Second).DialContext(context.Background(), "tcp", net.JoinHostPort(host, text))
		if err != nil {
			t.Errorf("%q: got %v, want a connection", host, err)
			continue
		}
		conn.Close()
	}
}

// FuzzCheck holds that the strict policy allows no address that Go considers special, in any form
// inside IPv6, and that the setting named in the error does allow it.
func FuzzCheck(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1}, uint16(80))
	f.Add([]byte{10, 0, 0, 1}, uint16(8081))
	f.Add(netip.MustParseAddr("64:ff9b::a00:1").AsSlice(), uint16(443))
	f.Fuzz(func(t *testing.T, raw []byte, port uint16) {
		addr, ok := netip.AddrFromSlice(raw)
		if !ok {
			return
		}
		err := Policy{}.Check(netip.AddrPortFrom(addr, port))
		plain := addr.Unmap()
		if err == nil && (!plain.IsGlobalUnicast() || plain.IsPrivate() || plain.Is6() && raw[0]>>5 != 1) {
			t.Fatalf("%s was allowed", addr)
		}
		refusal := (*Refusal)(nil)
		if !errors.As(err, &refusal) {
			return
		}
		if err := follow(t, refusal.Allow).Check(netip.AddrPortFrom(addr, port)); err != nil {
			t.Errorf("%s: %q does not allow it: %v", addr, refusal.Allow, err)
		}
	})
}

// follow returns the policy described by the YAML in a refusal.
func follow(t *testing.T, line string) (p Policy) {
	for _, part := range strings.Split(line, " and ") {
		key, list, _ := strings.Cut(strings.TrimSuffix(part, "]"), ": [")
		for _, value := range strings.Split(list, ", ") {
			switch key {
			case "allow_networks":
				p.AllowNetworks = append(p.AllowNetworks, netip.MustParsePrefix(value))
			case "allow_ports":
				p.AllowPorts = append(p.AllowPorts, netip.MustParseAddrPort("0.0.0.0:"+value).Port())
			default:
				t.Fatalf("unknown key in %q", line)
			}
		}
	}
	return p
}
