package story

// A habit of a source is a run that occurs in at least habitTimes of its last HabitStories
// stories: notices, templates, footers. Words within which it always has a figure are habits,
// too: the number of comments, the minutes to read.
const (
	HabitStories = 32
	habitTimes   = 4
)

// SeriesPause is how long after the other members of its story an entry counts for the
// habits like the first one. Otherwise a series that was mistaken for one article would
// never be recognised.
const SeriesPause = sameDay

// Retold reports whether the headline of an entry differs from those of all others that
// its source has in the same story. It returns false if there are no others. Such an entry
// counts for the habits like the first one: otherwise a notice that ties all entries of a
// source into one story would be seen only once and never become a habit.
func Retold(s *Sketch, others []*Sketch) bool {
	for _, o := range others {
		if p := compare(s, o); p.titleMax == 0 || p.title.part() >= .5 {
			return false
		}
	}
	return len(others) > 0
}

// Habits holds the latest stories of one Source.
type Habits struct {
	last []Sample // in order of arrival
}

// Sample is a story as one entry of the Source reports it: the first one, or a later one that
// counts like the first (see SeriesPause and Retold).
type Sample struct {
	Entry  int64
	Sketch *Sketch
}

// Learn adds a story. If there are more than HabitStories, the oldest is forgotten.
func (h *Habits) Learn(t Sample) {
	h.last = append(h.last, t)
	if len(h.last) > HabitStories {
		h.last = h.last[1:]
	}
}

// Revise replaces the sketch by which a story was learned, if it is still one of the last.
func (h *Habits) Revise(t Sample) {
	for i := range h.last {
		if h.last[i].Entry == t.Entry {
			h.last[i] = t
		}
	}
}

// Mark sets aside in a new sketch what the Source says repeatedly, and flags it in the
// stories that made it a habit. It returns those of them that got a new flag and have
// to be stored again.
func (h *Habits) Mark(s *Sketch) (changed []Sample) {
	defer s.settle()
	if len(h.last) < habitTimes {
		return nil
	}
	u := usual{h.runs(s.Runs), h.settings(s.Figures)}
	if len(u.runs)+len(u.settings) == 0 {
		return nil
	}
	s.setAside(u)
	s.flag(u)
	for _, t := range h.last {
		if t.Sketch.flag(u) {
			changed = append(changed, t)
		}
	}
	return changed
}

// runs returns those of the given runs that are a habit.
func (h *Habits) runs(runs []uint32) (usual []uint32) {
	times := make([]uint8, len(runs))
	var p places
	p.fill(runs)
	for _, t := range h.last {
		p.count(times, runs, t.Sketch.Runs)
	}
	for i, n := range times {
		if n >= habitTimes {
			usual = append(usual, runs[i]&^flags)
		}
	}
	return usual
}

// settings returns the contexts of the given figures in which the Source has a figure
// in a third of its stories, such as "4 min read". habitTimes alone would not suffice:
// two words recur by chance where five do not.
func (h *Habits) settings(figures []Figure) map[setting]bool {
	type count struct{ times, last int } // last: the story that was counted last, from 1
	counts := map[setting]count{}
	var asked bloom
	for in := range settingsOf(figures) {
		counts[in] = count{}
		asked.add(in)
	}
	for i, t := range h.last {
		for in := range settingsOf(t.Sketch.Figures) {
			if !asked.may(in) {
				continue
			}
			if c, ok := counts[in]; ok && c.last <= i {
				counts[in] = count{c.times + 1, i + 1}
			}
		}
	}
	usual := map[setting]bool{}
	for in, c := range counts {
		if c.times >= max(habitTimes, len(h.last)/3) {
			usual[in] = true
		}
	}
	return usual
}

// bloom is a Bloom filter of one hash. It spares most lookups of absent settings in a map.
type bloom [64]uint64

func (f *bloom) bit(p setting) (word *uint64, mask uint64) {
	h := uint32(p) * 2654435761 >> 20
	return &f[h/64], 1 << (h % 64)
}

func (f *bloom) add(p setting) {
	word, mask := f.bit(p)
	*word |= mask
}

func (f *bloom) may(p setting) bool {
	word, mask := f.bit(p)
	return *word&mask != 0
}

// Dropped returns the terms under which an entry was kept before its runs were found to
// be a habit, ascending. Nothing looks for them any more.
func (s *Sketch) Dropped() []uint32 {
	var terms []uint32
	for _, r := range s.Runs {
		if r&flagCommon != 0 && chosen(r&^flagCommon) {
			terms = append(terms, r&^flags)
		}
	}
	return terms
}

// places is a hash table of the runs of one sketch. Most runs that are looked up are
// not in it, which the first look tells.
type places [2048]uint16 // 1 + the index of a run, 0 if free; its size is more than twice mostRuns

func (p *places) fill(runs []uint32) {
	for i, r := range runs {
		at := place(r)
		for p[at] != 0 {
			at = (at + 1) % len(p)
		}
		p[at] = uint16(i + 1)
	}
}

// count increments the times of every run that is also in others.
func (p *places) count(times []uint8, runs, others []uint32) {
	for _, r := range others {
		for at := place(r); p[at] != 0; at = (at + 1) % len(p) {
			if i := p[at] - 1; runs[i]&^flags == r&^flags {
				times[i]++
				break
			}
		}
	}
}

// place returns where the search for a run begins. It takes the middle bits, because
// runs may have been sampled for low values.
func place(r uint32) int { return int(r>>3) % len(places{}) }
