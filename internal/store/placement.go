package store

import (
	"context"
	"fmt"
	"slices"

	"tributary/internal/news"
)

// Latest returns the entries of a source that arrived last with where they
// went as everybody may know, newest first.
func (db *DB) Latest(ctx context.Context, source int64, limit int) ([]news.Placement, error) {
	return db.placedIn(ctx, knownFeed, `e.source_id = $1 AND e.withdrawn_at = 0 ORDER BY e.id DESC LIMIT $2`, source, limit)
}

// StoryEntries returns what an audience may know of a story by its key: its
// entries, oldest first, and in which feeds it is shown, a private feed first.
// Withdrawn entries are left out; known says whether one of these feeds has ever
// shown the story.
func (db *DB) StoryEntries(ctx context.Context, a news.Audience, key string) (entries []news.Placement, known bool, err error) {
	var story int64
	err = db.each(ctx, `SELECT s.id FROM story s WHERE s.key = $2 AND EXISTS (SELECT 1 FROM publication p JOIN feed f ON f.id = p.feed_id
		WHERE p.story_id = s.id AND `+knownFeed+`)`, []any{a, key}, func(scan scan) error { return scan(&story) })
	if err != nil || story == 0 {
		return nil, false, err
	}
	entries, err = db.placed(ctx, whereOfStory, a, story)
	if err != nil || len(entries) == 0 {
		return nil, err == nil && !db.hidden(ctx, story), err
	}
	told := make([]*news.Entry, len(entries))
	for i := range entries {
		told[i] = &entries[i].Entry
	}
	if err := db.addFileFacts(ctx, told); err != nil {
		return nil, false, fmt.Errorf("files: %w", err)
	}
	return entries, true, db.addPublications(ctx, entries, knownFeed, a)
}

const whereOfStory = knownMember + ` AND e.story_id = $2 ORDER BY c.published, src.url, c.guid, e.id`

// hidden reports whether a story still has entries: then the audience may not know them,
// which is not the same as that nothing is left of the story.
func (db *DB) hidden(ctx context.Context, story int64) bool {
	hidden, err := db.holds(ctx, `SELECT EXISTS (SELECT 1 FROM entry e JOIN source src ON src.id = e.source_id
		WHERE e.story_id = $1 AND e.withdrawn_at = 0 AND e.hidden = 0 AND src.retired_at = 0)`, story)
	return hidden || err != nil
}

// relatedEntries bounds what Related reads.
const relatedEntries = 200

// Related returns the first entry of each story that is about the same page as a
// story, or about a translation of it, and not the same. Withdrawn entries are left
// out.
func (db *DB) Related(ctx context.Context, story int64) ([]news.Placement, error) {
	return oneEach(db.placedEverywhere(ctx, `$1 = 0 AND `+whereRelated, news.Everybody, story, relatedEntries))
}

// RelatedPages is Related for the eyes of an audience: entries that it may know, of
// stories that have a page for it. In is left out.
func (db *DB) RelatedPages(ctx context.Context, a news.Audience, story int64) ([]news.Placement, error) {
	return oneEach(db.placed(ctx, whereRelatedPage, a, story, relatedEntries))
}

// oneEach keeps of each story the first entry.
func oneEach(entries []news.Placement, err error) ([]news.Placement, error) {
	return slices.CompactFunc(entries, func(a, b news.Placement) bool { return a.StoryID == b.StoryID }), err
}

const whereRelated = `e.story_id <> $2 AND e.withdrawn_at = 0 AND src.retired_at = 0 AND e.story_id IN (
		SELECT coalesce(t.alias_of, t.id) FROM entry o JOIN related r ON r.entry_id = o.id JOIN story t ON t.id = r.story_id
			WHERE o.story_id = $2
		UNION SELECT o.story_id FROM related r JOIN entry o ON o.id = r.entry_id
			WHERE r.story_id IN (SELECT id FROM story WHERE id = $2 UNION SELECT id FROM story WHERE alias_of = $2))
	ORDER BY e.story_id, c.published, e.id LIMIT $3`

const whereRelatedPage = knownEntry + ` AND e.hidden = 0 AND EXISTS (SELECT 1 FROM publication p JOIN feed f ON f.id = p.feed_id
		WHERE p.story_id = e.story_id AND ` + knownFeed + `) AND ` + whereRelated

// AliasOf returns the key of the story that another was merged into, where both
// have a page for the audience; empty for none. A story that no public feed had
// shown never had a page for everybody.
func (db *DB) AliasOf(ctx context.Context, a news.Audience, key string) (into string, err error) {
	err = db.each(ctx, `SELECT t.key FROM story s JOIN story t ON t.id = s.alias_of WHERE s.key = $2 AND (s.had_page = 1 OR $1 <> 0)
		AND EXISTS (SELECT 1 FROM publication p JOIN feed f ON f.id = p.feed_id WHERE p.story_id = t.id AND `+knownFeed+`)`, []any{a, key},
		func(scan scan) error { return scan(&into) })
	return into, err
}

// placedEverywhere returns entries with all Publications of their stories, also those in
// private feeds. It is for the operator only.
func (db *DB) placedEverywhere(ctx context.Context, where string, args ...any) ([]news.Placement, error) {
	return db.placedIn(ctx, `$1 = 0 AND f.removed_at = 0`, where, args...)
}

// placedIn returns the entries that meet a condition, with the Publications of their stories
// in the feeds that meet another.
func (db *DB) placedIn(ctx context.Context, feeds, where string, args ...any) ([]news.Placement, error) {
	entries, err := db.placed(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	return entries, db.addPublications(ctx, entries, feeds, news.Everybody)
}

// addPublications fills in where the stories of entries are shown.
func (db *DB) addPublications(ctx context.Context, entries []news.Placement, where string, a news.Audience) (err error) {
	in := map[int64][]news.Publication{}
	for i := range entries {
		story := entries[i].StoryID
		if _, ok := in[story]; !ok && err == nil {
			in[story], err = db.publicationsOf(ctx, where, a, story)
		}
		entries[i].In = in[story]
	}
	return err
}

// placed returns the entries that meet a condition, without the Publications of their
// stories.
func (db *DB) placed(ctx context.Context, where string, args ...any) ([]news.Placement, error) {
	return readRows(ctx, db, `SELECT `+shownColumns+`, e.withdrawn_at, src.retired_at,
		EXISTS (SELECT 1 FROM fetch f WHERE f.source_id = e.source_id AND f.started = e.first_seen AND f.pushed = 1) FROM entry e`+shownJoins+` WHERE `+where, args, func(scan scan, w *news.Placement) error {
		err := scanShown(scan, &w.Shown, asTime(&w.Withdrawn), asTime(&w.Retired), &w.Pushed)
		w.StoryID, w.StoryKey = w.Entry.StoryID, w.Entry.StoryKey
		return err
	})
}

// publicationsOf returns the Publications of a story, those in the feed of the
// audience first.
func (db *DB) publicationsOf(ctx context.Context, where string, a news.Audience, story int64) ([]news.Publication, error) {
	return rowsOf(ctx, db, `SELECT p.feed_id, p.story_id, coalesce(p.guid, s.guid, ''), p.sequence, p.entered, p.published, p.updated, p.entry_id, p.removed
		FROM publication p JOIN story s ON s.id = p.story_id JOIN feed f ON f.id = p.feed_id
		WHERE p.story_id = $2 AND `+where+` ORDER BY p.feed_id <> $1, p.feed_id, p.sequence`, []any{a, story}, func(p *news.Publication) []any {
		return []any{&p.FeedID, &p.StoryID, &p.GUID, &p.Sequence, asTime(&p.Entered), asTime(&p.Published), asTime(&p.Updated), &p.EntryID, &p.Removed}
	})
}
