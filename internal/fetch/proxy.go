package fetch

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"golang.org/x/net/idna"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// judged returns the proxy function of a transport, which is called for every request, redirects
// included. With a proxy, the dialer only sees the proxy's address, so the target is checked here:
// its name must resolve locally, and the policy must allow each of its addresses. The proxy
// resolves the name again. A name whose addresses change in between is left to the proxy's rules.
func judged(proxy *url.URL, policy netguard.Policy, limits Limits) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		ctx, cancel := context.WithTimeout(r.Context(), limits.Dial)
		defer cancel()
		return proxy, judge(ctx, policy, r.URL)
	}
}

// judge resolves the host of a URL and returns an error if the policy refuses any of its addresses.
func judge(ctx context.Context, policy netguard.Policy, target *url.URL) error {
	host, err := idna.Lookup.ToASCII(target.Hostname())
	if err != nil {
		host = target.Hostname() // an IPv6 address, or a name that does not resolve
	}
	port, err := strconv.ParseUint(PortOf(target), 10, 16)
	if err != nil {
		return news.Failf(news.OutcomeBlocked, "the address has a port that is no number below 65536")
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		if err := policy.Check(netip.AddrPortFrom(addr, uint16(port))); err != nil {
			return err
		}
	}
	return nil
}

// tunnelled returns a failure if the proxy does not open a tunnel.
func tunnelled(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return news.Failf(news.OutcomeRefused, "the proxy does not connect: status %d", answer.StatusCode)
}
