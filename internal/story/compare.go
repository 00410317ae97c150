package story

import (
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

// countRuns merges two ascending lists of runs. A run that either source says
// repeatedly counts for neither text.
func (p *pair) countRuns(a, b *Sketch) {
	p.level = max(a.Level, b.Level)
	var of, lead, filled [2]int
	count := func(side int, h uint32) {
		if h&flagCommon != 0 {
			filled[side]++
			return
		}
		if h&flagTopic != 0 {
			p.topics++
		}
		if below(h, p.level) {
			of[side]++
		}
		if h&flagLead != 0 {
			lead[side]++
		}
	}
	i, j := 0, 0
	for i < len(a.Runs) || j < len(b.Runs) {
		switch {
		case j == len(b.Runs) || i < len(a.Runs) && a.Runs[i]&^flags < b.Runs[j]&^flags:
			count(0, a.Runs[i])
			i++
		case i == len(a.Runs) || a.Runs[i]&^flags > b.Runs[j]&^flags:
			count(1, b.Runs[j])
			j++
		default:
			x, y := a.Runs[i], b.Runs[j]
			i, j = i+1, j+1
			if common := (x | y) & flagCommon; common != 0 {
				x, y = x|common, y|common
			}
			count(0, x)
			count(1, y)
			if x&flagCommon != 0 {
				continue
			}
			if (x|y)&flagTopic != 0 {
				p.topical++
			}
			if below(x, p.level) {
				p.runs.both++
			}
			if x&y&flagLead != 0 {
				p.lead.both++
			}
		}
	}
	p.runs.of = min(of[0], of[1])
	p.lead.of = min(lead[0], lead[1])
	switch {
	case of[0] < of[1]:
		p.filled = filled[0]
	case of[1] < of[0]:
		p.filled = filled[1]
	default:
		p.filled = max(filled[0], filled[1])
	}
}

func shared(a, b []uint32) share {
	return sharedWith(a, b, func(uint32) bool { return true })
}

// sharedWith compares two ascending lists of hashes without regard to their flags. It
// counts only the hashes for which counts holds.
func sharedWith(a, b []uint32, counts func(uint32) bool) share {
	var both, na, nb int
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && a[i]&^flags < b[j]&^flags:
			if counts(a[i]) {
				na++
			}
			i++
		case i == len(a) || a[i]&^flags > b[j]&^flags:
			if counts(b[j]) {
				nb++
			}
			j++
		default:
			if counts(a[i]) {
				both, na, nb = both+1, na+1, nb+1
			}
			i, j = i+1, j+1
		}
	}
	return share{both, min(na, nb)}
}

// headed counts the long words of either headline that occur in the headline or opening
// of the other entry.
func headed(a, b []uint32) (n int) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch x, y := a[i]&^flags, b[j]&^flags; {
		case x < y:
			i++
		case x > y:
			j++
		default:
			if (a[i]|b[j])&flagTitle != 0 {
				n++
			}
			i, j = i+1, j+1
		}
	}
	return n
}

func isRevised(s *Sketch) bool {
	return slices.ContainsFunc(s.Title, func(h uint32) bool { return h&flagRevised != 0 })
}
