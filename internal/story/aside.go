package story

import "slices"

// usual is what a Source says repeatedly, as far as it occurs in one text.
type usual struct {
	runs     []uint32 // ascending, without flags
	settings map[setting]bool
}

// has reports whether the Source always has a figure in the words around f.
func (u usual) has(f Figure) bool {
	around := f.settings()
	return slices.ContainsFunc(around[:], func(s setting) bool { return u.settings[s] })
}

// setAside composes the sketch anew from the words that are not usual. The lead is then what
// stands at the beginning of these, and a notice no longer divides the text around it. The
// usual runs and figures stay in the sketch with a flag, or the habit would be forgotten.
func (s *Sketch) setAside(u usual) {
	own := u.rest(s.words)
	if len(own) == len(s.words) {
		return
	}
	all := Sketch{Runs: s.Runs, Figures: s.Figures}
	all.flag(u)
	s.compose(own)
	for _, r := range all.Runs {
		if r&flagCommon != 0 {
			s.Runs = append(s.Runs, r)
		}
	}
	s.Runs = few(s.Runs, mostRuns)
	for _, f := range all.Figures {
		if f.Value&flagCommon != 0 {
			s.Figures = append(s.Figures, f)
		}
	}
	s.Figures = fewFigures(s.Figures)
}

// flag marks what is usual in a sketch whose text is no longer at hand. It reports
// whether anything was not flagged before.
func (s *Sketch) flag(u usual) (changed bool) {
	for _, usual := range u.runs { // they are few
		i, _ := slices.BinarySearch(s.Runs, usual)
		if i == len(s.Runs) || s.Runs[i]&^flags != usual || s.Runs[i]&flagCommon != 0 {
			continue
		}
		if below(s.Runs[i], s.Level) {
			s.Words = max(s.Words-1<<s.Level, 0)
		}
		s.Runs[i] |= flagCommon
		changed = true
	}
	for i, f := range s.Figures {
		if f.Value&flagCommon == 0 && u.has(f) {
			s.Figures[i].Value |= flagCommon
			changed = true
		}
	}
	return changed
}

// rest returns the words that are neither in a usual run nor in the usual words of a figure.
func (u usual) rest(words []token) (own []token) {
	aside := make([]bool, len(words))
	u.markRuns(aside, words)
	u.markFigures(aside, words)
	markGaps(aside)
	for i, t := range words {
		if !aside[i] {
			own = append(own, t)
		}
	}
	return own
}

func (u usual) markRuns(aside []bool, words []token) {
	for i, r := range runs(words) {
		if _, found := slices.BinarySearch(u.runs, r); found {
			setAll(aside[i : i+runWords])
		}
	}
}

func (u usual) markFigures(aside []bool, words []token) {
	if len(u.settings) == 0 {
		return
	}
	for i, t := range words {
		if !t.figure {
			continue
		}
		for k, in := range figureAt(words, i).settings() {
			if u.settings[in] {
				before, after := span(k)
				setAll(aside[i-before : i+after+1])
			}
		}
	}
}

// markGaps marks what lies between two marked places, if it is less than a run: it is what was
// filled in there, a figure or a name.
func markGaps(aside []bool) {
	for from := 0; ; {
		gap := slices.Index(aside[from:], true)
		if gap < 0 {
			return
		}
		if from > 0 && gap < runWords {
			setAll(aside[from : from+gap])
		}
		from += gap + 1
	}
}

func setAll(list []bool) {
	for i := range list {
		list[i] = true
	}
}
