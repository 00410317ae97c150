package daemon

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/internal/news"
)

// How an outage is recognised and waited out.
const (
	// settle is how long nothing at all must have answered before it counts as an
	// outage of our own: at the start of a run dead hosts fail before those that
	// live have answered.
	settle = 15 * time.Second

	// probeEvery is how often one source is asked while we are offline.
	probeEvery = 45 * time.Second

	// whileOffline is how long a source is put off that is due during an outage.
	whileOffline = time.Minute

	// enoughHosts is how many hosts must fail where many are asked.
	enoughHosts = 5
)

// outage tells an outage of our own network from the failures of others: when enough hosts
// that worked before fail in the same way, and none answers, the fault is ours. Its
// methods take the time as an argument and perform no input or output, so that a test can
// play any network.
type outage struct {
	good     map[string]bool         // hosts that answered when they were last asked
	answered time.Time               // when any host last answered, whatever it said
	failing  map[string]news.Outcome // hosts that worked and have failed since then, and how
	began    time.Time               // when the first of them failed
	ids      map[int64]bool          // their sources

	since  time.Time      // when the outage began; zero while there is none
	how    news.Outcome   // how every host fails
	probed time.Time      // when a source was last admitted during it
	probe  string         // and on which host
	wanted map[int64]bool // sources that a person asked for
}

// noNetwork has the outcomes that a missing network causes.
var noNetwork = map[news.Outcome]bool{
	news.OutcomeDNS: true, news.OutcomeRefused: true, news.OutcomeTimeout: true, news.OutcomeTLS: true,
}

// record takes an attempt on a source into account; worked says whether the one before it
// succeeded. It returns true when the attempt failed because of an outage that is known
// already.
//
// A failure says something about our network only if the source worked before, and if it
// was asked after the last answer from any host.
func (o *outage) record(id int64, host string, worked bool, f news.Fetch, now time.Time) (ours bool) {
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

// hostsNeeded returns how many hosts must fail in the same way. One alone proves nothing;
// of two or three it must be all.
func (o *outage) hostsNeeded() int {
	if len(o.good) <= 3 {
		return max(len(o.good), 2)
	}
	return min(enoughHosts, max(3, len(o.good)/2))
}

// judge begins an outage when there is enough evidence, and reports whether it did. last
// says that no more evidence will come, so that there is nothing to wait for.
func (o *outage) judge(now time.Time, last bool) bool {
	if !o.since.IsZero() || !last && now.Sub(o.began) < settle {
		return false
	}
	ways := map[news.Outcome]int{}
	for _, how := range o.failing {
		ways[how]++
		if ways[how] >= o.hostsNeeded() {
			o.since, o.how, o.probed, o.probe = o.began, how, now, ""
			return true
		}
	}
	return false
}

// end ends the outage if a host has answered since it began, and returns the sources that
// had failed before it was known; ok is false when there is nothing to end.
func (o *outage) end() (ids []int64, ok bool) {
	if o.since.IsZero() || !o.answered.After(o.since) {
		return nil, false
	}
	ids = slices.Sorted(maps.Keys(o.ids))
	o.since, o.failing, o.ids = time.Time{}, nil, nil
	return ids, true
}

// admit reports whether a source may be asked now. During an outage that is one source
// every probeEvery, each time on another host, and any source that a person asked for.
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

// String says for the operator what is wrong; "" while there is no outage.
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

// letThrough has a source admitted once although there is an outage: a person asked for
// it.
func (o *outage) letThrough(id int64) {
	if o.wanted == nil {
		o.wanted = map[int64]bool{}
	}
	o.wanted[id] = true
}
