package fetch

import (
	"context"
	"net/url"

	"tributary/internal/netguard"
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
		client:  c,
		request: Request{URL: f.URL, Policy: f.Policy, Accept: "*/*"},
		form:    f.Values,
		isForm:  true,
	})
}
