package fetch

import (
	"net"
	"net/netip"
)

// remoteOf returns the address of the peer, or the zero address if the connection is not TCP.
func remoteOf(conn net.Conn) *netip.AddrPort {
	remote, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return &netip.AddrPort{}
	}
	at := remote.AddrPort()
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	return &at
}

// answeredFrom returns the address that sent the latest response. Behind a proxy it is unknown, and
// the zero address is returned.
func (x *exchange) answeredFrom() netip.AddrPort {
	if at := x.remote.Load(); at != nil && x.client.pool.proxy == nil {
		return *at
	}
	return netip.AddrPort{}
}
