package store

import (
	"database/sql"
	"errors"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/story"
)

// judge decides which story an arriving entry belongs to and returns its row;
// a story that begins is made. Decision and entry are stored in the same
// transaction, so that what one entry of a fetch cycle decided, the next sees.
func (s *saving) judge(a *story.Arrival, revision int64) (int64, news.Match, error) {
	candidates, err := s.candidates(a)
	if err != nil {
		return 0, news.Match{}, err
	}
	evidence := a.Evidence
	evidence.SourceID, evidence.Seen = s.h.Source.ID, s.now
	d := story.Decide(evidence, candidates, nil, news.DefaultMatching())
	if d.StoryID != 0 {
		return d.StoryID, d.Match, s.touch(d.StoryID, revision)
	}
	id, err := s.newStory(a.Identity.New, revision)
	return id, d.Match, err
}

const selectEvidence = `SELECT e.id, e.story_id, e.source_id, e.outlet, e.page, e.title_hash, e.text_hash, e.words, e.first_seen,
	coalesce(e.url_key, 0), c.guid, c.published FROM `

// candidates are the stored entries with the URL of the arrival, and those of
// other sources with its guid.
func (s *saving) candidates(a *story.Arrival) ([]story.Evidence, error) {
	var found []story.Evidence
	add := func(scan scan) error {
		var c story.Evidence
		var title, text, seen, key, published int64
		if err := scan(&c.EntryID, &c.StoryID, &c.SourceID, &c.Outlet, &c.Page, &title, &text, &c.Words, &seen,
			&key, &c.GUID, &published); err != nil {
			return err
		}
		c.Title, c.Text, c.Seen, c.Published = uint64(title), uint64(text), at(seen), at(published)
		if key != 0 && key == urlKey(a.Evidence.URL) {
			c.URL = a.Evidence.URL
		}
		found = append(found, c)
		return nil
	}
	if url := a.Evidence.URL; url != "" && !clean.IsRoot(url) { // a root identifies nothing, and everybody links it
		if err := s.each(selectEvidence+`entry e JOIN content c ON c.entry_id = e.id
			WHERE e.url_key = $1 ORDER BY e.id LIMIT $2`, []any{urlKey(url), story.MaxCandidates}, add); err != nil {
			return nil, err
		}
	}
	err := s.each(selectEvidence+`guid g JOIN entry e ON e.id = g.entry_id JOIN content c ON c.entry_id = e.id
		WHERE g.hash = $1 AND g.source_id <> $2 LIMIT $3`, []any{guidHash(a.Identity.New), s.h.Source.ID, story.MaxCandidates}, add)
	return found, err
}

// newStory makes a story for its first entry.
func (s *saving) newStory(entryKey string, revision int64) (int64, error) {
	for salt := 0; ; salt++ {
		var id int64
		err := s.get(`INSERT INTO story (key, revision) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id`,
			[]any{news.StoryKey(s.origin, entryKey, salt), revision}, &id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
}
