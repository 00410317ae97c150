package daemon

import (
	"context"
	"errors"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// The kinds of tasks that the runner has. They share its limits, since a list may be on
// the same host as its sources.
const (
	sourceKind = "source"
	listKind   = "list"
)

// sourceTask is the task that pulls a source, listTask the one that reads a list. Both
// are named by row number.
func sourceTask(id int64) schedule.ID { return schedule.ID{Kind: sourceKind, Number: id} }
func listTask(id int64) schedule.ID   { return schedule.ID{Kind: listKind, Number: id} }

// runTask is what the runner calls for a task that is due. It returns when the task is due
// next; zero: by its schedule.
func (d *Daemon) runTask(ctx context.Context, task schedule.ID) time.Time {
	if task.Kind == listKind {
		return d.pullList(ctx, task.Number)
	}
	return d.pull(ctx, task.Number)
}

// taskName returns the name of the source or list of a task, for the log.
func (d *Daemon) taskName(task schedule.ID) string {
	c := d.current.Load()
	if task.Kind == listKind {
		return c.lists[task.Number].Name
	}
	return c.sources[task.Number].Name
}

// trigger makes a source due now.
func (d *Daemon) trigger(source int64) { d.runner.Trigger(sourceTask(source)) }

// stall tells the runner that a fetch waits for a server that does not answer.
func (d *Daemon) stall(source int64) { d.runner.Stall(sourceTask(source)) }

// pull fetches a source and stores what came. It is runTask for a source.
func (d *Daemon) pull(ctx context.Context, id int64) time.Time {
	src, ok := d.current.Load().sources[id]
	if !ok {
		return time.Time{}
	}
	if !d.admit(src.Source) {
		return d.opts.Now().Add(whileOffline)
	}
	defer d.updateOutage(ctx, false)
	result, err := d.ingest.Pull(ctx, src)
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return time.Time{} // told to stop before anything was fetched
	case errors.Is(err, news.ErrLeased):
		return d.opts.Now().Add(leasedPause)
	case err != nil:
		d.opts.Log.Error("pull", "source", src.Name, "error", err)
		return time.Time{}
	}
	if result.Host != nil {
		d.opts.Log.Warn("a host limits us", "host", result.Host.Name, "until", result.Host.NotBefore, "spacing", result.Host.Spacing)
		d.limitHost(*result.Host)
	}
	if result.Group != "" {
		d.regroup(id, result.Group)
	}
	d.mu.Lock()
	d.progress.note(id, src.Name, result.Fetch)
	d.mu.Unlock()
	if result.Fetch.New > 0 || result.Fetch.Changed > 0 {
		d.publishSoon()
		d.push.Wake() // it may announce a hub
	}
	if result.NextDue.IsZero() && d.outageText() != "" {
		return d.opts.Now().Add(whileOffline)
	}
	return result.NextDue
}
