package daemon

import (
	"context"
	"time"

	"tributary/internal/news"
	"tributary/internal/search"
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
	for parts := 0; ctx.Err() == nil; parts++ {
		var more bool
		var err error
		d.cpu.do(func() { more, err = d.db.Reindex(ctx) })
		switch {
		case err != nil:
			if ctx.Err() == nil {
				d.opts.Log.Error("index stored entries for the search", "error", err)
			}
			return
		case !more:
			if parts > 1 {
				d.opts.Log.Info("all stored entries can be searched")
			}
			return
		case parts > 0: // the first only empties it
			if left, err := d.db.Unindexed(ctx); err == nil {
				u.progress(left)
			}
		}
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

// searchNames returns the names by which a search knows those of the sources for which
// known is true.
func searchNames(sources []news.Source, known func(news.Source) bool) []search.SourceName {
	var names []search.SourceName
	for _, s := range sources {
		if !known(s) {
			continue
		}
		if news.HasSecret(s.Site) {
			s.Site = ""
		}
		names = append(names, search.NewSourceName(s))
	}
	return names
}
