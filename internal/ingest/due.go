package ingest

import (
	"context"
	"net/netip"
	"net/url"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/story"
)

// rhythmEntries is how many of the latest entries tell the rhythm of a source.
// It is more than the pauses that count, because entries come in bursts.
const rhythmEntries = 100

// pace decides when a feed is fetched next, and notes what is to be remembered
// for that: the interval, the publisher's hints, and a host that limited us.
func (in *Ingester) pace(ctx context.Context, src config.Source, lease news.Lease, got fetch.Response, h *story.Harvest) {
	p := plan{
		now: in.Now(), spec: src.Schedule, key: src.Key(), outcome: h.Fetch.Outcome, failures: lease.Failures + 1,
		unread: lease.FirstOK.IsZero(), retryAfter: got.RetryAfter, maxAge: got.MaxAge, hints: lease.Hints, pushUntil: lease.PushUntil,
	}
	if h.Document != nil && h.Fetch.Outcome != news.OutcomeTruncated {
		p.hints = h.Document.Hints()
		h.Hints = &p.hints
	}
	rhythm := lease.Interval
	if p.spec.Auto() && !p.outcome.Failed() {
		rhythm = in.rhythm(ctx, src, lease, h.Arrivals, p.now)
	}
	p.spec = p.spec.With(rhythm)
	h.Interval, _ = p.spec.Every()
	if host := in.limited(ctx, got, p.now); host != nil {
		h.Host = host
	}
	h.NextDue = p.due()
}

// plan is what decides when a source is fetched next.
type plan struct {
	now        time.Time
	spec       schedule.Spec
	key        string
	outcome    news.Outcome
	failures   int  // in a row, if this is one
	unread     bool // no document was ever read
	retryAfter time.Duration
	maxAge     time.Duration
	hints      news.Hints
	pushUntil  time.Time // see news.Lease
}

// due says when the source is fetched next: by its schedule, later after a
// failure or when the server asked for it, never after 410. What the publisher
// asks for binds intervals only; a cron expression is the operator's word.
func (p plan) due() time.Time {
	after := p.now
	_, interval := p.spec.Every()
	switch {
	case p.outcome == news.OutcomeInterrupted:
		return time.Time{} // still due
	case p.outcome == news.OutcomeGone:
		return schedule.Never()
	case p.outcome.Failed():
		after = p.now.Add(max(p.retryAfter, schedule.Backoff(schedule.MinBackoff, p.failures, p.key)))
		if p.unread {
			return after // somebody waits for it
		}
	case interval:
		after = p.now.Add(max(min(max(p.maxAge, p.hints.TTL), fetch.MaxHint), p.rest()))
	}
	due := p.spec.NextAfter(p.now, p.key, after)
	if interval && p.hints.Closed(due) {
		due = p.hints.Opens(due).Add(schedule.Spread(p.key, time.Hour))
	}
	return due
}

// rhythm is how often a source of "auto" is to be asked.
func (in *Ingester) rhythm(ctx context.Context, src config.Source, lease news.Lease, arrivals []story.Arrival, now time.Time) time.Duration {
	appeared, err := in.Store.Appeared(ctx, src.ID, rhythmEntries)
	if err != nil { // it comes again with the next fetch; this one is worth storing
		in.Log.Error("rhythm", "source", src.Name, "error", err)
	}
	for _, a := range arrivals {
		appeared = append(appeared, a.Entry.Published) // those that are known count once: they are of one time
	}
	if len(appeared) == 0 {
		appeared = append(appeared, lease.FirstOK)
	}
	least, _ := src.Schedule.Bounds()
	return schedule.Rhythm(appeared, least, now)
}

// limited returns what to remember of a host that answered 429, nil when none
// did. A 503 speaks for its URL alone, and so does a private host: there one
// machine is all of them, and the operator's own.
func (in *Ingester) limited(ctx context.Context, got fetch.Response, now time.Time) *news.Host {
	name := Group(got.URL)
	if got.Fetch.Status != 429 || name == "" || private(got.Remote) {
		return nil
	}
	host, err := in.Store.Host(ctx, name)
	if err != nil { // the source itself waits in any case
		in.Log.Error("host", "host", name, "error", err)
		return nil
	}
	host = schedule.Limited(host, now, got.RetryAfter)
	return &host
}

// private reports whether an address is not a public one.
func private(remote netip.AddrPort) bool {
	strict := netguard.Policy{AllowPorts: []uint16{remote.Port()}}
	return remote.IsValid() && strict.Check(remote) != nil
}

// stalled tells that a source only waits.
func (in *Ingester) stalled(source int64) {
	if in.Stalled != nil {
		in.Stalled(source)
	}
}

// Group is the name of what shares the limits of politeness: the registrable
// domain of an address, or its host when that has none. A folder has none.
func Group(address string) string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return clean.Outlet(address)
}
