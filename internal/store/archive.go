package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tributary/internal/news"
)

// The archive of a feed is a chain of pages. A page is closed once, from the
// Publications that are in none yet (news.NextPage), and from then on its bytes
// are served as they were stored. They are replaced when the page names an entry
// that was withdrawn or became private since. What a feed only ceased to select
// stays in its pages; a private feed keeps so what is of public sources.

// openLimit is how many Publications that are in no page yet are read to decide about the
// next page: as many as a page takes, and more than a live document shows.
const openLimit = news.MaxShown + 2*news.PageSize

// unfit is the condition that a page of the feed of p may not name an entry e of a source
// src: the entry was withdrawn or hidden, or the readers of the feed may not know it.
const unfit = `(e.withdrawn_at <> 0 OR e.hidden <> 0 OR src.public = 0 AND NOT EXISTS (` + selectsPrivately + `p.feed_id))`

// onPage selects the sequences of the Publications on a page of a feed. It is a query of
// its own because a planner would read the whole feed for the two in one.
const onPage = `SELECT q.sequence FROM publication q WHERE q.feed_id = $1 AND q.page = $2 AND q.page <> 0`

// NextPage returns what the next page of a feed's archive shows that is to be
// rendered: one whose bytes must be replaced, or one to be closed; nil for none
// at present. ClosePage stores its bytes.
func (db *DB) NextPage(ctx context.Context, site news.Site, f news.Feed, now time.Time) (*news.Edition, error) {
	a, err := db.archiveOf(ctx, f, now)
	if err != nil || !a.changed {
		return nil, err
	}
	e := &news.Edition{Site: site, Feed: f, Pages: news.Pages{Part: news.Part{Generation: a.generation, Page: a.last + 1}}}
	stale, err := db.number(ctx, `SELECT coalesce(min(number), 0) FROM archive_page
		WHERE feed_id = $1 AND generation = $2 AND stale <> 0 AND dropped = 0`, f.ID, a.generation)
	switch {
	case err != nil:
		return nil, err
	case stale > 0:
		e.Part.Page = int(stale)
		return e, db.fillPage(ctx, e, `p.sequence IN (`+onPage+`) AND NOT `+unfit, stale)
	case !f.Archive:
		return nil, nil
	}
	open, err := db.unpaged(ctx, f)
	if err != nil {
		return nil, err
	}
	page, waits := news.NextPage(open, a.Archive)
	if page == nil {
		return nil, db.noteNothingToClose(ctx, f, a, waits, now)
	}
	err = db.fillPage(ctx, e, `p.page = 0 AND p.removed = 0 AND p.sequence BETWEEN $2 AND $3`, page[0].Sequence, page[len(page)-1].Sequence)
	if err != nil || len(e.Shown) == 0 { // a command took them away just now
		return nil, err
	}
	return e, nil
}

// archived is the archive of a feed as stored.
type archived struct {
	news.Archive
	generation, last int
	revision         int64 // of the feed
	version          int64 // see ArchiveVersion
	waits            int64
	changed          bool // since it was last looked at, or what waited is due
}

// archiveOf reads how far the archive of a feed has come.
func (db *DB) archiveOf(ctx context.Context, f news.Feed, now time.Time) (a archived, err error) {
	var seen int64
	err = db.get(ctx, `SELECT archive_generation, archive_upto, archive_waits, archive_seen, archive_version, revision,
		coalesce((SELECT max(number) FROM archive_page WHERE feed_id = f.id AND generation = f.archive_generation), 0),
		coalesce((SELECT entered FROM publication WHERE feed_id = f.id AND removed = 0 ORDER BY sequence DESC LIMIT 1), 0)
		FROM feed f WHERE id = $1`, []any{f.ID}, &a.generation, &a.Upto, &a.waits, &seen, &a.version, &a.revision, &a.last, asTime(&a.Newest))
	a.Window = f.Window
	a.Waited = a.waits != 0 && (now.Sub(at(a.waits)) >= news.ArchiveWait || a.waits > ms(now)) // or the clock was set back
	a.changed = seen != a.revision || f.Archive && a.Waited
	return a, err
}

const selectUnpaged = `SELECT p.sequence, p.entered, octet_length(c.title), octet_length(c.summary), octet_length(c.content)
	FROM publication p JOIN content c ON c.entry_id = p.entry_id
	WHERE p.feed_id = $1 AND p.page = 0 AND p.removed = 0 ORDER BY p.sequence LIMIT $2`

// unpaged returns the first of the Publications that are in no page yet, by sequence.
func (db *DB) unpaged(ctx context.Context, f news.Feed) ([]news.Unpaged, error) {
	return readRows(ctx, db, selectUnpaged, []any{f.ID, openLimit}, func(scan scan, u *news.Unpaged) error {
		var title, summary, content int
		err := scan(&u.Sequence, asTime(&u.Entered), &title, &summary, &content)
		u.Bytes = news.ShownBytes(title, summary, content)
		return err
	})
}

// noteNothingToClose notes that no page is to be closed before the feed changes, or before
// what waits is due. It stores nothing if the archive was rebuilt since a was read.
func (db *DB) noteNothingToClose(ctx context.Context, f news.Feed, a archived, waits bool, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		var since int64
		if waits {
			since = cmp.Or(a.waits, ms(now))
		}
		began := a.Upto < 0 && a.Waited // the live document shows more from now on
		return t.do(`UPDATE feed SET archive_seen = $2, archive_waits = $3,
			archive_upto = CASE WHEN $4 THEN 0 ELSE archive_upto END, archive_version = archive_version + CASE WHEN $4 THEN 1 ELSE 0 END
			WHERE id = $1 AND archive_version = $5`, f.ID, a.revision, since, began, a.version)
	})
}

// fillPage reads the Publications of a closed page as they are now.
func (db *DB) fillPage(ctx context.Context, e *news.Edition, where string, args ...any) error {
	part, f := e.Part, e.Feed
	f.Limit, f.MaxPerSource = news.MaxShown, 0
	page := newPage(f)
	page.archived = 0 // a closed page shows all of it
	if err := db.fill(ctx, e, page, where, args...); err != nil {
		return err
	}
	e.Pages = news.Pages{Part: part}
	if len(e.Shown) == 0 { // all of it had to leave
		if err := db.get(ctx, `SELECT created_at FROM feed WHERE id = $1`, []any{f.ID}, asTime(&e.Updated)); err != nil {
			return err
		}
	}
	err := db.get(ctx, `SELECT coalesce(max(number), 0) FROM archive_page
		WHERE feed_id = $1 AND generation = $2 AND number < $3 AND dropped = 0`, []any{f.ID, part.Generation, part.Page}, &e.Prev.Page)
	if e.Prev.Page > 0 {
		e.Prev.Generation = part.Generation
	}
	return err
}

// newestPage is the last closed page of a feed; of number 0 where its archive has none.
func (db *DB) newestPage(ctx context.Context, feed int64) (p news.Part, err error) {
	err = db.get(ctx, `SELECT archive_generation, coalesce((SELECT max(number) FROM archive_page a
			WHERE a.feed_id = f.id AND a.generation = f.archive_generation AND a.dropped = 0), 0)
		FROM feed f WHERE id = $1`, []any{feed}, &p.Generation, &p.Page)
	return p, err
}

// ClosePage stores the bytes of a page that NextPage returned, in each format,
// and which Publications it holds; replaced says that the page had bytes before.
// When a rebuild came between, it stores nothing.
func (db *DB) ClosePage(ctx context.Context, e *news.Edition, docs []news.PageDocument, now time.Time) (replaced bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		c := closing{tx: t, Edition: e}
		var generation int
		err := t.get(`SELECT archive_generation, EXISTS (SELECT 1 FROM archive_page WHERE feed_id = f.id AND generation = $2 AND number = $3)
			FROM feed f WHERE id = $1`, []any{e.Feed.ID, e.Part.Generation, e.Part.Page}, &generation, &replaced)
		if err != nil || generation != e.Part.Generation {
			replaced = false
			return err
		}
		c.bytes(docs, now.Truncate(time.Second))
		c.hold()
		c.names()
		if t.err != nil {
			return fmt.Errorf("page %s of the archive of %s: %w", e.Part.PageName(), e.Feed.Name, t.err)
		}
		return nil
	})
	return replaced, err
}

// closing is the state of one ClosePage.
type closing struct {
	*tx
	*news.Edition
}

// bytes stores the documents. Replaced ones are newer by at least a second, the
// grain of HTTP dates.
func (c *closing) bytes(docs []news.PageDocument, now time.Time) {
	c.do(`INSERT INTO archive_page (feed_id, generation, number, modified) VALUES ($1, $2, $3, $4)
		ON CONFLICT (feed_id, generation, number) DO UPDATE SET stale = 0,
			modified = CASE WHEN excluded.modified > archive_page.modified THEN excluded.modified ELSE archive_page.modified + 1000 END`,
		c.Feed.ID, c.Part.Generation, c.Part.Page, ms(now))
	for _, d := range docs {
		c.do(`INSERT INTO archive_document (feed_id, generation, number, format, etag, length, data) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (feed_id, generation, number, format) DO UPDATE SET etag = excluded.etag, length = excluded.length, data = excluded.data`,
			c.Feed.ID, c.Part.Generation, c.Part.Page, d.Format, d.ETag, d.Length, d.Packed)
	}
}

// hold stores which Publications the page holds. One that it held before and holds no
// longer is in no page again, and gets another one if it is ever shown again.
func (c *closing) hold() {
	c.do(`UPDATE publication SET page = 0 WHERE feed_id = $1 AND sequence IN (`+onPage+`)`, c.Feed.ID, c.Part.Page)
	var upto int64
	for _, s := range c.Shown {
		upto = max(upto, s.Sequence)
		c.do(`UPDATE publication SET page = $3 WHERE feed_id = $1 AND sequence = $2`, c.Feed.ID, s.Sequence, c.Part.Page)
	}
	c.do(`UPDATE feed SET archive_upto = CASE WHEN archive_upto < $2 THEN $2 ELSE archive_upto END, archive_version = archive_version + 1 WHERE id = $1`, c.Feed.ID, upto)
}

// names stores which entries the documents of the page name, for outdatePages.
func (c *closing) names() {
	c.do(`DELETE FROM archive_name WHERE feed_id = $1 AND number = $2`, c.Feed.ID, c.Part.Page)
	name := func(entry int64) {
		c.do(`INSERT INTO archive_name (entry_id, feed_id, number) VALUES ($1, $2, $3)
			ON CONFLICT (entry_id, feed_id, number) DO NOTHING`, entry, c.Feed.ID, c.Part.Page)
	}
	for _, s := range c.Shown {
		name(s.EntryID)
		for _, m := range s.Members {
			name(m.EntryID)
		}
	}
}

// outdatePages marks the closed pages that name an entry of the judged stories which is
// withdrawn or private by now: their bytes have to be replaced.
func (p *publishing) outdatePages() error {
	var pages []int64
	err := p.each(`SELECT DISTINCT p.number FROM story s CROSS JOIN entry e CROSS JOIN archive_name p CROSS JOIN source src
		WHERE `+judged+` AND e.story_id = s.id AND p.entry_id = e.id AND p.feed_id = $3 AND src.id = e.source_id
		AND `+unfit, p.judging(), appendTo(&pages))
	if err != nil {
		return err
	}
	for _, n := range pages {
		p.changed = true
		p.do(`UPDATE archive_page SET stale = 1 WHERE feed_id = $1 AND number = $2
			AND generation = (SELECT archive_generation FROM feed WHERE id = $1)`, p.feed.ID, n)
	}
	return p.err
}
