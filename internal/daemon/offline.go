package daemon

import (
	"context"
	"maps"
	"slices"
	"time"

	"tributary/internal/news"
)

// offline is told of every attempt on a feed, and reports whether it failed because of an
// outage of our own: see ingest.Ingester.
func (d *Daemon) offline(src news.Source, lease news.Lease, f news.Fetch) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	worked := !lease.FirstOK.IsZero() && lease.Failures == 0
	return d.outage.record(src.ID, news.HostOf(src.URL), worked, f, d.opts.Now())
}

// admit reports whether a source may be asked now.
func (d *Daemon) admit(src news.Source) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return src.Kind != news.KindFeed || d.outage.admit(src.ID, news.HostOf(src.URL), d.opts.Now())
}

// updateOutage begins or ends an outage, and logs that. The failures of sources before the
// outage was known do not count, and the sources are fetched again. last says that this
// process fetches nothing any more.
func (d *Daemon) updateOutage(ctx context.Context, last bool) {
	now := d.opts.Now()
	d.mu.Lock()
	began := d.outage.judge(now, last)
	text, since := d.outage.String(), d.outage.since
	ids, ended := d.outage.end()
	answered := d.outage.answered
	if last && !since.IsZero() {
		ids = slices.Sorted(maps.Keys(d.outage.ids))
	}
	d.mu.Unlock()
	if began {
		d.opts.Log.Warn("offline", "problem", text, "note", "no source is blamed; one is asked now and then")
	}
	if ended {
		d.opts.Log.Info("online again", "after", now.Sub(since).Round(time.Second).String())
	}
	d.noteOutage(context.WithoutCancel(ctx), text, since, answered)
	if len(ids) == 0 {
		return
	}
	if err := d.db.Pardon(context.WithoutCancel(ctx), ids); err != nil {
		d.opts.Log.Error("forgive sources that failed while we were offline", "error", err)
		return
	}
	for _, id := range ids {
		d.trigger(id)
	}
}

// noteOutage stores, for feeds of problems, that an outage began or ended. One that an
// earlier process stored ends with the first answer that this one gets.
func (d *Daemon) noteOutage(ctx context.Context, text string, since, answered time.Time) {
	d.mu.Lock()
	noted, offline := d.offlineSince, !d.outage.since.IsZero()
	d.mu.Unlock()
	e := news.HealthEvent{At: answered, Is: news.HealthOK, Cause: "sources answer again; we were offline since " + noted.UTC().Format("2006-01-02 15:04 UTC")}
	next := time.Time{}
	switch {
	case offline && noted.IsZero():
		e = news.HealthEvent{At: since, Is: news.HealthOffline, Cause: text, Advice: "see to our network, name server and clock; no source is blamed, and all are asked again by themselves"}
		next = since
	case offline, noted.IsZero(), !answered.After(noted):
		return
	}
	if err := d.db.NoteOutage(ctx, e); err != nil {
		d.opts.Log.Error("record an outage", "error", err)
		return
	}
	d.mu.Lock()
	d.offlineSince = next
	d.mu.Unlock()
}

// outageText returns what the status page says of an outage; "" while there is none.
func (d *Daemon) outageText() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outage.String()
}

// goodHosts returns the hosts of the sources that worked when they were last asked.
func goodHosts(states []news.SourceState) map[string]bool {
	hosts := map[string]bool{}
	for _, s := range states {
		if name := news.HostOf(s.URL); name != "" && !s.FirstOK.IsZero() && s.Failures == 0 {
			hosts[name] = true
		}
	}
	return hosts
}
