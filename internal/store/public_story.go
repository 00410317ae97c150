package store

import (
	"tributary/internal/news"
	"tributary/internal/story"
)

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
func (s *saving) everybodyKnows(story int64) (known bool, err error) {
	err = s.get(`SELECT EXISTS (SELECT 1 FROM entry e JOIN source src ON src.id = e.source_id WHERE e.story_id = $1 AND src.public <> 0)`,
		[]any{story}, &known)
	return known, err
}

// takePublicKey gives a story without public entries, which a public entry joins, the key
// that it would have if that entry had begun it. The old key becomes an alias.
func (s *saving) takePublicKey(story int64, entryKey string, revision int64) error {
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
	_, err = s.exec(`INSERT INTO story (key, revision, alias_of) VALUES ($1, $2, $3)`, old, revision, story)
	return err
}
