package store

import (
	"encoding/json"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// times returns the published and updated times that a new entry is stored with.
func (s *saving) times(a *story.Arrival) (published, updated time.Time) {
	if s.backlog && statesNoTime(a) && s.h.Source.Kind == news.KindFeed { // a folder has no order that tells of time
		at := news.Undated(a.Position, s.now)
		return at, at
	}
	return news.PlausibleTimes(a.Entry.Published, a.Entry.Updated, s.now)
}

// statesNoTime reports whether the document gives the entry no time at all.
func statesNoTime(a *story.Arrival) bool {
	return a.Entry.Published.IsZero() && a.Entry.Updated.IsZero()
}

// undated reports whether a stored entry states no time, so that its published time is ours.
func (t *tx) undated(entry int64) (bool, error) {
	var column string
	if err := t.get(`SELECT extra FROM content WHERE entry_id = $1`, []any{entry}, &column); err != nil || column == "" {
		return false, err
	}
	var extra news.Extra
	err := json.Unmarshal([]byte(column), &extra)
	return extra.Undated, err
}
