package store

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// The sketch index is what the texts of entries are compared by: their sketches (see
// package story), and postings that lead from a term to the entries that have it. It
// holds the entries that arrived within the window of comparison. Those that have left
// the window are removed in the order of their arrival, a few with every Save.

// forgetLimit is how many entries one Save removes at most.
const forgetLimit = 64

// sketchIndex is the index as one transaction sees it.
type sketchIndex struct {
	*tx
	source    int64
	cutoff    time.Time // what was seen or published before is not compared
	forgotten int64     // entries up to this one are removed
	habits    story.Habits
	apart     map[int64]bool // sources that never merge
	private   map[int64]bool // sources of which only subscribers know
	postings  *postings
}

// openSketchIndex opens the index for the source that is saved.
func (t *tx) openSketchIndex(source int64, window time.Duration, now time.Time) (*sketchIndex, error) {
	x := &sketchIndex{tx: t, source: source, cutoff: now.Add(-window)}
	var err error
	if x.apart, err = t.idSet(`SELECT id FROM source WHERE apart = 1`); err != nil {
		return nil, err
	}
	if x.private, err = t.idSet(`SELECT id FROM source WHERE public = 0`); err != nil {
		return nil, err
	}
	if err := x.forget(); err != nil {
		return nil, err
	}
	if x.postings, err = t.postings(x.forgotten); err != nil {
		return nil, err
	}
	return x, x.learnHabits()
}

// learnHabits reads the sketches of the latest stories of the source, from which its habits
// are learned: phrases that it repeats in every text.
func (x *sketchIndex) learnHabits() error {
	var stories []story.Sample
	err := x.each(`SELECT entry_id, data FROM sketch WHERE source_id = $1 AND entry_id > $2 AND first = 1 ORDER BY entry_id DESC LIMIT $3`,
		[]any{x.source, x.forgotten, story.HabitStories}, func(scan scan) error {
			t := story.Sample{Sketch: &story.Sketch{}}
			var data sql.RawBytes
			err := scan(&t.Entry, &data)
			if err == nil && t.Sketch.UnmarshalBinary(data) == nil { // others are made anew, see resketch.go
				stories = append(stories, t)
			}
			return err
		})
	for _, t := range slices.Backward(stories) {
		x.habits.Learn(t)
	}
	return err
}

// mark flags in a new sketch what the source repeats in many texts. Sketches of earlier
// texts in which that becomes apparent by the new one are stored anew.
func (x *sketchIndex) mark(s *story.Sketch) error {
	for _, t := range x.habits.Mark(s) {
		for _, term := range t.Sketch.Dropped() {
			x.postings.drop(term, t.Entry)
		}
		data, err := t.Sketch.MarshalBinary()
		if err != nil {
			return err
		}
		x.do(`UPDATE sketch SET data = $2 WHERE entry_id = $1`, t.Entry, data)
	}
	return x.err
}

// forget removes entries that have left the window.
func (x *sketchIndex) forget() (err error) {
	if x.forgotten, err = x.counter("forgotten"); err != nil {
		return err
	}
	last, err := x.lastToForget()
	if err != nil || last == 0 {
		return err
	}
	x.do(`DELETE FROM sketch WHERE entry_id > $1 AND entry_id <= $2`, x.forgotten, last)
	x.forgotten = last
	return x.setCounter("forgotten", last)
}

// lastToForget returns the last of the next entries, in order of arrival, that have left the
// window; 0 when there is none.
func (x *sketchIndex) lastToForget() (last int64, err error) {
	err = x.each(`SELECT id, first_seen FROM entry WHERE id > $1 ORDER BY id LIMIT $2`, []any{x.forgotten, forgetLimit}, func(scan scan) error {
		var id int64
		var seen time.Time
		if err := scan(&id, asTime(&seen)); err != nil {
			return err
		}
		if !seen.Before(x.cutoff) {
			return errStop // those after it arrived later
		}
		last = id
		return nil
	})
	return last, err
}

// comparison is what comparing an arriving entry with the index gave.
type comparison struct {
	sketch *story.Sketch    // of the entry
	finds  *story.Finds     // entries that share terms with it
	mates  []story.Evidence // the most similar of these, with others of their stories
}

// of returns the sketches of the mates from this source that are in this story.
func (c *comparison) of(source, storyID int64) (sketches []*story.Sketch) {
	for _, m := range c.mates {
		if m.SourceID == source && m.StoryID == storyID && m.Sketch != nil {
			sketches = append(sketches, m.Sketch)
		}
	}
	return sketches
}

// look compares an arriving entry with the index; nil when the entry is too old for that.
func (x *sketchIndex) look(s *story.Sketch, published time.Time) (*comparison, error) {
	if s == nil || published.Before(x.cutoff) {
		return nil, nil
	}
	s.Published = published
	if err := x.mark(s); err != nil {
		return nil, err
	}
	finds, err := x.find(s)
	if err != nil {
		return nil, err
	}
	mates, err := x.mates(finds.Best())
	return &comparison{s, finds, mates}, err
}

// keep adds an entry, which is stored now, to the index.
func (x *sketchIndex) keep(f *comparison, entry, storyID int64, m news.Match) error {
	if f == nil {
		return nil
	}
	mates := map[int64]bool{}
	for _, c := range f.mates {
		if c.StoryID == storyID {
			mates[c.EntryID] = true
		}
	}
	first, err := x.first(entry, storyID, m)
	if err != nil {
		return err
	}
	first = first || story.Retold(f.sketch, f.of(x.source, storyID))
	f.sketch.Derived = story.Derived(m)
	if first {
		x.habits.Learn(story.Sample{Entry: entry, Sketch: f.sketch})
	}
	return x.write(f.sketch, f.finds.Keep(f.sketch, mates), entry, first)
}

// first reports whether the index holds no other entry of the same story and source that
// was seen less than story.SeriesPause before this one.
func (x *sketchIndex) first(entry, storyID int64, m news.Match) (bool, error) {
	if m.Reason == news.ReasonNew {
		return true, nil
	}
	return x.holds(`SELECT NOT EXISTS (SELECT 1 FROM entry e JOIN sketch k ON k.entry_id = e.id
		WHERE e.story_id = $1 AND +e.source_id = $2 AND e.id > $3 AND e.id <> $4
		AND e.first_seen > (SELECT first_seen FROM entry WHERE id = $4) - $5)`,
		storyID, x.source, x.forgotten, entry, story.SeriesPause.Milliseconds())
}

// write stores a sketch and posts the entry under some of its terms.
func (x *sketchIndex) write(s *story.Sketch, terms []uint32, entry int64, first bool) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	x.do(`INSERT INTO sketch (source_id, entry_id, first, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (entry_id) DO UPDATE SET data = excluded.data`, x.source, entry, first, data)
	for _, term := range terms {
		x.postings.add(term, entry)
	}
	return x.err
}

// revise brings the index up to date with a changed entry, if it holds it.
func (x *sketchIndex) revise(entry int64, s *story.Sketch) error {
	var first bool
	var old []byte
	err := x.get(`SELECT first, data FROM sketch WHERE entry_id = $1 AND $1 > $2`, []any{entry, x.forgotten}, &first, &old)
	var was story.Sketch
	if errors.Is(err, sql.ErrNoRows) || err == nil && was.UnmarshalBinary(old) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	for _, term := range was.Kept() {
		x.postings.drop(term, entry)
	}
	s.Published, s.Undated, s.Derived = was.Published, was.Undated, was.Derived
	if err := x.mark(s); err != nil {
		return err
	}
	x.habits.Revise(story.Sample{Entry: entry, Sketch: s})
	finds, err := x.find(s)
	if err != nil {
		return err
	}
	return x.write(s, finds.Keep(s, nil), entry, first)
}
