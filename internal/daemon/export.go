package daemon

import (
	"context"
	"time"

	"tributary/internal/publish"
)

// Every page is made anew for an export of the site: exportShare keeps that to a part
// of the time, exportPause to a bearable wait. The first export of a process may come
// before its first stories, so the second does not wait for that.
const (
	exportShare = 20
	exportPause = 5 * time.Minute
)

// export writes the whole public site into the folder of export:, if there is one,
// and removes what of it was there before and is no longer.
func (d *Daemon) export(ctx context.Context) error {
	d.mu.Lock()
	cfg := d.cfg
	d.mu.Unlock()
	if cfg.Export == "" {
		return nil
	}
	folder := &publish.Folder{Path: cfg.Export, Key: "export"}
	folder.Leftovers()
	files, err := d.server.Export(ctx, folder)
	if err != nil {
		return err
	}
	return folder.Settle(files)
}

// exporter writes the site again after feeds changed.
func (d *Daemon) exporter(ctx context.Context) error { return d.exportBy(ctx, d.export) }

func (d *Daemon) exportBy(ctx context.Context, export func(context.Context) error) error {
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return nil
		case <-d.changed:
		}
		began := time.Now()
		if err := export(ctx); err != nil && ctx.Err() == nil {
			d.opts.Log.Error("export", "error", err)
			signal(d.changed)
		}
		rest := publishEvery
		if !first {
			rest = min(max(rest, exportShare*time.Since(began)), exportPause)
		}
		if !sleep(ctx, rest) {
			return nil
		}
	}
}
