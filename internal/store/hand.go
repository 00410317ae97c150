package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tributary/internal/news"
)

// Corrections by hand are in merge.go, split.go and pin.go. Each is one transaction, which
// changes rows and raises the revision; the feeds follow in the next round of publishing.
// A correction lasts because an entry is judged only once, when it arrives: nothing else
// ever changes the story of an entry.

// recordHand stores what a person did to an entry, and returns the number of the row.
func (t *tx) recordHand(entry int64, act news.Act, was, became int64, now time.Time) int64 {
	return t.put(`INSERT INTO hand (entry_id, act, at, was, became) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		entry, string(act), ms(now), was, became)
}

// regroup moves an entry from its story to another one.
func (t *tx) regroup(entry int64, act news.Act, from, to int64, now time.Time) {
	hand := t.recordHand(entry, act, from, to, now)
	t.do(`UPDATE entry SET story_id = $2, hand = $3 WHERE id = $1`, entry, to, hand)
}

// touch marks a story as changed: publishing judges it again.
func (t *tx) touch(story, revision int64) error {
	return t.do(`UPDATE story SET revision = $2 WHERE id = $1`, story, revision)
}

// keyOf returns the key of a story.
func (t *tx) keyOf(story int64) (key string, err error) {
	err = t.get(`SELECT key FROM story WHERE id = $1`, []any{story}, &key)
	return key, err
}

// entered is when a Publication entered its feed by our clock, and which entry it was made
// for.
type entered struct {
	when, first int64
	private     bool // no public feed has the story
}

// firstEntered returns the first Publication of a story in any feed; ok is false for a
// story without one. Public feeds go before private ones: what everybody sees must not
// depend on what subscribers of a private feed have seen. A Publication of a backlog has
// entered when it was placed in history, but not before its entry and its feed existed.
func (t *tx) firstEntered(story int64) (earliest entered, ok bool, err error) {
	err = t.each(`SELECT p.entered, e.first_seen, f.created_at, p.first, f.private FROM publication p JOIN entry e ON e.id = p.first
		JOIN feed f ON f.id = p.feed_id WHERE p.story_id = $1 ORDER BY f.private, p.feed_id, p.sequence`, []any{story}, func(scan scan) error {
		var placed, seen, made int64
		var one entered
		err := scan(&placed, &seen, &made, &one.first, &one.private)
		one.when = max(placed, seen, made)
		if !ok || one.private == earliest.private && one.when < earliest.when {
			earliest, ok = one, true
		}
		return err
	})
	return earliest, ok, err
}

// affected is a Publication of a story that is corrected.
type affected struct {
	feed, sequence, story int64
	first                 int64 // the entry that it was made for
	removed               bool
	keeps                 bool // its feed keeps duplicates
	moves                 bool // to the story that a split begins
}

// affectedBy returns the Publications that a correction of stories affects, by feed: in the
// order of the stories, and of each story first the one that is shown.
func (t *tx) affectedBy(stories ...int64) (map[int64][]affected, error) {
	byFeed := map[int64][]affected{}
	for _, story := range stories {
		err := t.each(`SELECT p.feed_id, p.sequence, p.first, p.removed, f.selection = $2 FROM publication p JOIN feed f ON f.id = p.feed_id
			WHERE p.story_id = $1 ORDER BY p.feed_id, p.aside, p.sequence`, []any{story, string(news.Keep)}, func(scan scan) error {
			h := affected{story: story}
			err := scan(&h.feed, &h.sequence, &h.first, &h.removed, &h.keeps)
			byFeed[h.feed] = append(byFeed[h.feed], h)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return byFeed, nil
}

// standing orders the Publications that a feed has of a story. The first one is shown if
// only one may be.
func standing(a, b publicationRow) int {
	if a.aside != b.aside {
		if b.aside {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.sequence, b.sequence)
}

// Corrections returns what people did to an entry, oldest first.
func (db *DB) Corrections(ctx context.Context, entry int64) ([]news.Correction, error) {
	return rowsOf(ctx, db, `SELECT h.act, h.at, h.entry_id, w.key, b.key FROM hand h JOIN story w ON w.id = h.was JOIN story b ON b.id = h.became
		WHERE h.entry_id = $1 ORDER BY h.id`, []any{entry}, func(c *news.Correction) []any {
		return []any{&c.Act, asTime(&c.At), &c.EntryID, &c.From, &c.To}
	})
}

// storyOf returns the story of an entry.
func (t *tx) storyOf(entry int64) (int64, error) {
	story, err := t.number(`SELECT story_id FROM entry WHERE id = $1`, entry)
	if err != nil {
		return 0, fmt.Errorf("entry %d: %w", entry, err)
	}
	return story, nil
}
