package netguard

import (
	"net"
	"net/netip"
	"slices"
)

// own reports whether addr and port lead to one of our own listeners, possibly through an IPv4
// address embedded in addr.
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

// listensAt reports whether a connection to addr reaches listener. On Linux, dialling the
// unspecified address connects to this machine.
func listensAt(listener, addr netip.Addr) bool {
	return listener == addr || addr.IsUnspecified() || listener.IsUnspecified() && isLocal(addr)
}

// isLocal reports whether addr belongs to this machine. It queries the interfaces each time, since
// they change. If that fails, the result is false unless addr is a loopback address.
func isLocal(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(addresses, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap().WithZone("") == addr
	})
}
