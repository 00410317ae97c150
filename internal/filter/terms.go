package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// mode says how terms are looked for in a text.
type mode int

const (
	whole  mode = iota // as words: word(title, "rat")
	inside             // anywhere, also inside words: title contains "rat"
	begin              // title startsWith "rat"
	end                // title endsWith "rat"
)

// terms are what a rule looks for, folded. Any of them is a match.
type terms struct {
	mode     mode
	parts    []string            // of all modes but whole
	phrases  map[string][]phrase // by their first word, which stands for itself
	prefixes map[string]bool     // beginnings of words
	lengths  []int               // of the prefixes, in bytes
	signed   []signed            // words that would be other words without their signs
}

// signed is a word, or several, with a sign at an end: "c++", ".net".
type signed struct {
	text   string // folded
	prefix bool   // words may go on behind it
}

// signs belong to the word that they begin or end: without them it is another one.
const (
	signsBefore = "+#@$%&."
	signsBehind = "+#@$%&"
)

// phrase is what follows the first word of a term.
type phrase struct {
	rest   []string
	prefix bool // the last word of rest is the beginning of one
}

// newTerms reads what a rule looks for. Its error says which term is none.
func newTerms(m mode, list []string) (*terms, error) {
	t := &terms{mode: m, phrases: map[string][]phrase{}, prefixes: map[string]bool{}}
	for _, term := range list {
		if m != whole {
			folded := Fold(term)
			if strings.TrimSpace(folded) == "" {
				return nil, fmt.Errorf("%q is nothing to look for", term)
			}
			t.parts = append(t.parts, folded)
			continue
		}
		if err := t.addWords(term); err != nil {
			return nil, err
		}
	}
	for first := range t.prefixes {
		if !slices.Contains(t.lengths, len(first)) {
			t.lengths = append(t.lengths, len(first))
		}
	}
	return t, nil
}

// addWords adds a word, or several that follow each other; a star at the end
// leaves the last one open.
func (t *terms) addWords(term string) error {
	text, prefix := strings.CutSuffix(strings.TrimSpace(term), "*")
	if strings.Contains(text, "*") {
		return fmt.Errorf(`%q: "*" stands at the end of a word only; inside words looks contains, as in title contains "verkehr"`, term)
	}
	text = strings.Join(strings.Fields(Fold(text)), " ")
	words := slices.Collect(Words(text))
	if len(words) == 0 {
		return fmt.Errorf("%q has no word to look for", term)
	}
	if strings.ContainsRune(signsBefore, first(text)) || strings.ContainsRune(signsBehind, last(text)) {
		t.signed = append(t.signed, signed{text, prefix})
		return nil
	}
	if prefix && len(words) == 1 {
		t.prefixes[words[0]] = true
		return nil
	}
	t.phrases[words[0]] = append(t.phrases[words[0]], phrase{words[1:], prefix})
	return nil
}

// in reports whether one of the terms is in a text.
func (t *terms) in(text *folded) bool {
	if t.mode == whole {
		return slices.ContainsFunc(t.signed, func(s signed) bool { return s.in(text.text) }) || t.inWords(text.words())
	}
	for _, part := range t.parts {
		switch {
		case t.mode == inside && strings.Contains(text.text, part),
			t.mode == begin && strings.HasPrefix(text.text, part),
			t.mode == end && strings.HasSuffix(text.text, part):
			return true
		}
	}
	return false
}

// in reports whether it stands in a text and is no part of a longer word there.
func (s signed) in(text string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], s.text)
		if at < 0 {
			return false
		}
		at += from
		before, next := last(text[:at]), first(text[at+len(s.text):])
		inside := joins(before) || before == first(s.text) // as in ...net
		goesOn := joins(next) || next == last(s.text)      // as in c+++
		if !inside && (s.prefix || !goesOn) {
			return true
		}
		from = at + 1
	}
}

// joins reports whether r is part of the word that it stands beside.
func joins(r rune) bool { return r != utf8.RuneError && InWord(r) && !IsSingle(r) }

func (t *terms) inWords(words []string) bool {
	for i, word := range words {
		for _, p := range t.phrases[word] {
			if p.follows(words[i+1:]) {
				return true
			}
		}
		for _, n := range t.lengths {
			if len(word) >= n && t.prefixes[word[:n]] {
				return true
			}
		}
	}
	return false
}

// follows reports whether the words begin with the rest of the phrase.
func (p phrase) follows(words []string) bool {
	if len(words) < len(p.rest) {
		return false
	}
	for i, want := range p.rest {
		if words[i] != want && !(p.prefix && i == len(p.rest)-1 && strings.HasPrefix(words[i], want)) {
			return false
		}
	}
	return true
}

// folded is a text of an entry as it is searched, cut into words when first asked
// for them.
type folded struct {
	text string
	cut  []string
	done bool
}

func (f *folded) words() []string {
	if !f.done {
		f.cut, f.done = slices.Collect(Words(f.text)), true
	}
	return f.cut
}
