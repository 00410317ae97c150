// Package fetch makes every outgoing HTTP request: one shared client, with conditional requests and
// a guard against internal addresses. It knows nothing of storage or schedules.
//
//	client := fetch.New(fetch.Options{UserAgent: "…", Limits: fetch.DefaultLimits(), Now: time.Now})
//	defer client.Close()
//	answer := client.Get(ctx, fetch.Request{URL: source.URL, Validators: last, Policy: policy})
//	switch answer.Fetch.Outcome { … }
//
// [Client.Get] never returns an error. What goes wrong outside is a news.Outcome in answer.Fetch,
// with a sentence for the operator. The sentence consists of our own words and a host name. It
// never contains anything that a server said, nor the path, the query or a header of the request.
//
// [Client.Post] sends a form to a WebSub hub, [Client.Send] sends a message to a WebSub subscriber,
// and [Robots] decides by robots.txt whether a page may be fetched.
//
// # Outcomes
//
//	ok          a body, complete as far as HTTP can tell
//	unchanged   304 to a conditional request, or the body has the hash that we hold; no body
//	truncated   the body ended early or its compression is damaged; the bytes so far
//	malformed   a compressed body that is damaged from its start
//	not_a_feed  success without a body (204, 205, or empty)
//	gone        410
//	limited     429, or 503 with Retry-After
//	http_error  every other status; a content coding that was not asked for, or several
//	redirects   over the limit, a loop, no Location, or a target that is not HTTP
//	blocked     an address, port, scheme or user name that is not allowed: see netguard
//	too_large   over a limit of Limits
//	dns, refused, tls, timeout     no answer, and why
//	interrupted the caller's context was cancelled
//	internal    the request could not be built, from headers that HTTP does not allow
//
// A response over HTTP/1.0 without a length ends when the connection closes, so a truncated one
// looks complete. Detecting that is left to the parser.
//
// # Transfer
//
// The client speaks HTTP/1.1 and HTTP/2. Idle connections are kept for 30 s and shared by all
// requests with the same netguard.Policy. Bodies may be compressed with gzip, br or zstd; deflate
// is understood as well. The format is detected from the bytes rather than from the label. The
// compressed size, the decoded size and their ratio are bounded (Limits), and a decoder that
// consumes input without producing output is stopped.
//
// When a fetch makes no progress, Request.Stalled is called and the fetch continues, so that a
// scheduler can start others meanwhile.
//
// # Secrets
//
// Request.Headers are sent only to the origin (scheme, host and port) of Request.URL. The first
// redirect to another origin drops them for the rest of the exchange, even if a later redirect
// returns to the first. The client sends no cookies and no Referer.
//
// # Proxies
//
// Only Options.Proxy is used, never a proxy from the environment. With a proxy, the guard resolves
// the target's name locally before every request and redirect, and checks each address. A name that
// only the proxy can resolve is refused. If the proxy resolves a name differently, refusing it is
// up to the proxy.
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

// Options configures a Client.
type Options struct {
	UserAgent string // product and contact address; RFC 9110 section 10.1.5
	Limits    Limits
	Now       func() time.Time
	Roots     *x509.CertPool   // trusted certificate authorities; nil means the system's
	Own       []netip.AddrPort // addresses that we listen on; no request may reach them
	Proxy     *url.URL         // http, https or socks5, perhaps with a user name; nil connects directly
}

// Client makes HTTP requests. It is safe for concurrent use and meant to be shared. Each
// netguard.Policy has its own pool of connections. The number of concurrent requests is up to the
// caller.
type Client struct {
	userAgent atomic.Pointer[string]
	limits    Limits
	now       func() time.Time
	pool      *pool
}

// New returns a Client. It opens no connection yet.
func New(o Options) *Client {
	c := &Client{limits: o.Limits, now: o.Now, pool: newPool(o)}
	c.SetUserAgent(o.UserAgent)
	return c
}

// SetUserAgent changes the User-Agent of subsequent requests.
func (c *Client) SetUserAgent(agent string) { c.userAgent.Store(&agent) }

// SetOwn changes the addresses that no request may reach, for subsequent requests.
func (c *Client) SetOwn(own []netip.AddrPort) { c.pool.setOwn(own) }

// Close closes idle connections; the others close when their requests end. The Client remains
// usable.
func (c *Client) Close() { c.pool.close() }

// Request is a conditional GET or a HEAD request.
type Request struct {
	URL        string            // http or https, without a user name
	Validators news.Validators   // of the body that we hold; zero requests the body unconditionally
	Headers    map[string]string // secrets set by the operator; see the package comment
	Policy     netguard.Policy
	Accept     string // if empty, prefers feeds
	UserAgent  string // overrides that of the Client

	// Head requests the type and length of the body without the body itself. A success is ok
	// whatever the length (RFC 9110 section 9.3.2).
	Head bool

	// Stalled is called once, from another goroutine, when Limits.Stall has passed without
	// progress. The fetch continues. Stalled is never called after Get has returned, and must not
	// wait for Get.
	Stalled func()
}

// Redirect is one hop: the status of a response and the absolute URL that it redirected to, which
// may contain a secret.
type Redirect struct {
	Status int
	URL    string
}

// Response is the result of a Request.
type Response struct {
	Fetch       news.Fetch      // Started, Duration, Bytes, Status, Outcome and Error are set
	Body        []byte          // decoded; only with ok and truncated
	ContentType string          // as sent; not to be trusted
	Length      int64           // length of the body according to the answer to a HEAD; 0 if unknown
	URL         string          // of the last response, without a fragment; may contain a secret
	Validators  news.Validators // for the next Request; zero after truncated, those of the Request after a failure
	Redirects   []Redirect
	Permanent   string         // end of the leading run of 301 and 308; empty without one; may contain a secret
	RetryAfter  time.Duration  // asked for by the server after an error, at most MaxHint; 0 if none
	MaxAge      time.Duration  // how long the response stays fresh, at most MaxHint; 0 if not stated
	Header      http.Header    // of the last response, without Set-Cookie; nil without one
	Remote      netip.AddrPort // source of the last response; zero without one, and behind a proxy
}

// errTotal is the cancellation cause when Limits.Total has passed.
var errTotal = errors.New("total time is over")

// Get fetches r.URL. It returns when the body is read, when the request fails, after Limits.Total
// at the latest, and soon after ctx is done.
func (c *Client) Get(ctx context.Context, r Request) Response {
	return c.do(ctx, &exchange{client: c, request: r})
}

// do runs an exchange within Limits.Total.
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
	if x.first != nil {
		x.response.Permanent = permanent(x.first.String(), x.response.Redirects)
	}
	x.response.Fetch.Duration = c.now().Sub(x.response.Fetch.Started)
	return x.response
}
