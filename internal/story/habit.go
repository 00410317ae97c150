package story

// A source's habits are the runs that it said in at least habitTimes of its last
// HabitStories stories: notices, templates, what stands below every article.
const (
	HabitStories = 32
	habitTimes   = 4
)

// Habits holds the latest stories of one Source.
type Habits struct {
	last []Told // in order of arrival
}

// Told is a story as its first entry in the Source has it.
type Told struct {
	Entry  int64
	Sketch *Sketch
}

// Learn adds a story; the oldest is forgotten when there are more than
// HabitStories.
func (h *Habits) Learn(t Told) {
	h.last = append(h.last, t)
	if len(h.last) > HabitStories {
		h.last = h.last[1:]
	}
}

// Revise replaces what a story was learned by, if it still is one of the last.
func (h *Habits) Revise(t Told) {
	for i := range h.last {
		if h.last[i].Entry == t.Entry {
			h.last[i] = t
		}
	}
}

// Mark flags the runs of a new entry that the Source says again and again, there
// and in the stories that made them a habit. It returns those of the latter in which
// a flag is new: they have to be stored again.
func (h *Habits) Mark(s *Sketch) (changed []Told) {
	if len(h.last) < habitTimes {
		return nil
	}
	times := make([]uint8, len(s.Runs))
	var p places
	p.fill(s.Runs)
	for _, t := range h.last {
		p.count(times, s.Runs, t.Sketch.Runs)
	}
	var common []uint32
	for i, n := range times {
		if n >= habitTimes {
			s.Runs[i] |= flagCommon
			common = append(common, s.Runs[i])
		}
	}
	for _, t := range h.last {
		if t.Sketch.mark(common) {
			changed = append(changed, t)
		}
	}
	return changed
}

// mark flags the runs that are common, and reports whether one was not yet.
func (s *Sketch) mark(common []uint32) (changed bool) {
	j := 0
	for i, r := range s.Runs {
		for j < len(common) && common[j]&^flags < r&^flags {
			j++
		}
		if j == len(common) {
			break
		}
		if common[j]&^flags == r&^flags && r&flagCommon == 0 {
			s.Runs[i] |= flagCommon
			changed = true
		}
	}
	return changed
}

// Dropped are the terms under which an entry was kept before its runs were found to
// be a habit, ascending: nobody asks for them anew.
func (s *Sketch) Dropped() []uint32 {
	var terms []uint32
	for _, r := range s.Runs {
		if r&flagCommon != 0 && chosen(r&^flagCommon) {
			terms = append(terms, r&^flags)
		}
	}
	return terms
}

// places finds runs of one sketch by their hash: most of the runs that are looked for
// are not there, which one look tells.
type places [2048]uint16 // 1 + the index of a run; 0 is free; more than twice mostRuns

func (p *places) fill(runs []uint32) {
	for i, r := range runs {
		at := place(r)
		for p[at] != 0 {
			at = (at + 1) % len(p)
		}
		p[at] = uint16(i + 1)
	}
}

// count adds one to the times of every run that stands in others.
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

// place begins the search: the middle bits, because runs may have been chosen for
// being low.
func place(r uint32) int { return int(r>>2) % len(places{}) }
