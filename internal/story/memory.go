package story

import (
	"slices"
	"time"
)

// memory is the index of a Clusterer, which the store keeps in tables. Entries leave it
// when they leave the window.
type memory struct {
	window   time.Duration
	postings map[uint32][]int64
	habits   map[int64]*Habits // by Source
	queue    []held            // in order of arrival
	kept     int               // postings ever made
}

// held is an entry within the window.
type held struct {
	id    int64
	seen  time.Time
	terms []uint32
}

func newMemory(window time.Duration) *memory {
	return &memory{window: window, postings: map[uint32][]int64{}, habits: map[int64]*Habits{}}
}

// forget drops the entries that were seen before the window, and returns their ids.
func (m *memory) forget(now time.Time) (left []int64) {
	for len(m.queue) > 0 && m.queue[0].seen.Before(now.Add(-m.window)) {
		old := m.queue[0]
		m.queue = m.queue[1:]
		for _, t := range old.terms {
			m.drop(t, old.id)
		}
		left = append(left, old.id)
	}
	return left
}

func (m *memory) drop(term uint32, id int64) {
	left := slices.DeleteFunc(m.postings[term], func(have int64) bool { return have == id })
	if len(left) == 0 {
		delete(m.postings, term)
		return
	}
	m.postings[term] = left
}

// mark sets aside what the source of an entry says repeatedly.
func (m *memory) mark(e Evidence) {
	h := m.habits[e.SourceID]
	if h == nil {
		h = &Habits{}
		m.habits[e.SourceID] = h
	}
	h.Mark(e.Sketch)
}

// find looks up the entries that share terms with a sketch.
func (m *memory) find(s *Sketch) *Finds {
	var f Finds
	for _, t := range s.Asked() {
		f.Add(t, m.postings[t.Hash])
	}
	return &f
}

// keep enters a decided entry under terms.
func (m *memory) keep(e Evidence, terms []uint32) {
	for _, t := range terms {
		m.postings[t] = append(m.postings[t], e.EntryID)
		m.kept++
	}
	m.queue = append(m.queue, held{id: e.EntryID, seen: e.Seen, terms: terms})
}

// learn learns the habits of a source from an entry that counts for them.
func (m *memory) learn(e Evidence) {
	m.habits[e.SourceID].Learn(Sample{e.EntryID, e.Sketch})
}
