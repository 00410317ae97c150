package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

// Times to wait for the running daemon.
const (
	noticeTime = 10 * time.Second       // until it knows a source that was just added
	askTime    = 2 * time.Minute        // from the result of one source to the next
	askEvery   = 200 * time.Millisecond // between two looks at the database
)

// ask makes the daemon that holds the database fetch sources now. It waits for
// the results and prints their summary.
func (a *app) ask(ctx context.Context, cfg *config.Config, sel daemon.Selection, held *store.HeldError, strict bool) error {
	path := daemon.DatabasePath(cfg.Data)
	db, err := store.OpenBeside(ctx, path)
	if err != nil {
		return err
	}
	defer db.Close()
	names := sel.Names
	if sel.All {
		names = sourceNames(cfg)
	}
	if err := noticed(ctx, db, names); err != nil {
		return err
	}
	now := time.Now()
	if err := db.Request(ctx, names, now); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "asked %s to fetch now\n", held.Holder)
	states, err := answered(ctx, db, path, names, now)
	missing := len(names) - len(states)
	switch {
	case errors.Is(err, errEnded):
		return fmt.Errorf("%s ended and left %s unfetched; the next `tributary serve` fetches what is left", held.Holder, count(missing, "source"))
	case err != nil:
		return err
	case missing > 0:
		return fmt.Errorf("%s not fetched within %s; the daemon's log says more", count(missing, "source"), askTime)
	}
	return a.summary(states, strict)
}

// noticed waits until the daemon knows the named sources. The daemon looks at the
// configuration once a second.
func noticed(ctx context.Context, db *store.DB, names []string) error {
	deadline := time.Now().Add(noticeTime)
	for _, name := range names {
		for {
			s, err := db.State(ctx, name)
			if err != nil {
				return err
			}
			if s != nil {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("the running daemon knows no source %q yet; its log says why it did not take the configuration up", name)
			}
			if !schedule.Sleep(ctx, askEvery) {
				return ctx.Err()
			}
		}
	}
	return nil
}

// errEnded says that nobody holds the database any more.
var errEnded = errors.New("the daemon ended")

// answered waits until all named sources were fetched after the time asked, or none was for
// askTime. It returns the states of those that were fetched. The error is errEnded if nobody
// holds the database at path any more who could fetch the others.
func answered(ctx context.Context, db *store.DB, path string, names []string, asked time.Time) ([]news.SourceState, error) {
	var states []news.SourceState
	done := map[string]bool{}
	for deadline := time.Now().Add(askTime); len(done) < len(names) && time.Now().Before(deadline); {
		held := store.Held(path) // before the look, which sees what the daemon did last
		fetched, err := fetchedSince(ctx, db, asked)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if s, ok := fetched[name]; ok && !done[name] {
				done[name] = true
				states = append(states, s)
				deadline = time.Now().Add(askTime)
			}
		}
		if !held && len(done) < len(names) {
			return states, errEnded
		}
		if !schedule.Sleep(ctx, askEvery) {
			return nil, ctx.Err()
		}
	}
	return states, nil
}

// fetchedSince returns the states of the sources that were fetched after a time, by name.
func fetchedSince(ctx context.Context, db *store.DB, asked time.Time) (map[string]news.SourceState, error) {
	all, err := db.States(ctx)
	fetched := map[string]news.SourceState{}
	for _, s := range all {
		if !s.Last.Started.Before(asked.Truncate(time.Millisecond)) { // as times are stored
			fetched[s.Name] = s
		}
	}
	return fetched, err
}
