// Package fetch brings documents from the web: one shared, guarded, conditional
// HTTP client for every byte that goes out. It knows nothing of storage and
// nothing of schedules.
//
//	client := fetch.New(fetch.Options{UserAgent: "…", Limits: fetch.DefaultLimits(), Now: time.Now})
//	defer client.Close()
//	answer := client.Get(ctx, fetch.Request{URL: source.URL, Validators: last, Policy: policy})
//	switch answer.Fetch.Outcome { … }
//
// Get never returns an error: what the outside world does wrong is a
// news.Outcome with a sentence for the operator, in answer.Fetch. The sentence
// is made of our own words and a host name; nothing that a server said, no
// path, no query and no header of the request is in it.
//
// # Which outcome
//
//	ok          a body, complete as far as HTTP can tell
//	unchanged   304 to a conditional request, or the body has the hash that we hold; no body
//	truncated   the body ended early or its compression is damaged; the bytes so far
//	malformed   a compressed body that is damaged from its start
//	not_a_feed  success without a body (204, 205, or empty)
//	gone        410
//	limited     429, or 503 that says when to come back
//	http_error  every other status; a content coding that nobody asked for, or several
//	redirects   over the limit, a loop, no Location, or a target that is not HTTP
//	blocked     an address, port, scheme or user name that is not allowed: see netguard
//	too_large   over a limit of Limits
//	dns, refused, tls, timeout     no answer, and why
//	interrupted the caller's context was cancelled
//	internal    the request could not be built, from headers that HTTP does not allow
//
// A document over HTTP/1.0 without a length ends when the connection does, so a
// cut cannot be told from an end here. The parser must tell.
//
// # Transfer
//
// HTTP/1.1 and HTTP/2, connections kept for 30 s and shared by all requests of
// one netguard.Policy. Bodies come as gzip, br or zstd; deflate is read as well,
// and what a body is counts more than how it is labelled. Both sides of the
// decoder are bounded (Limits), and a decoder that works and gives nothing is
// stopped.
//
// A fetch that stands still tells so through Request.Stalled and goes on, so that
// a scheduler can let others pass.
//
// # Secrets
//
// Request.Headers go to the origin (scheme, host and port) of Request.URL only.
// The first redirect that leaves it drops them for good, also when a later one
// leads back. There are no cookies and no Referer.
//
// # Proxies
//
// None but Options.Proxy, never those of the environment. The guard then judges
// what it can: each address that the target's name has here, before every
// request and redirect. A name that resolves only at the proxy cannot be judged
// and is refused; one that resolves differently there is the proxy's to refuse.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// Options makes a Client.
type Options struct {
	UserAgent string // who we are, with a way to reach us; RFC 9110 section 10.1.5
	Limits    Limits
	Now       func() time.Time
	Roots     *x509.CertPool   // certificate authorities; nil means those of the system
	Own       []netip.AddrPort // that we listen on: out of reach for every request
	Proxy     *url.URL         // http, https or socks5, perhaps with a user name; nil connects directly
}

// Client fetches. It is safe for concurrent use and meant to be shared: it
// keeps connections alive, apart for each netguard.Policy. How many requests
// run at once is the caller's decision.
type Client struct {
	userAgent atomic.Pointer[string]
	limits    Limits
	now       func() time.Time
	pool      *pool
}

// New returns a Client that holds no connections yet.
func New(o Options) *Client {
	c := &Client{limits: o.Limits, now: o.Now, pool: newPool(o)}
	c.SetUserAgent(o.UserAgent)
	return c
}

// SetUserAgent changes who we say we are, from the next request on.
func (c *Client) SetUserAgent(agent string) { c.userAgent.Store(&agent) }

// SetOwn changes the addresses that are ours, from the next connection on.
func (c *Client) SetOwn(own []netip.AddrPort) { c.pool.setOwn(own) }

// Close closes the connections that are idle; those in use close when their Get
// returns. The Client remains usable.
func (c *Client) Close() { c.pool.close() }

// Request is one conditional GET, or one HEAD.
type Request struct {
	URL        string            // http or https, without a user name
	Validators news.Validators   // of the body we hold; zero asks for the whole
	Headers    map[string]string // secrets of the operator; see the package comment
	Policy     netguard.Policy
	Accept     string // empty prefers feeds
	UserAgent  string // instead of the Client's

	// Head asks what the address would bring, without its body: type and length. A
	// success is ok whatever the length. RFC 9110 section 9.3.2.
	Head bool

	// Stalled is called once, from another goroutine, when Limits.Stall has
	// passed without progress. The fetch goes on. It is never called after Get
	// has returned, and must not wait for Get.
	Stalled func()
}

// Redirect is one hop: the status that a server answered with and the absolute
// address that it sent us to, which may hold a secret.
type Redirect struct {
	Status int
	URL    string
}

// Response is all that came of a Request.
type Response struct {
	Fetch       news.Fetch      // Started, Duration, Bytes, Status, Outcome and Error are filled
	Body        []byte          // decoded; with ok and truncated only
	ContentType string          // as sent; not to be trusted
	Length      int64           // of the body, as a Head was told; 0 when that is not known
	URL         string          // that answered last, without a fragment; may hold a secret
	Validators  news.Validators // for the next Request; zero after truncated, those of the Request after a failure
	Redirects   []Redirect
	Permanent   string         // where the hops led that are permanent (301 and 308) without a break; empty without one; may hold a secret
	RetryAfter  time.Duration  // the server's wish after an error, at most MaxHint; 0 without one
	MaxAge      time.Duration  // how long the answer stays fresh, at most MaxHint; 0 when unstated
	Header      http.Header    // of the last answer, without Set-Cookie; nil without one
	Remote      netip.AddrPort // that the last answer came from; zero without one, and behind a proxy
}

// errTotal is the cause that a Get ends with when Limits.Total has passed.
var errTotal = errors.New("total time is over")

// Get fetches r.URL. It blocks until the body is read or given up, at most for
// Limits.Total, and returns soon after ctx is done.
func (c *Client) Get(ctx context.Context, r Request) Response {
	return c.do(ctx, &exchange{client: c, request: r})
}

// do runs an exchange within the limit of its time.
func (c *Client) do(ctx context.Context, x *exchange) Response {
	ctx, cancel := context.WithTimeoutCause(ctx, c.limits.Total, errTotal)
	defer cancel()
	x.watch = newWatch(c.limits.Stall, x.request.Stalled)
	defer x.watch.stop()

	x.response.Fetch = news.Fetch{Started: c.now(), Outcome: news.OutcomeOK}
	x.response.Validators = x.request.Validators
	if failure := x.run(ctx); failure != nil {
		x.response.Fetch.Outcome = failure.Outcome
		x.response.Fetch.Error = x.sentence(failure)
	}
	x.response.Permanent = permanent(x.response.Redirects)
	x.response.Fetch.Duration = c.now().Sub(x.response.Fetch.Started)
	return x.response
}
