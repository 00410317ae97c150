package netguard

import (
	"net"
	"net/netip"
)

// own reports whether addr and port lead to one of our own listeners, also by
// way of an IPv4 address that addr carries.
func (p Policy) own(addr netip.Addr, port uint16) bool {
	for _, listener := range p.Own {
		if listener.Port() == port && listensAt(listener.Addr().Unmap(), addr) {
			return true
		}
	}
	if special, known := lookup(addr); known && special.carries != nil {
		return p.own(special.carries(addr), port)
	}
	return false
}

// listensAt reports whether a connection to addr arrives at a listener. Linux
// takes the unspecified address for this machine when it is dialled.
func listensAt(listener, addr netip.Addr) bool {
	return listener == addr || addr.IsUnspecified() || listener.IsUnspecified() && isLocal(addr)
}

// isLocal reports whether addr is one of this machine. The interfaces are asked
// each time, since they come and go; one that cannot be asked has none.
func isLocal(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap().WithZone("") == addr {
			return true
		}
	}
	return false
}
