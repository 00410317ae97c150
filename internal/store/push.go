package store

import (
	"context"
	"crypto/subtle"
	"time"

	"tributary/internal/news"
)

const pushColumns = `id, source_id, hub, topic, callback, secret, state, asked, pending, next, lease_until, failures, error,
	waiting, stored, missed, deliveries, refused`

func pushDest(p *news.Push) []any {
	return []any{&p.ID, &p.SourceID, &p.Hub, &p.Topic, &p.Callback, &p.Secret, &p.State, asTime(&p.Asked), asTime(&p.Pending), asTime(&p.Next),
		asTime(&p.LeaseUntil), &p.Failures, &p.Error, asTime(&p.Waiting), asTime(&p.Stored), asTime(&p.Missed), &p.Deliveries, &p.Refused}
}

const selectPush = `SELECT ` + pushColumns + ` FROM push WHERE key = $1`

// Announcements returns what the sources in use say of being pushed, those
// that say nothing left out.
func (db *DB) Announcements(ctx context.Context) ([]news.Announcement, error) {
	return rowsOf(ctx, db, `SELECT id, topic, hubs FROM source WHERE hubs <> '' AND retired_at = 0 ORDER BY id`, nil,
		func(a *news.Announcement) []any { return []any{&a.SourceID, &a.Topic, asJSON(&a.Hubs)} })
}

// Pushes returns every Push, also those that are to end.
func (db *DB) Pushes(ctx context.Context) ([]news.Push, error) {
	return rowsOf(ctx, db, `SELECT `+pushColumns+` FROM push ORDER BY source_id, id`, nil, pushDest)
}

// Push returns the Push of an id, news.ErrNoPush without one. How long that
// takes tells nothing about ids that are not known.
func (db *DB) Push(ctx context.Context, id string) (news.Push, error) {
	var p news.Push
	err := db.get(ctx, selectPush, []any{keyHash(id)}, pushDest(&p)...)
	switch {
	case ignoreNoRows(err) != nil:
		return news.Push{}, err
	case p.ID == "" || subtle.ConstantTimeCompare([]byte(p.ID), []byte(id)) != 1:
		return news.Push{}, news.ErrNoPush
	}
	return p, nil
}

// AddPush stores a new Push.
func (db *DB) AddPush(ctx context.Context, p news.Push) error {
	return db.update(ctx, func(t *tx) error {
		return t.do(`INSERT INTO push (key, id, source_id, hub, topic, callback, secret, state, next)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			keyHash(p.ID), p.ID, p.SourceID, p.Hub, p.Topic, p.Callback, p.Secret, string(p.State), ms(p.Next))
	})
}

// ChangePush lets change alter what is stored under an id: in one transaction,
// so that what two requests decide at a time is decided one after the other. An
// error of change leaves everything as it was. A Push that has no state
// afterwards is removed.
func (db *DB) ChangePush(ctx context.Context, id string, change func(*news.Push) error) error {
	return db.update(ctx, func(t *tx) error {
		var p news.Push
		err := t.get(selectPush, []any{keyHash(id)}, pushDest(&p)...)
		switch {
		case ignoreNoRows(err) != nil:
			return err
		case p.ID == "" || p.ID != id:
			return news.ErrNoPush
		}
		if err := change(&p); err != nil {
			return err
		}
		if p.State == "" {
			return t.do(`DELETE FROM push WHERE key = $1`, keyHash(id))
		}
		return t.do(`UPDATE push SET hub = $2, state = $3, asked = $4, pending = $5, next = $6, lease_until = $7, failures = $8,
				error = $9, waiting = $10, refused = $11 WHERE key = $1`,
			keyHash(id), p.Hub, string(p.State), ms(p.Asked), ms(p.Pending), ms(p.Next), ms(p.LeaseUntil), p.Failures,
			p.Error, ms(p.Waiting), p.Refused)
	})
}

// BeginPush leases a source to store a delivery. Unlike Begin it waits for
// everybody, also for the caller's own fetch, and leaves it due when it was.
func (db *DB) BeginPush(ctx context.Context, id int64, owner string, now, until time.Time) (news.PushLease, error) {
	var l news.PushLease
	err := db.update(ctx, func(t *tx) error {
		err := t.get(`UPDATE source SET lease_owner = $2, lease_until = $4, epoch = epoch + 1
			WHERE id = $1 AND retired_at = 0 AND (lease_owner = '' OR lease_until < $3)
			RETURNING epoch, coalesce((SELECT b.url FROM body b WHERE b.source_id = source.id), url),
				coalesce((SELECT e.outlet FROM entry e WHERE e.source_id = source.id ORDER BY e.id DESC LIMIT 1), '')`,
			[]any{id, owner, ms(now), ms(until)}, &l.Epoch, &l.Base, &l.Outlet)
		return noRowsAs(news.ErrLeased, err)
	})
	return l, err
}

// PollInstead makes a source due because a delivery to it cannot be stored; its
// next fetch brings what was in it. That holds also when the process dies.
func (db *DB) PollInstead(ctx context.Context, source int64, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		return t.pollInstead(`id = $2`, now, source)
	})
}

// ResumePushes is PollInstead for every source whose delivery was not stored
// when the process that took it ended.
func (db *DB) ResumePushes(ctx context.Context, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		return t.pollInstead(`id IN (SELECT p.source_id FROM push p WHERE p.waiting > $2)`, now, 0)
	})
}

func (t *tx) pollInstead(which string, now time.Time, arg int64) error {
	n, err := t.exec(`UPDATE source SET requested = $1 WHERE retired_at = 0 AND `+which, ms(now), arg)
	if n == 0 || err != nil {
		return err
	}
	t.do(`UPDATE push SET waiting = 0 WHERE waiting > 0 AND source_id IN
			(SELECT id FROM source WHERE requested = $1)`, ms(now))
	t.increment("request")
	return t.err
}

// trustedUntil selects until when a source may be polled rarely, see news.Push.Trusted.
const trustedUntil = `(SELECT coalesce(max(p.lease_until), 0) FROM push p WHERE p.source_id = source.id AND p.state = 'active' AND p.stored > p.missed)`

// savePush stores what a Save means for the Push of its source: a delivery renews the
// trust in the hub, a poll that finds entries which were not delivered ends it.
func (s *saving) savePush() error {
	f := s.h.Fetch
	if f.Pushed {
		if f.Outcome.Failed() {
			return nil
		}
		return s.do(`UPDATE push SET deliveries = deliveries + 1, stored = $2, waiting = CASE WHEN waiting <= $3 THEN 0 ELSE waiting END
			WHERE source_id = $1 AND state <> 'leaving'`, s.h.Source.ID, ms(f.Started.Add(f.Duration)), ms(f.Started))
	}
	if s.added > 0 && !s.h.Reread {
		s.do(`UPDATE push SET missed = $2 WHERE source_id = $1`, s.h.Source.ID, ms(s.now))
	}
	if s.h.Announced == nil {
		return s.err
	}
	return s.do(`UPDATE source SET topic = $2, hubs = $3 WHERE id = $1 AND (topic <> $2 OR hubs <> $3)`,
		s.h.Source.ID, s.h.Announced.Topic, listColumn(s.h.Announced.Hubs))
}
