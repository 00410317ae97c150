package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

// rebuild drops the archives of feeds, in one short transaction each, which may
// run beside a daemon. Whichever process publishes next writes the pages again.
func (a *app) rebuild(ctx context.Context, cfg *config.Config, feeds []string) error {
	var kept []news.Feed
	for _, name := range feeds {
		i := slices.IndexFunc(cfg.Feeds, func(f news.Feed) bool { return f.Name == name })
		switch {
		case i < 0:
			return fmt.Errorf("--rebuild-archive: no feed is named %q; `tributary feeds` lists them", name)
		case !cfg.Feeds[i].Archive:
			return fmt.Errorf("--rebuild-archive: feed %s keeps no archive; write archive: true at it in %s", name, a.config)
		}
		kept = append(kept, cfg.Feeds[i])
	}
	_, db, err := a.correcting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, f := range kept {
		dropped, err := db.RebuildArchive(ctx, f)
		if errors.Is(err, store.ErrNoFeed) {
			return fmt.Errorf("--rebuild-archive: feed %s was not published yet, so there is nothing to make anew; run once without it", f.Name)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "archive of %s: %s dropped, and made anew\n", f.Name, count(int(dropped), "page"))
	}
	return nil
}

// handed reports whether a daemon that holds the database will do everything that
// was asked for. That is so for a rebuild alone: the daemon writes the pages when
// it publishes next.
func handed(sel daemon.Selection, rebuild []string) bool {
	return len(rebuild) > 0 && len(sel.Names) == 0 && !sel.All
}
