package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tributary/internal/news"
)

// A feed of problems (kind: health) has no Publications: the events of health are
// what it shows, one item each, and they never change.

// healthItems are the events that a feed tells of, those of its sources and our
// own, with what is known of the source.
const healthItems = `SELECT h.id, coalesce(h.source_id, 0), h.at, h.was, h.became, h.cause, h.advice,
		coalesce(src.origin, ''), coalesce(src.name, ''), coalesce(src.title, ''), coalesce(src.doc_title, ''), coalesce(src.public, 0), coalesce(src.contact, '')
	FROM health_event h LEFT JOIN source src ON src.id = h.source_id
	WHERE (h.source_id IS NULL OR EXISTS (SELECT 1 FROM feed_source fs WHERE fs.feed_id = $1 AND fs.source_id = h.source_id)) `

// healthItem is one of healthItems.
type healthItem struct {
	id     int64
	event  news.HealthEvent
	source news.Source
	origin string
}

func scanHealthItem(scan scan) (healthItem, error) {
	var i healthItem
	var docTitle string
	e, src := &i.event, &i.source
	err := scan(&i.id, &e.SourceID, asTime(&e.At), &e.Was, &e.Is, &e.Cause, &e.Advice,
		&i.origin, &src.Name, &src.Title, &docTitle, &src.Public, &src.Contact)
	src.Title = cmp.Or(src.Title, docTitle, src.Name)
	return i, err
}

// healthEdition is Edition for a feed of problems.
func (db *DB) healthEdition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error) {
	e := &news.Edition{Site: site, Feed: f}
	err := db.get(ctx, `SELECT `+lastUpdated+` FROM feed WHERE id = $1`, []any{f.ID}, asTime(&e.Updated))
	if err != nil {
		return nil, err
	}
	page := newPage(f)
	page.archived = 0 // all events that are kept, as far as there is room
	err = db.each(ctx, healthItems+`ORDER BY h.id DESC`, []any{f.ID}, func(scan scan) error {
		i, err := scanHealthItem(scan)
		if _, told := i.event.ReportedAs(); err != nil || !told {
			return err
		}
		shown := i.event.Shown(site, f, i.source, i.origin)
		shown.Sequence = i.id
		return page.add(shown)
	})
	if err != nil {
		return nil, fmt.Errorf("edition of %s: %w", f.Name, err)
	}
	e.Shown = page.shown
	return e, nil
}

// publishHealth takes the events in that a feed of problems has not told yet, and
// reports whether there were any. What it scanned is the number of the last one.
func (db *DB) publishHealth(ctx context.Context, f news.Feed) (changed bool, err error) {
	behind, err := db.holds(ctx, `SELECT f.scanned < coalesce((SELECT max(id) FROM health_event), 0) FROM feed f WHERE f.id = $1`, f.ID)
	if err != nil || !behind {
		return false, err
	}
	err = db.update(ctx, func(t *tx) error {
		var latest time.Time
		err := t.each(healthItems+`AND h.id > (SELECT scanned FROM feed WHERE id = $1) ORDER BY h.id`, []any{f.ID}, func(scan scan) error {
			i, err := scanHealthItem(scan)
			if _, told := i.event.ReportedAs(); told {
				changed, latest = true, news.Later(latest, i.event.At)
			}
			return err
		})
		if err != nil {
			return err
		}
		return t.do(`UPDATE feed SET scanned = (SELECT coalesce(max(id), 0) FROM health_event),
			updated = CASE WHEN updated < $2 THEN $2 ELSE updated END,
			revision = revision + CASE WHEN $3 THEN 1 ELSE 0 END WHERE id = $1`, f.ID, ms(latest), changed)
	})
	return changed, err
}

// LastHealthEvent returns the number of the latest change of health; 0 before any.
func (db *DB) LastHealthEvent(ctx context.Context) (int64, error) {
	return db.number(ctx, `SELECT coalesce(max(id), 0) FROM health_event`)
}

// NoteOutage records that we ourselves went offline or came back. It says no state
// twice in a row: an outage that outlives a process is one.
func (db *DB) NoteOutage(ctx context.Context, e news.HealthEvent) error {
	return db.update(ctx, func(t *tx) error {
		e.Was = news.HealthOK
		err := t.get(`SELECT became FROM health_event WHERE source_id IS NULL ORDER BY id DESC LIMIT 1`, nil, &e.Was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) || e.Was == e.Is {
			return ignoreNoRows(err)
		}
		e.SourceID = 0
		return t.note(e)
	})
}

// OfflineSince tells since when we are offline, as last recorded; zero while we are
// not.
func (db *DB) OfflineSince(ctx context.Context) (since time.Time, err error) {
	var is news.Health
	err = db.get(ctx, `SELECT at, became FROM health_event WHERE source_id IS NULL ORDER BY id DESC LIMIT 1`, nil, asTime(&since), &is)
	if is != news.HealthOffline {
		return time.Time{}, ignoreNoRows(err)
	}
	return since, err
}
