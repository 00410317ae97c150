package fetch

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/zeebo/xxh3"
	"golang.org/x/net/http/httpguts"

	"tributary/internal/news"
)

// maxValidator is the longest validator kept, in bytes. Validators are stored in the database and
// sent with every later request.
const maxValidator = 1 << 10

// read judges the final response by its status, and reads the body of a success.
func (x *exchange) read(ctx context.Context, answer *http.Response) *news.Failure {
	status := answer.StatusCode
	switch {
	case status == http.StatusNotModified:
		return x.notModified(answer)
	case status == http.StatusGone:
		return x.fail(news.OutcomeGone, status)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && x.response.RetryAfter > 0:
		return x.fail(news.OutcomeLimited, status)
	case status < 200 || status > 299:
		return x.fail(news.OutcomeHTTPError, status)
	case x.kind == message:
		return x.reply(ctx, answer)
	case x.request.Head:
		if answer.Header.Get("Content-Encoding") == "" {
			x.response.Length = max(answer.ContentLength, 0)
		}
		return nil
	}
	return x.load(ctx, answer)
}

// fail returns the failure for a status, with a sentence for the operator.
func (x *exchange) fail(outcome news.Outcome, status int) *news.Failure {
	text := cmp.Or(http.StatusText(status), "of no known meaning") // never the server's reason phrase
	hint := ""
	switch {
	case outcome == news.OutcomeLimited && x.response.RetryAfter > 0:
		hint = "; asks to wait " + x.response.RetryAfter.Round(time.Second).String()
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && x.left && len(x.request.Headers) > 0:
		hint = "; the configured headers were dropped at the redirect: configure the address that it leads to"
	}
	return news.Failf(outcome, "status %d %s%s", status, text, hint)
}

// notModified handles a 304, which may carry newer validators (RFC 9110 section 15.4.5).
func (x *exchange) notModified(answer *http.Response) *news.Failure {
	asked := x.request.Validators
	if asked.ETag == "" && asked.LastModified == "" {
		return news.Failf(news.OutcomeHTTPError, "status 304 Not Modified to a request that had no condition")
	}
	x.response.Fetch.Outcome = news.OutcomeUnchanged
	fresh := validators(answer.Header)
	if fresh.ETag != "" {
		x.response.Validators.ETag = fresh.ETag
	}
	if fresh.LastModified != "" {
		x.response.Validators.LastModified = fresh.LastModified
	}
	return nil
}

// load reads the body of a success: new, unchanged, truncated or empty.
func (x *exchange) load(ctx context.Context, answer *http.Response) *news.Failure {
	body, wire, err := x.client.limits.read(answer, x.watch.came)
	x.response.Fetch.Bytes = wire
	if err == nil && answer.StatusCode == http.StatusPartialContent {
		err = errPartial
	}
	if err != nil {
		return x.broken(ctx, body, err)
	}
	if len(body) == 0 && x.kind == document {
		return news.Failf(news.OutcomeNotAFeed, "status %d with an empty body", answer.StatusCode)
	}

	sum := xxh3.Hash128(body).Bytes()
	x.response.Validators = validators(answer.Header)
	x.response.Validators.BodyHash = hex.EncodeToString(sum[:])
	if x.response.Validators.BodyHash == x.request.Validators.BodyHash {
		x.response.Fetch.Outcome = news.OutcomeUnchanged
		return nil
	}
	x.response.Body = body
	return nil
}

// broken handles an incomplete body. The part that was received is kept, since the parser can
// salvage complete entries from it. Its validators are not kept: otherwise the next request would
// be answered with a 304.
func (x *exchange) broken(ctx context.Context, body []byte, err error) *news.Failure {
	if failure, ok := errors.AsType[*news.Failure](err); ok {
		return failure
	}
	if len(body) == 0 && errors.Is(err, errDamaged) {
		return news.Failf(news.OutcomeMalformed, "the compressed body is damaged from its start")
	}
	if ctx.Err() != nil || len(body) == 0 {
		return x.explain(ctx, err)
	}
	x.response.Body = body
	x.response.Validators = news.Validators{}
	switch {
	case errors.Is(err, errPartial):
		return news.Failf(news.OutcomeTruncated, "%v", err)
	case errors.Is(err, errDamaged):
		return news.Failf(news.OutcomeTruncated, "the compressed body is damaged after %d bytes", len(body))
	}
	return news.Failf(news.OutcomeTruncated, "the body ended early, after %d bytes", len(body))
}

// errPartial reports a 206 to a request without a Range.
var errPartial = errors.New("status 206: a part, although the whole was asked for")

// validators returns the validators of a header, unchanged. Those that could not be sent back are
// dropped. So is a date alone if the answer was made within the same second: the document may have
// changed once more after it, and a request with that date would never learn so (RFC 9110 section
// 8.8.2.2).
func validators(h http.Header) news.Validators {
	usable := func(value string) string {
		if len(value) > maxValidator || !httpguts.ValidHeaderFieldValue(value) {
			return ""
		}
		return value
	}
	v := news.Validators{ETag: usable(h.Get("ETag")), LastModified: usable(h.Get("Last-Modified"))}
	if v.ETag == "" && v.LastModified != "" && v.LastModified == h.Get("Date") {
		v.LastModified = ""
	}
	return v
}
