package daemon

import (
	"context"
	"time"

	"tributary/internal/publish"
	"tributary/internal/schedule"
)

// How often the site is exported, for which every page is made anew. The pause after an
// export is exportShare times as long as the export took, but not longer than exportPause.
// The first export may come before the first stories, so there is no such pause after it.
const (
	exportShare = 20
	exportPause = 5 * time.Minute
)

// export writes the whole public site into the folder of export:, if there is one, and
// removes the files of an earlier export that are no longer part of it.
func (d *Daemon) export(ctx context.Context) error {
	cfg := d.current.Load().cfg
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

// exportBy is exporter with the function that exports, for tests.
func (d *Daemon) exportBy(ctx context.Context, export func(context.Context) error) error {
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return nil
		case <-d.exportDue:
		}
		began, rest := time.Now(), publishEvery
		err := export(ctx)
		if !first {
			rest = min(max(rest, exportShare*time.Since(began)), exportPause)
		}
		if err != nil && ctx.Err() == nil {
			d.opts.Log.Error("export", "error", err)
			schedule.Wake(d.exportDue)
			rest = max(rest, retryPublish)
		}
		if !schedule.Sleep(ctx, rest) {
			return nil
		}
	}
}
