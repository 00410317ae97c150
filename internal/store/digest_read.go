package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/internal/news"
)

// digestEdition is Edition for a feed of digests.
func (db *DB) digestEdition(ctx context.Context, site news.Site, f news.Feed) (*news.Edition, error) {
	e := &news.Edition{Site: site, Feed: f}
	err := db.get(ctx, `SELECT `+lastUpdated+`, coalesce(max(change), 0) FROM feed WHERE id = $1`, []any{f.ID}, asTime(&e.Updated), &e.Change)
	if err != nil {
		return nil, err
	}
	return e, db.fillDigests(ctx, e, `1 = 1`)
}

// olderDigests is Older for a feed of digests.
func (db *DB) olderDigests(ctx context.Context, site news.Site, f news.Feed, before int64) (*news.Edition, error) {
	e := &news.Edition{Site: site, Feed: f, Pages: news.Pages{Part: news.Part{Before: before}}}
	if err := db.fillDigests(ctx, e, `d.sequence < $2`, before); err != nil {
		return nil, err
	}
	err := db.get(ctx, `SELECT sequence FROM digest WHERE feed_id = $1 AND sequence >= $2
		ORDER BY sequence LIMIT 1 OFFSET $3`, []any{f.ID, before, news.DigestsShown}, &e.Newer.Before)
	return e, ignoreNoRows(err)
}

// changedDigests is Changes for a feed of digests. A digest is one change, when it is
// written.
func (db *DB) changedDigests(ctx context.Context, site news.Site, f news.Feed, after, upto int64) (*news.Edition, error) {
	e := &news.Edition{Site: site, Feed: f, Change: upto}
	err := db.fillDigests(ctx, e, `d.change > $2 AND d.change <= $3`, after, upto)
	e.Older = news.Part{}
	return e, err
}

// fillDigests is fill for a feed of digests.
func (db *DB) fillDigests(ctx context.Context, e *news.Edition, where string, args ...any) error {
	f := e.Feed
	f.Limit, f.Window, f.MaxPerSource = news.DigestsShown, -1, 0 // what the feed says is about stories
	digests, err := db.digests(ctx, f.Audience(), `d.feed_id = $1 AND `+where, append([]any{f.ID}, args...)...)
	if err != nil {
		return fmt.Errorf("edition of %s: %w", f.Name, err)
	}
	page := newPage(f)
	for _, d := range digests {
		if len(d.Stories) > 0 && page.add(d.Shown(e.Site, e.Feed)) != nil {
			break
		}
	}
	if e.Shown = page.shown; page.full {
		e.Beyond = e.Shown[len(e.Shown)-1].Sequence
	}
	if !f.Private { // there is no address for more below a token
		e.Older = news.Part{Before: e.Beyond}
	}
	return nil
}

// digests reads digests, newest first, one more than a feed shows at most. What an
// audience may not know any more is taken out of them: it may leave nothing.
func (db *DB) digests(ctx context.Context, a news.Audience, where string, args ...any) ([]news.Digest, error) {
	all, err := rowsOf(ctx, db, `SELECT d.feed_id, d.sequence, d.key, d.guid, d.title, d.language, d.closed, d.more, d.stories FROM digest d
		WHERE `+where+fmt.Sprintf(` ORDER BY d.sequence DESC LIMIT %d`, news.DigestsShown+1), args, func(d *news.Digest) []any {
		return []any{&d.FeedID, &d.Sequence, &d.Key, &d.GUID, &d.Title, &d.Language, asTime(&d.Closed), &d.More, asJSON(&d.Stories)}
	})
	if err != nil {
		return nil, err
	}
	if err := db.findReturnedEntries(ctx, all); err != nil {
		return nil, err
	}
	return all, db.withhold(ctx, a, all)
}

// findReturnedEntries fills in the entries of stories that a digest told of before the
// database was lost, if they have returned since.
func (db *DB) findReturnedEntries(ctx context.Context, digests []news.Digest) error {
	lost := map[int64]*news.DigestStory{}
	for _, d := range digests {
		for i := range d.Stories {
			if s := &d.Stories[i]; s.EntryID == 0 {
				lost[s.Sequence] = s
			}
		}
	}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(lost)), memberChunk) {
		err := db.each(ctx, `SELECT sequence, first FROM publication WHERE feed_id = $1 AND sequence IN (`+integers(chunk)+`)`,
			[]any{digests[0].FeedID}, func(scan scan) error {
				var sequence, entry int64
				err := scan(&sequence, &entry)
				lost[sequence].EntryID = entry
				return err
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// withhold removes from digests what was withdrawn, is hidden, or may not be known to an
// audience. An entry from before the database was lost that has not returned is judged by
// its source alone.
func (db *DB) withhold(ctx context.Context, a news.Audience, digests []news.Digest) error {
	named := map[int64]bool{}
	for _, d := range digests {
		for _, s := range d.Stories {
			for _, r := range append(s.Also, s.Report) {
				named[r.EntryID] = true
			}
		}
	}
	unfit, secret := map[int64]bool{}, map[string]bool{}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(named)), memberChunk) {
		err := db.each(ctx, `SELECT e.id FROM entry e JOIN source src ON src.id = e.source_id WHERE e.id IN (`+integers(chunk)+`)
			AND (e.withdrawn_at <> 0 OR e.hidden <> 0 OR NOT `+knownEntry+`)`, []any{a}, addTo(unfit))
		if err != nil {
			return err
		}
	}
	err := db.each(ctx, `SELECT src.name FROM source src WHERE NOT `+knownEntry, []any{a}, addTo(secret))
	gone := func(r news.Report) bool { return unfit[r.EntryID] || r.EntryID == 0 && secret[r.Source] }
	for i := range digests {
		d := &digests[i]
		d.Stories = slices.DeleteFunc(d.Stories, func(s news.DigestStory) bool { return gone(s.Report) })
		for j := range d.Stories {
			d.Stories[j].Also = slices.DeleteFunc(d.Stories[j].Also, gone)
		}
	}
	return err
}

// Digest returns the digest of a key; nil when there is none that an audience may
// know. There may be nothing left of it.
func (db *DB) Digest(ctx context.Context, a news.Audience, key string) (*news.Digest, error) {
	digests, err := db.digests(ctx, a, `d.key = $2 AND EXISTS (SELECT 1 FROM feed f WHERE f.id = d.feed_id AND f.closed <> 0 AND `+knownFeed+`)`, a, key)
	if len(digests) == 0 || err != nil {
		return nil, err
	}
	return &digests[0], nil
}

// closesNext returns when the open period of a feed of digests ends; zero for never.
func (db *DB) closesNext(ctx context.Context, f news.Feed) (time.Time, error) {
	var closed time.Time
	err := db.get(ctx, `SELECT closed FROM feed WHERE id = $1`, []any{f.ID}, asTime(&closed))
	if closed.IsZero() || err != nil {
		return time.Time{}, err
	}
	return f.Digest.Next(closed), nil
}
