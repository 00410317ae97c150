// Package netguard decides which addresses a source may reach. It protects against server-side
// request forgery.
//
// Everything in a feed is chosen by somebody else: host names, what they resolve to a second later,
// and redirects. Checking the text of a URL is therefore useless ("127.1", "①②⑦.0.0.1" and a name
// that resolves to 127.0.0.1 are all the same host). Instead the dialer asks a [Policy], after name
// resolution, about the address that it is about to connect to. This covers every connection and so
// every redirect.
//
// By default only public unicast addresses on ports 80 and 443 can be reached. An address must pass
// two independent tables. One is code.dny.dev/ssrf, made from the IANA registries, which refuses
// all of IPv6 outside 2000::/3. The other is in this package; it gives reasons in words and adds
// ranges that the first one lacks. AllowNetworks and AllowPorts open more. Two rules keep an
// opening from reaching further than intended:
//
//   - An IPv4 prefix also opens the IPv4-mapped form (::ffff:a.b.c.d) of its addresses, since that
//     is the same host.
//   - A range of IPv6 addresses that embed IPv4 addresses (NAT64, 6to4, Teredo, IPv4-compatible,
//     ISATAP) is opened only by a prefix that lies within it, never by a wider one such as ::/0. The
//     embedded address must be allowed as well, so that an open NAT64 gateway does not lead to
//     127.0.0.1.
//
// Own is the opposite of an opening: the addresses that we listen on are never reachable, whatever
// is allowed. Otherwise a source could read the operator's pages through us.
//
// A proxy hides the address from the dialer. A client with a proxy must resolve names itself and
// call Check for every address. It relies on the proxy for names whose addresses change between the
// two resolutions.
package netguard

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Policy says what may be reached in addition to the public internet. The zero Policy is the
// strictest. A Policy must not be modified while in use.
type Policy struct {
	AllowNetworks []netip.Prefix   // reachable although not public
	AllowPorts    []uint16         // the only allowed ports; empty means 80 and 443
	Own           []netip.AddrPort // our own listeners, never reachable; 0.0.0.0 and [::] mean every address of this machine
}

// Refusal is the error for an address that the Policy does not allow. A dialer wraps it in a
// *net.OpError, so use errors.As to find it.
type Refusal struct {
	Address string // host:port as dialled
	Reason  string // what it is: "a loopback address"
	Allow   string // the YAML that would allow it; empty if nothing would
}

func (r *Refusal) Error() string {
	text := "refused to connect to " + r.Address + ": " + r.Reason
	if r.Allow != "" {
		text += "; to allow it: " + r.Allow
	}
	return text
}

// Dialer returns a TCP dialer guarded by the policy. The timeout is for a single connection and
// includes name resolution.
func (p Policy) Dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: p.Control}
}

// Control has the signature of net.Dialer.Control: it is called after the socket is created and
// before it is connected. It returns a *Refusal for an address that is not allowed.
func (p Policy) Control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return &Refusal{Address: address, Reason: strconv.Quote(network) + " is not TCP"}
	}
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Refusal{Address: strconv.Quote(address), Reason: "not an address and port"}
	}
	return p.Check(dialled)
}

// Check checks an address and port as Control does. It is for addresses known before they are
// dialled, such as those in a configuration.
func (p Policy) Check(dialled netip.AddrPort) error {
	addr := dialled.Addr().Unmap().WithZone("")
	if p.own(addr, dialled.Port()) {
		return &Refusal{Address: dialled.String(), Reason: "it is where we listen ourselves"}
	}
	reason, closed := p.judge(addr)
	portOpen := p.Opens(dialled.Port())
	if reason == "" && portOpen {
		return nil
	}

	var allow []string
	if reason != "" {
		allow = append(allow, p.networksWith(closed))
	}
	if !portOpen {
		allow = append(allow, p.portsWith(dialled.Port()))
	}
	if reason == "" {
		reason = fmt.Sprintf("port %d is not an allowed port", dialled.Port())
	}
	return &Refusal{Address: dialled.String(), Reason: reason, Allow: strings.Join(allow, " and ")}
}

// Key is equal for policies that allow the same, regardless of order. Connections must only be
// shared between requests with the same Key.
func (p Policy) Key() string {
	var networks []string
	for _, prefix := range p.AllowNetworks {
		networks = append(networks, unmapped(prefix).Masked().String())
	}
	slices.Sort(networks)
	ports := slices.Clone(p.ports())
	slices.Sort(ports)
	own := slices.Clone(p.Own)
	slices.SortFunc(own, netip.AddrPort.Compare)
	return fmt.Sprint(slices.Compact(networks), slices.Compact(ports), slices.Compact(own))
}

// registries refuses special-purpose addresses of the IANA registries, and all IPv6 addresses that
// are not allocated to the internet. Ports are checked by this package.
var registries = ssrf.New(ssrf.WithAnyPort())

// judge returns the reason why addr may not be reached, or "", and the addresses that would have to
// be allowed.
func (p Policy) judge(addr netip.Addr) (reason string, closed []netip.Addr) {
	special, known := lookup(addr)
	switch {
	case known && special.carries != nil:
		return p.judgeCarrier(addr, special)
	case p.opens(addr, 0):
		return "", nil
	case known:
		return special.what, []netip.Addr{addr}
	case registries.SafeAddr(addr) != nil:
		return "an address that is not public", []netip.Addr{addr}
	}
	return "", nil
}

// judgeCarrier judges an IPv6 address that embeds an IPv4 address. It must be allowed explicitly,
// and so must the embedded address unless that is public.
func (p Policy) judgeCarrier(addr netip.Addr, special special) (string, []netip.Addr) {
	carried := special.carries(addr)
	reason, closed := p.judge(carried)
	if !p.opens(addr, special.prefix.Bits()) {
		return special.what, append([]netip.Addr{addr}, closed...)
	}
	if reason != "" {
		reason = fmt.Sprintf("%s that leads to %s, %s", special.what, carried, reason)
	}
	return reason, closed
}

// opens reports whether an allowed network of at least the given prefix length contains addr.
func (p Policy) opens(addr netip.Addr, bits int) bool {
	return slices.ContainsFunc(p.AllowNetworks, func(prefix netip.Prefix) bool {
		prefix = unmapped(prefix)
		return prefix.Bits() >= bits && prefix.Contains(addr)
	})
}

// Opens reports whether a port may be reached at all.
func (p Policy) Opens(port uint16) bool { return slices.Contains(p.ports(), port) }

// ports returns the allowed ports.
func (p Policy) ports() []uint16 {
	if len(p.AllowPorts) == 0 {
		return []uint16{80, 443}
	}
	return p.AllowPorts
}

// networksWith returns the setting that allows the closed addresses in addition to those already
// allowed. It repeats the latter because a list in a configuration replaces the default.
func (p Policy) networksWith(closed []netip.Addr) string {
	var list []string
	for _, prefix := range p.AllowNetworks {
		list = append(list, prefix.String())
	}
	for _, addr := range closed {
		list = append(list, netip.PrefixFrom(addr, addr.BitLen()).String())
	}
	return "allow_networks: [" + strings.Join(list, ", ") + "]"
}

// portsWith returns the setting that allows port in addition to the ports already allowed.
func (p Policy) portsWith(port uint16) string {
	list := make([]string, 0, len(p.AllowPorts)+3)
	for _, open := range append(slices.Clone(p.ports()), port) {
		list = append(list, strconv.Itoa(int(open)))
	}
	return "allow_ports: [" + strings.Join(list, ", ") + "]"
}

// unmapped converts a prefix within ::ffff:0:0/96 to the corresponding IPv4 prefix.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
