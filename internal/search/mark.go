package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/internal/filter"
)

// Piece is a part of a text; a hit is a part that the query matches.
type Piece struct {
	Text string
	Hit  bool
}

// span is a hit in a text, as byte offsets.
type span struct{ from, to int }

// Mark cuts a title into pieces.
func (q *Query) Mark(title string) []Piece { return cut(title, q.find(title, Title)) }

// Excerpt returns about n characters of a plain text, in pieces, from the place that has the
// most hits. found is false when there is no hit; then it is the beginning of the text.
func (q *Query) Excerpt(text string, n int) (pieces []Piece, found bool) {
	spans := q.find(text, Text)
	from, to := window(text, spans, n)
	var inside []span
	for _, s := range spans {
		if s.from >= from && s.to <= to {
			inside = append(inside, span{s.from - from, s.to - from})
		}
	}
	pieces = cut(text[from:to], inside)
	if from > 0 {
		pieces = append([]Piece{{Text: "… "}}, pieces...)
	}
	if to < len(text) {
		pieces = append(pieces, Piece{Text: " …"})
	}
	return pieces, len(spans) > 0
}

func cut(text string, spans []span) []Piece {
	var pieces []Piece
	last := 0
	for _, s := range spans {
		if s.from > last {
			pieces = append(pieces, Piece{Text: text[last:s.from]})
		}
		pieces = append(pieces, Piece{Text: text[s.from:s.to], Hit: true})
		last = s.to
	}
	if last < len(text) {
		pieces = append(pieces, Piece{Text: text[last:]})
	}
	return pieces
}

// lead is how much of a text is shown before the first hit, in bytes.
const lead = 60

// window returns which n characters of a text to show: the first with the most hits.
func window(text string, spans []span, n int) (from, to int) {
	best, most := 0, 0
	for i, s := range spans {
		count := 0
		for _, other := range spans[i:] {
			if other.to > s.from+n-lead {
				break
			}
			count++
		}
		if count > most {
			best, most = s.from, count
		}
	}
	if best > lead { // begin behind a blank
		from = best - lead
		if blank := strings.IndexByte(text[from:best], ' '); blank >= 0 {
			from += blank + 1
		}
		for from < best && !utf8.RuneStart(text[from]) {
			from++
		}
	}
	to = from
	for range n {
		if to >= len(text) {
			return from, len(text)
		}
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if blank := strings.LastIndexByte(text[from:to], ' '); to < len(text) && blank > n/2 {
		to = from + blank
	}
	return from, to
}

// token is a word of a text, folded, and where it stands.
type token struct {
	word string
	span
}

// find returns where the terms of the query stand in a text of a field, in order
// and apart from each other.
func (q *Query) find(text string, field Field) []span {
	tokens := tokenize(text)
	row := make([]string, len(tokens))
	for i, t := range tokens {
		row[i] = t.word
	}
	var spans []span
	for _, c := range q.Clauses {
		if c.Not {
			continue
		}
		for _, t := range c.Any {
			if t.Field == Anywhere || t.Field == field {
				spans = append(spans, t.spans(tokens, row)...)
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	return join(spans)
}

// spans returns where the term stands among the tokens of a text; row are their words.
func (t *Term) spans(tokens []token, row []string) (spans []span) {
	for i := range row {
		if t.at(row[i:]) {
			spans = append(spans, span{tokens[i].from, tokens[i+len(t.Words)-1].to})
		}
	}
	return spans
}

// join merges spans that overlap. They are ordered by their beginnings.
func join(spans []span) []span {
	var joined []span
	for _, s := range spans {
		if n := len(joined); n > 0 && s.from < joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// tokenize cuts a text into the same words as the index does, with their positions: it finds
// each word in the text as it is, and then folds it by itself.
func tokenize(text string) []token {
	tokens := make([]token, 0, len(text)/6)
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		for w := range filter.Words(filter.Fold(text[start:end])) {
			tokens = append(tokens, token{w, span{start, end}})
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case filter.IsSingle(r):
			flush(i)
			start = i
			flush(i + utf8.RuneLen(r))
		case filter.InWord(r), start >= 0 && unicode.Is(unicode.Cf, r): // a soft hyphen
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return tokens
}
