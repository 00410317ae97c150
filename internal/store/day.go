package store

import (
	"context"
	"time"

	"tributary/internal/news"
)

// dayFetches bounds how many fetches SourceDays reads, the latest ones. A source
// that is fetched every minute has 40,000 in four weeks.
const dayFetches = 20_000

const day = 24 * time.Hour

// dayNumber numbers the days of UTC as the queries below do.
func dayNumber(date time.Time) int64 { return ms(date) / day.Milliseconds() }

// SourceDays returns the sums of each day of a source up to now, oldest first,
// including days on which nothing happened. Scans of a folder that found nothing
// new are not stored one by one, so Visits means little for a folder.
func (db *DB) SourceDays(ctx context.Context, source int64, days int, now time.Time) ([]news.SourceDay, error) {
	first := news.DayOf(now).AddDate(0, 0, 1-days)
	found, err := mapOf[int64](ctx, db, `SELECT f.started / $4, sum(f.pushed = 0 AND f.outcome NOT IN ('interrupted', 'internal')),
			sum(f.outcome NOT IN ('ok', 'unchanged', 'truncated', 'interrupted', 'internal')),
			sum(CASE WHEN f.started > src.first_ok AND src.first_ok <> 0 THEN f.added ELSE 0 END)
		FROM (SELECT source_id, started, outcome, pushed, added FROM fetch
			WHERE source_id = $1 AND started >= $2 ORDER BY started DESC LIMIT $3) f JOIN source src ON src.id = f.source_id
		GROUP BY 1`, []any{source, ms(first), dayFetches, day.Milliseconds()}, func(d *news.SourceDay) []any {
		return []any{&d.Visits, &d.Failed, &d.New}
	})
	all := make([]news.SourceDay, days)
	for i := range all {
		date := first.AddDate(0, 0, i)
		all[i] = found[dayNumber(date)]
		all[i].Day = date
	}
	return all, err
}

// StoryDays returns, for each day up to now, how many stories of public feeds
// entered the first of them, oldest first.
func (db *DB) StoryDays(ctx context.Context, days int, now time.Time) ([]news.StoryDay, error) {
	first := news.DayOf(now).AddDate(0, 0, 1-days)
	found, err := mapOf[int64](ctx, db, `SELECT entered / $3, count(*) FROM (SELECT min(p.entered) AS entered FROM feed f CROSS JOIN publication p
			WHERE `+knownFeed+` AND p.feed_id = f.id AND p.sequence >= $2 AND p.removed = 0 GROUP BY p.story_id)
		GROUP BY 1`, []any{news.Everybody, first.UnixMicro(), day.Milliseconds()}, only[int])
	all := make([]news.StoryDay, days)
	for i := range all {
		date := first.AddDate(0, 0, i)
		all[i] = news.StoryDay{Day: date, Stories: found[dayNumber(date)]}
	}
	return all, err
}
