package store

import (
	"context"
	"fmt"

	"tributary/internal/news"
)

// Entry returns an entry by its number; none when there is none.
func (db *DB) Entry(ctx context.Context, id int64) ([]news.Placement, error) {
	return db.placedEverywhere(ctx, `e.id = $1`, id)
}

// FindEntries returns the entries that a text itself names, as their guid or as
// their address, and not those beside them in their stories.
func (db *DB) FindEntries(ctx context.Context, text, canonical string) ([]news.Placement, error) {
	return db.placedEverywhere(ctx, `(c.guid = $1 OR c.link = $1 OR e.url_key = $2) ORDER BY e.first_seen, e.id LIMIT 50`, text, urlKey(canonical))
}

// Find returns the entries that a person may mean by a text: a story's key, also
// of one that was merged into another, a guid, a link. In are all Publications.
func (db *DB) Find(ctx context.Context, text, canonical string) ([]news.Placement, error) {
	for _, stories := range []string{
		`SELECT coalesce(n.alias_of, n.id) FROM story n WHERE n.key = $1 OR n.guid = $1`,
		`SELECT p.story_id FROM publication p WHERE p.guid = $1`,
	} {
		found, err := db.placedEverywhere(ctx, `s.id IN (`+stories+`) ORDER BY e.first_seen, e.id LIMIT 50`, text)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	if canonical != "" {
		found, err := db.placedEverywhere(ctx, `e.url_key = $1 ORDER BY e.first_seen, e.id LIMIT 50`, urlKey(canonical))
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return db.placedEverywhere(ctx, `c.guid = $1 OR c.link = $1 ORDER BY e.first_seen, e.id LIMIT 50`, text)
}

// mostPublic bounds how many entries a visitor's question reads.
const mostPublic = 20

// FindPublic returns the entries of public sources that somebody may mean by an
// address: that of a page in its canonical form, a guid as the document has it (see
// story.Identify), or the key of a story ("" for none). What is private, withdrawn or no longer followed is not there.
func (db *DB) FindPublic(ctx context.Context, canonical, guid, key string) ([]news.Placement, error) {
	const visible = ` AND v.public <> 0 AND v.retired_at = 0 AND o.withdrawn_at = 0 LIMIT ` // of o and its source v
	limit := fmt.Sprint(mostPublic)
	return db.placedIn(ctx, knownFeed, `e.id IN (
			SELECT id FROM (SELECT o.id FROM entry o JOIN source v ON v.id = o.source_id WHERE o.url_key = $1`+visible+limit+`)
			UNION SELECT id FROM (SELECT o.id FROM guid g JOIN entry o ON o.id = g.entry_id JOIN source v ON v.id = o.source_id WHERE g.hash = $2`+visible+limit+`)
			UNION SELECT id FROM (SELECT o.id FROM story n JOIN entry o ON o.story_id = coalesce(n.alias_of, n.id) JOIN source v ON v.id = o.source_id WHERE n.key = $3`+visible+limit+`))
		ORDER BY e.first_seen, e.id LIMIT `+limit, urlKey(canonical), keyHash("guid:"+guid), key)
}

// PublicEntries returns those of the numbered entries whose sources are public,
// by number.
func (db *DB) PublicEntries(ctx context.Context, ids []int64) (map[int64]news.Shown, error) {
	found := map[int64]news.Shown{}
	if len(ids) == 0 {
		return found, nil
	}
	err := db.each(ctx, selectShown+`e.id IN (`+integers(ids)+`) AND src.public <> 0 AND src.retired_at = 0`, nil, func(scan scan) error {
		var s news.Shown
		err := scanShown(scan, &s)
		s.StoryID, s.StoryKey = s.Entry.StoryID, s.Entry.StoryKey
		found[s.Entry.ID] = s
		return err
	})
	return found, err
}
