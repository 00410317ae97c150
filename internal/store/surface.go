package store

import (
	"tributary/internal/news"
	"tributary/internal/story"
)

// What everybody sees must not tell of what only subscribers know: not which private
// entry two public ones resemble, nor that there is one. So a public entry is compared
// with private ones only where no public one has told the story yet, and the story then
// goes by the name that it would have without them.

// visible leaves out what the arriving entry must not be judged by.
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

// everybodyKnows reports whether a public source has told a story.
func (s *saving) everybodyKnows(story int64) (known bool, err error) {
	err = s.get(`SELECT EXISTS (SELECT 1 FROM entry e JOIN source src ON src.id = e.source_id WHERE e.story_id = $1 AND src.public <> 0)`,
		[]any{story}, &known)
	return known, err
}

// surface gives a story of which only subscribers knew, and which a public entry now
// tells, the key that it would have if that had begun it. The old one leads to it.
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
