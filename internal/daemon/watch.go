package daemon

import (
	"bytes"
	"context"
	"os"
	"time"
)

// watchEvery is how often the configuration and the requests of commands are
// looked at.
const watchEvery = time.Second

// watch follows what people and commands want: a changed config.yaml, a
// signal, `tributary run NAME`; and tells how far the first reading has come.
func (d *Daemon) watch(ctx context.Context, reload <-chan struct{}) error {
	w := watcher{Daemon: d}
	w.bytes, _ = os.ReadFile(d.opts.ConfigPath)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-reload:
			w.reload(ctx)
		case <-tick.C:
			w.look(ctx)
		}
	}
}

// watcher is what watch remembers.
type watcher struct {
	*Daemon
	bytes    []byte // of the configuration last looked at
	requests int64
	told     string // the last line of progress
	ticks    int
}

func (w *watcher) look(ctx context.Context) {
	if now, err := os.ReadFile(w.opts.ConfigPath); err == nil && !bytes.Equal(now, w.bytes) {
		w.reload(ctx)
	}
	if n, err := w.db.Requests(ctx); err == nil && n != w.requests {
		w.requests = n
		w.trigger(ctx)
	}
	const tellEvery = 10
	if w.ticks++; w.ticks%tellEvery == 0 {
		w.tell()
	}
}

// reload reads the configuration and puts it in force. A bad one changes
// nothing and is told once.
func (w *watcher) reload(ctx context.Context) {
	w.bytes, _ = os.ReadFile(w.opts.ConfigPath)
	cfg, err := load(w.opts)
	if err != nil {
		w.opts.Log.Error("configuration not changed: the new one has problems", "error", err)
		return
	}
	w.mu.Lock()
	old := w.cfg
	w.mu.Unlock()
	if old.Listen != cfg.Listen || old.Admin != cfg.Admin || old.Data != cfg.Data {
		w.opts.Log.Warn("listen, admin and data take effect at the next start")
		cfg.Listen, cfg.Admin, cfg.Data = old.Listen, old.Admin, old.Data
	}
	if err := w.apply(ctx, cfg); err != nil {
		w.opts.Log.Error("configuration not changed", "error", err)
		return
	}
	w.opts.Log.Info("configuration reloaded", "sources", len(cfg.Sources), "feeds", len(cfg.Feeds))
}

// trigger makes the sources due that a command asked for.
func (w *watcher) trigger(ctx context.Context) {
	ids, err := w.db.Requested(ctx)
	if err != nil {
		w.opts.Log.Error("requests", "error", err)
		return
	}
	for _, id := range ids {
		w.runner.Trigger(id)
	}
}

// tell logs the progress of the first reading until it is complete.
func (w *watcher) tell() {
	read, total := w.read()
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
