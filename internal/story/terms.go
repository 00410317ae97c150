package story

import (
	"cmp"
	"slices"
)

// Term is a hash by which entries are found. Weight is how much it says that two
// entries share it.
type Term struct {
	Hash   uint32
	Weight int
}

// How many runs become terms: one in so many. They are chosen by their hash, so that both
// entries of a pair choose alike. Of the names, the long words do, because they are rare.
const (
	oneOfLead = 8  // more, because a teaser has only its first runs
	oneOfBody = 40 // fewer, because copies share many
)

// MaxPostings is how many entries are kept under a term. A term that has reached it
// says nothing: no further entries are kept under it, and it finds none.
const MaxPostings = 12

// Kept returns the terms under which others find the entry, ascending.
func (s *Sketch) Kept() []uint32 {
	kept := s.keys()
	if len(s.Media) > 0 {
		return few(kept, len(kept))
	}
	for _, h := range s.Runs {
		if chosen(h) {
			kept = append(kept, h&^flags)
		}
	}
	wanted := s.findable()
	for _, h := range s.Names {
		if h&wanted != 0 {
			kept = append(kept, h&^flags)
		}
	}
	return few(kept, len(kept))
}

// findable returns the flag of the names by which others find the entry: those of its
// headline. A teaser below a headline of at most one long word has few runs besides, so it is
// found by the names of its first words, too.
func (s *Sketch) findable() uint32 {
	titled := 0
	for _, h := range s.Names {
		if h&flagTitle != 0 {
			titled++
		}
	}
	if titled < 2 && s.Words <= teaserWords {
		return flagNear
	}
	return flagTitle
}

// chosen reports whether a run becomes a term.
func chosen(run uint32) bool {
	return run&flagCommon == 0 && (run&flagLead != 0 && oneIn(run, oneOfLead) || oneIn(run, oneOfBody))
}

// Asked returns the terms by which the entry looks for others, ascending. Names that
// occur in the text only are among them, although most are not among the Kept ones.
func (s *Sketch) Asked() []Term {
	var asked []Term
	for _, h := range s.keys() {
		asked = append(asked, Term{h, 4})
	}
	if len(s.Media) > 0 {
		return inOrder(asked)
	}
	for _, h := range s.Runs {
		if chosen(h) {
			asked = append(asked, Term{h &^ flags, 2})
		}
	}
	for _, h := range s.Names {
		if h&flagNear != 0 {
			asked = append(asked, Term{h &^ flags, 1})
		}
	}
	return inOrder(asked)
}

// keys returns the terms that must be equal as a whole: headline, files, show, twin.
func (s *Sketch) keys() []uint32 {
	keys := slices.Clone(s.Media)
	if s.Headline != 0 && len(s.Media) == 0 {
		keys = append(keys, mix(s.Headline))
	}
	for _, key := range []uint32{s.Show, s.Twin} {
		if key != 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

func oneIn(h uint32, n uint64) bool { return uint64(h) < 1<<32/n }

func inOrder(terms []Term) []Term {
	slices.SortFunc(terms, func(a, b Term) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), b.Weight-a.Weight) })
	return slices.CompactFunc(terms, func(a, b Term) bool { return a.Hash == b.Hash })
}

// Finds collects the entries that were found by terms.
type Finds struct {
	under  map[uint32][]int64
	weight map[int64]int
}

// Add notes the entries that are kept under a term. MaxPostings or more say nothing, so
// they are not found by it.
func (f *Finds) Add(t Term, entries []int64) {
	if len(entries) == 0 {
		return
	}
	if f.under == nil {
		f.under, f.weight = map[uint32][]int64{}, map[int64]int{}
	}
	f.under[t.Hash] = entries
	if len(entries) >= MaxPostings {
		return
	}
	for _, id := range entries {
		f.weight[id] += t.Weight
	}
}

// How many entries are compared, apart from the other members of their stories. In all
// of the labelled set, the right one was among the first five. Beyond maxNamed, an
// entry that shares only one name is not compared.
const (
	maxFound = 6
	maxNamed = 3
)

// Best returns the entries that share most, at most maxFound, and the latest among equals.
func (f *Finds) Best() []int64 {
	ids := make([]int64, 0, len(f.weight))
	for id := range f.weight {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(f.weight[b]-f.weight[a], cmp.Compare(b, a)) })
	for i, id := range ids {
		if i == maxFound || i >= maxNamed && f.weight[id] == 1 {
			return ids[:i]
		}
	}
	return ids
}

// Keep chooses the terms under which a decided entry is kept: those that have room and
// do not yet lead to its story. mates tells which of the entries found are in it.
func (f *Finds) Keep(s *Sketch, mates map[int64]bool) []uint32 {
	return slices.DeleteFunc(s.Kept(), func(term uint32) bool {
		have := f.under[term]
		return len(have) >= MaxPostings || slices.ContainsFunc(have, func(id int64) bool { return mates[id] })
	})
}
