package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tributary/internal/news"
)

// SyncLists makes the stored lists match the configured ones, of which it uses
// Name and URL. It returns the configured lists in order, with their stored
// state. A list is recognised by its address, or else by its name. Lists that are
// no longer configured are deleted, with the sources they brought.
func (db *DB) SyncLists(ctx context.Context, lists []news.ListState) ([]news.ListState, error) {
	var out []news.ListState
	err := db.update(ctx, func(t *tx) error {
		var held []news.ListState
		if err := t.each(selectLists, nil, collect(&held, listDest)); err != nil {
			return err
		}
		out = matchLists(lists, held)
		return t.writeLists(out, held)
	})
	return out, err
}

// matchLists returns the configured lists with their stored state.
func matchLists(lists, held []news.ListState) []news.ListState {
	out := make([]news.ListState, len(lists))
	claimed := map[int64]bool{}
	claim := func(same func(configured, stored news.ListState) bool) {
		for i, l := range lists {
			for _, h := range held {
				if out[i].ID == 0 && !claimed[h.ID] && same(l, h) {
					out[i] = h
					claimed[h.ID] = true
				}
			}
		}
	}
	claim(func(l, h news.ListState) bool { return l.URL == h.URL })
	claim(func(l, h news.ListState) bool { return l.Name == h.Name })
	for i, l := range lists {
		if out[i].URL != l.URL { // its validators mean nothing at another address
			out[i].Validators, out[i].NextDue, out[i].Failures = news.Validators{}, time.Time{}, 0
		}
		out[i].Name, out[i].URL = l.Name, l.URL
	}
	return out
}

// writeLists stores lists, assigns row numbers to new ones, and deletes the other rows.
func (t *tx) writeLists(lists, held []news.ListState) error {
	kept := map[int64]bool{}
	for _, l := range lists {
		kept[l.ID] = true
	}
	for _, h := range held {
		query := `UPDATE list SET name = '~' || id WHERE id = $1` // names may have been swapped
		if !kept[h.ID] {
			query = `DELETE FROM list WHERE id = $1`
		}
		t.do(query, h.ID)
	}
	for i := range lists {
		l := &lists[i]
		if l.ID == 0 {
			l.ID = t.put(`INSERT INTO list (name, url) VALUES ($1, $2) RETURNING id`, l.Name, l.URL)
		} else {
			t.saveList(*l)
		}
	}
	return t.err
}

// SaveList stores a list after an attempt to read it. It does nothing if the
// address of the list is no longer configured.
func (db *DB) SaveList(ctx context.Context, l news.ListState) error {
	return db.update(ctx, func(t *tx) error {
		var url string
		err := t.get(`SELECT url FROM list WHERE id = $1`, []any{l.ID}, &url)
		switch {
		case errors.Is(err, sql.ErrNoRows), err == nil && url != l.URL:
			return nil
		case err != nil:
			return err
		}
		return t.saveList(l)
	})
}

func (t *tx) saveList(l news.ListState) error {
	return t.do(`UPDATE list SET name = $2, url = $3, sources = $4, etag = $5, last_modified = $6, body_hash = $7, loaded = $8,
			started = $9, duration = $10, bytes = $11, status = $12, outcome = $13, error = $14, failures = $15, next_due = $16 WHERE id = $1`,
		l.ID, l.Name, l.URL, arrayColumn(l.Sources), l.Validators.ETag, l.Validators.LastModified, l.Validators.BodyHash, ms(l.Loaded),
		ms(l.Last.Started), l.Last.Duration.Milliseconds(), l.Last.Bytes, l.Last.Status, string(l.Last.Outcome), l.Last.Error,
		l.Failures, ms(l.NextDue))
}

// Lists returns every list with its stored state.
func (db *DB) Lists(ctx context.Context) ([]news.ListState, error) {
	return rowsOf(ctx, db, selectLists, nil, listDest)
}

const selectLists = `SELECT id, name, url, sources, etag, last_modified, body_hash, loaded, started, duration, bytes, status,
	outcome, error, failures, next_due FROM list ORDER BY id`

func listDest(l *news.ListState) []any {
	return []any{&l.ID, &l.Name, &l.URL, asJSON(&l.Sources), &l.Validators.ETag, &l.Validators.LastModified, &l.Validators.BodyHash, asTime(&l.Loaded),
		asTime(&l.Last.Started), asDuration(&l.Last.Duration), &l.Last.Bytes, &l.Last.Status, &l.Last.Outcome, &l.Last.Error, &l.Failures,
		asTime(&l.NextDue)}
}
