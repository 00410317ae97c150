package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/internal/news"
)

// SyncFeeds makes the stored feeds those of the configuration and returns them
// with row numbers and ids. sources are all configured ones, as SyncSources
// returned them. A feed whose selection changed is judged anew; what it finds
// goes into its history. A feed that is no longer configured is removed, and
// its URLs answer "gone".
func (db *DB) SyncFeeds(ctx context.Context, feeds []news.Feed, sources []news.Source, now time.Time) ([]news.Feed, error) {
	out := slices.Clone(feeds)
	err := db.update(ctx, func(t *tx) error {
		kept := map[int64]bool{}
		for i := range out {
			if err := t.syncFeed(&out[i], sources, now); err != nil {
				return fmt.Errorf("feed %s: %w", out[i].Name, err)
			}
			kept[out[i].ID] = true
		}
		return t.removeFeeds(kept, now)
	})
	return out, err
}

func (t *tx) syncFeed(f *news.Feed, sources []news.Source, now time.Time) error {
	var shows string
	err := t.get(`SELECT id, uuid, selection FROM feed WHERE name = $1`, []any{f.Name}, &f.ID, &f.UUID, &shows)
	if errors.Is(err, sql.ErrNoRows) {
		f.UUID = news.URN("feed", f.Name, f.Title)
		err = t.get(`INSERT INTO feed (name, uuid, created_at) VALUES ($1, $2, $3) RETURNING id`, []any{f.Name, f.UUID, ms(now)}, &f.ID)
	}
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE feed SET removed_at = 0, revision = revision + 1, selection = $2 WHERE id = $1`, f.ID, string(f.Duplicates)); err != nil {
		return err
	}
	return t.syncSelection(f, shows, selection(*f, sources))
}

// selection ranks the sources that a feed selects: those it names in their
// order, then the others alike.
func selection(f news.Feed, sources []news.Source) map[int64]int {
	ranks := map[int64]int{}
	for _, s := range sources {
		if !f.Selects(s) {
			continue
		}
		rank := slices.Index(f.Sources, s.Name)
		if rank < 0 {
			rank = len(f.Sources)
		}
		ranks[s.ID] = rank
	}
	return ranks
}

// syncSelection stores the sources of a feed and orders a new judgement of all
// stories when that can change what it shows.
func (t *tx) syncSelection(f *news.Feed, shows string, want map[int64]int) error {
	have := map[int64]int{}
	err := t.each(`SELECT source_id, rank FROM feed_source WHERE feed_id = $1`, []any{f.ID}, func(scan scan) error {
		var id int64
		var rank int
		err := scan(&id, &rank)
		have[id] = rank
		return err
	})
	if err != nil {
		return err
	}
	same := shows == string(f.Duplicates)
	if same && maps.Equal(have, want) {
		return nil
	}
	anew, err := t.mattersTo(have, want)
	if err != nil {
		return err
	}
	if err := t.writeSelection(f.ID, have, want); err != nil {
		return err
	}
	if same && !anew {
		return nil
	}
	// Everything born until now is its past; what is judged again starts at zero.
	_, err = t.exec(`UPDATE feed SET boundary = CASE WHEN scanned = 0 AND boundary = 0 THEN 0
			ELSE (SELECT value FROM counter WHERE name = 'revision') END, scanned = 0 WHERE id = $1`, f.ID)
	return err
}

// mattersTo reports whether a changed selection can change what a feed shows:
// not when it only gained sources that hold nothing yet.
func (t *tx) mattersTo(have, want map[int64]int) (bool, error) {
	for id, rank := range have {
		if now, ok := want[id]; !ok || now != rank {
			return true, nil
		}
	}
	for id := range want {
		if _, ok := have[id]; ok {
			continue
		}
		var entries int
		if err := t.get(`SELECT count(*) FROM (SELECT 1 FROM guid WHERE source_id = $1 LIMIT 1) held`, []any{id}, &entries); err != nil {
			return false, err
		}
		if entries > 0 {
			return true, nil
		}
	}
	return false, nil
}

func (t *tx) writeSelection(feed int64, have, want map[int64]int) error {
	for id := range have {
		if _, ok := want[id]; ok {
			continue
		}
		if _, err := t.exec(`DELETE FROM feed_source WHERE feed_id = $1 AND source_id = $2`, feed, id); err != nil {
			return err
		}
	}
	for id, rank := range want {
		if old, ok := have[id]; ok && old == rank {
			continue
		}
		if _, err := t.exec(`INSERT INTO feed_source (feed_id, source_id, rank) VALUES ($1, $2, $3)
			ON CONFLICT (feed_id, source_id) DO UPDATE SET rank = excluded.rank`, feed, id, rank); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) removeFeeds(kept map[int64]bool, now time.Time) error {
	var gone []int64
	err := t.each(`SELECT id FROM feed WHERE removed_at = 0`, nil, func(scan scan) error {
		var id int64
		err := scan(&id)
		if !kept[id] {
			gone = append(gone, id)
		}
		return err
	})
	for _, id := range gone {
		if err == nil {
			_, err = t.exec(`UPDATE feed SET removed_at = $2 WHERE id = $1`, id, ms(now))
		}
		if err == nil {
			_, err = t.exec(`DELETE FROM feed_source WHERE feed_id = $1`, id)
		}
	}
	return err
}

// RemovedFeeds returns the names of feeds that were published once and are no
// longer configured.
func (db *DB) RemovedFeeds(ctx context.Context) ([]string, error) {
	var names []string
	err := db.each(ctx, `SELECT name FROM feed WHERE removed_at <> 0`, nil, func(scan scan) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}

// Rendered tells when the bytes of each representation of a feed last changed.
// tags identify the bytes rendered now, by format; where they are not those of
// before, the time moves to now, always by at least a second (HTTP dates have
// no finer grain).
func (db *DB) Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error) {
	modified := map[string]time.Time{}
	err := db.update(ctx, func(t *tx) error {
		for format, tag := range tags {
			at, err := t.rendered(feed, format, tag, now.Truncate(time.Second))
			if err != nil {
				return err
			}
			modified[format] = at
		}
		return nil
	})
	return modified, err
}

func (t *tx) rendered(feed int64, format, tag string, now time.Time) (time.Time, error) {
	var last int64
	var old string
	err := t.get(`SELECT hash, modified FROM rendition WHERE feed_id = $1 AND format = $2`, []any{feed, format}, &old, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	modified := at(last)
	if old == tag {
		return modified, nil
	}
	modified = later(now, modified.Add(time.Second))
	_, err = t.exec(`INSERT INTO rendition (feed_id, format, hash, modified) VALUES ($1, $2, $3, $4)
		ON CONFLICT (feed_id, format) DO UPDATE SET hash = excluded.hash, modified = excluded.modified`,
		feed, format, tag, ms(modified))
	return modified, err
}

// Feed returns a configured feed with its row number and id; a feed that was
// never stored has none and shows nothing.
func (db *DB) Feed(ctx context.Context, f news.Feed) (news.Feed, error) {
	err := db.engine.Read.QueryRowContext(ctx, `SELECT id, uuid FROM feed WHERE name = $1`, f.Name).Scan(&f.ID, &f.UUID)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return f, err
}
