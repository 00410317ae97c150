package fetch

import (
	"context"
	"net/url"

	"tributary/internal/netguard"
)

// Form is one POST of application/x-www-form-urlencoded, such as a request to a
// WebSub hub. Its values may be secrets: none of them is in an error.
type Form struct {
	URL    string // http or https, without a user name
	Values url.Values
	Policy netguard.Policy
}

// formType is the media type of a Form.
const formType = "application/x-www-form-urlencoded"

// Post sends a form. It is bounded and guarded as Get is, and differs in three
// ways: an empty answer is ok, the answer is never unchanged, and of redirects
// only 307 and 308 are followed, since they alone keep the form (RFC 9110
// section 15.4), and not from https to http, which would show it to everybody.
func (c *Client) Post(ctx context.Context, f Form) Response {
	return c.do(ctx, &exchange{
		client:  c,
		request: Request{URL: f.URL, Policy: f.Policy, Accept: "*/*"},
		form:    f.Values,
		isForm:  true,
	})
}
