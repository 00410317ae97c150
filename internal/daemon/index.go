package daemon

import (
	"context"
	"time"
)

// indexer rebuilds the full-text index when that is necessary: it checks at the start, and
// after each reload, since one may have made a source private or public.
func (d *Daemon) indexer(ctx context.Context) error {
	for {
		d.reindex(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-d.applied:
		}
	}
}

// reindex rebuilds the full-text index if the store finds that necessary, in small parts
// between the fetches. Until it is done, searches say that they are incomplete.
func (d *Daemon) reindex(ctx context.Context) {
	u := d.upkeep("stored entries are indexed for the search, the latest first")
	step := func() (more bool, err error) {
		d.cpu.do(func() { more, err = d.db.Reindex(ctx) })
		return more, err
	}
	parts := 0
	more, err := step()
	if more && err == nil { // it only emptied the index
		parts, err = u.repeat(ctx, step, d.db.Unindexed)
	}
	d.logError(ctx, "index stored entries for the search", err)
	if err == nil && parts > 0 {
		d.opts.Log.Info("all stored entries can be searched")
	}
}

// tidyIndex puts the full-text index in order, in small steps that let others write.
func (d *Daemon) tidyIndex(ctx context.Context) error {
	for {
		more, err := d.db.TidyIndex(ctx)
		if !more || err != nil || !sleep(ctx, tidyPause) {
			return err
		}
	}
}

// tidyPause lies between two steps.
const tidyPause = 50 * time.Millisecond
