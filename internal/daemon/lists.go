package daemon

import (
	"cmp"
	"context"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

// WithLists returns a configuration with the sources that its lists have
// brought so far.
func WithLists(ctx context.Context, db *store.DB, cfg *config.Config) (*config.Config, error) {
	if len(cfg.Lists) == 0 {
		return cfg, nil
	}
	held, err := db.Lists(ctx)
	if err != nil {
		return nil, err
	}
	return cfg.With(listed(held)), nil
}

// listed returns the sources of lists by the names of the lists.
func listed(lists []news.ListState) map[string][]news.Listed {
	all := map[string][]news.Listed{}
	for _, l := range lists {
		all[l.Name] = l.Sources
	}
	return all
}

// syncLists makes the stored lists those of the configuration, and returns the
// configuration with the sources that they have brought so far. The names which these
// sources get by that are stored with the lists, so that they stay the same.
func (d *Daemon) syncLists(ctx context.Context, cfg *config.Config) (*config.Config, []news.ListState, error) {
	configured := make([]news.ListState, len(cfg.Lists))
	for i, l := range cfg.Lists {
		configured[i] = news.ListState{Name: l.Name, URL: l.URL}
	}
	held, err := d.db.SyncLists(ctx, configured)
	if err != nil || len(held) == 0 {
		return cfg, nil, err
	}
	full := cfg.With(listed(held))
	named := full.Named(listed(held))
	for i := range held {
		if reflect.DeepEqual(held[i].Sources, named[held[i].Name]) {
			continue
		}
		held[i].Sources = named[held[i].Name]
		if err := d.db.SaveList(ctx, held[i]); err != nil {
			return nil, nil, err
		}
	}
	return full, held, nil
}

// listTasks returns the tasks that read the lists.
func (d *Daemon) listTasks(held []news.ListState) []schedule.Task {
	lists := d.current.Load().lists
	var tasks []schedule.Task
	for _, h := range held {
		l := lists[h.ID]
		t := schedule.Task{ID: listTask(h.ID), Key: l.URL, Spec: l.Refresh, Due: h.NextDue}
		if !l.OnDisk {
			t.Group = ingest.Group(l.URL)
		}
		tasks = append(tasks, t)
	}
	return tasks
}

// pullList reads a list and stores its state. When it names other sources than before, the
// watcher puts the configuration in force again. It is runTask for a list.
func (d *Daemon) pullList(ctx context.Context, id int64) time.Time {
	c := d.current.Load()
	l, ok := c.lists[id]
	all, err := d.db.Lists(ctx)
	at := slices.IndexFunc(all, func(h news.ListState) bool { return h.ID == id })
	d.logError(ctx, "list", err, "list", l.Name)
	if !ok || at < 0 {
		return time.Time{}
	}
	before := all[at]
	after := readList(ctx, listReader{List: l, client: d.client, now: d.opts.Now, site: c.cfg.Site, stalled: func() { d.runner.Stall(listTask(id)) }}, before)
	if after.Last.Outcome == news.OutcomeInterrupted {
		return time.Time{} // still due
	}
	if err := d.db.SaveList(context.WithoutCancel(ctx), after); err != nil {
		d.opts.Log.Error("list", "list", l.Name, "error", err)
		return time.Time{}
	}
	d.reportList(before, after)
	if !sameSources(before.Sources, after.Sources) {
		schedule.Wake(d.relisted)
	}
	return after.NextDue
}

// sameSources reports whether two states of a list name the same sources, in
// the same words and order.
func sameSources(a, b []news.Listed) bool {
	return slices.EqualFunc(a, b, func(a, b news.Listed) bool {
		return a.URL == b.URL && a.Title == b.Title && a.Site == b.Site && slices.Equal(a.Tags, b.Tags)
	})
}

// reportList logs what reading a list brought.
func (d *Daemon) reportList(before, after news.ListState) {
	level := slog.LevelInfo
	switch {
	case after.Failures > 0, after.Last.Error != "" && after.Last.Error != before.Last.Error:
		level = slog.LevelWarn
	case sameSources(before.Sources, after.Sources):
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("list", after.Name), slog.String("outcome", string(after.Last.Outcome)), slog.Int("sources", len(after.Sources))}
	if after.Last.Error != "" {
		attrs = append(attrs, slog.String("error", after.Last.Error))
	}
	d.opts.Log.LogAttrs(context.Background(), level, "list read", attrs...)
}

// refreshLists reads the lists that are due, or all of them, before a cycle, and puts the
// configuration in force again when they changed.
func (d *Daemon) refreshLists(ctx context.Context, all bool) error {
	held, err := d.db.Lists(ctx)
	if err != nil || len(held) == 0 {
		return err
	}
	d.runner.Set(d.listTasks(held))
	for _, h := range held {
		if all || d.current.Load().lists[h.ID].OnDisk {
			d.runner.Trigger(listTask(h.ID))
		}
	}
	if err := d.runner.Cycle(ctx); err != nil {
		return err
	}
	select {
	case <-d.relisted:
		return d.apply(ctx, d.current.Load().file)
	default:
		return nil
	}
}

// relist puts the configuration in force anew after a list changed.
func (w *watcher) relist(ctx context.Context) {
	w.enforce(ctx, cmp.Or(w.undone, w.current.Load().file))
}

// lookAtLists triggers the lists on disk that changed since the last look.
func (w *watcher) lookAtLists() {
	for id, l := range w.current.Load().lists {
		if !l.OnDisk {
			continue
		}
		now := config.StampOf(l.URL)
		if old, looked := w.lists[id]; !looked || old != now {
			w.lists[id] = now
			w.runner.Trigger(listTask(id))
		}
	}
}
