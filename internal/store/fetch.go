package store

import (
	"context"
	"net/http"
	"time"

	"tributary/internal/news"
)

// FetchesKept is how long single Fetch rows and changes of health are kept. Older
// fetches become daily sums.
const FetchesKept = 90 * 24 * time.Hour

// recordFetch stores one fetch. Successive scans of a folder that found it
// unchanged share one row, because there are thousands a day.
func (t *tx) recordFetch(kind news.Kind, f news.Fetch) error {
	if kind == news.KindSeeds && f.Outcome == news.OutcomeUnchanged {
		n, err := t.exec(`UPDATE fetch SET started = $2, duration = $3, error = $4 WHERE outcome = 'unchanged' AND id =
			(SELECT last_fetch FROM source WHERE id = $1)`,
			f.SourceID, ms(f.Started), f.Duration.Milliseconds(), f.Error)
		if n > 0 || err != nil {
			return err
		}
	}
	id := t.put(`INSERT INTO fetch (source_id, started, duration, bytes, status, outcome, error, added, changed, pushed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		f.SourceID, ms(f.Started), f.Duration.Milliseconds(), f.Bytes, f.Status, string(f.Outcome), f.Error, f.New, f.Changed, f.Pushed)
	if f.Pushed {
		return t.err
	}
	return t.do(`UPDATE source SET last_fetch = $2, requests = requests + $3, unmodified = unmodified + $4, failed = failed + $5,
			received = received + $6 WHERE id = $1`,
		f.SourceID, id, f.Status > 0, f.Status == http.StatusNotModified, f.Outcome.Failed(), f.Bytes)
}

// Fetches returns the latest fetches of a source, newest first, at most limit.
func (db *DB) Fetches(ctx context.Context, source int64, limit int) ([]news.Fetch, error) {
	return rowsOf(ctx, db, `SELECT id, source_id, started, duration, bytes, status, outcome, error, added, changed, pushed
		FROM fetch WHERE source_id = $1 ORDER BY started DESC, id DESC LIMIT $2`, []any{source, limit}, func(f *news.Fetch) []any {
		return []any{&f.ID, &f.SourceID, asTime(&f.Started), asDuration(&f.Duration), &f.Bytes, &f.Status, &f.Outcome, &f.Error,
			&f.New, &f.Changed, &f.Pushed}
	})
}

// foldLimit bounds how many rows one transaction folds, so that it never blocks
// other writes for long.
const foldLimit = 5000

// FoldFetches replaces Fetch rows older than FetchesKept by daily sums and
// returns how many. Call it until it returns 0. The latest row of a source stays
// whatever its age. Changes of health of that age are deleted.
func (db *DB) FoldFetches(ctx context.Context, now time.Time) (n int64, err error) {
	const old = `id IN (SELECT f.id FROM fetch f WHERE f.started < $1
		AND EXISTS (SELECT 1 FROM source s WHERE s.id = f.source_id AND s.last_fetch <> f.id)
		ORDER BY f.started LIMIT $2)`
	args := []any{ms(now.Add(-FetchesKept)), foldLimit}
	err = db.update(ctx, func(t *tx) error {
		t.do(`DELETE FROM health_event WHERE at < $1`, args[0])
		t.do(`INSERT INTO fetch_day (source_id, day, outcome, count, bytes, duration, added)
			SELECT source_id, started / 86400000, outcome, count(*), sum(bytes), sum(duration), sum(added)
			FROM fetch WHERE `+old+` GROUP BY 1, 2, 3
			ON CONFLICT (source_id, day, outcome) DO UPDATE SET count = fetch_day.count + excluded.count,
				bytes = fetch_day.bytes + excluded.bytes, duration = fetch_day.duration + excluded.duration,
				added = fetch_day.added + excluded.added`, args...)
		n, err = t.exec(`DELETE FROM fetch WHERE `+old, args...)
		return err
	})
	return n, err
}

// FetchSum holds totals of the fetches of a source since it was added.
type FetchSum struct {
	Requests    int
	NotModified int   // answered with 304
	Failed      int   // attempts, answered or not
	Limited     int   // answers that asked us to come less often: 429, or 503 with Retry-After
	Bytes       int64 // received
	Saved       int64 // bytes spared by conditional requests and compression
	Fresh       int   // entries that came after its first document

	Interval time.Duration // current interval; 0: fetched by calendar, or not yet
}

// FetchSums returns the totals of every source, by its row number.
func (db *DB) FetchSums(ctx context.Context) (map[int64]FetchSum, error) {
	return mapOf[int64](ctx, db, `SELECT id, requests, unmodified, failed, limited, received, saved, fresh, interval FROM source`, nil,
		func(s *FetchSum) []any {
			return []any{&s.Requests, &s.NotModified, &s.Failed, &s.Limited, &s.Bytes, &s.Saved, &s.Fresh, asDuration(&s.Interval)}
		})
}
