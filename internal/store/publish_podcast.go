package store

import (
	"context"
	"encoding/json"
	"slices"

	"tributary/internal/news"
)

// keepPlayable leaves of what was found the entries that a podcast may hold: one of
// their files is sound or film, by what they say or what its server said of it.
func (p *publishing) keepPlayable(found map[int64][]news.Candidate, brought map[int64]string) error {
	for story, cs := range found {
		var kept []news.Candidate
		for _, c := range cs {
			plays, err := p.playable(brought[c.EntryID])
			if err != nil {
				return err
			}
			if plays {
				kept = append(kept, c)
			}
		}
		if found[story] = kept; kept == nil {
			delete(found, story)
		}
	}
	return nil
}

func (p *publishing) playable(enclosures string) (bool, error) {
	files, err := filesOf(enclosures)
	if err != nil || slices.ContainsFunc(files, news.Enclosure.Playable) {
		return err == nil, err
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

func filesOf(enclosures string) (files []news.Enclosure, err error) {
	if enclosures == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(enclosures), &files)
	return files, err
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
		var files string
		if err := scan(&e.SourceID, &e.StoryID, &files); err != nil {
			return err
		}
		all, err := filesOf(files)
		for _, f := range all {
			if f.MediumUnknown() {
				e.Enclosures = append(e.Enclosures, f)
			}
		}
		if e.Enclosures != nil {
			entries = append(entries, e)
		}
		return err
	})
	return entries, err
}
