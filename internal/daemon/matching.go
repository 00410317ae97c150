package daemon

import (
	"context"

	"tributary/internal/news"
)

// matching returns the setting of which entries may be one story.
func (d *Daemon) matching() news.Matching { return d.current.Load().cfg.Stories }

// resketch rebuilds the index that texts are compared by if an upgrade made that necessary,
// in small parts between the fetches. Until it is done, new entries are compared with
// those that are in it already.
func (d *Daemon) resketch(ctx context.Context) {
	u := d.upkeep("this version compares entries in a new way: the latest are prepared for it")
	for parts := 0; ctx.Err() == nil; parts++ {
		more, err := d.db.Resketch(ctx, d.matching(), d.opts.Now())
		switch {
		case err != nil:
			if ctx.Err() == nil {
				d.opts.Log.Error("compare stored entries anew", "error", err)
			}
			return
		case !more:
			if parts > 0 {
				d.opts.Log.Info("stored entries can be compared with new ones")
			}
			return
		}
		if left, err := d.db.Unsketched(ctx); err == nil {
			u.progress(left)
		}
	}
}
