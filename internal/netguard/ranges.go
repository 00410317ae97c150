package netguard

import "net/netip"

// special is a range of addresses that does not belong to the public internet.
type special struct {
	prefix netip.Prefix
	what   string // as in "… is a loopback address"

	// carries extracts the IPv4 address embedded in an address of this range; nil if there is none.
	carries func(netip.Addr) netip.Addr
}

// specials lists the ranges, narrower ones first where they overlap. The sources are the IANA
// registries of special-purpose addresses (RFC 6890) and the documents named on each line.
var specials = []special{
	// IPv4
	{in("0.0.0.0/8"), "an address of this network", nil},             // RFC 791, 3.2; Linux treats 0.0.0.0 as loopback
	{in("10.0.0.0/8"), "a private address", nil},                     // RFC 1918
	{in("100.64.0.0/10"), "a shared address of a provider", nil},     // RFC 6598
	{in("127.0.0.0/8"), "a loopback address", nil},                   // RFC 1122, 3.2.1.3
	{in("169.254.0.0/16"), "a link-local address", nil},              // RFC 3927; cloud providers serve credentials here
	{in("172.16.0.0/12"), "a private address", nil},                  // RFC 1918
	{in("192.0.0.0/24"), "an address reserved for protocols", nil},   // RFC 6890, 2.1
	{in("192.0.2.0/24"), "an address for documentation", nil},        // RFC 5737
	{in("192.31.196.0/24"), "an anycast address of AS112", nil},      // RFC 7535
	{in("192.52.193.0/24"), "an address for multicast tunnels", nil}, // RFC 7450
	{in("192.88.99.0/24"), "a 6to4 relay", nil},                      // RFC 7526
	{in("192.168.0.0/16"), "a private address", nil},                 // RFC 1918
	{in("192.175.48.0/24"), "an anycast address of AS112", nil},      // RFC 7534
	{in("198.18.0.0/15"), "an address for benchmarks", nil},          // RFC 2544
	{in("198.51.100.0/24"), "an address for documentation", nil},     // RFC 5737
	{in("203.0.113.0/24"), "an address for documentation", nil},      // RFC 5737
	{in("224.0.0.0/4"), "a multicast address", nil},                  // RFC 1112, 4
	{in("255.255.255.255/32"), "the broadcast address", nil},         // RFC 919, 7
	{in("240.0.0.0/4"), "a reserved address", nil},                   // RFC 1112, 4

	// IPv6
	{in("::/128"), "the unspecified address", nil},                  // RFC 4291, 2.5.2
	{in("::1/128"), "a loopback address", nil},                      // RFC 4291, 2.5.3
	{in("::/96"), "an IPv4-compatible address", lastFour},           // RFC 4291, 2.5.5.1
	{in("::ffff:0:0:0/96"), "an IPv4-translated address", lastFour}, // RFC 2765, 2.1
	{in("64:ff9b::/96"), "a NAT64 address", lastFour},               // RFC 6052, 2.1
	{in("64:ff9b:1::/48"), "a NAT64 address", lastFour},             // RFC 8215; treated as a /96, other layouts remain blocked
	{in("100::/64"), "a discard address", nil},                      // RFC 6666
	{in("100:0:0:1::/64"), "a dummy address", nil},                  // RFC 9780
	{in("2001::/32"), "a Teredo address", teredoClient},             // RFC 4380, 4
	{in("2001:2::/48"), "an address for benchmarks", nil},           // RFC 5180, 8
	{in("2001:10::/28"), "an ORCHID", nil},                          // RFC 4843
	{in("2001:20::/28"), "an ORCHID", nil},                          // RFC 7343
	{in("2001::/23"), "an address reserved for protocols", nil},     // RFC 2928
	{in("2001:db8::/32"), "an address for documentation", nil},      // RFC 3849
	{in("2002::/16"), "a 6to4 address", sixToFour},                  // RFC 3056, 2
	{in("2620:4f:8000::/48"), "an anycast address of AS112", nil},   // RFC 7534
	{in("3fff::/20"), "an address for documentation", nil},          // RFC 9637
	{in("5f00::/16"), "a segment identifier", nil},                  // RFC 9602
	{in("fc00::/7"), "a unique local address", nil},                 // RFC 4193
	{in("fe80::/10"), "a link-local address", nil},                  // RFC 4291, 2.5.6
	{in("fec0::/10"), "a site-local address", nil},                  // RFC 3879
	{in("ff00::/8"), "a multicast address", nil},                    // RFC 4291, 2.7
}

// isatap is the one special range that is recognised by the second half of an address, under any
// prefix (RFC 5214 section 6.1).
var isatap = special{netip.PrefixFrom(netip.IPv6Unspecified(), 128), "an ISATAP address", lastFour}

// lookup returns the range that contains addr, which must not be IPv4-mapped.
func lookup(addr netip.Addr) (special, bool) {
	for _, s := range specials {
		if s.prefix.Contains(addr) {
			return s, true
		}
	}
	if addr.Is6() {
		b := addr.As16()
		if b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe {
			return isatap, true
		}
	}
	return special{}, false
}

// in parses a prefix of the table.
func in(cidr string) netip.Prefix { return netip.MustParsePrefix(cidr) }

// lastFour returns the IPv4 address in the last four bytes.
func lastFour(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:16]))
}

// sixToFour returns the IPv4 address that follows 2002:.
func sixToFour(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[2:6]))
}

// teredoClient returns the client's IPv4 address, whose bits are inverted.
func teredoClient(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
}
