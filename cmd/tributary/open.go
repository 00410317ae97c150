package main

import (
	"context"
	"errors"

	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/store"
)

// open reads the configuration and opens its database for reading. The
// configuration includes the sources that lists have brought so far.
func (a *app) open(ctx context.Context) (*config.Config, *store.DB, error) {
	return a.openWith(ctx, store.OpenReadOnly)
}

// correcting is open for one short transaction, which may run beside a daemon. The
// daemon publishes the result within a second.
func (a *app) correcting(ctx context.Context) (*config.Config, *store.DB, error) {
	return a.openWith(ctx, store.OpenBeside)
}

func (a *app) openWith(ctx context.Context, open func(ctx context.Context, path string) (*store.DB, error)) (*config.Config, *store.DB, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	db, err := open(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return nil, nil, err
	}
	full, err := daemon.WithLists(ctx, db, cfg)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return full, db, nil
}

// listed returns a configuration with the sources that its lists have brought so
// far. It returns cfg unchanged if there is no database or it cannot be read now.
func (a *app) listed(ctx context.Context, cfg *config.Config) *config.Config {
	if len(cfg.Lists) == 0 {
		return cfg
	}
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return cfg
	}
	defer db.Close()
	full, err := daemon.WithLists(ctx, db, cfg)
	if err != nil {
		return cfg
	}
	return full
}
