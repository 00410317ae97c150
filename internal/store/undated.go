package store

import (
	"encoding/json"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// times are those that a new entry is kept with.
func (s *saving) times(a *story.Arrival) (published, updated time.Time) {
	if s.backlog && statesNoTime(a) && s.h.Source.Kind == news.KindFeed { // a folder has no order that tells of time
		at := news.Undated(a.Position, s.now)
		return at, at
	}
	return news.Sane(a.Entry.Published, a.Entry.Updated, s.now)
}

func statesNoTime(a *story.Arrival) bool {
	return a.Entry.Published.IsZero() && a.Entry.Updated.IsZero()
}

// undated reports whether the published time of a stored entry is ours.
func (t *tx) undated(entry int64) (bool, error) {
	var column string
	if err := t.get(`SELECT extra FROM content WHERE entry_id = $1`, []any{entry}, &column); err != nil || column == "" {
		return false, err
	}
	var extra news.Extra
	err := json.Unmarshal([]byte(column), &extra)
	return extra.Undated, err
}
