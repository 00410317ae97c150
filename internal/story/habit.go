package story

// A source's habits are the runs that it said in at least habitTimes of its last
// HabitStories stories: notices, templates, what stands below every article.
const (
	HabitStories = 32
	habitTimes   = 4
)

// Habits holds the runs of the latest stories of one Source.
type Habits struct {
	last [][]uint32 // ascending, flags aside; in order of arrival
}

// Learn adds the runs of a story, as its first entry in the Source has them; the
// oldest story is forgotten when there are more than HabitStories.
func (h *Habits) Learn(runs []uint32) {
	h.last = append(h.last, runs)
	if len(h.last) > HabitStories {
		h.last = h.last[1:]
	}
}

// Mark flags the runs of a new entry that the Source says again and again.
func (h *Habits) Mark(s *Sketch) {
	if len(h.last) < habitTimes {
		return
	}
	times := make([]uint8, len(s.Runs))
	for _, runs := range h.last {
		count(times, s.Runs, runs)
	}
	for i, n := range times {
		if n >= habitTimes {
			s.Runs[i] |= flagCommon
		}
	}
}

// count adds one to the times of every run that stands in others; both lists
// ascend.
func count(times []uint8, runs, others []uint32) {
	j := 0
	for i, r := range runs {
		r &^= flags
		for j < len(others) && others[j]&^flags < r {
			j++
		}
		if j == len(others) {
			return
		}
		if others[j]&^flags == r {
			times[i]++
		}
	}
}
