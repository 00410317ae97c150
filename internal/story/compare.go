package story

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// pair is the result of comparing two sketches. It does not depend on which comes first.
type pair struct {
	own    bool          // of one outlet
	feed   bool          // of one feed
	apart  time.Duration // between the times they were published; 0 when one is unknown
	timed  bool          // both publishers say at what hour
	tongue bool          // both declare a language, and not the same
	query  bool          // one page with two queries: its publisher counts it as two

	short, long  int   // words of the texts
	runs         share // rare runs, of those that both sketches sample
	level        uint  // level of the coarser sample, see [Sketch]
	lead         share // of the runs at the beginning
	figures      share
	clashes      int   // figures that contradict each other
	title        share // words of the headline
	titleMax     int   // words of the longer headline
	titleFigures share
	names        share // telling words of headline and lead
	headed       int   // long headline words that occur in the headline or opening of the other entry
	topics       int   // runs of both texts in which a telling word of their headline stands
	topical      int   // shared runs among them
	filled       int   // boilerplate runs, which are not counted, in the text with fewer rare ones
	sameHeadline bool
	revised      bool // one headline, and only one, calls its entry a new version
	replies      bool // both are of one feed, and their headlines mark them as replies
	recordings   int  // how many of the two have audio or video
	media        int  // files and shows that both have
	moved        bool // one show on two hosts
}

// share counts what two lists have in common (both), and what the shorter one holds (of).
type share struct{ both, of int }

// part returns the shared part of the shorter list, or 0 if it is empty.
func (s share) part() float64 {
	if s.of == 0 {
		return 0
	}
	return float64(s.both) / float64(s.of)
}

// agree is part, but 1 for an empty list: what says nothing contradicts nothing.
func (s share) agree() float64 {
	if s.of == 0 {
		return 1
	}
	return s.part()
}

// agree returns the proportion of figures that agree, of those within the same words in
// both texts. A figure within words that only one text has contradicts nothing.
func (p *pair) agree() float64 { return share{p.figures.both, p.figures.both + p.clashes}.agree() }

// rare estimates the number of rare runs in the shorter text. It scales the sample up,
// because the length must not depend on how the longer text is sampled.
func (p *pair) rare() int { return p.runs.of << p.level }

// ratio returns the length of the shorter text relative to that of the longer one.
func (p *pair) ratio() float64 { return share{p.short, p.long}.part() }

// compare counts what two sketches share.
func compare(a, b *Sketch) pair {
	p := pair{
		own:          a.Outlet != 0 && a.Outlet == b.Outlet,
		feed:         a.Feed != 0 && a.Feed == b.Feed,
		tongue:       a.Language != 0 && b.Language != 0 && a.Language != b.Language,
		query:        a.Query != 0 && a.Query == b.Query,
		short:        min(a.Words, b.Words),
		long:         max(a.Words, b.Words),
		title:        sharedWith(a.Title, b.Title, func(h uint32) bool { return h&flags == 0 }),
		titleFigures: sharedWith(a.Title, b.Title, func(h uint32) bool { return h&flagFigure != 0 }),
		names:        shared(a.Names, b.Names),
		headed:       headed(a.Names, b.Names),
		sameHeadline: a.Headline != 0 && a.Headline == b.Headline,
		media:        shared(a.Media, b.Media).both,
		moved:        a.Show != 0 && a.Show == b.Show && a.Host != b.Host && (a.Length-b.Length).Abs() <= rounding,
	}
	p.figures, p.clashes = compareFigures(a, b)
	p.revised = isRevised(a) != isRevised(b)
	p.replies = p.feed && a.Reply && b.Reply
	p.titleMax = max(wordsOf(a.Title), wordsOf(b.Title))
	for _, s := range []*Sketch{a, b} {
		if len(s.Media) > 0 {
			p.recordings++
		}
	}
	if !a.Published.IsZero() && !b.Published.IsZero() {
		p.apart = a.Published.Sub(b.Published).Abs()
		p.timed = hourly(a) && hourly(b)
	}
	p.countRuns(a, b)
	return p
}

// rounding is how much the stated lengths of one recording may differ.
const rounding = 5 * time.Second

// hourly reports whether the publisher gives more than the day.
func hourly(s *Sketch) bool { return !s.Undated && !s.Published.Equal(s.Published.Truncate(day)) }

func wordsOf(title []uint32) int {
	n := 0
	for _, h := range title {
		if h&flags == 0 {
			n++
		}
	}
	return n
}

// countRuns counts the runs of both texts. A run that either source says repeatedly counts
// for neither of them.
func (p *pair) countRuns(a, b *Sketch) {
	p.level = max(a.Level, b.Level)
	var of, lead, filled [2]int
	count := func(side int, h uint32) {
		switch {
		case h == 0:
		case h&flagCommon != 0:
			filled[side]++
		default:
			of[side] += one(below(h, p.level))
			lead[side] += one(h&flagLead != 0)
			p.topics += one(h&flagTopic != 0)
		}
	}
	for x, y := range aligned(a.Runs, b.Runs) {
		both := x != 0 && y != 0
		if common := (x | y) & flagCommon; both {
			x, y = x|common, y|common
		}
		count(0, x)
		count(1, y)
		if both && x&flagCommon == 0 {
			p.runs.both += one(below(x, p.level))
			p.lead.both += one(x&y&flagLead != 0)
			p.topical += one((x|y)&flagTopic != 0)
		}
	}
	p.runs.of = min(of[0], of[1])
	p.lead.of = min(lead[0], lead[1])
	switch cmp.Compare(of[0], of[1]) {
	case -1:
		p.filled = filled[0]
	case 1:
		p.filled = filled[1]
	default:
		p.filled = max(filled[0], filled[1])
	}
}

func one(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// aligned yields the hashes of two ascending lists in order, each as it is in a and in b: they
// may differ in their flags. In place of one that a list lacks it yields 0.
func aligned(a, b []uint32) iter.Seq2[uint32, uint32] {
	return func(yield func(inA, inB uint32) bool) {
		for len(a) > 0 || len(b) > 0 {
			var x, y uint32
			switch {
			case len(b) == 0 || len(a) > 0 && a[0]&^flags < b[0]&^flags:
				x, a = a[0], a[1:]
			case len(a) == 0 || a[0]&^flags > b[0]&^flags:
				y, b = b[0], b[1:]
			default:
				x, a, y, b = a[0], a[1:], b[0], b[1:]
			}
			if !yield(x, y) {
				return
			}
		}
	}
}

func shared(a, b []uint32) share {
	return sharedWith(a, b, func(uint32) bool { return true })
}

// sharedWith compares two ascending lists of hashes without regard to their flags. It
// counts only the hashes for which counts holds.
func sharedWith(a, b []uint32, counts func(uint32) bool) share {
	var both, na, nb int
	for x, y := range aligned(a, b) {
		if counts(cmp.Or(x, y)) {
			both, na, nb = both+one(x != 0 && y != 0), na+one(x != 0), nb+one(y != 0)
		}
	}
	return share{both, min(na, nb)}
}

// headed counts the long words of either headline that occur in the headline or opening
// of the other entry.
func headed(a, b []uint32) (n int) {
	for x, y := range aligned(a, b) {
		n += one(x != 0 && y != 0 && (x|y)&flagTitle != 0)
	}
	return n
}

func isRevised(s *Sketch) bool {
	return slices.ContainsFunc(s.Title, func(h uint32) bool { return h&flagRevised != 0 })
}
