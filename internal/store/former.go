package store

import (
	"context"

	"tributary/internal/news"
)

// FormerNames returns the names that public feeds had before, each with the row of the
// feed that it leads to, which may be removed by now. No public feed that is configured
// has one of them.
func (db *DB) FormerNames(ctx context.Context) (map[string]int64, error) {
	names := map[string]int64{}
	err := db.each(ctx, `SELECT name, feed_id FROM former_name`, nil, func(scan scan) error {
		var name string
		var feed int64
		err := scan(&name, &feed)
		names[name] = feed
		return err
	})
	return names, err
}

// rename gives the row of a feed that was known under another name its present one,
// so that it goes on with its ids, its history and its archive. A feed that has a row
// already keeps that. Private feeds are never renamed.
func (t *tx) rename(f news.Feed) error {
	for _, old := range f.MovedFrom {
		n, err := t.exec(`UPDATE feed SET name = $1 WHERE name = $2 AND NOT EXISTS (SELECT 1 FROM feed WHERE name = $1)`, f.Name, old)
		if n > 0 || err != nil {
			return err
		}
	}
	return nil
}

// rememberNames keeps for good what a public feed was called, and what those were
// called that it took the place of. A name that a feed has again is no former one.
func (t *tx) rememberNames(f news.Feed) error {
	if f.Private {
		return nil
	}
	for _, old := range f.MovedFrom {
		if _, err := t.exec(`UPDATE former_name SET feed_id = $1 WHERE feed_id IN (SELECT id FROM feed WHERE name = $2 AND id <> $1)`, f.ID, old); err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO former_name (name, feed_id) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET feed_id = excluded.feed_id`, old, f.ID); err != nil {
			return err
		}
	}
	_, err := t.exec(`DELETE FROM former_name WHERE name = $1`, f.Name)
	return err
}
