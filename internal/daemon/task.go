package daemon

import (
	"context"
	"time"

	"tributary/internal/schedule"
)

// The kinds of things that the runner has done again and again. Both keep to the
// same limits: a list can stand on the host that its sources are on.
const (
	sourceKind = "source"
	listKind   = "list"
)

// sourceTask is the task that pulls a source, listTask the one that reads a
// list, by the numbers of their rows.
func sourceTask(id int64) schedule.ID { return schedule.ID{Kind: sourceKind, Number: id} }
func listTask(id int64) schedule.ID   { return schedule.ID{Kind: listKind, Number: id} }

// do is the runner's job: a source or list, once. It returns when that is due
// next.
func (d *Daemon) do(ctx context.Context, task schedule.ID) time.Time {
	if task.Kind == listKind {
		return d.pullList(ctx, task.Number)
	}
	return d.pull(ctx, task.Number)
}

// about names what a task is about, for the log.
func (d *Daemon) about(task schedule.ID) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if task.Kind == listKind {
		return d.lists[task.Number].Name
	}
	return d.sources[task.Number].Name
}

// trigger makes a source due now.
func (d *Daemon) trigger(source int64) { d.runner.Trigger(sourceTask(source)) }

// stall says that a source waits for a server that does not answer.
func (d *Daemon) stall(source int64) { d.runner.Stall(sourceTask(source)) }
