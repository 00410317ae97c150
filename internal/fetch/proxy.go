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

// judged returns what a transport asks for the proxy of every request, redirects
// included. Behind a proxy the dialer sees the proxy's address only, so the
// target is judged here: its name must resolve on this machine too, and the
// policy must allow each of its addresses. The proxy resolves the name once
// more, so a name that changes its mind in between is left to the proxy's rules.
func judged(proxy *url.URL, policy netguard.Policy, limits Limits) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		ctx, cancel := context.WithTimeout(r.Context(), limits.Dial)
		defer cancel()
		return proxy, judge(ctx, policy, r.URL)
	}
}

// judge resolves the host of a URL and returns the refusal of the first address
// that the policy does not allow.
func judge(ctx context.Context, policy netguard.Policy, target *url.URL) error {
	host, err := idna.Lookup.ToASCII(target.Hostname())
	if err != nil {
		host = target.Hostname() // an IPv6 address, or a name that will not resolve
	}
	port, err := strconv.ParseUint(portOf(target), 10, 16)
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

// tunnelled explains a proxy that does not connect us.
func tunnelled(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return news.Failf(news.OutcomeRefused, "the proxy does not connect: status %d", answer.StatusCode)
}
