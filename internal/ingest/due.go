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

// rhythmEntries is the number of latest entries from which the rhythm of a source is derived. It is
// larger than the number of pauses that are used, because entries come in bursts.
const rhythmEntries = 100

// pace decides when a feed is fetched next, and records what that depends on: the interval, the
// publisher's hints, and a host that limited us.
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

// plan holds everything that decides when a source is fetched next.
type plan struct {
	now        time.Time
	spec       schedule.Spec
	key        string
	outcome    news.Outcome
	failures   int  // in a row, if this attempt failed
	unread     bool // no document was ever read
	retryAfter time.Duration
	maxAge     time.Duration
	hints      news.Hints
	pushUntil  time.Time // see news.Lease
}

// due returns when the source is fetched next: by its schedule, later after a failure or if the
// server asked for it, and never after 410. The publisher's wishes apply only to intervals; a cron
// expression is the operator's decision.
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
			return after // the operator is waiting for a new source
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

// rhythm returns the interval of a source with the schedule "auto".
func (in *Ingester) rhythm(ctx context.Context, src config.Source, lease news.Lease, arrivals []story.Arrival, now time.Time) time.Duration {
	appeared, err := in.Store.Appeared(ctx, src.ID, rhythmEntries)
	if err != nil { // it is computed again at the next fetch, and this one is worth storing
		in.Log.Error("rhythm", "source", src.Name, "error", err)
	}
	for _, a := range arrivals {
		appeared = append(appeared, a.Entry.Published) // known entries count once, since equal times do
	}
	if len(appeared) == 0 {
		appeared = append(appeared, lease.FirstOK)
	}
	least, _ := src.Schedule.Bounds()
	return schedule.Rhythm(appeared, least, now)
}

// limited returns the record of a host that answered 429, or nil. A 503 concerns only its URL.
// Private hosts are excluded: there a single machine may be every host, and it is the operator's
// own.
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

// private reports whether an address is not public.
func private(remote netip.AddrPort) bool {
	strict := netguard.Policy{AllowPorts: []uint16{remote.Port()}}
	return remote.IsValid() && strict.Check(remote) != nil
}

// stalled reports that a source is only waiting.
func (in *Ingester) stalled(source int64) {
	if in.Stalled != nil {
		in.Stalled(source)
	}
}

// Group returns the name under which addresses share limits: the registrable domain, or the host if
// there is none. It returns "" for a folder.
func Group(address string) string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return clean.Outlet(address)
}
