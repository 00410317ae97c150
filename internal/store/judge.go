package store

import (
	"cmp"
	"database/sql"
	"errors"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/story"
)

// verdict is the decision which story a new entry belongs to. It is made before the entry
// has a row.
type verdict struct {
	story    int64
	match    news.Match
	related  []int64
	compared *comparison // with whom its text was compared; nil when it was not
}

// decide decides which story a new entry belongs to.
func (s *saving) decide(a *story.Arrival, was former) (verdict, error) {
	if s.h.Recalled {
		was.story = a.Entry.StoryKey
	}
	if was.story != "" {
		return s.recallStory(a, was)
	}
	return s.judge(a)
}

// recallStory leaves an entry in the story that it belonged to before the database was lost.
// It is compared with others only to find out which of its phrases they share.
func (s *saving) recallStory(a *story.Arrival, was former) (v verdict, err error) {
	x, err := s.sketchIndex()
	if err != nil {
		return v, err
	}
	published, _ := news.PlausibleTimes(a.Entry.Published, a.Entry.Updated, s.now)
	if v.compared, err = x.look(a.Evidence.Sketch, published); err != nil {
		return v, err
	}
	v.match = news.Match{Reason: news.ReasonNew, Detail: news.Recalled}
	if !s.h.Recalled { // how alike they are is not known
		v.match = news.Match{Reason: cmp.Or(was.match, news.ReasonNew), Score: 1, Detail: "a feed named it in this story before the database was lost"}
	}
	v.story, err = s.number(`INSERT INTO story (key, revision) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET key = excluded.key
		RETURNING coalesce(alias_of, id)`, was.story, s.ensureRevision())
	if err != nil {
		return v, err
	}
	return v, s.touch(v.story, s.ensureRevision())
}

// judge decides which story an arriving entry belongs to; a story that begins is
// made. Decision and entry are stored in the same transaction, so that what one
// entry of a fetch cycle decided, the next sees.
func (s *saving) judge(a *story.Arrival) (v verdict, err error) {
	x, err := s.sketchIndex()
	if err != nil {
		return v, err
	}
	candidates, err := s.candidates(a, x.apart)
	if err != nil {
		return v, err
	}
	if candidates, err = s.visible(candidates); err != nil {
		return v, err
	}
	published, _ := news.PlausibleTimes(a.Entry.Published, a.Entry.Updated, s.now)
	if v.compared, err = x.look(a.Evidence.Sketch, published); err != nil {
		return v, err
	}
	evidence := a.Evidence
	evidence.SourceID, evidence.Seen, evidence.Apart = s.h.Source.ID, s.now, s.h.Source.Apart
	var alike []story.Evidence
	if v.compared != nil {
		if v.compared.mates, err = s.visible(v.compared.mates); err != nil {
			return v, err
		}
		alike = v.compared.mates
	} else {
		evidence.Sketch = nil // too old to be compared by its text
	}
	d := story.Decide(evidence, candidates, alike, s.matching())
	v.story, v.match, v.related = d.StoryID, d.Match, d.Related
	if v.story == 0 {
		v.story, _, err = s.newStory(s.origin, a.Identity.New, s.ensureRevision())
		return v, err
	}
	if err := s.takePublicKey(v.story, a.Identity.New); err != nil {
		return v, err
	}
	return v, s.touch(v.story, s.ensureRevision())
}

// matching returns the configured Matching, or the default.
func (s *saving) matching() news.Matching {
	if s.h.Matching == (news.Matching{}) {
		return news.DefaultMatching()
	}
	return s.h.Matching
}

// sketchIndex opens the index that texts are compared by, once in a transaction.
func (s *saving) sketchIndex() (*sketchIndex, error) {
	if s.sketches != nil {
		return s.sketches, nil
	}
	x, err := s.openSketchIndex(s.h.Source.ID, s.matching().Window, s.now)
	s.sketches = x
	return x, err
}

// findShared finds out, for all new entries of a document at once, which addresses and
// guids other entries have. Few are shared, and only those are looked up one by one.
func (s *saving) findShared(assigned []int64) error {
	s.sharedURLs, s.sharedGUIDs = map[any]bool{}, map[string]bool{}
	var urls, guids []any
	for i, id := range assigned {
		if a := &s.h.Arrivals[i]; id == 0 {
			guids = append(guids, keyHash(a.Identity.New))
			if key := urlKey(a.Evidence.URL); key != nil {
				urls = append(urls, key)
			}
		}
	}
	err := s.eachOf(`SELECT column1 FROM (VALUES `+rowsFrom(1, batch)+`) WHERE EXISTS (SELECT 1 FROM entry WHERE url_key = column1)`, batch, urls, addTo(s.sharedURLs))
	if err != nil {
		return err
	}
	return s.lookUp(`SELECT column1 FROM (VALUES `+rowsFrom(2, batch)+`) WHERE EXISTS (SELECT 1 FROM guid WHERE hash = column1 AND source_id <> $1)`, guids, addTo(s.sharedGUIDs))
}

const selectEvidence = `SELECT e.id, e.story_id, e.source_id, e.outlet, e.page, e.title_hash, e.text_hash, e.words, e.first_seen,
	coalesce(e.url_key, 0), c.guid, c.published FROM `

// candidates are the stored entries with the URL of the arrival, and those of
// other sources with its guid.
func (s *saving) candidates(a *story.Arrival, apart map[int64]bool) ([]story.Evidence, error) {
	var found []story.Evidence
	add := func(scan scan) error {
		var c story.Evidence
		var key int64
		if err := scan(&c.EntryID, &c.StoryID, &c.SourceID, &c.Outlet, &c.Page, asHash(&c.Title), asHash(&c.Text), &c.Words, asTime(&c.Seen),
			&key, &c.GUID, asTime(&c.Published)); err != nil {
			return err
		}
		c.Apart = apart[c.SourceID]
		if key != 0 && key == urlKey(a.Evidence.URL) {
			c.URL = a.Evidence.URL
		}
		found = append(found, c)
		return nil
	}
	url, guid := a.Evidence.URL, keyHash(a.Identity.New)
	if url != "" && s.sharedURLs[urlKey(url)] && !clean.IsRoot(url) { // a root identifies nothing, and everybody links it
		if err := s.each(selectEvidence+`entry e JOIN content c ON c.entry_id = e.id
			WHERE e.url_key = $1 ORDER BY e.id LIMIT $2`, []any{urlKey(url), story.MaxCandidates}, add); err != nil {
			return nil, err
		}
	}
	if !s.sharedGUIDs[string(guid)] {
		return found, nil
	}
	err := s.each(selectEvidence+`guid g JOIN entry e ON e.id = g.entry_id JOIN content c ON c.entry_id = e.id
		WHERE g.hash = $1 AND g.source_id <> $2 LIMIT $3`, []any{guid, s.h.Source.ID, story.MaxCandidates}, add)
	return found, err
}

// newStory makes a story for its first entry, under the first key that is free.
func (t *tx) newStory(origin, entryKey string, revision int64) (id int64, key string, err error) {
	for salt := 0; ; salt++ {
		key = news.StoryKey(origin, entryKey, salt)
		err = t.get(`INSERT INTO story (key, revision) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id`, []any{key, revision}, &id)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, key, err
		}
	}
}

// Nothing public may reveal an entry of a private source: not even that it exists, as the
// reason why two public entries became one story. So a public entry is compared with
// private ones only if their story has no public entry yet; and when it joins such a
// story, the story gets the key that it would have without the private ones.

// visible returns those of the candidates that the arriving entry may be compared with.
func (s *saving) visible(found []story.Evidence) ([]story.Evidence, error) {
	if !s.public || len(s.sketches.private) == 0 {
		return found, nil
	}
	var kept []story.Evidence
	for _, c := range found {
		known := false
		if s.sketches.private[c.SourceID] {
			var err error
			if known, err = s.everybodyKnows(c.StoryID); err != nil {
				return nil, err
			}
		}
		if !known {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// everybodyKnows reports whether a story has an entry of a public source.
func (s *saving) everybodyKnows(story int64) (bool, error) {
	return s.holds(`SELECT EXISTS (SELECT 1 FROM entry e JOIN source src ON src.id = e.source_id WHERE e.story_id = $1 AND src.public <> 0)`, story)
}

// takePublicKey gives a story without public entries, which a public entry joins, the key
// that it would have if that entry had begun it. The old key becomes an alias.
func (s *saving) takePublicKey(story int64, entryKey string) error {
	if !s.public || len(s.sketches.private) == 0 {
		return nil
	}
	if known, err := s.everybodyKnows(story); known || err != nil {
		return err
	}
	old, err := s.keyOf(story)
	if err != nil {
		return err
	}
	for salt := 0; ; salt++ {
		n, err := s.exec(`UPDATE story SET key = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM story WHERE key = $2)`,
			story, news.StoryKey(s.origin, entryKey, salt))
		if err != nil {
			return err
		}
		if n > 0 {
			break
		}
	}
	return s.do(`INSERT INTO story (key, revision, alias_of) VALUES ($1, $2, $3)`, old, s.ensureRevision(), story)
}
