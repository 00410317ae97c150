package store

import (
	"context"

	"tributary/internal/news"
)

// FormerNames returns the former names of public feeds, each with the row of the
// feed that it leads to, which may be removed by now. No configured public feed
// has one of these names.
func (db *DB) FormerNames(ctx context.Context) (map[string]int64, error) {
	names := map[string]int64{}
	err := db.each(ctx, `SELECT name, feed_id FROM former_name`, nil, mapTo(names, only))
	return names, err
}

// rename changes the name of a feed's row from a former name to its present one,
// so that the feed keeps its ids, its history and its archive. If there is a row
// with the present name already, nothing is renamed. Private feeds are never
// renamed.
func (t *tx) rename(f news.Feed) error {
	for _, old := range f.MovedFrom {
		n, err := t.exec(`UPDATE feed SET name = $1 WHERE name = $2 AND NOT EXISTS (SELECT 1 FROM feed WHERE name = $1)`, f.Name, old)
		if n > 0 || err != nil {
			return err
		}
	}
	return nil
}

// rememberNames stores the former names of a public feed for good, including
// those of feeds that it replaced. The present name of the feed is removed from
// the former names.
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
