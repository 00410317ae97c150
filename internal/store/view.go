package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/news"
)

// States returns every source in use in the order of the configuration, with
// its latest attempt.
func (db *DB) States(ctx context.Context) ([]news.SourceState, error) {
	return db.states(ctx, `src.retired_at = 0 ORDER BY src.position, src.id`)
}

// Listing returns every source in use in the order of the configuration, as
// lists of sources name them: what a source brought and how it fares is left
// out, and is not read.
func (db *DB) Listing(ctx context.Context) ([]news.Source, error) {
	var sources []news.Source
	err := db.each(ctx, `SELECT src.id, src.name, src.kind, src.url, src.title, src.doc_title, `+sourceHome+`,
			src.tags, src.public, `+recordColumns+` FROM source src WHERE src.retired_at = 0 ORDER BY src.position, src.id`, nil, func(scan scan) error {
		var s news.Source
		var docTitle, tags string
		var record recordScan
		dest := []any{&s.ID, &s.Name, &s.Kind, &s.URL, &s.Title, &docTitle, &s.Site, &tags, &s.Public}
		if err := scan(append(dest, record.dest()...)...); err != nil {
			return err
		}
		s.Title = cmp.Or(s.Title, docTitle, s.Name)
		sources = append(sources, s)
		last := &sources[len(sources)-1]
		return errors.Join(json.Unmarshal([]byte(tags), &last.Tags), record.fill(last))
	})
	return sources, err
}

// State returns one source by name; nil when no source in use has it.
func (db *DB) State(ctx context.Context, name string) (*news.SourceState, error) {
	all, err := db.states(ctx, `src.retired_at = 0 AND src.name = $1`, name)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Healths counts the sources in use by their health. It holds one at a time,
// because monitors ask often.
func (db *DB) Healths(ctx context.Context, now time.Time) (map[news.Health]int, error) {
	healths := map[news.Health]int{}
	err := db.eachState(ctx, `src.retired_at = 0`, nil, func(s news.SourceState) { healths[s.Health(now)]++ })
	return healths, err
}

func (db *DB) states(ctx context.Context, where string, args ...any) ([]news.SourceState, error) {
	var states []news.SourceState
	err := db.eachState(ctx, where, args, func(s news.SourceState) { states = append(states, s) })
	return states, err
}

func (db *DB) eachState(ctx context.Context, where string, args []any, f func(news.SourceState)) error {
	return db.each(ctx, `SELECT src.id, src.name, src.kind, src.url, src.title, src.doc_title, `+sourceHome+`, src.outlet, src.tags,
			src.public, src.next_due, src.first_ok, src.failures, src.entries, src.newest,
			coalesce(f.started, 0), coalesce(f.duration, 0), coalesce(f.bytes, 0), coalesce(f.status, 0), coalesce(f.outcome, ''),
			coalesce(f.error, ''), coalesce(f.added, 0), coalesce(f.changed, 0), `+vitalColumns+`, `+moveColumns+`, `+recordColumns+`
		FROM source src LEFT JOIN fetch f ON f.id = src.last_fetch
		WHERE `+where, args, func(scan scan) error {
		var s news.SourceState
		var docTitle, tags string
		var due, ok, newest, started, duration int64
		var v vitalScan
		var m moveScan
		var record recordScan
		dest := []any{&s.ID, &s.Name, &s.Kind, &s.URL, &s.Title, &docTitle, &s.Site, &s.Outlet, &tags,
			&s.Public, &due, &ok, &s.Failures, &s.Entries, &newest,
			&started, &duration, &s.Last.Bytes, &s.Last.Status, &s.Last.Outcome, &s.Last.Error, &s.Last.New, &s.Last.Changed}
		err := scan(slices.Concat(dest, v.dest(), m.dest(), record.dest())...)
		if err != nil {
			return err
		}
		s.Title = cmp.Or(s.Title, docTitle, s.Name)
		s.NextDue, s.FirstOK, s.Newest = at(due), at(ok), at(newest)
		s.Vitals, s.Move = v.done(), m.done()
		s.Last.SourceID, s.Last.Started, s.Last.Duration = s.ID, at(started), millis(duration)
		if err = json.Unmarshal([]byte(tags), &s.Tags); err == nil {
			err = record.fill(&s.Source)
		}
		f(s)
		return err
	})
}

// Latest returns the entries of a source that arrived last with where they
// went as everybody may know, newest first.
func (db *DB) Latest(ctx context.Context, source int64, limit int) ([]news.Placement, error) {
	entries, err := db.placed(ctx, `e.source_id = $1 AND e.withdrawn_at = 0 ORDER BY e.id DESC LIMIT $2`, source, limit)
	if err != nil {
		return nil, err
	}
	return entries, db.addPublications(ctx, entries, knownFeed, news.Everybody)
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
func (db *DB) hidden(ctx context.Context, story int64) (hidden bool) {
	err := db.get(ctx, `SELECT EXISTS (SELECT 1 FROM entry e JOIN source src ON src.id = e.source_id
		WHERE e.story_id = $1 AND e.withdrawn_at = 0 AND e.hidden = 0 AND src.retired_at = 0)`, []any{story}, &hidden)
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
	entries, err := db.placed(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	return entries, db.addPublications(ctx, entries, `$1 = 0 AND f.removed_at = 0`, news.Everybody)
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
	var entries []news.Placement
	err := db.each(ctx, `SELECT `+shownColumns+`, e.withdrawn_at, src.retired_at,
		EXISTS (SELECT 1 FROM fetch f WHERE f.source_id = e.source_id AND f.started = e.first_seen AND f.pushed = 1) FROM entry e`+shownJoins+` WHERE `+where, args, func(scan scan) error {
		var w news.Placement
		var withdrawn, retired int64
		err := scanShown(scan, &w.Shown, &withdrawn, &retired, &w.Pushed)
		w.Withdrawn, w.Retired = at(withdrawn), at(retired)
		w.StoryID, w.StoryKey = w.Entry.StoryID, w.Entry.StoryKey
		entries = append(entries, w)
		return err
	})
	return entries, err
}

// publicationsOf returns the Publications of a story, those in the feed of the
// audience first.
func (db *DB) publicationsOf(ctx context.Context, where string, a news.Audience, story int64) ([]news.Publication, error) {
	var pubs []news.Publication
	err := db.each(ctx, `SELECT p.feed_id, p.story_id, coalesce(p.guid, s.guid, ''), p.sequence, p.entered, p.published, p.updated, p.entry_id, p.removed
		FROM publication p JOIN story s ON s.id = p.story_id JOIN feed f ON f.id = p.feed_id
		WHERE p.story_id = $2 AND `+where+` ORDER BY p.feed_id <> $1, p.feed_id, p.sequence`, []any{a, story}, func(scan scan) error {
		var p news.Publication
		var entered, published, updated int64
		err := scan(&p.FeedID, &p.StoryID, &p.GUID, &p.Sequence, &entered, &published, &updated, &p.EntryID, &p.Removed)
		p.Entered, p.Published, p.Updated = at(entered), at(published), at(updated)
		pubs = append(pubs, p)
		return err
	})
	return pubs, err
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

// Totals are the figures of the whole store.
type Totals struct {
	Sources, Entries, Stories, Publications int64
	Requests, Unchanged, Failures, Bytes    int64 // of all attempts ever
}

// Totals counts what is stored.
func (db *DB) Totals(ctx context.Context) (t Totals, err error) {
	for _, count := range []struct {
		dest  *int64
		query string
	}{
		{&t.Sources, `SELECT count(*) FROM source WHERE retired_at = 0`},
		{&t.Entries, `SELECT coalesce(sum(entries), 0) FROM source`},
		{&t.Stories, `SELECT count(*) FROM story WHERE alias_of IS NULL`},
		{&t.Publications, `SELECT count(*) FROM publication WHERE removed = 0`},
		{&t.Requests, `SELECT coalesce(sum(requests), 0) FROM source`},
		{&t.Unchanged, `SELECT coalesce(sum(unmodified), 0) FROM source`},
		{&t.Failures, `SELECT coalesce(sum(failed), 0) FROM source`},
		{&t.Bytes, `SELECT coalesce(sum(received), 0) FROM source`},
	} {
		if err := db.get(ctx, count.query, nil, count.dest); err != nil {
			return t, fmt.Errorf("%s: %w", count.query, err)
		}
	}
	return t, nil
}
