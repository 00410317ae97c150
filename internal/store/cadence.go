package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"tributary/internal/news"
)

// How much is kept of how often readers come.
const (
	keptCadence = 14 * 24 * time.Hour // how long a length of pause is kept that does not occur again
	maxClients  = 50                  // programs of a feed; those that spent least time are dropped
)

// NoteCadences adds pauses between visits to those that are known.
func (db *DB) NoteCadences(ctx context.Context, more []news.Cadence, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		for _, c := range more {
			if err := t.addCadence(c); err != nil {
				return err
			}
		}
		t.do(`DELETE FROM cadence WHERE seen < $1`, ms(now.Add(-keptCadence)))
		return t.do(`DELETE FROM cadence WHERE (feed_id, client) IN (SELECT feed_id, client FROM (
			SELECT feed_id, client, row_number() OVER (PARTITION BY feed_id ORDER BY sum(spent) DESC, client) AS place FROM cadence GROUP BY feed_id, client)
			WHERE place > $1)`, maxClients)
	})
}

func (t *tx) addCadence(c news.Cadence) error {
	held := news.Cadence{FeedID: c.FeedID, Client: c.Client, Every: c.Every}
	err := t.each(`SELECT spent, seen FROM cadence WHERE feed_id = $1 AND client = $2 AND every = $3`,
		[]any{c.FeedID, c.Client, c.Every.Milliseconds()}, func(scan scan) error {
			return scan(asDuration(&held.Spent), asTime(&held.Seen))
		})
	if err != nil {
		return err
	}
	c = held.Add(c)
	return t.do(`INSERT INTO cadence (feed_id, client, every, spent, seen) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (feed_id, client, every) DO UPDATE SET spent = excluded.spent, seen = excluded.seen`,
		c.FeedID, c.Client, c.Every.Milliseconds(), c.Spent.Milliseconds(), ms(c.Seen))
}

// Turnover judges the last two weeks of a feed: whether more new stories entered
// than its page shows while the slowest of the programs that are known to read it
// stayed away. It returns nil when nobody misses anything, or nobody is known.
func (db *DB) Turnover(ctx context.Context, f news.Feed, now time.Time) (*news.Turnover, error) {
	slowest, err := db.slowest(ctx, f.ID, now)
	if err != nil || slowest == nil || f.Kind == news.FeedOfHealth {
		return nil, err
	}
	arrivals, err := db.arrivals(ctx, f, now.Add(-keptCadence))
	if slowest.Entered, slowest.Large = f.Missed(arrivals, slowest.Every); slowest.Entered == 0 || err != nil {
		return nil, err
	}
	return slowest, nil
}

// slowest finds the program that usually stays away longest; nil for none.
func (db *DB) slowest(ctx context.Context, feed int64, now time.Time) (*news.Turnover, error) {
	byClient := map[string][]news.Cadence{}
	err := db.each(ctx, `SELECT client, every, spent, seen FROM cadence WHERE feed_id = $1 ORDER BY client`, []any{feed}, func(scan scan) error {
		var c news.Cadence
		err := scan(&c.Client, asDuration(&c.Every), asDuration(&c.Spent), asTime(&c.Seen))
		byClient[c.Client] = append(byClient[c.Client], c)
		return err
	})
	var slowest *news.Turnover
	for _, client := range slices.Sorted(maps.Keys(byClient)) { // so that of equals always the same one is named
		every, known := news.UsualCadence(byClient[client], now)
		if known && (slowest == nil || every > slowest.Every) {
			slowest = &news.Turnover{Client: client, Every: every}
		}
	}
	return slowest, err
}

// arrivals are the stories that entered a feed since a time, as news and not into
// its past, oldest first.
func (db *DB) arrivals(ctx context.Context, f news.Feed, since time.Time) ([]news.Arrival, error) {
	crowded, err := db.overDayLimit(ctx, f)
	if err != nil {
		return nil, err
	}
	var all []news.Arrival
	err = db.each(ctx, `SELECT p.sequence, p.entered, e.source_id, octet_length(c.title), octet_length(c.summary), octet_length(c.content)
		FROM publication p JOIN entry e ON e.id = p.entry_id JOIN content c ON c.entry_id = e.id JOIN entry o ON o.id = p.first
		WHERE p.feed_id = $1 AND p.sequence >= $2 AND p.removed = 0 AND o.backlog = 0 AND p.entered >= o.first_seen ORDER BY p.sequence`,
		[]any{f.ID, since.UnixMicro()}, func(scan scan) error {
			var a news.Arrival
			var sequence int64
			var title, summary, content int
			err := scan(&sequence, asTime(&a.At), &a.SourceID, &title, &summary, &content)
			if f.Content == news.Full || f.Content == "" { // what else a feed may give out of an entry is little
				a.Bytes = news.ShownBytes(title, summary, content)
			}
			if !crowded[sequence] {
				all = append(all, a)
			}
			return err
		})
	return all, err
}
