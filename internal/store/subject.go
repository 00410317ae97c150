package store

import (
	"context"
	"slices"
	"time"

	"tributary/internal/news"
)

// Subjects calls see for the entries of the given sources that were first seen
// since a time and may be in a feed, latest first. Each is passed as the rule of
// a feed with these sources would see it.
func (db *DB) Subjects(ctx context.Context, sources []int64, since time.Time, see func(news.Subject)) error {
	if len(sources) == 0 {
		return nil
	}
	from := ` FROM entry e`
	where := ` WHERE e.source_id IN (` + integers(sources) + `) AND ` + feedable
	outlets, sizes := map[int64][]string{}, map[int64]int{}
	err := db.each(ctx, `SELECT e.story_id, e.outlet`+from+where+` AND e.story_id IN (SELECT story_id FROM entry WHERE first_seen >= $1)
		ORDER BY e.outlet`, []any{ms(since)}, func(scan scan) error {
		var story int64
		var outlet string
		err := scan(&story, &outlet)
		sizes[story]++
		if outlet != "" && !slices.Contains(outlets[story], outlet) {
			outlets[story] = append(outlets[story], outlet)
		}
		return err
	})
	if err != nil {
		return err
	}
	return db.each(ctx, `SELECT `+shownColumns+from+shownJoins+where+` AND e.first_seen >= $1 ORDER BY e.id DESC`, []any{ms(since)}, func(scan scan) error {
		var s news.Shown
		err := scanShown(scan, &s)
		if err == nil {
			see(news.Subject{Entry: &s.Entry, Source: &s.Source, Outlets: outlets[s.Entry.StoryID], Size: sizes[s.Entry.StoryID]})
		}
		return err
	})
}
