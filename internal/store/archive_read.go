package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tributary/internal/news"
)

// ArchiveVersion returns a number that grows with every change of the pages of a
// feed's archive, and of where the live document ends because of them.
func (db *DB) ArchiveVersion(ctx context.Context, feed int64) (int64, error) {
	return db.number(ctx, `SELECT archive_version FROM feed WHERE id = $1`, feed)
}

// ArchiveDue returns when the archive of a feed will have something to close even
// if nothing arrives, or zero for never.
func (db *DB) ArchiveDue(ctx context.Context, f news.Feed, now time.Time) (time.Time, error) {
	if !f.Archive {
		return time.Time{}, nil
	}
	since, err := db.number(ctx, `SELECT archive_waits FROM feed WHERE id = $1`, f.ID)
	if since == 0 {
		return time.Time{}, err
	}
	return at(min(since, ms(now))).Add(news.ArchiveWait), err
}

const documentColumns = `a.generation, a.number, d.format, d.etag, d.length, a.modified`

func documentDest(d *news.PageDocument) []any {
	return []any{&d.Part.Generation, &d.Part.Page, &d.Format, &d.ETag, &d.Length, asTime(&d.Modified)}
}

// PageDocuments returns the documents stored for the pages of a feed's archive,
// without their bytes.
func (db *DB) PageDocuments(ctx context.Context, feed int64) ([]news.PageDocument, error) {
	return rowsOf(ctx, db, `SELECT `+documentColumns+` FROM archive_page a
		JOIN archive_document d ON d.feed_id = a.feed_id AND d.generation = a.generation AND d.number = a.number
		WHERE a.feed_id = $1 ORDER BY a.generation, a.number, d.format`, []any{feed}, documentDest)
}

// PageDocument returns a closed page in one format, with its bytes. It returns
// nil if there is no such page, and a document that is Gone if the page was
// dropped.
func (db *DB) PageDocument(ctx context.Context, feed int64, p news.Part, format string) (*news.PageDocument, error) {
	var d news.PageDocument
	err := db.get(ctx, `SELECT dropped FROM archive_page WHERE feed_id = $1 AND generation = $2 AND number = $3`, []any{feed, p.Generation, p.Page}, &d.Gone)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil || d.Gone:
		return &d, err
	}
	err = db.get(ctx, `SELECT `+documentColumns+`, d.data FROM archive_page a
		JOIN archive_document d ON d.feed_id = a.feed_id AND d.generation = a.generation AND d.number = a.number
		WHERE a.feed_id = $1 AND a.generation = $2 AND a.number = $3 AND d.format = $4`,
		[]any{feed, p.Generation, p.Page, format}, append(documentDest(&d), &d.Packed)...)
	if err != nil {
		return nil, ignoreNoRows(err)
	}
	return &d, nil
}

// DropPages drops the oldest pages of an archive, so that the newest
// f.ArchiveKeep remain, and returns how many it dropped. If f.ArchiveKeep is 0,
// all pages are kept.
func (db *DB) DropPages(ctx context.Context, f news.Feed) (dropped int64, err error) {
	newest, err := db.newestPage(ctx, f.ID)
	if err != nil || f.ArchiveKeep == 0 || newest.Page <= f.ArchiveKeep {
		return 0, err
	}
	last := newest.Page - f.ArchiveKeep
	due, err := db.holds(ctx, `SELECT EXISTS (SELECT 1 FROM archive_page
		WHERE feed_id = $1 AND generation = $2 AND number <= $3 AND dropped = 0)`, f.ID, newest.Generation, last)
	if err != nil || !due {
		return 0, err
	}
	err = db.update(ctx, func(t *tx) (err error) {
		dropped, err = t.dropPages(f.ID, newest.Generation, last)
		return err
	})
	return dropped, err
}

// dropPages drops the pages of a generation up to the number last.
func (t *tx) dropPages(feed int64, generation, last int) (n int64, err error) {
	n, err = t.exec(`UPDATE archive_page SET dropped = 1, stale = 0 WHERE feed_id = $1 AND generation = $2 AND number <= $3 AND dropped = 0`,
		feed, generation, last)
	if err != nil {
		return 0, err
	}
	t.do(`DELETE FROM archive_document WHERE feed_id = $1 AND generation = $2 AND number <= $3`, feed, generation, last)
	t.do(`DELETE FROM archive_name WHERE feed_id = $1 AND number <= $2`, feed, last)
	return n, t.do(`UPDATE feed SET archive_version = archive_version + 1 WHERE id = $1`, feed)
}

// ErrNoFeed says that no feed in use has the name.
var ErrNoFeed = errors.New("no such feed was published yet")

// RebuildArchive drops all pages of a feed's archive and begins its next
// generation. What the feed has to show by now is then put into pages again, in
// the order of sequence and under new addresses. It returns how many pages were
// dropped.
func (db *DB) RebuildArchive(ctx context.Context, f news.Feed) (dropped int64, err error) {
	err = db.update(ctx, func(t *tx) error {
		var id int64
		var generation, last int
		err := t.get(`SELECT id, archive_generation, coalesce((SELECT max(number) FROM archive_page a
				WHERE a.feed_id = f.id AND a.generation = f.archive_generation), 0)
			FROM feed f WHERE name = $1 AND removed_at = 0`, []any{rowName(f)}, &id, &generation, &last)
		if err != nil {
			return noRowsAs(fmt.Errorf("%s: %w", f.Name, ErrNoFeed), err)
		}
		if last > 0 {
			if dropped, err = t.dropPages(id, generation, last); err != nil {
				return err
			}
			generation++
		}
		t.do(`UPDATE publication SET page = 0 WHERE feed_id = $1 AND page <> 0`, id)
		t.do(`UPDATE feed SET archive_generation = $2, archive_upto = 0, archive_waits = 0, archive_seen = -1,
			archive_version = archive_version + 1 WHERE id = $1`, id, generation)
		t.nextRevision() // so that the daemon notices
		return t.err
	})
	return dropped, err
}
