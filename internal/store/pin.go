package store

import (
	"context"
	"errors"
	"time"

	"tributary/internal/news"
)

// ErrNotPinned says that there is no pin to take back.
var ErrNotPinned = errors.New("it is not pinned")

// Pin makes an entry the one shown of its story wherever a feed selects its
// source. A story has one pin: the number of the entry that had it before is
// returned, 0 for none.
func (db *DB) Pin(ctx context.Context, entry int64, now time.Time) (instead int64, err error) {
	err = db.update(ctx, func(t *tx) error {
		story, err := t.storyOf(entry)
		if err != nil {
			return err
		}
		before, err := t.ids(`SELECT id FROM entry WHERE story_id = $1 AND pinned <> 0 AND id <> $2`, story, entry)
		if err != nil {
			return err
		}
		for _, id := range before {
			instead = id
			t.unpin(id, story, now)
		}
		t.do(`UPDATE entry SET pinned = $2 WHERE id = $1`, entry, ms(now))
		t.recordHand(entry, news.Pinned, story, story, now)
		return t.requeueStory(story)
	})
	return instead, err
}

// Unpin takes the pin of an entry back: feeds choose again.
func (db *DB) Unpin(ctx context.Context, entry int64, now time.Time) error {
	return db.update(ctx, func(t *tx) error {
		story, err := t.storyOf(entry)
		if err != nil {
			return err
		}
		pinned, err := t.ids(`SELECT id FROM entry WHERE id = $1 AND pinned <> 0`, entry)
		if err != nil {
			return err
		}
		if len(pinned) == 0 {
			return ErrNotPinned
		}
		t.unpin(entry, story, now)
		return t.requeueStory(story)
	})
}

func (t *tx) unpin(entry, story int64, now time.Time) {
	t.do(`UPDATE entry SET pinned = 0 WHERE id = $1`, entry)
	t.recordHand(entry, news.Unpinned, story, story, now)
}

// requeueStory has the next round of publishing judge a story again.
func (t *tx) requeueStory(story int64) error { return t.touch(story, t.nextRevision()) }
