package store

import (
	"context"
	"time"

	"tributary/internal/news"
)

// dayFetches bounds how many attempts a look at the days of a source reads, the
// latest ones: a source that is asked every minute has 40,000 in four weeks.
const dayFetches = 20_000

const day = 24 * time.Hour

// SourceDays sums up the days of a source up to now, the oldest first, each day
// once whether anything happened or not. Scans of a folder that found nothing are
// not kept singly, so that its visits say little.
func (db *DB) SourceDays(ctx context.Context, source int64, days int, now time.Time) ([]news.SourceDay, error) {
	first := now.UTC().Truncate(day).AddDate(0, 0, 1-days)
	all := make([]news.SourceDay, days)
	for i := range all {
		all[i].Day = first.AddDate(0, 0, i)
	}
	err := db.each(ctx, `SELECT f.started / $4, sum(f.pushed = 0 AND f.outcome NOT IN ('interrupted', 'internal')),
			sum(f.outcome NOT IN ('ok', 'unchanged', 'truncated', 'interrupted', 'internal')),
			sum(CASE WHEN f.started > src.first_ok AND src.first_ok <> 0 THEN f.added ELSE 0 END)
		FROM (SELECT source_id, started, outcome, pushed, added FROM fetch
			WHERE source_id = $1 AND started >= $2 ORDER BY started DESC LIMIT $3) f JOIN source src ON src.id = f.source_id
		GROUP BY 1`, []any{source, ms(first), dayFetches, day.Milliseconds()}, func(scan scan) error {
		var number int64
		var d news.SourceDay
		if err := scan(&number, &d.Visits, &d.Failed, &d.New); err != nil {
			return err
		}
		d.Day = time.UnixMilli(number * day.Milliseconds()).UTC()
		if i := int(d.Day.Sub(first) / day); i >= 0 && i < days {
			all[i] = d
		}
		return nil
	})
	return all, err
}

// StoryDays counts the stories of the public feeds by the day on which they entered
// the first of them, the oldest first and up to now, each day once.
func (db *DB) StoryDays(ctx context.Context, days int, now time.Time) ([]news.StoryDay, error) {
	first := now.UTC().Truncate(day).AddDate(0, 0, 1-days)
	all := make([]news.StoryDay, days)
	for i := range all {
		all[i].Day = first.AddDate(0, 0, i)
	}
	err := db.each(ctx, `SELECT entered / $3, count(*) FROM (SELECT min(p.entered) AS entered FROM feed f CROSS JOIN publication p
			WHERE `+knownFeed+` AND p.feed_id = f.id AND p.sequence >= $2 AND p.removed = 0 GROUP BY p.story_id)
		GROUP BY 1`, []any{news.Everybody, first.UnixMicro(), day.Milliseconds()}, func(scan scan) error {
		var number int64
		var stories int
		err := scan(&number, &stories)
		if i := number - ms(first)/day.Milliseconds(); i >= 0 && i < int64(days) {
			all[i].Stories = stories
		}
		return err
	})
	return all, err
}
