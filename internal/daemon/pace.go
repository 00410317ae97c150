package daemon

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Bounds of the slow lane, see schedule.Runner.Stall: how many fetches may wait for servers
// that do not answer, in all and of one host. These connections transfer nothing; a host
// never gets more than slowPerHost beyond the limits of the configuration.
const (
	slowLane    = 256
	slowPerHost = 4
)

// extraShare says how many starts in a second may make up for stalled ones: this fraction
// of per_second on top of it.
const extraShare = 4

// runnerLimits returns the limits of the runner.
func runnerLimits(l config.Limits) schedule.Limits {
	return schedule.Limits{
		InFlight: l.InFlight, PerGroup: l.PerHost, PerSecond: l.PerSecond, Spacing: l.Spacing, MaxDelay: schedule.MaxBackoff,
		Slow: slowLane, SlowPerGroup: slowPerHost, Extra: max(1, l.PerSecond/extraShare),
	}
}

// tasks returns the sources as tasks of the runner. answers are the addresses that
// answered them last, after redirects.
func (d *Daemon) tasks(states []news.SourceState, answers map[int64]string) []schedule.Task {
	sources := d.current.Load().sources
	addresses := make(map[int64]string, len(states))
	for _, s := range states {
		addresses[s.ID] = cmp.Or(s.Move.Address, sources[s.ID].URL)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paced = newPaced(addresses, answers)
	tasks := make([]schedule.Task, 0, len(states))
	for _, s := range states {
		src := sources[s.ID]
		tasks = append(tasks, schedule.Task{ID: sourceTask(s.ID), Key: src.Key(), Group: d.paced.group(s.ID), Spec: src.Schedule, Due: s.NextDue})
	}
	return tasks
}

// limitHosts applies the limits that hosts asked for, as the store has them.
func (d *Daemon) limitHosts(ctx context.Context) error {
	hosts, err := d.db.Hosts(ctx)
	for _, h := range hosts {
		d.limitHost(h)
	}
	return err
}

// limitHost has the runner leave a host alone for as long as it asked, and after that keep
// a longer time between requests to it.
func (d *Daemon) limitHost(h news.Host) {
	d.runner.Space(h.Name, schedule.SpacingOf(h, d.opts.Now()))
	d.runner.Hold(h.Name, h.NotBefore)
}

// renewPace is called once a day: the limits of hosts relax with time, and sources that
// were closed long ago are tried once more.
func (d *Daemon) renewPace(ctx context.Context) error {
	if err := d.limitHosts(ctx); err != nil {
		return err
	}
	states, err := d.db.States(ctx)
	d.revisit(states)
	return err
}

// goneFor is how long a source that its publisher closed is left alone: a status of 410
// may have been a mistake.
const goneFor = 30 * 24 * time.Hour

// revisit makes the sources due once more that were closed longer ago than goneFor.
func (d *Daemon) revisit(states []news.SourceState) {
	now := d.opts.Now()
	for _, s := range states {
		if s.NextDue.Equal(schedule.Never()) && now.Sub(s.Last.Started) > goneFor {
			d.trigger(s.ID)
		}
	}
}

// warnHeld logs which sources a cycle left out because their hosts asked to be left alone
// for longer than a cycle waits.
func (d *Daemon) warnHeld(tasks []schedule.Task, sel Selection) {
	left := map[string]int{}
	for _, t := range tasks {
		if d.pulls(t, sel) && !d.runner.Held(t.Group).IsZero() {
			left[t.Group]++
		}
	}
	for _, host := range slices.Sorted(maps.Keys(left)) {
		d.opts.Log.Warn("left alone, as the host asked", "host", host, "sources", left[host], "until", d.runner.Held(host))
	}
}
