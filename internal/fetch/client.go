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
//	http_error  every other status; a content coding that we did not ask for
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
// # Secrets
//
// Request.Headers go to the origin (scheme, host and port) of Request.URL only.
// The first redirect that leaves it drops them for good, also when a later one
// leads back. There are no cookies, no Referer and no proxies.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// Limits bounds one Get. All of them must be positive.
type Limits struct {
	Dial   time.Duration // one connection, name resolution included
	TLS    time.Duration // its handshake
	Header time.Duration // from the request to the end of the response's header
	Total  time.Duration // everything, redirects and body included

	Wire      int64 // bytes of body as sent
	Decoded   int64 // bytes of body after decompression
	Ratio     int   // decoded to wire, judged after the first MiB decoded
	Redirects int   // followed in a row
}

// DefaultLimits are generous for feeds and deadly for bombs.
func DefaultLimits() Limits {
	return Limits{
		Dial:      10 * time.Second,
		TLS:       10 * time.Second,
		Header:    15 * time.Second,
		Total:     30 * time.Second,
		Wire:      10 << 20,
		Decoded:   20 << 20,
		Ratio:     200,
		Redirects: 5,
	}
}

// Options makes a Client.
type Options struct {
	UserAgent string // who we are, with a way to reach us; RFC 9110 section 10.1.5
	Limits    Limits
	Now       func() time.Time
	Roots     *x509.CertPool // certificate authorities; nil means those of the system
}

// Client fetches. It is safe for concurrent use and meant to be shared: it
// keeps connections alive, apart for each netguard.Policy. How many requests
// run at once is the caller's decision.
type Client struct {
	userAgent string
	limits    Limits
	now       func() time.Time
	pool      *pool
}

// New returns a Client that holds no connections yet.
func New(o Options) *Client {
	return &Client{userAgent: o.UserAgent, limits: o.Limits, now: o.Now, pool: newPool(o.Limits, o.Roots)}
}

// Close closes the connections that are idle; those in use close when their Get
// returns. The Client remains usable.
func (c *Client) Close() { c.pool.close() }

// Request is one conditional GET.
type Request struct {
	URL        string            // http or https, without a user name
	Validators news.Validators   // of the body we hold; zero asks for the whole
	Headers    map[string]string // secrets of the operator; see the package comment
	Policy     netguard.Policy
	Accept     string // empty prefers feeds
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
	URL         string          // that answered last, without a fragment; may hold a secret
	Validators  news.Validators // for the next Request; zero after truncated, those of the Request after a failure
	Redirects   []Redirect
	RetryAfter  time.Duration // the server's wish after an error, at most MaxHint; 0 without one
	MaxAge      time.Duration // how long the answer stays fresh, at most MaxHint; 0 when unstated
	Header      http.Header   // of the last answer, without Set-Cookie; nil without one
}

// errTotal is the cause that a Get ends with when Limits.Total has passed.
var errTotal = errors.New("total time is over")

// Get fetches r.URL. It blocks until the body is read or given up, at most for
// Limits.Total, and returns soon after ctx is done.
func (c *Client) Get(ctx context.Context, r Request) Response {
	ctx, cancel := context.WithTimeoutCause(ctx, c.limits.Total, errTotal)
	defer cancel()

	x := &exchange{client: c, request: r}
	x.response.Fetch = news.Fetch{Started: c.now(), Outcome: news.OutcomeOK}
	x.response.Validators = r.Validators
	if failure := x.run(ctx); failure != nil {
		x.response.Fetch.Outcome = failure.Outcome
		x.response.Fetch.Error = x.sentence(failure)
	}
	x.response.Fetch.Duration = c.now().Sub(x.response.Fetch.Started)
	return x.response
}
