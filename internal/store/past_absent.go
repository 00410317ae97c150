package store

import (
	"context"
	"fmt"

	"tributary/internal/news"
)

// absent returns the Publications of a resumed feed whose source has not delivered a
// document since, newest first, at most as many as any feed shows.
func (db *DB) absent(ctx context.Context, feed int64) ([]news.PastPublication, error) {
	silent := map[string]bool{} // marks of sources
	err := db.each(ctx, `SELECT kind, url, name FROM source WHERE first_ok = 0 AND retired_at = 0`, nil, func(scan scan) error {
		var s news.Source
		err := scan(&s.Kind, &s.URL, &s.Name)
		silent[news.SourceMark(s)] = true
		return err
	})
	if err != nil || len(silent) == 0 {
		return nil, err
	}
	var found []news.PastPublication
	err = db.each(ctx, `SELECT `+pastColumns+`, e.source, e.entry, e.shown FROM past p JOIN past_entry e ON e.feed_id = p.feed_id AND e.guid = p.guid
		WHERE p.feed_id = $1 ORDER BY p.sequence DESC, p.guid, e.shown DESC, e.source, e.entry`, []any{feed}, func(scan scan) error {
		var b pastRow
		var source, entry string
		var shown bool
		if err := scan(append(b.columns(), &source, &entry, &shown)...); err != nil {
			return err
		}
		switch last := len(found) - 1; {
		case !shown:
			if last >= 0 && found[last].GUID == b.guid {
				found[last].Entries = append(found[last].Entries, source+"."+entry)
			}
		case silent[source] && len(found) < news.MaxShown:
			found = append(found, b.publication(source+"."+entry))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what waits for its source: %w", err)
	}
	return found, nil
}

func (b *pastRow) publication(shown string) news.PastPublication {
	return news.PastPublication{
		Publication: news.Publication{
			GUID: b.guid, StoryKey: b.key, Sequence: b.sequence, Entered: at(b.entered),
			Published: at(b.published), Updated: at(b.updated), Signature: uint64(b.signature),
		},
		Entries: []string{shown},
	}
}
