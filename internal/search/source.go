package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tributary/internal/filter"
	"tributary/internal/news"
)

// SourceName has the names of a source, prepared for comparison.
type SourceName struct {
	id    int64
	names [][]string // folded words of each of its names
	tags  [][]string
}

// NewSourceName prepares a source: its name, its title and the host of its site.
func NewSourceName(s news.Source) SourceName {
	n := SourceName{id: s.ID}
	for _, name := range []string{s.Name, s.Title, strings.TrimPrefix(news.HostOf(s.Site), "www.")} {
		n.names = append(n.names, split(name))
	}
	for _, tag := range s.Tags {
		n.tags = append(n.tags, split(tag))
	}
	return n
}

func split(text string) []string { return slices.Collect(filter.Words(filter.Fold(text))) }

// Resolve fills in which sources the terms source: and tag: stand for. all are
// those that may be named, the public ones. The error is a *SyntaxError.
func (q *Query) Resolve(all []SourceName) error {
	for i := range q.Clauses {
		for j := range q.Clauses[i].Any {
			if err := q.Clauses[i].Any[j].resolve(all); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Term) resolve(all []SourceName) error {
	if t.Field != Source && t.Field != Tag {
		return nil
	}
	for _, s := range all {
		called := s.names
		if t.Field == Tag {
			called = s.tags
		}
		if slices.ContainsFunc(called, t.in) {
			t.Sources = append(t.Sources, s.id)
		}
	}
	if n := len(t.Sources); n > MaxSources {
		return wrong("at most %d sources can be searched at once, and there are %d for %s: search a feed that selects them", MaxSources, n, t.Given)
	}
	return nil
}

// in reports whether the term occurs in a list of words.
func (t *Term) in(row []string) bool {
	for i := range row {
		if t.at(row[i:]) {
			return true
		}
	}
	return false
}

// at reports whether a list of words begins with the term.
func (t *Term) at(row []string) bool {
	if len(row) < len(t.Words) {
		return false
	}
	for i, w := range t.Words {
		if !matches(w, row[i], t.Head && i == 0, t.Tail && i == len(t.Words)-1) {
			return false
		}
	}
	return true
}

// matches compares a word of a query with one of a text.
func matches(word, text string, head, tail bool) bool {
	switch {
	case head && tail:
		return strings.Contains(text, word)
	case head:
		return strings.HasSuffix(text, word)
	case tail:
		return strings.HasPrefix(text, word)
	}
	return text == word
}

// Unknown returns the first term with source: for which there is no source; "" for none.
func (q *Query) Unknown() (given string) {
	for _, c := range q.Clauses {
		for _, t := range c.Any {
			if t.Field == Source && len(t.Sources) == 0 {
				return t.Given
			}
		}
	}
	return ""
}

// Whole returns the first word that is not looked for inside other words only because it is
// too short for that; "" for none.
func (q *Query) Whole() string {
	for _, c := range q.Clauses {
		for _, t := range c.Any {
			if n := utf8.RuneCountInString(t.Words[0]); !c.Not && t.Field.isText() && len(t.Words) == 1 && !t.Head && !t.Tail && !t.quoted && n >= minInside && n < insideFrom {
				return t.Words[0]
			}
		}
	}
	return ""
}
