package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// Form is a POST of application/x-www-form-urlencoded, such as a request to a WebSub hub. Its
// values may be secrets and never appear in errors.
type Form struct {
	URL    string // http or https, without a user name
	Values url.Values
	Policy netguard.Policy
}

// formType is the media type of a Form.
const formType = "application/x-www-form-urlencoded"

// Post sends a form. It has the limits and guards of Get, with these differences: an empty response
// is ok, the outcome is never unchanged, and only the redirects 307 and 308 are followed, since
// only these keep the form (RFC 9110 section 15.4). A redirect from https to http is refused,
// because it would send the form unencrypted.
func (c *Client) Post(ctx context.Context, f Form) Response {
	return c.do(ctx, &exchange{
		client: c, kind: form, request: Request{URL: f.URL, Policy: f.Policy, Accept: "*/*"},
		body: []byte(f.Values.Encode()), form: f.Values,
	})
}

// Message is a request that follows no redirect: a 3xx is a failure like any other status. A WebSub
// hub sends such requests to subscribers (WebSub sections 5.3 and 7). The address and header may be
// secrets and never appear in errors.
type Message struct {
	URL    string            // http or https, without a user name
	Header map[string]string // in addition to our own
	Body   []byte            // body of a POST; nil sends a GET
	Policy netguard.Policy
}

// maxReply is the number of bytes read from the response to a Message.
const maxReply = 8 << 10

// Send sends a message. It has the limits and guards of Get. The response to a GET is read up to
// maxReply and may be empty; of the response to a POST only the status counts.
func (c *Client) Send(ctx context.Context, m Message) Response {
	request := Request{URL: m.URL, Headers: m.Header, Policy: m.Policy, Accept: "*/*"}
	return c.do(ctx, &exchange{client: c, kind: message, request: request, body: m.Body})
}

// reply reads the body of a successful response.
func (x *exchange) reply(ctx context.Context, answer *http.Response) *news.Failure {
	if x.body != nil {
		_, _ = io.CopyN(io.Discard, answer.Body, maxReply) // so that the connection can be reused
		return nil
	}
	limits := x.client.limits
	limits.Wire, limits.Decoded = min(limits.Wire, maxReply), min(limits.Decoded, maxReply)
	body, wire, err := limits.read(answer, x.watch.came)
	x.response.Fetch.Bytes = wire
	if err != nil {
		return x.broken(ctx, nil, err)
	}
	x.response.Body = body
	return nil
}
