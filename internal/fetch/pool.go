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

// Bounds of what is kept open, and of the header of one response.
const (
	maxPolicies    = 16 // transports, one for each Policy in use
	maxIdle        = 64 // connections of one transport
	maxIdlePerHost = 2
	idleTime       = 30 * time.Second
	maxHeaderBytes = 64 << 10
)

// pool holds one transport for each Policy. A connection that was opened under
// a wide Policy is thereby never given to a request with a narrow one, for
// which the guard would have refused it.
type pool struct {
	limits Limits
	roots  *x509.CertPool
	proxy  *url.URL

	mu         sync.Mutex
	own        []netip.AddrPort
	transports map[string]*http.Transport
	recent     []string // keys of transports, the last used at the end
}

func newPool(o Options) *pool {
	return &pool{limits: o.Limits, roots: o.Roots, proxy: o.Proxy, own: o.Own, transports: map[string]*http.Transport{}}
}

// setOwn changes the addresses that no policy opens. They are part of a
// policy's key, so that no older transport is used again.
func (p *pool) setOwn(own []netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own = slices.Clone(own)
}

// get returns the transport of a policy. When there are too many, the one that
// was used least recently goes; requests that still hold it end undisturbed.
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
	for i, k := range p.recent {
		if k == key {
			p.recent = append(p.recent[:i], p.recent[i+1:]...)
			break
		}
	}
	p.recent = append(p.recent, key)
	if len(p.recent) > maxPolicies {
		oldest := p.recent[0]
		p.recent = p.recent[1:]
		p.transports[oldest].CloseIdleConnections()
		delete(p.transports, oldest)
	}
	return transport
}

// open makes a transport whose every connection the policy judges. The
// environment's proxies are not used. Decompression is ours, so that both sides
// of it are counted.
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
		ForceAttemptHTTP2:      true, // off by default beside a dialer of our own
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: p.limits.Header, PingTimeout: p.limits.Dial},
	}
	if p.proxy != nil { // the only address that is dialled then, and the operator's own
		transport.DialContext = (&net.Dialer{Timeout: p.limits.Dial}).DialContext
		transport.Proxy = judged(p.proxy, policy, p.limits)
		transport.OnProxyConnectResponse = tunnelled
	}
	return transport
}

// close drops every transport with its idle connections.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, transport := range p.transports {
		transport.CloseIdleConnections()
	}
	clear(p.transports)
	p.recent = nil
}
