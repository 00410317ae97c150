package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
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
}

// alikes opens the index for the source that is saved.
func (t *tx) alikes(source int64, window time.Duration, now time.Time) (*alikes, error) {
	x := &alikes{tx: t, source: source, cutoff: now.Add(-window)}
	if err := x.forget(); err != nil {
		return nil, err
	}
	return x, x.learn()
}

// learn reads what the source said in its latest stories.
func (x *alikes) learn() error {
	var stories [][]uint32
	err := x.each(`SELECT data FROM sketch WHERE source_id = $1 AND entry_id > $2 AND first = 1 ORDER BY entry_id DESC LIMIT $3`,
		[]any{x.source, x.forgotten, story.HabitStories}, func(scan scan) error {
			var data []byte
			var s story.Sketch
			err := scan(&data)
			if err == nil && s.UnmarshalBinary(data) == nil { // one of another version is made anew, see resketch.go
				stories = append(stories, s.Runs)
			}
			return err
		})
	for _, runs := range slices.Backward(stories) {
		x.habits.Learn(runs)
	}
	return err
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
		if o.data == nil {
			continue // it was never compared
		}
		if err := x.remove(o.source, o.id, o.data); err != nil {
			return err
		}
	}
	x.forgotten = old[len(old)-1].id
	_, err = x.exec(`UPDATE counter SET value = $1 WHERE name = 'forgotten'`, x.forgotten)
	return err
}

// leaver is an entry that leaves the window, with its sketch.
type leaver struct {
	id, source int64
	data       []byte
}

// leaving returns the next entries, in order of arrival, that have left the window.
func (x *alikes) leaving() ([]leaver, error) {
	var old []leaver
	err := x.each(`SELECT e.id, e.source_id, e.first_seen, k.data FROM entry e
		LEFT JOIN sketch k ON k.source_id = e.source_id AND k.entry_id = e.id
		WHERE e.id > $1 ORDER BY e.id LIMIT $2`, []any{x.forgotten, forgetLimit}, func(scan scan) error {
		var o leaver
		var seen int64
		if err := scan(&o.id, &o.source, &seen, &o.data); err != nil {
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

// remove takes an entry out of the index.
func (x *alikes) remove(source, entry int64, data []byte) error {
	var s story.Sketch
	if s.UnmarshalBinary(data) == nil {
		for _, term := range s.Kept() {
			if _, err := x.exec(`DELETE FROM posting WHERE term = $1 AND entry_id = $2`, int64(term), entry); err != nil {
				return err
			}
		}
	}
	_, err := x.exec(`DELETE FROM sketch WHERE source_id = $1 AND entry_id = $2`, source, entry)
	return err
}

// termBatch and entryBatch are how many values one look-up takes. Fixed numbers
// keep the statements prepared; places left over repeat the first value.
const (
	termBatch  = 32
	entryBatch = 16
)

var (
	selectPostings = `SELECT term, entry_id FROM posting WHERE term IN (` + placesFrom(2, termBatch) + `) AND entry_id > $1`
	selectMates    = `SELECT e.id, e.story_id, e.source_id, e.outlet, e.first_seen, src.apart, k.data
		FROM entry e JOIN source src ON src.id = e.source_id JOIN sketch k ON k.source_id = e.source_id AND k.entry_id = e.id
		WHERE e.story_id IN (SELECT story_id FROM entry WHERE id IN (` + placesFrom(2, entryBatch) + `)) AND e.id > $1`
)

// placesFrom are n placeholders, the first of number from.
func placesFrom(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", $%d", from+i)
	}
	return b.String()[2:]
}

// find looks up the entries that share terms with a sketch.
func (x *alikes) find(s *story.Sketch) (*story.Finds, error) {
	asked := s.Asked()
	under := map[uint32][]int64{}
	for batch := range slices.Chunk(asked, termBatch) {
		args := make([]any, 1+termBatch)
		args[0] = x.forgotten
		for i := range termBatch {
			args[1+i] = int64(batch[min(i, len(batch)-1)].Hash)
		}
		err := x.each(selectPostings, args, func(scan scan) error {
			var term, entry int64
			err := scan(&term, &entry)
			under[uint32(term)] = append(under[uint32(term)], entry)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var f story.Finds
	for _, t := range asked {
		f.Add(t, under[t.Hash])
	}
	return &f, nil
}

// mates returns the evidence of entries and of the other members of their stories.
func (x *alikes) mates(entries []int64) ([]story.Evidence, error) {
	seen := map[int64]bool{}
	var found []story.Evidence
	for batch := range slices.Chunk(entries, entryBatch) {
		args := make([]any, 1+entryBatch)
		args[0] = x.forgotten
		for i := range entryBatch {
			args[1+i] = batch[min(i, len(batch)-1)]
		}
		err := x.each(selectMates, args, func(scan scan) error {
			c := story.Evidence{Sketch: &story.Sketch{}}
			var first int64
			var data []byte
			if err := scan(&c.EntryID, &c.StoryID, &c.SourceID, &c.Outlet, &first, &c.Apart, &data); err != nil {
				return err
			}
			if seen[c.EntryID] || c.Sketch.UnmarshalBinary(data) != nil {
				return nil
			}
			seen[c.EntryID] = true
			c.Seen, c.Published = at(first), c.Sketch.Published
			found = append(found, c)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// found is what the index says of an arriving entry.
type found struct {
	sketch *story.Sketch
	finds  *story.Finds
	mates  []story.Evidence
}

// look compares an arriving entry with the index; nil when it is too old for that.
func (x *alikes) look(s *story.Sketch, published time.Time) (*found, error) {
	if s == nil || published.Before(x.cutoff) {
		return nil, nil
	}
	s.Published = published
	x.habits.Mark(s)
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
	first := true
	for _, c := range f.mates {
		if c.StoryID == storyID {
			mates[c.EntryID] = true
			first = first && c.SourceID != x.source
		}
	}
	f.sketch.Derived = story.Derived(m)
	if first {
		x.habits.Learn(f.sketch.Runs)
	}
	return x.write(f.sketch, f.finds.Keep(f.sketch, mates), entry, first)
}

func (x *alikes) write(s *story.Sketch, terms []uint32, entry int64, first bool) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	if _, err := x.exec(`INSERT INTO sketch (source_id, entry_id, first, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (source_id, entry_id) DO UPDATE SET data = excluded.data`, x.source, entry, first, data); err != nil {
		return err
	}
	for batch := range slices.Chunk(terms, postingBatch) {
		args := make([]any, 1+postingBatch)
		args[0] = entry
		for i := range postingBatch {
			args[1+i] = int64(batch[min(i, len(batch)-1)])
		}
		if _, err := x.exec(insertPostings, args...); err != nil {
			return err
		}
	}
	return nil
}

// postingBatch is how many postings one statement writes; places left over repeat
// the last, which is there by then.
const postingBatch = 8

var insertPostings = func() string {
	var b strings.Builder
	b.WriteString(`INSERT INTO posting (term, entry_id) VALUES `)
	for i := range postingBatch {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($%d, $1)", 2+i)
	}
	b.WriteString(` ON CONFLICT (term, entry_id) DO NOTHING`)
	return b.String()
}()

// revise brings the index up to date with a changed entry, if it holds it.
func (x *alikes) revise(entry int64, s *story.Sketch) error {
	var first bool
	var old []byte
	err := x.get(`SELECT first, data FROM sketch WHERE source_id = $1 AND entry_id = $2 AND $2 > $3`, []any{x.source, entry, x.forgotten}, &first, &old)
	var was story.Sketch
	if errors.Is(err, sql.ErrNoRows) || err == nil && was.UnmarshalBinary(old) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if err := x.remove(x.source, entry, old); err != nil {
		return err
	}
	s.Published, s.Derived = was.Published, was.Derived
	x.habits.Mark(s)
	finds, err := x.find(s)
	if err != nil {
		return err
	}
	return x.write(s, finds.Keep(s, nil), entry, first)
}
