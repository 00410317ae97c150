package store

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// The index of what entries say: their sketches, and postings that lead from a term
// to the entries that have it. It holds the entries of the window; an entry leaves
// it in order of arrival, some with every Save.

// forgetLimit is how many entries one Save looks at that may have left the window.
const forgetLimit = 64

// alikes is what one transaction knows of the index.
type alikes struct {
	*tx
	source    int64
	cutoff    time.Time // what was seen or published before is not compared
	forgotten int64     // entries up to this one have left
	habits    story.Habits
	apart     map[int64]bool // sources that never merge
	private   map[int64]bool // sources of which only subscribers know
	postings  *postings
}

// alikes opens the index for the source that is saved.
func (t *tx) alikes(source int64, window time.Duration, now time.Time) (*alikes, error) {
	x := &alikes{tx: t, source: source, cutoff: now.Add(-window)}
	var err error
	if x.apart, err = t.idSet(`SELECT id FROM source WHERE apart = 1`); err != nil {
		return nil, err
	}
	if x.private, err = t.idSet(`SELECT id FROM source WHERE public = 0`); err == nil {
		err = x.forget()
	}
	if err == nil {
		x.postings, err = t.postings(x.forgotten)
	}
	if err != nil {
		return nil, err
	}
	return x, x.learn()
}

// learn reads what the source said in its latest stories.
func (x *alikes) learn() error {
	var stories []story.Told
	err := x.each(`SELECT entry_id, data FROM sketch WHERE source_id = $1 AND entry_id > $2 AND first = 1 ORDER BY entry_id DESC LIMIT $3`,
		[]any{x.source, x.forgotten, story.HabitStories}, func(scan scan) error {
			t := story.Told{Sketch: &story.Sketch{}}
			var data sql.RawBytes
			err := scan(&t.Entry, &data)
			if err == nil && t.Sketch.UnmarshalBinary(data) == nil { // one of another version is made anew, see resketch.go
				stories = append(stories, t)
			}
			return err
		})
	for _, t := range slices.Backward(stories) {
		x.habits.Learn(t)
	}
	return err
}

// mark flags in a new sketch what the source says again and again, and stores the
// sketches again in which that is found out by it.
func (x *alikes) mark(s *story.Sketch) error {
	for _, t := range x.habits.Mark(s) {
		for _, term := range t.Sketch.Dropped() {
			x.postings.drop(term, t.Entry)
		}
		data, err := t.Sketch.MarshalBinary()
		if err != nil {
			return err
		}
		if _, err := x.exec(`UPDATE sketch SET data = $2 WHERE entry_id = $1`, t.Entry, data); err != nil {
			return err
		}
	}
	return nil
}

// forget drops entries that have left the window.
func (x *alikes) forget() error {
	if err := x.get(`SELECT value FROM counter WHERE name = 'forgotten'`, nil, &x.forgotten); err != nil {
		return err
	}
	old, err := x.leaving()
	if err != nil || len(old) == 0 {
		return err
	}
	for _, o := range old {
		if !o.sketched {
			continue // it was never compared
		}
		if _, err := x.exec(`DELETE FROM sketch WHERE entry_id = $1`, o.id); err != nil {
			return err
		}
	}
	x.forgotten = old[len(old)-1].id
	return x.set("forgotten", x.forgotten)
}

// leaver is an entry that leaves the window.
type leaver struct {
	id       int64
	sketched bool
}

// leaving returns the next entries, in order of arrival, that have left the window.
func (x *alikes) leaving() ([]leaver, error) {
	var old []leaver
	err := x.each(`SELECT e.id, e.first_seen, k.entry_id IS NOT NULL FROM entry e
		LEFT JOIN sketch k ON k.entry_id = e.id WHERE e.id > $1 ORDER BY e.id LIMIT $2`, []any{x.forgotten, forgetLimit}, func(scan scan) error {
		var o leaver
		var seen int64
		if err := scan(&o.id, &seen, &o.sketched); err != nil {
			return err
		}
		if !at(seen).Before(x.cutoff) {
			return errFull // those behind it came later
		}
		old = append(old, o)
		return nil
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return old, err
}

// found is what the index says of an arriving entry.
type found struct {
	sketch *story.Sketch
	finds  *story.Finds
	mates  []story.Evidence
}

// before are the sketches of the entries that a source has in a story.
func (f *found) before(source, storyID int64) (sketches []*story.Sketch) {
	for _, m := range f.mates {
		if m.SourceID == source && m.StoryID == storyID && m.Sketch != nil {
			sketches = append(sketches, m.Sketch)
		}
	}
	return sketches
}

// look compares an arriving entry with the index; nil when it is too old for that.
func (x *alikes) look(s *story.Sketch, published time.Time) (*found, error) {
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
	return &found{s, finds, mates}, err
}

// keep puts a stored entry into the index.
func (x *alikes) keep(f *found, entry, storyID int64, m news.Match) error {
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
	first = first || story.Retold(f.sketch, f.before(x.source, storyID))
	f.sketch.Derived = story.Derived(m)
	if first {
		x.habits.Learn(story.Told{Entry: entry, Sketch: f.sketch})
	}
	return x.write(f.sketch, f.finds.Keep(f.sketch, mates), entry, first)
}

// first reports whether an entry is the first of its story in its source, as far as
// the index holds it, or the first for a day, see [story.SeriesPause].
func (x *alikes) first(entry, storyID int64, m news.Match) (first bool, err error) {
	if m.Reason == news.ReasonNew {
		return true, nil
	}
	err = x.get(`SELECT NOT EXISTS (SELECT 1 FROM entry e JOIN sketch k ON k.entry_id = e.id
		WHERE e.story_id = $1 AND +e.source_id = $2 AND e.id > $3 AND e.id <> $4
		AND e.first_seen > (SELECT first_seen FROM entry WHERE id = $4) - $5)`,
		[]any{storyID, x.source, x.forgotten, entry, story.SeriesPause.Milliseconds()}, &first)
	return first, err
}

func (x *alikes) write(s *story.Sketch, terms []uint32, entry int64, first bool) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	if _, err := x.exec(`INSERT INTO sketch (source_id, entry_id, first, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (entry_id) DO UPDATE SET data = excluded.data`, x.source, entry, first, data); err != nil {
		return err
	}
	for _, term := range terms {
		x.postings.add(term, entry)
	}
	return nil
}

// revise brings the index up to date with a changed entry, if it holds it.
func (x *alikes) revise(entry int64, s *story.Sketch) error {
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
	x.habits.Revise(story.Told{Entry: entry, Sketch: s})
	finds, err := x.find(s)
	if err != nil {
		return err
	}
	return x.write(s, finds.Keep(s, nil), entry, first)
}
