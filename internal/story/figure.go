package story

import (
	"cmp"
	"iter"
	"slices"
)

// Figure is a figure in a text, with the words around it. Twelve dead and fourteen dead
// contradict each other; twelve dead and fourteen comments do not.
type Figure struct {
	Value  uint32 // hash of the figure; flagged if its source always has one in these words
	Around uint32 // eight bits for each of the two words before it and the two after it
	Wings  uint32 // sixteen bits for the four words before it, sixteen for the four after it
}

// Values in Around instead of the bits of a word; those of a word begin at firstWord.
const (
	noWord    = 0 // the text begins or ends here
	anyFigure = 1 // a figure beside the figure, whichever: reports of one kind differ in both
	firstWord = 2
)

// wingWords and the figure make a run.
const wingWords = runWords - 1

// figures returns the figures of a text, each once in the same words.
func figures(words []token) []Figure {
	var found []Figure
	for i, t := range words {
		if t.figure {
			found = append(found, figureAt(words, i))
		}
	}
	return fewFigures(found)
}

// fewFigures sorts figures, removes repetitions and keeps the lowest maxFigures.
func fewFigures(list []Figure) []Figure {
	slices.SortFunc(list, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Around, b.Around), cmp.Compare(a.Wings, b.Wings))
	})
	list = slices.Compact(list)
	return slices.Clip(list[:min(len(list), maxFigures)])
}

// figureAt returns the figure that is the i-th word.
func figureAt(words []token, i int) Figure {
	return Figure{mix(words[i].hash), around(words, i), wing(words, i-wingWords)<<16 | wing(words, i+1)}
}

// wing returns sixteen bits for the wingWords words at from, among which all figures
// are equal. It returns noWord where the text does not reach so far, or where fewer than
// two of them are words.
func wing(words []token, from int) uint32 {
	if from < 0 || from+wingWords > len(words) {
		return noWord
	}
	h, n := hashStart, 0
	for _, w := range words[from : from+wingWords] {
		if w.figure {
			w.hash = anyFigure
		} else {
			n++
		}
		h = (h ^ w.hash) * hashPrime
		h ^= h >> 29
	}
	if n < 2 {
		return noWord // a table
	}
	return max(mix(h)>>16, noWord+1)
}

func around(words []token, i int) uint32 {
	return wordMark(words, i-2)<<24 | wordMark(words, i-1)<<16 | wordMark(words, i+1)<<8 | wordMark(words, i+2)
}

// wordMark returns eight bits for the i-th word.
func wordMark(words []token, i int) uint32 {
	switch {
	case i < 0 || i >= len(words):
		return noWord
	case words[i].figure:
		return anyFigure
	}
	return firstWord + mix(words[i].hash)>>8%(1<<8-firstWord)
}

// setting is a context of a figure, with its place: a pair of words (both before it,
// one on either side, or both after it), or the four words of a wing. 0 is none.
type setting uint32

// pairsOfWords is how many settings are pairs of words.
const pairsOfWords = 3

// settings returns the three pairs and the two wings, in this order. A pair that has no
// word in it says too little, and so does what reaches beyond the text: these are 0.
func (f Figure) settings() (found [pairsOfWords + 2]setting) {
	for i := range pairsOfWords {
		pair := f.Around >> (16 - 8*i) & 0xffff
		a, b := pair>>8, pair&0xff
		if a != noWord && b != noWord && max(a, b) >= firstWord {
			found[i] = setting(uint32(i+1)<<16 | pair)
		}
	}
	for i, w := range [...]uint32{f.Wings >> 16, f.Wings & 0xffff} {
		if w != noWord {
			found[pairsOfWords+i] = setting(uint32(pairsOfWords+i+1)<<16 | w)
		}
	}
	return found
}

// settingsOf yields the settings of all figures.
func settingsOf(figures []Figure) iter.Seq[setting] {
	return func(yield func(setting) bool) {
		for _, f := range figures {
			for _, in := range f.settings() {
				if in != 0 && !yield(in) {
					return
				}
			}
		}
	}
}

// span returns how many words before a figure and after it are in the i-th of its settings.
func span(i int) (before, after int) {
	switch i {
	case pairsOfWords:
		return wingWords, 0
	case pairsOfWords + 1:
		return 0, wingWords
	}
	return 2 - i, i
}

// sameWords reports whether two figures share a pair of words.
func sameWords(a, b Figure) bool {
	x, y := a.settings(), b.settings()
	for i := range pairsOfWords {
		if x[i] != 0 && x[i] == y[i] {
			return true
		}
	}
	return false
}

// compareFigures counts the figures that two texts share, among those of the text that has
// fewer. It also counts the clashes: figures that only one text has, in words in which
// only the other text has another figure. A figure counts once, however often it occurs.
func compareFigures(x, y *Sketch) (common share, clashes int) {
	var first, second, third, fourth [maxFigures]Figure
	a, b := x.telling(first[:0]), y.telling(second[:0])
	onlyA, onlyB := lacking(third[:0], a, b), lacking(fourth[:0], b, a)
	na, nb := values(a), values(b)
	return share{na - values(onlyA), min(na, nb)}, min(clashing(onlyA, onlyB), clashing(onlyB, onlyA))
}

// lacking appends to list those of the figures that others lack.
func lacking(list, figures, others []Figure) []Figure {
	for _, f := range figures {
		if _, found := slices.BinarySearchFunc(others, f, byValue); !found {
			list = append(list, f)
		}
	}
	return list
}

// values counts the figures of a list, each once, however many settings it has.
func values(list []Figure) (n int) {
	for ; len(list) > 0; n++ {
		list = list[sameFigure(list):]
	}
	return n
}

func byValue(a, b Figure) int { return cmp.Compare(a.Value&^flags, b.Value&^flags) }

// telling appends to list the figures that count. A figure in words that the source
// always says tells nothing, unless the text is a form, whose figures are its news.
func (s *Sketch) telling(list []Figure) []Figure {
	form := s.isForm()
	for _, f := range s.Figures {
		if form || f.Value&flagCommon == 0 {
			list = append(list, f)
		}
	}
	return list
}

// isForm reports whether a text consists of little more than figures in words that its source
// always says: it has fewer than tooShort runs of its own, or fewer than two for each of them.
func (s *Sketch) isForm() bool {
	own, filled := 0, 0
	for _, r := range s.Runs {
		if r&flagCommon == 0 {
			own++
		}
	}
	for _, f := range s.Figures {
		if f.Value&flagCommon != 0 {
			filled++
		}
	}
	return own < max(tooShort, 2*filled)
}

// sameFigure returns how many elements at the start of a list are one figure in several
// settings.
func sameFigure(list []Figure) int {
	n := 0
	for n < len(list) && list[n].Value&^flags == list[0].Value&^flags {
		n++
	}
	return n
}

// clashing counts the figures of list that stand in the same words as one of others.
func clashing(list, others []Figure) int {
	n := 0
	for len(list) > 0 {
		same := sameFigure(list)
		if slices.ContainsFunc(list[:same], func(f Figure) bool {
			return slices.ContainsFunc(others, func(o Figure) bool { return sameWords(f, o) })
		}) {
			n++
		}
		list = list[same:]
	}
	return n
}
