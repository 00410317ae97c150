package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/news"
)

// SyncFeeds makes the stored feeds those of the configuration and returns them with row
// numbers and ids. sources are all configured ones, as SyncSources returned them.
//
// When the selection of a feed changed, its stories are judged again; what it gets by that
// goes into its history. A feed that is no longer configured is removed, and its URLs
// answer "gone". A renamed one is still found under its former names. A feed that turns
// from public to private or back, or becomes a feed of problems or stops being one, is
// another feed.
func (db *DB) SyncFeeds(ctx context.Context, feeds []news.Feed, sources []news.Source, now time.Time) ([]news.Feed, error) {
	out := slices.Clone(feeds)
	err := db.update(ctx, func(t *tx) error {
		kept := map[int64]bool{}
		for i := range out {
			if err := t.syncFeed(&out[i], sources, now); err != nil {
				return fmt.Errorf("feed %s: %w", out[i].Name, err)
			}
			kept[out[i].ID] = true
		}
		return t.removeFeeds(kept, now)
	})
	return out, err
}

func (t *tx) syncFeed(f *news.Feed, sources []news.Source, now time.Time) error {
	if err := t.rename(*f); err != nil {
		return err
	}
	was, err := t.feedRow(f, now)
	if err != nil {
		return err
	}
	t.rememberNames(*f)
	t.do(`UPDATE feed SET removed_at = 0, revision = revision + 1, selection = $2, kind = $3 WHERE id = $1`, f.ID, string(f.Duplicates), string(f.Kind))
	if f.Kind == news.FeedOfHealth {
		_, err := t.writeSelection(f.ID, selection(*f, sources)) // no story depends on the sources that it tells of
		return err
	}
	t.syncDigest(*f, was.anew, now)
	if err := t.syncSelection(f.ID, selection(*f, sources)); err != nil {
		return err
	}
	if err := t.syncRule(f, sources, was.anew, now); err != nil {
		return err
	}
	switch {
	case was.anew: // everything born until now is its past
		t.do(`UPDATE feed SET scanned = 0, boundary = (SELECT value FROM counter WHERE name = 'revision') WHERE id = $1`, f.ID)
	case was.duplicates != f.Duplicates, was.kind != f.Kind:
		t.markPast(f.ID)
		t.do(`UPDATE feed SET scanned = 0 WHERE id = $1`, f.ID)
	}
	return t.err
}

// feedRow is what a feed was until now.
type feedRow struct {
	duplicates news.Duplicates
	kind       news.FeedKind
	anew       bool // it was not published
}

// feedRow reads the row of a feed, or makes it, and gives the feed its number and id.
func (t *tx) feedRow(f *news.Feed, now time.Time) (was feedRow, err error) {
	name := rowName(*f)
	err = t.get(`SELECT id, uuid, selection, kind, removed_at <> 0 FROM feed WHERE name = $1`, []any{name},
		&f.ID, &f.UUID, &was.duplicates, &was.kind, &was.anew)
	if errors.Is(err, sql.ErrNoRows) {
		f.UUID, was.anew = news.URN("feed", name, f.Title), true
		err = t.get(`INSERT INTO feed (name, uuid, created_at, private) VALUES ($1, $2, $3, $4) RETURNING id`, []any{name, f.UUID, ms(now), f.Private}, &f.ID)
	}
	return was, err
}

// rowName returns the name of the row of a feed. Private feeds and feeds of problems have
// rows of their own, so that they never continue a public feed of the same name.
func rowName(f news.Feed) string {
	switch {
	case f.Kind == news.FeedOfHealth:
		return "health/" + f.Name
	case f.Private:
		return "private/" + f.Name
	}
	return f.Name
}

// unnamed is the rank of sources that a feed does not name, behind all others
// and the same however many it names.
const unnamed = 1 << 30

// selection ranks the sources that a feed selects: those it names in their
// order, then the others alike.
func selection(f news.Feed, sources []news.Source) map[int64]int {
	ranks := map[int64]int{}
	for _, s := range sources {
		if !f.Selects(s) {
			continue
		}
		rank := f.Rank(s)
		if rank < 0 {
			rank = unnamed
		}
		ranks[s.ID] = rank
	}
	return ranks
}

// syncSelection stores the sources of a feed and has the stories judged again
// of those that came, went or are ranked otherwise; what is found that way is
// no news.
func (t *tx) syncSelection(feed int64, want map[int64]int) error {
	changed, err := t.writeSelection(feed, want)
	if err != nil || len(changed) == 0 {
		return err
	}
	for _, id := range changed {
		t.touchSource(id)
	}
	t.markPast(feed)
	return t.err
}

// writeSelection stores the sources of a feed with their ranks, and returns those that came,
// went or are ranked otherwise.
func (t *tx) writeSelection(feed int64, want map[int64]int) (changed []int64, err error) {
	have := map[int64]int{}
	err = t.each(`SELECT source_id, rank FROM feed_source WHERE feed_id = $1`, []any{feed}, mapTo(have, only))
	if err != nil {
		return nil, err
	}
	for id := range have {
		if _, ok := want[id]; ok {
			continue
		}
		changed = append(changed, id)
		t.do(`DELETE FROM feed_source WHERE feed_id = $1 AND source_id = $2`, feed, id)
	}
	for id, rank := range want {
		if old, ok := have[id]; ok && old == rank {
			continue
		}
		changed = append(changed, id)
		t.do(`INSERT INTO feed_source (feed_id, source_id, rank) VALUES ($1, $2, $3)
			ON CONFLICT (feed_id, source_id) DO UPDATE SET rank = excluded.rank`, feed, id, rank)
	}
	return changed, t.err
}

// markPast makes everything that a feed has judged so far its past: what enters the feed
// of that from now on goes into its history and is no news.
func (t *tx) markPast(feed int64) {
	t.do(`UPDATE feed SET boundary = CASE WHEN boundary < scanned THEN scanned ELSE boundary END WHERE id = $1`, feed)
}

// touchSource marks all stories of a source as changed, under a revision of
// their own, so that one round of publishing judges a bounded part.
func (t *tx) touchSource(id int64) {
	if some, err := t.holds(`SELECT EXISTS (SELECT 1 FROM entry WHERE source_id = $1)`, id); err == nil && some {
		t.do(`UPDATE story SET revision = $2 WHERE id IN (SELECT story_id FROM entry WHERE source_id = $1)`, id, t.nextRevision())
	}
}

// removeFeeds marks the feeds as removed that are not among kept.
func (t *tx) removeFeeds(kept map[int64]bool, now time.Time) error {
	inUse, err := t.ids(`SELECT id FROM feed WHERE removed_at = 0`)
	if err != nil {
		return err
	}
	for _, id := range inUse {
		if kept[id] {
			continue
		}
		t.do(`UPDATE feed SET removed_at = $2 WHERE id = $1`, id, ms(now))
		t.do(`DELETE FROM feed_source WHERE feed_id = $1`, id)
		// If it is configured again, everything that came until then is its past.
		t.do(`DELETE FROM waiting WHERE feed_id = $1`, id)
	}
	return t.err
}

// RemovedFeeds returns the names of feeds that were public once and are not
// configured as such any more. That a private one was there is told to nobody.
func (db *DB) RemovedFeeds(ctx context.Context) ([]string, error) {
	return rowsOf(ctx, db, `SELECT name FROM feed WHERE removed_at <> 0 AND private = 0`, nil, only[string])
}

// Rendered tells when the bytes of each representation of a feed last changed.
// tags identify the bytes rendered now, by format; where they are not those of
// before, the time moves to now, always by at least a second (HTTP dates have
// no finer grain).
func (db *DB) Rendered(ctx context.Context, feed int64, tags map[string]string, now time.Time) (map[string]time.Time, error) {
	modified := map[string]time.Time{}
	err := db.update(ctx, func(t *tx) error {
		for format, tag := range tags {
			at, err := t.rendered(feed, format, tag, now.Truncate(time.Second))
			if err != nil {
				return err
			}
			modified[format] = at
		}
		return nil
	})
	return modified, err
}

func (t *tx) rendered(feed int64, format, tag string, now time.Time) (time.Time, error) {
	var modified time.Time
	var old string
	err := t.get(`SELECT hash, modified FROM rendition WHERE feed_id = $1 AND format = $2`, []any{feed, format}, &old, asTime(&modified))
	if ignoreNoRows(err) != nil {
		return time.Time{}, err
	}
	if old == tag {
		return modified, nil
	}
	modified = news.Later(now, modified.Add(time.Second))
	err = t.do(`INSERT INTO rendition (feed_id, format, hash, modified) VALUES ($1, $2, $3, $4)
		ON CONFLICT (feed_id, format) DO UPDATE SET hash = excluded.hash, modified = excluded.modified`,
		feed, format, tag, ms(modified))
	return modified, err
}

// Feed returns a configured feed with its row number and id; a feed that was
// never stored has none and shows nothing.
func (db *DB) Feed(ctx context.Context, f news.Feed) (news.Feed, error) {
	err := db.get(ctx, `SELECT id, uuid FROM feed WHERE name = $1`, []any{rowName(f)}, &f.ID, &f.UUID)
	return f, ignoreNoRows(err)
}

// FormerNames returns the former names of public feeds, each with the row of the
// feed that it leads to, which may be removed by now. No configured public feed
// has one of these names.
func (db *DB) FormerNames(ctx context.Context) (map[string]int64, error) {
	return mapOf[string](ctx, db, `SELECT name, feed_id FROM former_name`, nil, only[int64])
}

// rename changes the name of a feed's row from a former name to its present one,
// so that the feed keeps its ids, its history and its archive. If there is a row
// with the present name already, nothing is renamed. Private feeds are never
// renamed.
func (t *tx) rename(f news.Feed) error {
	for _, old := range f.MovedFrom {
		n, err := t.exec(`UPDATE feed SET name = $1 WHERE name = $2 AND NOT EXISTS (SELECT 1 FROM feed WHERE name = $1)`, f.Name, old)
		if n > 0 || err != nil {
			return err
		}
	}
	return nil
}

// rememberNames stores the former names of a public feed for good, including
// those of feeds that it replaced. The present name of the feed is removed from
// the former names.
func (t *tx) rememberNames(f news.Feed) {
	if f.Private {
		return
	}
	for _, old := range f.MovedFrom {
		t.do(`UPDATE former_name SET feed_id = $1 WHERE feed_id IN (SELECT id FROM feed WHERE name = $2 AND id <> $1)`, f.ID, old)
		t.do(`INSERT INTO former_name (name, feed_id) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET feed_id = excluded.feed_id`, old, f.ID)
	}
	t.do(`DELETE FROM former_name WHERE name = $1`, f.Name)
}
