package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"tributary/internal/news"
)

// SplitResult is the result of Split.
type SplitResult struct {
	Key   string  // of the story that goes on: its page, its guid and what feeds show of it
	New   string  // of the story that begins
	Stays []int64 // entries of the first
	Moved []int64 // entries of the second
}

// Errors of Split.
var (
	ErrAlone      = errors.New("it is the only entry of its story")
	ErrAll        = errors.New("these are all entries of the story: name only those that are to be a story of their own")
	ErrTwoStories = errors.New("they are entries of different stories: one call splits one story")
)

// Split separates the named entries of a story from the others. The side that has the
// entry which was published first remains the story, whether its entries are the named
// ones or not; the other side becomes a new story. Feeds publish that as news, unless all
// its entries are backlog or a feed shows it already.
func (db *DB) Split(ctx context.Context, entries []int64, now time.Time) (p SplitResult, err error) {
	err = db.update(ctx, func(t *tx) error {
		s := splitting{tx: t, now: now}
		err := s.split(entries)
		p = s.result
		return err
	})
	return p, err
}

// splitting is the state of one Split.
type splitting struct {
	*tx
	now          time.Time
	story, fresh int64 // the one that is split, and the new one
	result       SplitResult
}

func (s *splitting) split(named []int64) error {
	if err := s.sides(named); err != nil {
		return err
	}
	revision := s.nextRevision()
	if err := s.begin(revision); err != nil {
		return err
	}
	for _, id := range s.result.Moved {
		s.regroup(id, news.Split, s.story, s.fresh, s.now)
		// Born again: what readers could not see until now is no feed's past.
		s.do(`UPDATE entry SET born = $2 WHERE id = $1`, id, revision)
	}
	if err := s.rehome(); err != nil {
		return err
	}
	s.aliases()
	return s.touch(s.story, revision)
}

// sides decides which entries move.
func (s *splitting) sides(named []int64) error {
	for i, id := range named {
		story, err := s.storyOf(id)
		if err != nil {
			return err
		}
		if i > 0 && story != s.story {
			return ErrTwoStories
		}
		s.story = story
	}
	all, err := s.ids(`SELECT id FROM entry WHERE story_id = $1 ORDER BY first_seen, id`, s.story)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return slices.Contains(named, id) })
	switch {
	case len(all) == 1:
		return ErrAlone
	case len(rest) == 0:
		return ErrAll
	}
	first, published, err := s.firstEntered(s.story)
	if err != nil {
		return err
	}
	if !published {
		first.first = all[0]
	}
	s.result.Stays, s.result.Moved = rest, slices.DeleteFunc(all, func(id int64) bool { return slices.Contains(rest, id) })
	if !slices.Contains(rest, first.first) {
		s.result.Stays, s.result.Moved = s.result.Moved, s.result.Stays
	}
	return nil
}

// begin makes the new story. As with every story its key derives from its first entry, but
// it differs from the key of a story that this entry may have begun when it arrived.
func (s *splitting) begin(revision int64) error {
	var origin, guid string
	err := s.get(`SELECT src.origin, coalesce(c.guid, '') FROM entry e JOIN source src ON src.id = e.source_id
		LEFT JOIN content c ON c.entry_id = e.id WHERE e.id = $1`, []any{s.result.Moved[0]}, &origin, &guid)
	if err == nil {
		s.fresh, s.result.New, err = s.newStory(origin, "split\x00"+guid, revision)
	}
	if err == nil {
		s.result.Key, err = s.keyOf(s.story)
	}
	return err
}

// rehome gives each Publication to the side that it belongs to; it keeps the guid that
// subscribers know.
func (s *splitting) rehome() error {
	byFeed, err := s.affectedBy(s.story)
	if err != nil {
		return err
	}
	for feed, pubs := range byFeed {
		for i, p := range pubs {
			pubs[i].moves = slices.Contains(s.result.Moved, p.first)
		}
		if err := s.reassign(feed, pubs); err != nil {
			return err
		}
		for _, p := range pubs {
			s.give(p)
		}
	}
	return s.err
}

// reassign corrects to which side the Publications of one feed go. A Publication goes with
// the entry that it was made for. But if all those of the feed would go to one side, the
// first of them goes to the side that the feed can show, and to the remaining story if it
// can show both: so nothing that readers have seen comes again as news.
func (s *splitting) reassign(feed int64, pubs []affected) error {
	stands := &pubs[0]
	if stands.keeps || slices.ContainsFunc(pubs, func(p affected) bool { return p.moves != stands.moves }) {
		return nil
	}
	stays, err := s.showable(feed, s.story)
	if err != nil {
		return err
	}
	moved, err := s.showable(feed, s.fresh)
	if err != nil {
		return err
	}
	first := stays
	switch {
	case len(stays) > 0:
		stands.moves = false
	case len(moved) > 0:
		stands.moves, first = true, moved
	default:
		return nil // by the entry that it was made for, for the day that this one comes back
	}
	if stands.moves != slices.Contains(s.result.Moved, stands.first) {
		stands.first = first[0]
	}
	return nil
}

// showable returns the entries of a story that a feed may show, in the order in which they
// were seen.
func (s *splitting) showable(feed, story int64) ([]int64, error) {
	return s.ids(`SELECT e.id FROM entry e JOIN feed_source fs ON fs.source_id = e.source_id
		WHERE e.story_id = $1 AND fs.feed_id = $2 AND `+feedable+`
		ORDER BY e.first_seen, e.id`, story, feed)
}

// give stores which side a Publication belongs to.
func (s *splitting) give(p affected) {
	story := s.story
	if p.moves {
		story = s.fresh
	}
	s.do(`UPDATE publication SET story_id = $3, first = $4,
			guid = CASE WHEN $3 = $5 THEN guid ELSE coalesce(guid, (SELECT guid FROM story WHERE id = $5)) END
		WHERE feed_id = $1 AND sequence = $2`, p.feed, p.sequence, story, p.first, s.story)
}

// aliases has the aliases of stories that were merged into this one lead to the new story
// if all their entries are there now.
func (s *splitting) aliases() {
	s.do(`UPDATE story SET alias_of = $2 WHERE alias_of = $1
		AND EXISTS (SELECT 1 FROM hand h JOIN entry e ON e.id = h.entry_id WHERE h.was = story.id AND e.story_id = $2)
		AND NOT EXISTS (SELECT 1 FROM hand h JOIN entry e ON e.id = h.entry_id WHERE h.was = story.id AND e.story_id = $1)`,
		s.story, s.fresh)
}
