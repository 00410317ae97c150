package story

import (
	"cmp"
	"slices"
)

// Figure is a figure of a text with the words around it: twelve dead and fourteen
// dead contradict each other, twelve dead and fourteen comments do not.
type Figure struct {
	Value  uint32 // hash of the figure; flagged where its source always has one in these words
	Around uint32 // eight bits each of the two words before it and the two behind it
}

// What stands in Around for a word that is none to compare by.
const (
	noWord    = 0 // the text begins or ends here
	anyFigure = 1 // one figure beside another: reports of one kind differ in both
	firstWord = 2
)

// figures are those of a text, each once in the same words.
func figures(words []token) []Figure {
	var found []Figure
	for i, t := range words {
		if t.figure {
			found = append(found, Figure{mix(t.hash), around(words, i)})
		}
	}
	return fewFigures(found)
}

// fewFigures sorts figures, joins equal ones and keeps the lowest.
func fewFigures(list []Figure) []Figure {
	slices.SortFunc(list, func(a, b Figure) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Around, b.Around)) })
	list = slices.Compact(list)
	return slices.Clip(list[:min(len(list), maxFigures)])
}

func around(words []token, i int) uint32 {
	return wordMark(words, i-2)<<24 | wordMark(words, i-1)<<16 | wordMark(words, i+1)<<8 | wordMark(words, i+2)
}

// wordMark is eight bits of a word.
func wordMark(words []token, i int) uint32 {
	switch {
	case i < 0 || i >= len(words):
		return noWord
	case words[i].figure:
		return anyFigure
	}
	return firstWord + mix(words[i].hash)>>8%(1<<8-firstWord)
}

// setting is a pair of words in which a figure stands, with their place: both before
// it, one on either side, both behind it. 0 is none.
type setting uint32

// settings are the three pairs, in this order. One that reaches beyond the text or has
// no word in it says too little.
func (f Figure) settings() (pairs [3]setting) {
	for i := range pairs {
		pair := f.Around >> (16 - 8*i) & 0xffff
		a, b := pair>>8, pair&0xff
		if a != noWord && b != noWord && max(a, b) >= firstWord {
			pairs[i] = setting(uint32(i+1)<<16 | pair)
		}
	}
	return pairs
}

// sameWords reports whether two figures stand in one setting.
func sameWords(a, b Figure) bool {
	x, y := a.settings(), b.settings()
	for i := range x {
		if x[i] != 0 && x[i] == y[i] {
			return true
		}
	}
	return false
}

// compareFigures counts the figures that two texts share, of those of the text that
// has fewer, and the clashes: figures that only one text has, in the words in which only
// the other has another one. A figure counts once, however often it stands there.
func compareFigures(x, y *Sketch) (common share, clashes int) {
	var first, second [maxFigures]Figure
	a, b := x.telling(first[:0]), y.telling(second[:0])
	onlyA, onlyB := a[:0], b[:0] // what is read is behind what is written
	var na, nb int
	for len(a) > 0 || len(b) > 0 {
		i, j := sameFigure(a), sameFigure(b)
		order := -1
		switch {
		case i == 0:
			order = 1
		case j > 0:
			order = cmp.Compare(a[0].Value&^flags, b[0].Value&^flags)
		}
		if order == 0 {
			common.both++
		}
		if order <= 0 {
			if order < 0 {
				onlyA = append(onlyA, a[:i]...)
			}
			na, a = na+1, a[i:]
		}
		if order >= 0 {
			if order > 0 {
				onlyB = append(onlyB, b[:j]...)
			}
			nb, b = nb+1, b[j:]
		}
	}
	common.of = min(na, nb)
	return common, min(clashing(onlyA, onlyB), clashing(onlyB, onlyA))
}

// telling appends the figures that count to list. What stands in words that the source
// always says tells nothing, unless the text says hardly anything else: then it is a
// form, and its figures are the news.
func (s *Sketch) telling(list []Figure) []Figure {
	own := 0
	for _, r := range s.Runs {
		if r&flagCommon == 0 {
			own++
		}
	}
	for _, f := range s.Figures {
		if f.Value&flagCommon == 0 || own < tooShort {
			list = append(list, f)
		}
	}
	return list
}

// sameFigure is how many at the beginning of a list are one figure in several settings.
func sameFigure(list []Figure) int {
	n := 0
	for n < len(list) && list[n].Value&^flags == list[0].Value&^flags {
		n++
	}
	return n
}

// clashing counts the figures of one list that stand in the words of one of the other.
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
