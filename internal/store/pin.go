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
		for _, id := range before {
			instead = id
			err = errors.Join(err, t.unpin(id, story, now))
		}
		if err != nil {
			return err
		}
		if err := t.do(`UPDATE entry SET pinned = $2 WHERE id = $1`, entry, ms(now)); err != nil {
			return err
		}
		if _, err := t.recordHand(entry, news.Pinned, story, story, now); err != nil {
			return err
		}
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
		if err := t.unpin(entry, story, now); err != nil {
			return err
		}
		return t.requeueStory(story)
	})
}

func (t *tx) unpin(entry, story int64, now time.Time) error {
	err := t.do(`UPDATE entry SET pinned = 0 WHERE id = $1`, entry)
	if err == nil {
		_, err = t.recordHand(entry, news.Unpinned, story, story, now)
	}
	return err
}

// requeueStory has the next round of publishing judge a story again.
func (t *tx) requeueStory(story int64) error {
	revision, err := t.nextRevision()
	if err == nil {
		err = t.touch(story, revision)
	}
	return err
}
