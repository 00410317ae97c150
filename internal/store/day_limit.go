package store

import (
	"context"
	"database/sql"
	"errors"

	"tributary/internal/news"
)

// overDayLimit returns the sequences of the Publications that a feed leaves out because of
// max_per_source_day: of a source and a day of UTC the first ones are shown, so that a
// story that was shown does not vanish when others follow. It looks as far back as a page
// can reach.
func (db *DB) overDayLimit(ctx context.Context, f news.Feed) (map[int64]bool, error) {
	if f.MaxPerSourceDay == 0 {
		return nil, nil
	}
	type sourceDay struct{ source, number int64 }
	found := map[sourceDay][]int64{} // sequences, latest first
	err := db.each(ctx, `SELECT p.sequence, p.entered, e.source_id FROM publication p JOIN entry e ON e.id = p.entry_id
		WHERE p.feed_id = $1 AND p.removed = 0 ORDER BY p.sequence DESC LIMIT $2`, []any{f.ID, news.MaxShown + maxPassed}, func(scan scan) error {
		var sequence, entered, source int64
		err := scan(&sequence, &entered, &source)
		d := sourceDay{source, entered / day.Milliseconds()}
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

// noteRevealed adds to the history of this run the Publication that max_per_source_day left
// out until now, and that is shown because another one of its source and day was removed:
// subscribers have not seen it, and numberChanges has them told.
func (p *publishing) noteRevealed(removed publicationRow) error {
	if p.feed.MaxPerSourceDay == 0 {
		return nil
	}
	var source, from, entered int64
	err := p.get(`SELECT e.source_id, p.entered - p.entered % $3 FROM publication p JOIN entry e ON e.id = p.entry_id WHERE p.feed_id = $1 AND p.sequence = $2`,
		[]any{p.feed.ID, removed.sequence, day.Milliseconds()}, &source, &from)
	if err != nil {
		return err
	}
	var last int64 // that is shown of them
	err = p.get(`SELECT p.sequence, p.entered FROM publication p CROSS JOIN entry e
		WHERE p.feed_id = $1 AND p.sequence BETWEEN $2 * 1000 AND ($2 + 2 * $3) * 1000 -- microseconds, or somewhat behind
		AND p.removed = 0 AND p.entered >= $2 AND p.entered < $2 + $3 AND e.id = p.entry_id AND e.source_id = $4
		ORDER BY p.sequence LIMIT 1 OFFSET $5`, []any{p.feed.ID, from, day.Milliseconds(), source, p.feed.MaxPerSourceDay - 1}, &last, &entered)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && last > removed.sequence {
		p.history = append(p.history, placed{last, at(entered)})
	}
	return err
}
