package fetch

import (
	"fmt"
	"time"
)

// Limits bounds a request, from the first name lookup to the last byte of the body. See Validate
// for the allowed values.
type Limits struct {
	Dial   time.Duration // one connection, name resolution included
	TLS    time.Duration // its handshake
	Header time.Duration // from the request to the end of the response's header
	Total  time.Duration // everything, redirects and body included
	Stall  time.Duration // time without another KiB of response until Request.Stalled is called; 0 means never

	Wire      int64 // bytes of body as received
	Decoded   int64 // bytes of body after decompression
	Ratio     int   // decoded to received bytes, applied after the first MiB decoded
	Redirects int   // maximum number followed; 0 follows none
}

// DefaultLimits returns limits that are generous for feeds and still stop decompression bombs.
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

// The largest values allowed. A body is held in memory as a whole, and each redirect may cost a
// connection.
const (
	maxWait      = time.Hour
	maxBody      = 1 << 30
	maxRatio     = 100_000
	maxRedirects = 20
)

// InvalidLimit is a limit with a value that makes no sense.
type InvalidLimit struct {
	Key    string // as in a configuration: "dial", "wire", …
	Reason string // "must be from 1ns to 1h0m0s"
}

// Validate returns the limits with an invalid value.
func (l Limits) Validate() (invalid []InvalidLimit) {
	within := func(key string, value, least, most int64, show func(int64) string) {
		if value < least || value > most {
			invalid = append(invalid, InvalidLimit{key, fmt.Sprintf("must be from %s to %s", show(least), show(most))})
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
	return invalid
}
