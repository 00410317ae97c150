package fetch

import (
	"net"
	"net/netip"
)

// remoteOf returns the address at the other end of a connection; the zero one
// for what is not TCP.
func remoteOf(conn net.Conn) *netip.AddrPort {
	remote, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return &netip.AddrPort{}
	}
	at := remote.AddrPort()
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	return &at
}

// answeredFrom is the address that the latest answer came from; the zero one
// behind a proxy, which keeps it to itself.
func (x *exchange) answeredFrom() netip.AddrPort {
	if at := x.remote.Load(); at != nil && x.client.pool.proxy == nil {
		return *at
	}
	return netip.AddrPort{}
}
