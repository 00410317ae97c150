package fetch

import (
	"context"
	"io"
	"net/http"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// Message is one request that ends where it is sent: no redirect is followed, and a
// 3xx is a failure like any other. So a WebSub hub talks to a subscriber (sections 5.3
// and 7). Its address and header may be secrets: neither is in an error.
type Message struct {
	URL    string            // http or https, without a user name
	Header map[string]string // beside our own
	Body   []byte            // of a POST; nil makes it a GET
	Policy netguard.Policy
}

// maxReply is how much of an answer to a Message is read, in bytes.
const maxReply = 8 << 10

// Send sends a message. It is bounded and guarded as Get is. The answer to a GET is
// read, up to a few KiB, and may be empty; that to a POST is a status, and what comes
// with it is passed over.
func (c *Client) Send(ctx context.Context, m Message) Response {
	return c.do(ctx, &exchange{
		client:    c,
		request:   Request{URL: m.URL, Headers: m.Header, Policy: m.Policy, Accept: "*/*"},
		body:      m.Body,
		isMessage: true,
	})
}

// reply reads the body of a success.
func (x *exchange) reply(ctx context.Context, answer *http.Response) *news.Failure {
	if x.body != nil {
		_, _ = io.CopyN(io.Discard, answer.Body, maxReply) // so that the connection can be used again
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
