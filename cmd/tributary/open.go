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
	cfg, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return nil, nil, err
	}
	full, err := daemon.WithLists(ctx, db, cfg)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return full, db, nil
}

// correcting opens the database for one short transaction, which may run beside a
// daemon. The daemon publishes the result within a second. It is an error if the
// database does not exist: opening it for reading first makes sure that none is
// created.
func (a *app) correcting(ctx context.Context) (*config.Config, *store.DB, error) {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := db.Close(); err != nil {
		return nil, nil, err
	}
	db, err = store.OpenBeside(ctx, daemon.DatabasePath(cfg.Data))
	return cfg, db, err
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
