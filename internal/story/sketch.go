package story

import (
	"slices"
	"strings"
	"time"
)

// Sketch is what is kept of an entry in order to compare what it says: hashes of its
// runs of five words, of its figures, of its headline and of the telling words at its
// beginning, and who said it when. It holds no text and takes about 700 bytes.
type Sketch struct {
	Outlet    uint32        // hash of the outlet; 0 if unknown
	Feed      uint32        // id of the Source
	Published time.Time     // zero when unknown
	Undated   bool          // the publisher gave no time, so Published is that of arrival
	Language  uint32        // hash of the primary language; 0 when not declared
	Headline  uint64        // hash of the headline's words; 0 if it says too little
	Query     uint32        // hash of the address without its query; 0 if it has none
	Twin      uint32        // hash of the address without its language; 0 if it names none
	Media     []uint32      // its audio and video files, ascending
	Show      uint32        // hash of their title and day; 0 if one of these or the length is unknown
	Length    time.Duration // of the first of them
	Host      uint32        // hash of the site that serves them
	Reply     bool          // the headline marks the entry as a reply
	Derived   bool          // it joined its story by names only, and no other does

	Words   int      // of the text, without those that its source says repeatedly
	Level   uint     // kept are the runs whose hash is below 2^(32-Level), and all of the lead
	Runs    []uint32 // ascending; the lowest three bits are flags
	Figures []Figure // of the text, each with the words around it once, ascending
	Title   []uint32 // distinct words of the headline, ascending; figures are flagged
	Names   []uint32 // distinct telling words of headline and lead, ascending; flagged

	// What it was made of, until [Habits.Mark] has seen it; not stored.
	title       string
	head, words []token // of the headline, of the text
}

// How much is kept. Runs are sampled by their hash, so that shared runs are sampled
// alike in both texts.
const (
	runWords   = 5           // words; fewer occur by chance, more do not survive an editor
	leadRuns   = 32          // kept in full: this is where a teaser is found in the full text
	maxRuns    = 400         // to aim at in a text; most articles have fewer
	mostRuns   = 2 * maxRuns // limit, for a text made to have low hashes
	maxFigures = 48
	maxTitle   = 24
	maxNames   = 56
	nearWords  = 30 // the first words, in which a teaser names its subject
	nameWords  = 60
	longWord   = 6 // letters from which a telling word is rare enough to find others by
)

// Flags of runs, in the three lowest bits of their hashes.
const (
	flagLead   = 1 // among the first runs
	flagCommon = 2 // its source says it repeatedly: boilerplate
	flagTopic  = 4 // a telling word of the headline stands in it
	flags      = flagLead | flagCommon | flagTopic
)

// Flags of names and of words of a headline.
const (
	flagTitle   = 1 // a long word of the headline: others find the entry by it
	flagNear    = 2 // a long word of the headline or the first words: the entry finds others by it
	flagFigure  = 1 // of a word of the headline: a figure, or the name of a day or month
	flagRevised = 2 // of a word of the headline: it says that the entry is a new version
)

// write fills in everything that follows from headline and text.
func (s *Sketch) write(title, text string) {
	s.title, s.head, s.words = title, tokens(title), tokens(text)
	mark, _, _ := strings.Cut(strings.ToLower(title), ": ")
	s.Reply = slices.Contains([]string{"re", "aw", "antwort", "antw"}, mark)
	s.compose(s.words)
}

// compose fills in everything that follows from the headline and these words of the text.
func (s *Sketch) compose(words []token) {
	s.Words = len(words)
	all := runs(words)
	flagTopics(all, s.head, words)
	s.Level = levelFor(len(all))
	s.Runs = make([]uint32, 0, min(len(all), maxRuns+leadRuns))
	for i, h := range all {
		switch {
		case i < leadRuns:
			s.Runs = append(s.Runs, h|flagLead)
		case below(h, s.Level):
			s.Runs = append(s.Runs, h)
		}
	}
	s.Runs = few(s.Runs, mostRuns)
	s.Figures = figures(words)
	s.Headline = headline(s.title)
	s.Title = titleWords(s.head)
	s.Names = names(s.head, words)
}

// settle drops what the sketch was made of. Nothing can be set aside in it after that.
func (s *Sketch) settle() { s.title, s.head, s.words = "", nil, nil }

// runs returns the hash of every run of five words, in order, with flags clear.
func runs(words []token) []uint32 {
	if len(words) < runWords {
		return nil
	}
	all := make([]uint32, 0, len(words)-runWords+1)
	for i := range len(words) - runWords + 1 {
		h := hashStart
		for _, w := range words[i : i+runWords] {
			h = (h ^ w.hash) * hashPrime
			h ^= h >> 29
		}
		all = append(all, mix(h))
	}
	return all
}

// flagTopics flags the runs of words in which a telling word of the headline stands.
func flagTopics(runs []uint32, head, words []token) {
	var topics [maxTitle]uint64
	n := 0
	for _, t := range head {
		if n < len(topics) && t.telling() && !t.figure {
			topics[n] = t.hash
			n++
		}
	}
	for i, t := range words {
		if slices.Contains(topics[:n], t.hash) {
			for k := max(i-runWords+1, 0); k <= min(i, len(runs)-1); k++ {
				runs[k] |= flagTopic
			}
		}
	}
}

// levelFor returns the lowest level at which a sample of n runs is not over maxRuns.
func levelFor(n int) uint {
	level := uint(0)
	for ; n > maxRuns; n /= 2 {
		level++
	}
	return level
}

func below(h uint32, level uint) bool { return h>>(32-level) == 0 }

func titleWords(head []token) []uint32 {
	var found []uint32
	for _, t := range head {
		h := mix(t.hash)
		if t.figure {
			h |= flagFigure
		}
		if revision[t.hash] {
			h |= flagRevised
		}
		found = append(found, h)
	}
	return few(found, maxTitle)
}

// names returns the telling words of headline and lead.
func names(head, words []token) []uint32 {
	var found []uint32
	for _, t := range head {
		if t.telling() {
			found = append(found, t.name32(flagTitle|flagNear))
		}
	}
	for i, t := range words[:min(len(words), nameWords)] {
		switch {
		case !t.telling():
		case i < nearWords:
			found = append(found, t.name32(flagNear))
		default:
			found = append(found, mix(t.hash))
		}
	}
	return few(found, maxNames)
}

// name32 returns the hash of a name, with the flags if it is a long word.
func (t token) name32(flags uint32) uint32 {
	if t.size < longWord {
		flags = 0
	}
	return mix(t.hash) | flags
}

// headline returns a hash of the words of a headline. It is 0 for fewer than four
// words or 28 letters, because many stories have such a headline. The name of a publisher at
// its end, which aggregators append, is left out.
func headline(title string) uint64 {
	for _, mark := range []string{" - ", " | "} {
		i := strings.LastIndex(title, mark)
		if i > 0 && strings.Count(title[i+len(mark):], " ") < 4 {
			if h := headlineOf(title[:i]); h != 0 {
				return h
			}
		}
	}
	return headlineOf(title)
}

func headlineOf(title string) uint64 {
	words := tokens(title)
	size := len(words) - 1
	h := hashStart
	for _, t := range words {
		h = (h ^ t.hash) * hashPrime
		size += t.size
	}
	if len(words) < 4 || size < 28 {
		return 0
	}
	return h
}

// mix spreads a hash evenly over 32 bits and clears the flags.
func mix(h uint64) uint32 {
	h ^= h >> 32
	h *= 0x9fb21c651e98df25
	h ^= h >> 32
	return uint32(h) &^ flags
}

// few sorts hashes, removes repetitions and keeps the lowest, at most limit.
func few(hashes []uint32, limit int) []uint32 {
	hashes = distinct(hashes)
	return slices.Clip(hashes[:min(len(hashes), limit)])
}

// distinct sorts hashes and merges those that differ only in flags.
func distinct(hashes []uint32) []uint32 {
	slices.Sort(hashes)
	out := hashes[:0]
	for _, h := range hashes {
		if n := len(out); n > 0 && out[n-1]&^flags == h&^flags {
			out[n-1] |= h
			continue
		}
		out = append(out, h)
	}
	return out
}
