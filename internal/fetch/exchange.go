package fetch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/publicsuffix"

	"tributary/internal/news"
)

// defaultAccept prefers feeds, then XML and JSON, and accepts everything else.
const defaultAccept = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, " +
	"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"

// reserved are the fields that are not taken from Request.Headers. They would break the transport,
// conditional requests or the guard of addresses.
var reserved = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Cookie2": true, "Host": true, "If-Match": true,
	"If-Modified-Since": true, "If-None-Match": true, "If-Range": true, "If-Unmodified-Since": true, "Keep-Alive": true,
	"Proxy-Authorization": true, "Proxy-Connection": true, "Range": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true,
}

// IsReserved reports whether a header in its canonical form is ignored in Request.Headers.
func IsReserved(header string) bool { return reserved[header] }

// Stages of a request, for the text of its failure.
const (
	connecting int32 = iota
	handshaking
	waiting
)

// kind tells exchanges apart: which redirects they follow, and what they make of a body.
type kind int

const (
	document kind = iota // see Client.Get
	form                 // see Client.Post
	message              // see Client.Send
)

// exchange is a Get, Post or Send in progress: a request for each hop, and the response so far.
type exchange struct {
	client   *Client
	kind     kind
	request  Request
	body     []byte     // sent by POST; nil sends none
	form     url.Values // what body holds, for kind form
	watch    *watch
	response Response

	first   *url.URL        // the configured address
	at      *url.URL        // the present hop; nil before the first
	cookies *cookiejar.Jar  // set by the hops so far; nil if they set none
	visited map[string]bool // hops so far, each with its cookies
	left    bool            // a redirect has left the origin of first
	stage   atomic.Int32
	remote  atomic.Pointer[netip.AddrPort] // address of the latest connection
}

// run follows redirects to the final response and reads it.
func (x *exchange) run(ctx context.Context) *news.Failure {
	first, failure := parse(x.request.URL)
	if failure != nil {
		return failure
	}
	x.first, x.visited = first, map[string]bool{}
	for next := first; ; {
		x.at = next
		x.visited[x.visit(next)] = true
		answer, err := x.send(ctx)
		if err != nil {
			return x.explain(ctx, err)
		}
		x.note(answer)
		if x.kind == message || !isRedirect(answer.StatusCode) {
			failure := x.read(ctx, answer)
			answer.Body.Close()
			return failure
		}
		answer.Body.Close() // not drained: that would wait for a slow server
		if next, failure = x.follow(answer); failure != nil {
			return failure
		}
	}
}

// parse parses the address of a hop and removes the fragment, which is not sent to servers.
func parse(raw string) (*url.URL, *news.Failure) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, news.Failf(news.OutcomeBlocked, "the address cannot be read as a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, news.Failf(news.OutcomeBlocked, "the address begins with neither http:// nor https://")
	case u.Hostname() == "":
		return nil, news.Failf(news.OutcomeBlocked, "the address has no host")
	case u.User != nil:
		return nil, news.Failf(news.OutcomeBlocked, "an address must not hold a user name or password; "+
			`to send one: basic_auth: {username: …, password: "${…}"}`)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// send makes the request of the present hop.
func (x *exchange) send(ctx context.Context) (*http.Response, error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:           func(string) { x.stage.Store(connecting) },
		TLSHandshakeStart: func() { x.stage.Store(handshaking) },
		GotConn: func(info httptrace.GotConnInfo) {
			x.stage.Store(waiting)
			x.remote.Store(remoteOf(info.Conn))
		},

		GotFirstResponseByte: x.watch.answered,
	})
	method, body := http.MethodGet, io.Reader(nil)
	switch {
	case x.body != nil:
		method, body = http.MethodPost, bytes.NewReader(x.body)
	case x.request.Head:
		method = http.MethodHead
	}
	request, err := http.NewRequestWithContext(ctx, method, x.at.String(), body)
	if err != nil {
		return nil, news.Failf(news.OutcomeBlocked, "the address cannot be read as a URL")
	}
	request.Header, err = x.header()
	if err != nil {
		return nil, err
	}
	for _, cookie := range x.cookiesFor(x.at) {
		request.AddCookie(cookie)
	}
	// Use the transport directly: http.Client would add its own redirects and Referer.
	return x.client.pool.get(x.request.Policy).RoundTrip(request)
}

// header builds the header of the present hop.
func (x *exchange) header() (http.Header, error) {
	h := http.Header{}
	h.Set("User-Agent", cmp.Or(x.request.UserAgent, *x.client.userAgent.Load()))
	h.Set("Accept", cmp.Or(x.request.Accept, defaultAccept))
	if !x.left {
		for name, value := range x.request.Headers {
			if name = http.CanonicalHeaderKey(name); !reserved[name] {
				h.Set(name, value)
			}
		}
	}
	h.Set("Accept-Encoding", acceptEncoding)
	if x.request.Head { // Length is that of the file itself, not of its compressed form
		h.Set("Accept-Encoding", "identity")
	}
	if x.kind == form {
		h.Set("Content-Type", formType)
	}
	setValid(h, "If-None-Match", x.request.Validators.ETag)
	setValid(h, "If-Modified-Since", x.request.Validators.LastModified)

	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, news.Failf(news.OutcomeInternal, "the name of a header has a character that HTTP does not allow")
		}
		if !httpguts.ValidHeaderFieldValue(values[0]) {
			return nil, news.Failf(news.OutcomeInternal, "the value of the header %s has a character that HTTP does not allow", name)
		}
	}
	return h, nil
}

// setValid sets a field to a value from an earlier response, if it is a valid field value.
func setValid(h http.Header, name, value string) {
	if value != "" && httpguts.ValidHeaderFieldValue(value) {
		h.Set(name, value)
	}
}

// note records the header of a response.
func (x *exchange) note(answer *http.Response) {
	now := x.client.now()
	x.response.Header = answer.Header.Clone()
	x.response.Header.Del("Set-Cookie")
	x.response.Fetch.Status = answer.StatusCode
	x.response.URL = x.at.String()
	x.response.Remote = x.answeredFrom()
	x.response.ContentType = answer.Header.Get("Content-Type")
	x.response.MaxAge = maxAge(answer.Header, now)
	x.response.RetryAfter = 0
	if answer.StatusCode >= 400 {
		x.response.RetryAfter = retryAfter(answer.Header, now)
	}
}

// isRedirect reports whether a status is followed as a redirect (RFC 9110 section 15.4). That
// excludes 300, which offers a choice, and the obsolete 305 and 306.
func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// follow returns the target of a redirect.
func (x *exchange) follow(answer *http.Response) (*url.URL, *news.Failure) {
	keeps := answer.StatusCode == http.StatusTemporaryRedirect || answer.StatusCode == http.StatusPermanentRedirect
	if x.kind == form && !keeps {
		return nil, news.Failf(news.OutcomeRedirects, "status %d to a form, which only 307 and 308 may send elsewhere", answer.StatusCode)
	}
	location := answer.Header.Get("Location")
	if location == "" {
		return nil, news.Failf(news.OutcomeRedirects, "status %d without a Location", answer.StatusCode)
	}
	target, err := x.at.Parse(location)
	if err != nil {
		return nil, news.Failf(news.OutcomeRedirects, "status %d to something that is no address", answer.StatusCode)
	}
	next, failure := parse(target.String())
	if failure != nil {
		if target.User == nil {
			failure.Outcome = news.OutcomeRedirects
		}
		failure.Err = errors.New("a redirect: " + failure.Err.Error())
		return nil, failure
	}
	x.response.Redirects = append(x.response.Redirects, Redirect{Status: answer.StatusCode, URL: next.String()})
	x.keepCookies(answer)
	if x.visited[x.visit(next)] {
		return nil, news.Failf(news.OutcomeRedirects, "redirects in a circle")
	}
	if len(x.response.Redirects) > x.client.limits.Redirects {
		return nil, news.Failf(news.OutcomeRedirects, "more than %d redirects", x.client.limits.Redirects)
	}
	if x.kind == form && x.at.Scheme == "https" && next.Scheme == "http" {
		return nil, news.Failf(news.OutcomeRedirects, "a redirect of a form from https to http")
	}
	x.left = x.left || origin(next) != origin(x.first)
	return next, nil
}

// keepCookies keeps the cookies that a redirect sets for the hops that follow. Some servers set one,
// redirect to the same address, and answer only when it comes back. No cookie outlives the exchange,
// so none can recognise Tributary at the next fetch.
func (x *exchange) keepCookies(answer *http.Response) {
	set := answer.Cookies()
	if len(set) == 0 {
		return
	}
	if x.cookies == nil {
		x.cookies, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // the error is always nil
	}
	x.cookies.SetCookies(x.at, set)
}

// cookiesFor returns the cookies that a request for u carries (RFC 6265 section 5.4).
func (x *exchange) cookiesFor(u *url.URL) []*http.Cookie {
	if x.cookies == nil {
		return nil
	}
	return x.cookies.Cookies(u)
}

// visit identifies a request: its address and cookies. The same address with other cookies may
// answer differently, so returning to it is no circle.
func (x *exchange) visit(u *url.URL) string {
	return fmt.Sprint(u, x.cookiesFor(u))
}

// permanent returns the target of the last hop in the leading run of permanent redirects. Whatever
// follows a temporary redirect is temporary too, and hops that end where they began, for the sake of a
// cookie, lead nowhere.
func permanent(from string, hops []Redirect) (address string) {
	if len(hops) > 0 && hops[len(hops)-1].URL == from {
		return ""
	}
	for _, hop := range hops {
		if hop.Status != http.StatusMovedPermanently && hop.Status != http.StatusPermanentRedirect {
			break
		}
		address = hop.URL
	}
	return address
}

// SameOrigin reports whether two addresses have the same origin, so that secrets meant for one may
// be sent to the other.
func SameOrigin(a, b string) bool {
	one, failure := parse(a)
	two, other := parse(b)
	return failure == nil && other == nil && origin(one) == origin(two)
}

// origin returns scheme, host and port (RFC 6454 section 4).
func origin(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + PortOf(u)
}

// PortOf returns the port of a URL, or the default port of its scheme.
func PortOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
