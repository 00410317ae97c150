package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/internal/news"
)

// ErrNameTaken says that a subscriber of this name has a token for the feed.
var ErrNameTaken = errors.New("there is a token of that name for the feed already")

// AddToken stores a token, of which Feed, Name, Hash and Made are read, and returns
// its number. A running daemon notices within a second.
func (db *DB) AddToken(ctx context.Context, token news.Token) (id int64, err error) {
	err = db.update(ctx, func(t *tx) error {
		taken, err := t.holds(`SELECT EXISTS (SELECT 1 FROM token WHERE feed = $1 AND name = $2 AND revoked = 0)`, token.Feed, token.Name)
		if err != nil {
			return err
		}
		if taken {
			return ErrNameTaken
		}
		id = t.put(`INSERT INTO token (feed, name, hash, made) VALUES ($1, $2, $3, $4) RETURNING id`,
			token.Feed, token.Name, token.Hash[:], ms(token.Made))
		t.increment("token")
		return t.err
	})
	return id, err
}

// RevokeTokens takes tokens back, all of them or, where one number is of none, none.
// One that was revoked before keeps its time.
func (db *DB) RevokeTokens(ctx context.Context, ids []int64, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		for _, id := range ids {
			n, err := t.exec(`UPDATE token SET revoked = CASE WHEN revoked = 0 THEN $2 ELSE revoked END WHERE id = $1`, id, ms(now))
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("there is no token %d", id)
			}
		}
		t.increment("token")
		return t.err
	})
}

// Tokens returns every token, revoked ones too, in the order in which they were
// made.
func (db *DB) Tokens(ctx context.Context) ([]news.Token, error) {
	return readRows(ctx, db, `SELECT id, feed, name, hash, made, revoked, used, client, requests, unmodified FROM token ORDER BY id`, nil, func(scan scan, k *news.Token) error {
		var hash []byte
		err := scan(&k.ID, &k.Feed, &k.Name, &hash, asTime(&k.Made), asTime(&k.Revoked), asTime(&k.Used), &k.Client, &k.Requests, &k.Unmodified)
		if copy(k.Hash[:], hash) != len(k.Hash) && err == nil {
			return fmt.Errorf("the hash of token %d is cut off", k.ID)
		}
		k.TokenID = k.ID
		return err
	})
}

// TokenRevision returns a number that rises when tokens are added or revoked.
func (db *DB) TokenRevision(ctx context.Context) (int64, error) { return db.counter(ctx, "token") }

// Mask returns what stands for the token in what is rendered of private feeds.
func (db *DB) Mask(ctx context.Context) (mask string, err error) {
	err = db.get(ctx, `SELECT value FROM mask`, nil, &mask)
	return mask, err
}

// keptAudience is how long an aggregator is remembered that does not come back.
const keptAudience = 30 * 24 * time.Hour

// NoteReaders adds to what is known of who reads: how tokens were used since the
// last time, and what aggregators say now of their subscribers.
func (db *DB) NoteReaders(ctx context.Context, uses []news.TokenUse, announced []news.Aggregator, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		for _, u := range uses {
			t.do(`UPDATE token SET used = $2, client = $3, requests = requests + $4, unmodified = unmodified + $5 WHERE id = $1`,
				u.TokenID, ms(u.Used), u.Client, u.Requests, u.Unmodified)
		}
		for _, a := range announced {
			t.do(`INSERT INTO audience (feed_id, format, client, subscribers, seen) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (feed_id, format, client) DO UPDATE SET subscribers = excluded.subscribers, seen = excluded.seen`,
				a.FeedID, a.Format, a.Client, a.Subscribers, ms(a.Seen))
		}
		return t.do(`DELETE FROM audience WHERE seen < $1`, ms(now.Add(-keptAudience)))
	})
}

// Aggregators returns what aggregators that came within news.Active say of how many
// people they fetch each feed for, the formats of a feed together, by the row of
// the feed, the largest first.
func (db *DB) Aggregators(ctx context.Context, now time.Time) (map[int64][]news.Aggregator, error) {
	byFeed := map[int64][]news.Aggregator{}
	err := db.each(ctx, `SELECT feed_id, client, sum(subscribers), max(seen) FROM audience WHERE seen > $1
		GROUP BY feed_id, client ORDER BY feed_id, sum(subscribers) DESC, client`, []any{ms(now.Add(-news.Active))}, func(scan scan) error {
		var a news.Aggregator
		err := scan(&a.FeedID, &a.Client, &a.Subscribers, asTime(&a.Seen))
		byFeed[a.FeedID] = append(byFeed[a.FeedID], a)
		return err
	})
	return byFeed, err
}
