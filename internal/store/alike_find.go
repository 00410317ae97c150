package store

import (
	"database/sql"
	"slices"

	"tributary/internal/story"
)

// How many values one statement binds, see eachOf. They are joined as VALUES: for a list
// behind IN, SQLite would build a table first.
const (
	foundBatch  = 6
	sketchBatch = 8
)

var selectMembers = `SELECT m.id FROM (VALUES ` + rowsFrom(2, foundBatch) + `) found
	CROSS JOIN entry f ON f.id = found.column1 CROSS JOIN entry m ON m.story_id = f.story_id AND m.id > $1`

var selectSketches = `SELECT e.id, e.story_id, e.source_id, e.outlet, e.first_seen, k.data FROM (VALUES ` + rowsFrom(1, sketchBatch) + `) chosen
	CROSS JOIN sketch k ON k.entry_id = chosen.column1 CROSS JOIN entry e ON e.id = k.entry_id`

// find returns the entries that share terms with a sketch.
func (x *sketchIndex) find(s *story.Sketch) (*story.Finds, error) {
	asked := s.Asked()
	terms := make([]uint32, len(asked))
	for i, t := range asked {
		terms[i] = t.Hash
	}
	under, err := x.postings.entriesOf(terms)
	if err != nil {
		return nil, err
	}
	var f story.Finds
	for i, t := range asked {
		f.Add(t, under[i])
	}
	return &f, nil
}

// mates returns the evidence of entries and of the latest other members of their
// stories.
func (x *sketchIndex) mates(entries []int64) ([]story.Evidence, error) {
	members, err := x.members(entries)
	if err != nil {
		return nil, err
	}
	mates := make([]story.Evidence, 0, len(members))
	err = x.eachOf(selectSketches, sketchBatch, members, func(scan scan) error {
		c := story.Evidence{Sketch: &story.Sketch{}}
		var data sql.RawBytes
		if err := scan(&c.EntryID, &c.StoryID, &c.SourceID, &c.Outlet, asTime(&c.Seen), &data); err != nil {
			return err
		}
		if c.Sketch.UnmarshalBinary(data) != nil {
			return nil
		}
		c.Published, c.Apart = c.Sketch.Published, x.apart[c.SourceID]
		mates = append(mates, c)
		return nil
	})
	return mates, err
}

// members returns the given entries, and behind them the latest other members of their
// stories, at most story.MaxMates in all.
func (x *sketchIndex) members(entries []int64) ([]any, error) {
	found := make([]any, 0, story.MaxMates)
	for _, id := range entries {
		found = append(found, id)
	}
	var others []int64
	err := x.eachOf(selectMembers, foundBatch, found, func(scan scan) error {
		var id int64
		err := scan(&id)
		if !slices.Contains(entries, id) {
			others = append(others, id)
		}
		return err
	}, x.forgotten)
	slices.Sort(others)
	others = slices.Compact(others) // two that were found may be of one story
	for _, id := range slices.Backward(others) {
		if len(found) < story.MaxMates {
			found = append(found, id)
		}
	}
	return found, err
}
