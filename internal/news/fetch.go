package news

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// Outcome is the code of one Fetch. The failure of the outside world is a
// value: it is stored and shown to the operator, never to subscribers.
type Outcome string

// Every Outcome. The first two are successes, truncated is a partial one.
const (
	OutcomeOK          Outcome = "ok"          // a new document was read
	OutcomeUnchanged   Outcome = "unchanged"   // 304, or the same bytes as before
	OutcomeTruncated   Outcome = "truncated"   // cut off; its whole entries were kept
	OutcomeGone        Outcome = "gone"        // 410: the publisher withdrew the feed
	OutcomeLimited     Outcome = "limited"     // 429, or 503 with Retry-After
	OutcomeHTTPError   Outcome = "http_error"  // any other status that is not 2xx or 304
	OutcomeTimeout     Outcome = "timeout"     // no complete answer in time
	OutcomeDNS         Outcome = "dns"         // the host name did not resolve
	OutcomeRefused     Outcome = "refused"     // no connection, or it broke
	OutcomeTLS         Outcome = "tls"         // certificate or handshake
	OutcomeRedirects   Outcome = "redirects"   // too many, a loop, or no usable target
	OutcomeBlocked     Outcome = "blocked"     // an address or port that sources may not reach
	OutcomeRobots      Outcome = "robots"      // robots.txt forbids the page
	OutcomeTooLarge    Outcome = "too_large"   // over a limit of size, depth or count
	OutcomeNotAFeed    Outcome = "not_a_feed"  // a page, a login form, another format
	OutcomeMalformed   Outcome = "malformed"   // a feed beyond repair
	OutcomeInterrupted Outcome = "interrupted" // we were told to stop
	OutcomeInternal    Outcome = "internal"    // our own fault: a bug or a full disk
)

// Failed reports whether the attempt brought nothing that can be trusted to be
// current.
func (o Outcome) Failed() bool {
	return !slices.Contains([]Outcome{OutcomeOK, OutcomeUnchanged, OutcomeTruncated, ""}, o)
}

// Passing reports whether o is a failure that may be over soon, so that it is
// worth asking again.
func (o Outcome) Passing() bool {
	return slices.Contains([]Outcome{OutcomeTimeout, OutcomeDNS, OutcomeRefused, OutcomeTLS, OutcomeLimited, OutcomeHTTPError, OutcomeTruncated,
		OutcomeInterrupted, OutcomeInternal}, o)
}

// Fetch records one attempt on a Source. It is always stored.
type Fetch struct {
	ID       int64
	SourceID int64
	Started  time.Time     // our clock
	Duration time.Duration // until the document was read or given up
	Bytes    int64         // received on the wire, compressed as sent
	Status   int           // HTTP status of the last response; 0 without one
	Outcome  Outcome
	Error    string // one sentence for the operator; empty on success
	New      int    // entries stored by it
	Changed  int    // entries whose words or links it changed
	Pushed   bool   // a hub brought it, Started is when: nobody was asked, and it says nothing about the source's health
}

// Failure is an error with the Outcome that it is to be recorded as.
type Failure struct {
	Outcome Outcome
	Err     error
}

// Failf builds a Failure; its text is one lower-case line that says what and
// where.
func Failf(o Outcome, format string, args ...any) *Failure {
	return &Failure{Outcome: o, Err: fmt.Errorf(format, args...)}
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Cause returns what went wrong of an error of package os: without the operation and the path,
// which our messages state themselves.
func Cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// OutcomeOf returns the Outcome that err is to be recorded as: that of the
// Failure in its chain, ok for nil, internal for everything else.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeOK
	}
	if f := (*Failure)(nil); errors.As(err, &f) {
		return f.Outcome
	}
	return OutcomeInternal
}
