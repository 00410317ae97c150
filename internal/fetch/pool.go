package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"tributary/internal/netguard"
)

// Bounds on open connections and on the header of a response.
const (
	maxPolicies    = 16 // transports, one for each Policy in use
	maxIdle        = 64 // idle connections of one transport
	maxIdlePerHost = 2
	idleTime       = 30 * time.Second
	maxHeaderBytes = 64 << 10
)

// pool holds one transport for each Policy. A connection that was opened under a permissive Policy
// is thus never reused for a request under a strict one, for which the guard would have refused it.
type pool struct {
	limits Limits
	roots  *x509.CertPool
	proxy  *url.URL

	mu         sync.Mutex
	own        []netip.AddrPort
	transports map[string]*http.Transport
	recent     []string // keys of transports, the most recently used last
}

func newPool(o Options) *pool {
	return &pool{limits: o.Limits, roots: o.Roots, proxy: o.Proxy, own: o.Own, transports: map[string]*http.Transport{}}
}

// setOwn changes the addresses that no policy allows. They are part of a policy's key, so existing
// transports are not used again.
func (p *pool) setOwn(own []netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own = slices.Clone(own)
}

// get returns the transport of a policy. Beyond maxPolicies it removes the least recently used one;
// requests that still use it are not affected.
func (p *pool) get(policy netguard.Policy) *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	policy.Own = p.own
	key := policy.Key()

	transport := p.transports[key]
	if transport == nil {
		transport = p.open(policy)
		p.transports[key] = transport
	}
	p.recent = append(slices.DeleteFunc(p.recent, func(k string) bool { return k == key }), key)
	if len(p.recent) > maxPolicies {
		oldest := p.recent[0]
		p.recent = p.recent[1:]
		p.transports[oldest].CloseIdleConnections()
		delete(p.transports, oldest)
	}
	return transport
}

// open returns a transport whose connections are all checked by the policy. It ignores proxies of
// the environment. It does not decompress: package fetch does, so that it can count the bytes on
// both sides.
func (p *pool) open(policy netguard.Policy) *http.Transport {
	transport := &http.Transport{
		DialContext:            policy.Dialer(p.limits.Dial).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: p.roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    p.limits.TLS,
		ResponseHeaderTimeout:  p.limits.Header,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTime,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true, // a custom dialer disables it by default
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: p.limits.Header, PingTimeout: p.limits.Dial},
	}
	if p.proxy != nil { // then only the proxy, which the operator chose, is dialled
		transport.DialContext = (&net.Dialer{Timeout: p.limits.Dial}).DialContext
		transport.Proxy = judged(p.proxy, policy, p.limits)
		transport.OnProxyConnectResponse = tunnelled
	}
	return transport
}

// close drops all transports and closes their idle connections.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, transport := range p.transports {
		transport.CloseIdleConnections()
	}
	clear(p.transports)
	p.recent = nil
}

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
