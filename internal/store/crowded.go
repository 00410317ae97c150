package store

import (
	"context"
	"time"

	"tributary/internal/news"
)

// crowded are the sequences that a feed leaves out because their source had enough
// stories on that day of UTC before: those of a day that came first are shown, so
// that none vanishes again. It looks as far back as a page may reach.
func (db *DB) crowded(ctx context.Context, f news.Feed) (map[int64]bool, error) {
	if f.MaxPerSourceDay == 0 {
		return nil, nil
	}
	type day struct{ source, number int64 }
	found := map[day][]int64{} // sequences, latest first
	err := db.each(ctx, `SELECT p.sequence, p.entered, e.source_id FROM publication p JOIN entry e ON e.id = p.entry_id
		WHERE p.feed_id = $1 AND p.removed = 0 ORDER BY p.sequence DESC LIMIT $2`, []any{f.ID, news.MaxShown + maxPassed}, func(scan scan) error {
		var sequence, entered, source int64
		err := scan(&sequence, &entered, &source)
		d := day{source, entered / (24 * time.Hour).Milliseconds()}
		found[d] = append(found[d], sequence)
		return err
	})
	out := map[int64]bool{}
	for _, sequences := range found {
		for _, sequence := range sequences[:max(len(sequences)-f.MaxPerSourceDay, 0)] {
			out[sequence] = true
		}
	}
	return out, err
}
