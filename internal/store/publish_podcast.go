package store

import (
	"context"
	"slices"

	"tributary/internal/news"
)

// playable reports whether a podcast may hold an entry with these files: one of them is
// sound or film, by what it says or what its server said of it.
func (p *publishing) playable(files []news.Enclosure) (bool, error) {
	if slices.ContainsFunc(files, news.Enclosure.Playable) {
		return true, nil
	}
	for _, f := range files {
		if !f.MediumUnknown() {
			continue
		}
		err := p.each(`SELECT type FROM file WHERE hash = $1`, []any{keyHash(f.URL)}, func(scan scan) error {
			facts := news.FileFacts{URL: f.URL}
			err := scan(&facts.Type)
			f.Learn(facts)
			return err
		})
		if err != nil || f.Playable() {
			return err == nil, err
		}
	}
	return false, nil
}

// unknownMediaLimit is about how many of the latest entries of a source a podcast wonders.
const unknownMediaLimit = 100

// UnknownMedia returns the entries that a podcast may have to hold and does not: they bring
// files of which nobody can say what they are before their servers were asked. Of
// every source the latest ones are looked at.
func (db *DB) UnknownMedia(ctx context.Context, f news.Feed) (entries []news.Entry, err error) {
	if f.Kind != news.Podcast {
		return nil, nil
	}
	err = db.each(ctx, `SELECT e.source_id, e.story_id, c.enclosures
		FROM feed_source fs CROSS JOIN entry e CROSS JOIN content c
		WHERE fs.feed_id = $1 AND e.id IN (SELECT l.id FROM entry l WHERE l.source_id = fs.source_id ORDER BY l.id DESC LIMIT $2)
		AND `+feedable+` AND c.entry_id = e.id AND c.enclosures <> ''
		AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.story_id = e.story_id AND +p.feed_id = fs.feed_id AND p.removed = 0)
		ORDER BY e.id DESC`, []any{f.ID, unknownMediaLimit}, func(scan scan) error {
		var e news.Entry
		err := scan(&e.SourceID, &e.StoryID, asJSON(&e.Enclosures))
		e.Enclosures = slices.DeleteFunc(e.Enclosures, func(f news.Enclosure) bool { return !f.MediumUnknown() })
		if len(e.Enclosures) > 0 {
			entries = append(entries, e)
		}
		return err
	})
	return entries, err
}
