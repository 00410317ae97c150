package daemon

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// The slow lane: how many fetches may wait for servers that do not answer, and
// for one host. That many connections do nothing; a host that answers gets the
// limits of the configuration, and never more than slowPerHost beyond.
const (
	slowLane    = 256
	slowPerHost = 4
)

// extraShare is the part of the starts in a second that may come on top to make
// up for stalled ones.
const extraShare = 4

// pace are the limits of the runner.
func pace(l config.Limits) schedule.Limits {
	return schedule.Limits{
		InFlight: l.InFlight, PerGroup: l.PerHost, PerSecond: l.PerSecond, Spacing: l.Spacing, MaxDelay: schedule.MaxBackoff,
		Slow: slowLane, SlowPerGroup: slowPerHost, Extra: max(1, l.PerSecond/extraShare),
	}
}

// tasks are the sources as the runner knows them. A source counts for the host that
// answered for it last, whatever it redirects through: that is who is asked.
func (d *Daemon) tasks(states []news.SourceState, answers map[int64]string) []schedule.Task {
	tasks := make([]schedule.Task, 0, len(states))
	for _, s := range states {
		src := d.sources[s.ID]
		address := cmp.Or(s.Move.Address, answers[s.ID], src.URL)
		tasks = append(tasks, schedule.Task{ID: sourceTask(s.ID), Key: src.Key(), Group: ingest.Group(address), Spec: src.Schedule, Due: s.NextDue})
	}
	return tasks
}

// heedHosts puts in force what hosts asked for before.
func (d *Daemon) heedHosts(ctx context.Context) error {
	hosts, err := d.db.Hosts(ctx)
	for _, h := range hosts {
		d.heed(h)
	}
	return err
}

// heed has the runner leave a host alone for as long as it asked, and then come
// at the pace that it is owed.
func (d *Daemon) heed(h news.Host) {
	d.runner.Space(h.Name, schedule.Eased(h, d.opts.Now()))
	d.runner.Hold(h.Name, h.NotBefore)
}

// keepPace does once a day what time alone brings: hosts are owed less distance,
// and sources closed long ago one more look.
func (d *Daemon) keepPace(ctx context.Context) error {
	if err := d.heedHosts(ctx); err != nil {
		return err
	}
	states, err := d.db.States(ctx)
	d.revisit(states)
	return err
}

// goneFor is how long a source that its publisher closed is left alone. A 410 by
// mistake would else be for ever.
const goneFor = 30 * 24 * time.Hour

// revisit has those sources asked once more that were closed long ago.
func (d *Daemon) revisit(states []news.SourceState) {
	now := d.opts.Now()
	for _, s := range states {
		if s.NextDue.Equal(schedule.Never()) && now.Sub(s.Last.Started) > goneFor {
			d.trigger(s.ID)
		}
	}
}

// tellHeld tells the log which hosts keep sources out of a cycle, because they
// asked to be left alone for longer than a cycle waits.
func (d *Daemon) tellHeld(tasks []schedule.Task, sel Selection) {
	left := map[string]int{}
	for _, t := range tasks {
		due := sel.All || len(sel.Names) > 0 || !t.Due.After(d.started)
		if due && !d.runner.Held(t.Group).IsZero() {
			left[t.Group]++
		}
	}
	for _, host := range slices.Sorted(maps.Keys(left)) {
		d.opts.Log.Warn("left alone, as the host asked", "host", host, "sources", left[host], "until", d.runner.Held(host))
	}
}
