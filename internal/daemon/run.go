package daemon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Selection says what one cycle pulls.
type Selection struct {
	Names []string // these sources, due or not
	All   bool     // every source; with neither, what is due
}

// onlyDue reports whether only what is due is pulled.
func (s Selection) onlyDue() bool { return !s.All && len(s.Names) == 0 }

// RunOnce pulls what the selection says, publishes, and returns the states of the sources
// that were pulled. tell is called now and then while it pulls, to show the progress; it
// may be nil.
func (d *Daemon) RunOnce(ctx context.Context, sel Selection, tell func()) ([]news.SourceState, error) {
	if err := d.refreshLists(ctx, sel.All); err != nil {
		return nil, err
	}
	if err := d.recall(ctx); err != nil {
		return nil, err
	}
	states, err := d.db.States(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := d.db.DocumentURLs(ctx)
	if err != nil {
		return nil, err
	}
	tasks, err := d.cycleTasks(states, answers, sel)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.progress = d.newCycle(tasks, sel)
	d.mu.Unlock()
	folder(d.current.Load().cfg).Leftovers()
	d.unpublishOrWarn(ctx)
	d.reread(ctx)
	d.resketch(ctx)
	d.runner.Set(tasks)
	if sel.onlyDue() {
		d.revisit(states)
	} else {
		for _, t := range tasks {
			d.runner.Trigger(t.ID)
		}
	}
	stop := d.reportProgress(ctx, tell)
	err = d.runner.Cycle(ctx)
	stop()
	if err != nil {
		return nil, err
	}
	d.warnHeld(tasks, sel)
	d.updateOutage(ctx, true)
	if err := d.publishOnce(ctx); err != nil {
		return nil, err
	}
	d.reindex(ctx)
	return d.pulled(ctx, tasks)
}

// publishOnce publishes and exports what a cycle brought. What the servers of files say may
// change a feed, which is then published once more.
func (d *Daemon) publishOnce(ctx context.Context) error {
	_, err := d.publishAll(ctx)
	if err == nil && d.askFiles(ctx) {
		_, err = d.publishAll(ctx)
	}
	if err != nil {
		return err
	}
	return d.export(ctx)
}

// pulled returns the states of those sources that a cycle has pulled.
func (d *Daemon) pulled(ctx context.Context, tasks []schedule.Task) ([]news.SourceState, error) {
	states, err := d.db.States(ctx)
	ran := map[schedule.ID]bool{}
	for _, t := range tasks {
		ran[t.ID] = true
	}
	return slices.DeleteFunc(states, func(s news.SourceState) bool {
		return !ran[sourceTask(s.ID)] || s.Last.Started.Before(d.started)
	}), err
}

// cycleTasks are the tasks that one cycle chooses from.
func (d *Daemon) cycleTasks(states []news.SourceState, answers map[int64]string, sel Selection) ([]schedule.Task, error) {
	tasks := d.tasks(states, answers)
	if len(sel.Names) == 0 {
		return tasks, nil
	}
	var chosen []schedule.Task
	for _, name := range sel.Names {
		i := slices.IndexFunc(states, func(s news.SourceState) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no source is named %q; `tributary sources` lists them", name)
		}
		chosen = append(chosen, tasks[i])
	}
	return chosen, nil
}

// newCycle returns the progress of a cycle that has pulled nothing yet.
func (d *Daemon) newCycle(tasks []schedule.Task, sel Selection) progress {
	p := newProgress(nil)
	for _, t := range tasks {
		if d.pulls(t, sel) {
			p.total++
		}
	}
	return p
}

// pulls reports whether a cycle pulls one of the tasks that it chooses from.
func (d *Daemon) pulls(t schedule.Task, sel Selection) bool {
	return !sel.onlyDue() || !t.Due.After(d.started)
}

// reportProgress calls tell a few times a second until the returned function is called,
// which calls it a last time.
func (d *Daemon) reportProgress(ctx context.Context, tell func()) (stop func()) {
	if tell == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for schedule.Sleep(ctx, 200*time.Millisecond) {
			tell()
		}
	}()
	return func() {
		cancel()
		<-done
		tell()
	}
}
