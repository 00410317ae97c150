package story

// A source's habits are the runs that it said in at least habitTimes of its last
// HabitStories stories: notices, templates, what stands below every article.
const (
	HabitStories = 64
	habitTimes   = 4
)

// Habits counts the runs of the latest stories of one Source.
type Habits struct {
	times map[uint32]uint8
	last  [][]uint32 // runs of the stories counted, in order of arrival
}

// Learn counts a story of the Source by its first entry there; the oldest is
// forgotten when there are more than HabitStories.
func (h *Habits) Learn(s *Sketch) {
	if h.times == nil {
		h.times = map[uint32]uint8{}
	}
	for _, r := range s.Runs {
		h.times[r&^flags]++
	}
	h.last = append(h.last, s.Runs)
	if len(h.last) <= HabitStories {
		return
	}
	for _, r := range h.last[0] {
		r &^= flags
		if h.times[r]--; h.times[r] == 0 {
			delete(h.times, r)
		}
	}
	h.last = h.last[1:]
}

// Mark flags the runs of a new entry that the Source says again and again.
func (h *Habits) Mark(s *Sketch) {
	for i, r := range s.Runs {
		if h.times[r&^flags] >= habitTimes {
			s.Runs[i] |= flagCommon
		}
	}
}
