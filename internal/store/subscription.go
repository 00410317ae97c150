package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tributary/internal/news"
)

const subscriptionColumns = `s.id, s.feed_id, s.format, s.topic, s.callback, s.host, s.secret, s.lease_until, s.ask, s.ask_at, s.ask_next,
	s.ask_tries, s.ask_lease, s.ask_secret, s.position, s.next, s.failures, s.error, s.delivered, s.deliveries`

func subscriptionDest(s *news.Subscription) []any {
	return []any{&s.ID, &s.FeedID, &s.Format, &s.Topic, &s.Callback, &s.Host, &s.Secret, asTime(&s.LeaseUntil), &s.Ask.Mode, asTime(&s.Ask.At),
		asTime(&s.Ask.Next), &s.Ask.Tries, asDuration(&s.Ask.Lease), &s.Ask.Secret, &s.Position, asTime(&s.Next), &s.Failures, &s.Error,
		asTime(&s.Delivered), &s.Deliveries}
}

const selectSubscription = `SELECT ` + subscriptionColumns + ` FROM subscription s WHERE s.id = $1`

// DueSubscriptions returns the Subscriptions at our hub that may need action:
// they have to be confirmed, their lease is over, they are behind their feed, or
// their feed is not among the published ones.
func (db *DB) DueSubscriptions(ctx context.Context, published []int64, now time.Time) ([]news.Subscription, error) {
	return rowsOf(ctx, db, `SELECT `+subscriptionColumns+` FROM subscription s JOIN feed f ON f.id = s.feed_id
		WHERE s.ask <> '' OR s.lease_until <= $1 OR s.position < f.change OR s.feed_id NOT IN (`+integers(append(published, 0))+`) ORDER BY s.id`,
		[]any{ms(now)}, subscriptionDest)
}

// Subscription returns a Subscription by its number, or news.ErrNoSubscription.
func (db *DB) Subscription(ctx context.Context, id int64) (s news.Subscription, err error) {
	err = db.get(ctx, selectSubscription, []any{id}, subscriptionDest(&s)...)
	return s, noRowsAs(news.ErrNoSubscription, err)
}

// AskSubscription stores the Ask of s, to be confirmed, for its topic and
// callback. It replaces an earlier one. If there is no Subscription yet, it makes
// one that is not active. This starts at the Position of s or, if that is
// negative, at the latest change of the feed. The error is news.ErrHubFull if
// limits leave no room for it, and news.ErrNoSubscription if there is no such
// feed.
func (db *DB) AskSubscription(ctx context.Context, s news.Subscription, limits news.HubLimits) error {
	return db.update(ctx, func(t *tx) error {
		id, err := t.number(`SELECT id FROM subscription WHERE callback = $1 AND topic = $2`, s.Callback, s.Topic)
		if errors.Is(err, sql.ErrNoRows) {
			id, err = t.addSubscription(s, limits)
		}
		if err != nil {
			return err
		}
		return t.do(`UPDATE subscription SET ask = $2, ask_at = $3, ask_next = $4, ask_tries = $5, ask_lease = $6, ask_secret = $7 WHERE id = $1`,
			append([]any{id}, askArgs(s.Ask)...)...)
	})
}

func askArgs(a news.Ask) []any {
	return []any{string(a.Mode), ms(a.At), ms(a.Next), a.Tries, a.Lease.Milliseconds(), a.Secret}
}

func (t *tx) addSubscription(s news.Subscription, limits news.HubLimits) (int64, error) {
	room, err := t.holds(`SELECT (SELECT count(*) FROM subscription) < $1
		AND (SELECT count(*) FROM subscription WHERE feed_id = $2 AND format = $3) < $4
		AND (SELECT count(*) FROM subscription WHERE host = $5) < $6
		AND (SELECT count(*) FROM subscription WHERE lease_until = 0) < $7`,
		limits.All, s.FeedID, s.Format, limits.Topic, s.Host, limits.Host, limits.Pending)
	if err != nil {
		return 0, err
	}
	if !room {
		return 0, news.ErrHubFull
	}
	id, err := t.number(`INSERT INTO subscription (feed_id, format, topic, callback, host, position)
		SELECT id, $2, $3, $4, $5, CASE WHEN $6 < 0 THEN change ELSE $6 END FROM feed WHERE id = $1 RETURNING id`,
		s.FeedID, s.Format, s.Topic, s.Callback, s.Host, s.Position)
	return id, noRowsAs(news.ErrNoSubscription, err) // there is no such feed
}

// ChangeSubscription lets change modify a stored Subscription in one transaction.
// If change returns an error, nothing is stored. A Subscription that then has
// neither a lease nor an Ask is deleted.
func (db *DB) ChangeSubscription(ctx context.Context, id int64, change func(*news.Subscription) error) error {
	return db.update(ctx, func(t *tx) error {
		var s news.Subscription
		if err := t.get(selectSubscription, []any{id}, subscriptionDest(&s)...); err != nil {
			return noRowsAs(news.ErrNoSubscription, err)
		}
		if err := change(&s); err != nil {
			return err
		}
		if s.LeaseUntil.IsZero() && s.Ask.Mode == "" {
			return t.do(`DELETE FROM subscription WHERE id = $1`, id)
		}
		return t.do(`UPDATE subscription SET ask = $2, ask_at = $3, ask_next = $4, ask_tries = $5, ask_lease = $6, ask_secret = $7,
				secret = $8, lease_until = $9, position = $10, next = $11, failures = $12, error = $13, delivered = $14, deliveries = $15
			WHERE id = $1`, append(append([]any{id}, askArgs(s.Ask)...),
			s.Secret, ms(s.LeaseUntil), s.Position, ms(s.Next), s.Failures, s.Error, ms(s.Delivered), s.Deliveries)...)
	})
}

// SubscriptionCounts returns the number of active Subscriptions of each feed, by its row number.
func (db *DB) SubscriptionCounts(ctx context.Context, now time.Time) (map[int64]news.SubscriptionCount, error) {
	return mapOf[int64](ctx, db, `SELECT feed_id, count(*), sum(CASE WHEN failures > 0 THEN 1 ELSE 0 END) FROM subscription
		WHERE lease_until > $1 GROUP BY feed_id`, []any{ms(now)}, func(c *news.SubscriptionCount) []any {
		return []any{&c.Active, &c.Failing}
	})
}
