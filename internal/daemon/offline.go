package daemon

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"tributary/internal/ingest"
	"tributary/internal/news"
)

// How an outage is told and waited out.
const (
	// settle is how long nothing at all may answer before we call it our own
	// outage: in the first moment of a run the dead hosts fail before the
	// living answer.
	settle = 15 * time.Second

	// probeEvery is how often one source is asked while we are offline.
	probeEvery = 45 * time.Second

	// whileOffline is how long a source is put off that is due meanwhile.
	whileOffline = time.Minute

	// enoughHosts is how many hosts must fail where many are asked.
	enoughHosts = 5
)

// outage tells our own outage from the failures of others: when every host that
// we ask fails in one way, and none that we asked since has answered, it is us.
// Its methods take the time and do nothing else, so that a test can be any
// network.
type outage struct {
	good     map[string]bool         // hosts that answered when they were last asked
	answered time.Time               // when any host last answered, whatever it said
	failing  map[string]news.Outcome // hosts that began to fail since, and how
	began    time.Time               // when the first of them failed
	ids      map[int64]bool          // their sources

	since  time.Time // of the outage; zero while there is none
	how    news.Outcome
	probed time.Time
	probe  string         // host that was asked last
	wanted map[int64]bool // sources that a person asked for
}

// noNetwork are the outcomes by which a missing network shows.
var noNetwork = map[news.Outcome]bool{
	news.OutcomeDNS: true, news.OutcomeRefused: true, news.OutcomeTimeout: true, news.OutcomeTLS: true,
}

// note takes an attempt on a source into account; worked says that the one
// before it did. It reports whether the attempt failed because of an outage that
// is known.
//
// Only what worked before tells something about the network, and only when it
// was asked after the last answer from anywhere.
func (o *outage) note(id int64, host string, worked bool, f news.Fetch, now time.Time) (ours bool) {
	switch {
	case f.Status > 0 || !f.Outcome.Failed():
		o.answered = now
		o.good[host] = true
		if o.since.IsZero() {
			o.failing, o.ids = nil, nil
		}
		return false
	case !noNetwork[f.Outcome]:
		return false
	case !o.since.IsZero():
		return true
	case !f.Started.After(o.answered):
		return false
	}
	if _, known := o.failing[host]; !worked && !known {
		delete(o.good, host)
		return false
	}
	if o.failing == nil {
		o.failing, o.ids, o.began = map[string]news.Outcome{}, map[int64]bool{}, now
	}
	o.failing[host] = f.Outcome
	o.ids[id] = true
	return false
}

// need is how many hosts must fail in one way. One host alone proves nothing;
// of two or three it must be all.
func (o *outage) need() int {
	if len(o.good) <= 3 {
		return max(len(o.good), 2)
	}
	return min(enoughHosts, max(3, len(o.good)/2))
}

// judge begins an outage when there is evidence enough, and reports whether it
// did; last says that no more evidence comes.
func (o *outage) judge(now time.Time, last bool) bool {
	if !o.since.IsZero() || !last && now.Sub(o.began) < settle {
		return false
	}
	ways := map[news.Outcome]int{}
	for _, how := range o.failing {
		ways[how]++
		if ways[how] >= o.need() {
			o.since, o.how, o.probed, o.probe = o.began, how, now, ""
			return true
		}
	}
	return false
}

// over ends an outage after an answer, and returns the sources that had failed
// before it was known; ok is false when there is nothing to end.
func (o *outage) over() (ids []int64, ok bool) {
	if o.since.IsZero() || !o.answered.After(o.since) {
		return nil, false
	}
	ids = slices.Sorted(maps.Keys(o.ids))
	o.since, o.failing, o.ids = time.Time{}, nil, nil
	return ids, true
}

// admit reports whether a source may be asked now: always, or during an outage
// one every probeEvery, each time on another host, and whatever a person wants.
func (o *outage) admit(id int64, host string, now time.Time) bool {
	switch {
	case o.since.IsZero():
		return true
	case o.wanted[id]:
		delete(o.wanted, id)
		return true
	case now.Before(o.probed): // the clock went back
	case now.Sub(o.probed) < probeEvery, host == o.probe && len(o.good) > 1:
		return false
	}
	o.probed, o.probe = now, host
	return true
}

// String says for the operator what is wrong; "" while nothing is.
func (o *outage) String() string {
	if o.since.IsZero() {
		return ""
	}
	text := fmt.Sprintf("offline since %s: every host fails with %q", o.since.UTC().Format("2006-01-02 15:04 UTC"), o.how)
	switch o.how {
	case news.OutcomeTLS:
		return text + "; is our clock right?"
	case news.OutcomeDNS:
		return text + "; does our name server work?"
	}
	return text + "; is our network up?"
}

// wants lets a source through although we are offline: a person asked for it.
func (o *outage) wants(id int64) {
	if o.wanted == nil {
		o.wanted = map[int64]bool{}
	}
	o.wanted[id] = true
}

// offline is told of every attempt on a feed, see ingest.Ingester.
func (d *Daemon) offline(src news.Source, lease news.Lease, f news.Fetch) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	worked := !lease.FirstOK.IsZero() && lease.Failures == 0
	return d.outage.note(src.ID, hostOf(src), worked, f, d.opts.Now())
}

// admit reports whether a source may be asked now.
func (d *Daemon) admit(src news.Source) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return src.Kind != news.KindFeed || d.outage.admit(src.ID, hostOf(src), d.opts.Now())
}

// weather begins or ends an outage, and tells so once. What failed before it was
// known is forgiven and asked again; last says that this process asks no more.
func (d *Daemon) weather(ctx context.Context, last bool) {
	now := d.opts.Now()
	d.mu.Lock()
	began := d.outage.judge(now, last)
	text, since := d.outage.String(), d.outage.since
	ids, ended := d.outage.over()
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

// noteOutage records for the feed of problems that an outage began or ended. One
// that was recorded by an earlier process ends with the first answer to this one.
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

// outageText says for the status page that we are offline; "" while we are not.
func (d *Daemon) outageText() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outage.String()
}

// hostOf is the host of a feed; a folder is on none.
func hostOf(s news.Source) string {
	u, err := url.Parse(s.URL)
	if err != nil || s.Kind != news.KindFeed {
		return ""
	}
	return u.Hostname()
}

// goodHosts are the hosts of sources that worked when they were last asked.
func goodHosts(states []news.SourceState) map[string]bool {
	hosts := map[string]bool{}
	for _, s := range states {
		if name := hostOf(s.Source); name != "" && !s.FirstOK.IsZero() && s.Failures == 0 {
			hosts[name] = true
		}
	}
	return hosts
}

// published is what we publish, so that no source brings it back.
func (d *Daemon) published() ingest.Own {
	d.mu.Lock()
	defer d.mu.Unlock()
	own := ingest.Own{Site: d.cfg.Site.URL}
	for _, f := range d.everyFeed() {
		own.Feeds = append(own.Feeds, f.UUID)
	}
	return own
}
