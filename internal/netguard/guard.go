// Package netguard decides which addresses a source may reach.
//
// Everything that a feed says is chosen by somebody else: its host name, what
// that name resolves to a second later, where it redirects. Checks on the text
// of a URL are therefore worth nothing ("127.1", "①②⑦.0.0.1" and a name that
// resolves to 127.0.0.1 are all the same host). A Policy is asked by the dialer
// instead, with the address that is about to be connected, after DNS, for every
// connection and so for every redirect.
//
// By default only public unicast addresses on the ports 80 and 443 may be
// reached. The address must pass two independent tables: the IANA registries as
// kept by code.dny.dev/ssrf, which refuses all of IPv6 outside 2000::/3, and the
// one in this package, which gives the reasons in words and adds what the other
// lacks. AllowNetworks and AllowPorts open more. Two rules keep an opening from
// reaching further than meant:
//
//   - An IPv4 prefix opens the IPv4-mapped spelling (::ffff:a.b.c.d) of its
//     addresses as well, since that is the same host.
//   - A range that carries IPv4 addresses inside IPv6 ones (NAT64, 6to4, Teredo,
//     IPv4-compatible, ISATAP) is opened only by a prefix that lies within it,
//     never by a wider one such as ::/0; and the address carried must be allowed
//     too, so that an open NAT64 gateway does not lead back to 127.0.0.1.
//
// Own is the opposite of an opening: where we listen ourselves, nothing leads,
// whatever is allowed. A source could otherwise read the operator's pages
// through us.
//
// A proxy hides the address from the dialer. A client that uses one must resolve
// names itself and ask Check for every address, and relies on the proxy for
// names that change their mind in between.
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

// Policy says what may be reached beside the public internet. The zero Policy
// is the strictest. A Policy is a value and must not change while in use.
type Policy struct {
	AllowNetworks []netip.Prefix   // reachable although not public
	AllowPorts    []uint16         // the only ports; empty means 80 and 443
	Own           []netip.AddrPort // that we listen on ourselves: never reachable; 0.0.0.0 and [::] mean every address of this machine
}

// Refusal is the error for an address that the Policy does not allow. It reaches
// callers of a dialer inside a *net.OpError; find it with errors.As.
type Refusal struct {
	Address string // host:port as dialled
	Reason  string // what it is: "a loopback address"
	Allow   string // the YAML that would allow it; empty when nothing would
}

func (r *Refusal) Error() string {
	text := "refused to connect to " + r.Address + ": " + r.Reason
	if r.Allow != "" {
		text += "; to allow it: " + r.Allow
	}
	return text
}

// Dialer returns a dialer for TCP that the policy guards. The timeout is for
// one connection, name resolution included.
func (p Policy) Dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: p.Control}
}

// Control has the form of net.Dialer.Control: it is called after the socket was
// made and before it is connected. A refused address is a *Refusal.
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

// Check judges one address and port, as Control does. It is for addresses that
// are known before they are dialled, such as those of a configuration.
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

// Key is equal for policies that allow the same, whatever the order in which
// they say so. Connections may be shared between requests of one Key only.
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

// registries refuses what the IANA registries call special, and all of IPv6
// that is not assigned to the internet. Ports are ours to judge.
var registries = ssrf.New(ssrf.WithAnyPort())

// judge returns why addr may not be reached, or "" when it may, and the
// addresses that would have to be opened.
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

// judgeCarrier judges an IPv6 address that has an IPv4 address inside: it must
// be opened by name, and so must what it carries unless that is public.
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

// opens reports whether an allowed network of at least the given number of bits
// holds addr.
func (p Policy) opens(addr netip.Addr, bits int) bool {
	return slices.ContainsFunc(p.AllowNetworks, func(prefix netip.Prefix) bool {
		prefix = unmapped(prefix)
		return prefix.Bits() >= bits && prefix.Contains(addr)
	})
}

// Opens reports whether a port may be reached at all, wherever it is.
func (p Policy) Opens(port uint16) bool { return slices.Contains(p.ports(), port) }

// ports returns the allowed ports.
func (p Policy) ports() []uint16 {
	if len(p.AllowPorts) == 0 {
		return []uint16{80, 443}
	}
	return p.AllowPorts
}

// networksWith is the line that allows the closed addresses beside what is
// allowed already: a list in a configuration replaces the default.
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

// portsWith is the line that allows port beside what is allowed already.
func (p Policy) portsWith(port uint16) string {
	list := make([]string, 0, len(p.AllowPorts)+3)
	for _, open := range append(slices.Clone(p.ports()), port) {
		list = append(list, strconv.Itoa(int(open)))
	}
	return "allow_ports: [" + strings.Join(list, ", ") + "]"
}

// unmapped turns a prefix in ::ffff:0:0/96 into the IPv4 prefix that it means.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
