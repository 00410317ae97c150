package daemon

import (
	"context"
	"os"
	"reflect"
	"time"

	"tributary/internal/config"
)

// watchEvery is how often the configuration and the database are looked at for changes.
const watchEvery = time.Second

// watch reacts to what people and commands do: a changed config.yaml, a signal,
// `tributary run NAME`, a correction. It also logs how far the first reading has come.
func (d *Daemon) watch(ctx context.Context, reload <-chan os.Signal) error {
	w := d.newWatcher()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-reload:
			w.reload(ctx)
		case <-d.relisted:
			w.relist(ctx)
		case <-tick.C:
			if err := d.db.CheckPlace(); err != nil {
				return err // what is stored from now on would be lost
			}
			w.look(ctx)
		}
	}
}

func (d *Daemon) newWatcher() *watcher {
	return &watcher{Daemon: d, lists: map[int64]config.Stamp{}}
}

// watcher is the state of watch.
type watcher struct {
	*Daemon
	lists    map[int64]config.Stamp // those on disk as last looked at, by the numbers of their rows
	requests int64
	revision int64          // of the database, as last seen
	tokens   int64          // likewise
	event    int64          // the latest change of health, likewise
	undone   *config.Config // that could not be put in force yet; nil: none
	told     string         // the last line of progress
	ticks    int
}

// look compares everything with how it was at the last look.
func (w *watcher) look(ctx context.Context) {
	if w.files.Changed() {
		w.reload(ctx)
	}
	if w.undone != nil {
		w.enforce(ctx, w.undone)
	}
	w.lookAtLists()
	if n, err := w.db.Requests(ctx); err == nil && n != w.requests {
		w.requests = n
		w.triggerRequested(ctx)
	}
	if n, err := w.db.Revision(ctx); err == nil && n != w.revision {
		w.revision = n
		w.publishSoon() // a command may have corrected a story
	}
	if n, err := w.db.TokenRevision(ctx); err == nil && n != w.tokens && w.readTokens(ctx) == nil {
		w.tokens = n
	}
	if n, err := w.db.LastHealthEvent(ctx); err == nil && n != w.event {
		w.event = n
		w.publishSoon() // a feed of problems tells it
	}
	w.updateOutage(ctx, false)
	const tellEvery = 10
	if w.ticks++; w.ticks%tellEvery == 0 {
		w.tell()
	}
}

// reload reads the configuration and puts it in force. A bad one changes
// nothing and is told once.
func (w *watcher) reload(ctx context.Context) {
	w.files.Changed() // what is read now is not to count as a change at the next look
	cfg, err := load(w.opts, config.Reload)
	if err != nil {
		w.opts.Log.Error("configuration not changed: the new one has problems", "error", err)
		return
	}
	old := w.current.Load().cfg
	if cfg.KeepPlaces(old) {
		w.opts.Log.Warn("listen, admin and data take effect at the next start")
		cfg.Site.Hub = hubAddress(w.opts, cfg)
	}
	if old.Limits != cfg.Limits || !reflect.DeepEqual(old.Proxy, cfg.Proxy) {
		w.opts.Log.Warn("limits and proxy take effect at the next start")
	}
	w.enforce(ctx, cfg)
}

// enforce puts a configuration in force. If that fails, as it does when the disk is full,
// the failure is logged once, and every look tries again.
func (w *watcher) enforce(ctx context.Context, cfg *config.Config) {
	err := w.apply(ctx, cfg)
	switch {
	case err == nil:
		w.undone = nil
		w.unpublishOrWarn(ctx)
		c := w.current.Load()
		w.opts.Log.Info("configuration reloaded", "sources", len(c.sources), "feeds", len(c.feeds()))
		return
	case w.undone == nil && ctx.Err() == nil:
		w.opts.Log.Error("configuration not changed yet", "error", err)
	}
	w.undone = cfg
}

// triggerRequested makes the sources due that a command asked for.
func (w *watcher) triggerRequested(ctx context.Context) {
	ids, err := w.db.Requested(ctx)
	if err != nil {
		w.opts.Log.Error("requests", "error", err)
		return
	}
	for _, id := range ids {
		w.mu.Lock()
		w.outage.letThrough(id)
		w.mu.Unlock()
		w.trigger(id)
	}
}

// tell logs the progress of the first reading until it is complete.
func (w *watcher) tell() {
	read, total := w.firstReading()
	line := w.Progress()
	if line == w.told || read == total && w.told == "" {
		return
	}
	w.told = line
	w.opts.Log.Info("first reading", "progress", line)
	if read == total {
		w.told = ""
	}
}
