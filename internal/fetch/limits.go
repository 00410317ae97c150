package fetch

import (
	"errors"
	"fmt"
	"time"
)

// Limits bounds one request, from the first name that is looked up to the last
// byte of the body. See Validate for what is sensible.
type Limits struct {
	Dial   time.Duration // one connection, name resolution included
	TLS    time.Duration // its handshake
	Header time.Duration // from the request to the end of the response's header
	Total  time.Duration // everything, redirects and body included
	Stall  time.Duration // without an answer, or without 1 KiB more of it, until Request.Stalled is called; 0 means never

	Wire      int64 // bytes of body as sent
	Decoded   int64 // bytes of body after decompression
	Ratio     int   // decoded to wire, judged after the first MiB decoded
	Redirects int   // followed in a row; 0 follows none
}

// DefaultLimits are generous for feeds and deadly for bombs.
func DefaultLimits() Limits {
	return Limits{
		Dial:      10 * time.Second,
		TLS:       10 * time.Second,
		Header:    15 * time.Second,
		Total:     30 * time.Second,
		Stall:     2 * time.Second,
		Wire:      10 << 20,
		Decoded:   20 << 20,
		Ratio:     200,
		Redirects: 5,
	}
}

// The widest limits. A body is held in memory whole, and a redirect costs a
// connection.
const (
	maxWait      = time.Hour
	maxBody      = 1 << 30
	maxRatio     = 100_000
	maxRedirects = 20
)

// LimitError says that one limit has no sensible value.
type LimitError struct {
	Key    string // as in a configuration: "dial", "wire", …
	Reason string // "must be from 1ns to 1h0m0s"
}

func (e *LimitError) Error() string { return e.Key + " " + e.Reason }

// Validate returns every limit that has no sensible value, each a *LimitError,
// joined; nil when there is none.
func (l Limits) Validate() error {
	var errs []error
	within := func(key string, value, least, most int64, show func(int64) string) {
		if value < least || value > most {
			errs = append(errs, &LimitError{key, fmt.Sprintf("must be from %s to %s", show(least), show(most))})
		}
	}
	span := func(n int64) string { return time.Duration(n).String() }
	number := func(n int64) string { return fmt.Sprint(n) }

	within("dial", int64(l.Dial), 1, int64(maxWait), span)
	within("tls", int64(l.TLS), 1, int64(maxWait), span)
	within("header", int64(l.Header), 1, int64(maxWait), span)
	within("total", int64(l.Total), 1, int64(maxWait), span)
	within("stall", int64(l.Stall), 0, int64(maxWait), span)
	within("wire", l.Wire, 1, maxBody, bytesText)
	within("decoded", l.Decoded, 1, maxBody, bytesText)
	within("ratio", int64(l.Ratio), 1, maxRatio, number)
	within("redirects", int64(l.Redirects), 0, maxRedirects, number)
	return errors.Join(errs...)
}
