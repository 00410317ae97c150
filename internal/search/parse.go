package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

// Parse reads a query. The error is a *SyntaxError.
func Parse(text string) (*Query, error) {
	q := &Query{Text: clean.Line(strings.ToValidUTF8(text, " "))}
	if n := utf8.RuneCountInString(q.Text); n > MaxLength {
		return nil, wrong("a search has at most %d characters, this one has %d: leave out what matters least", MaxLength, n)
	}
	p := parser{rest: quotes.Replace(q.Text)}
	if err := p.run(); err != nil {
		return nil, err
	}
	q.Clauses = p.clauses
	return q, nil
}

// quotes replaces all kinds of quotation marks by the plain one.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`)

func wrong(format string, args ...any) error {
	return &SyntaxError{news.Say(format, args...)}
}

type parser struct {
	rest    string
	clauses []Clause
	terms   int
	not     bool // NOT stood before
	or      bool // OR stood before
}

// piece is one part of a query, between blanks.
type piece struct {
	given  string // as typed
	not    bool
	field  Field
	body   string // without the above, and without the quotes
	quoted bool
	star   bool // after a closing quote
}

func (p *parser) run() error {
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" {
			break
		}
		if p.operator() {
			continue
		}
		one, err := p.next()
		if err == nil {
			err = p.add(one)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case p.or:
		return misplacedOr()
	case p.terms == 0:
		return wrong("there is no word in it: type one or more, such as verkehr")
	case p.terms > MaxTerms:
		return wrong("a search has at most %d terms, this one has %d: leave out what matters least", MaxTerms, p.terms)
	}
	return nil
}

func misplacedOr() error { return wrong("OR stands between two terms: bahn OR zug") }

// operator reads an operator, and reports whether there was one.
func (p *parser) operator() bool {
	word, rest, _ := strings.Cut(p.rest, " ")
	switch word {
	case "OR", "|", "||":
		p.or = true
	case "NOT":
		p.not = true
	case "AND", "&", "&&", "+", "-":
	default:
		return false
	}
	p.rest = rest
	return true
}

// next takes the next piece off the rest, which does not begin with a blank.
func (p *parser) next() (piece, error) {
	start := p.rest
	one := piece{not: p.not}
	p.not = false
	p.rest = strings.TrimLeft(p.rest, "+")
	if after, ok := strings.CutPrefix(p.rest, "-"); ok {
		one.not, p.rest = true, after
	}
	if err := p.field(&one); err != nil {
		return one, err
	}
	if after, ok := strings.CutPrefix(p.rest, `"`); ok {
		inside, rest, closed := strings.Cut(after, `"`)
		if !closed {
			return one, wrong(`the quote is not closed: "%s"`, strings.TrimSpace(inside))
		}
		one.body, one.quoted, p.rest = inside, true, rest
		p.rest, one.star = strings.CutPrefix(p.rest, "*")
	} else {
		end := strings.IndexAny(p.rest, ` "`)
		if end < 0 {
			end = len(p.rest)
		}
		one.body, p.rest = p.rest[:end], p.rest[end:]
	}
	one.given = strings.TrimSpace(start[:len(start)-len(p.rest)])
	return one, nil
}

// field takes the name of a field off the rest. A colon also stands in times,
// addresses and headlines; only a word directly before another is taken for a
// field.
func (p *parser) field(one *piece) error {
	colon := strings.IndexByte(p.rest, ':')
	if colon < 1 || !letters(p.rest[:colon]) {
		return nil
	}
	name, after := Field(strings.ToLower(p.rest[:colon])), p.rest[colon+1:]
	switch {
	case slices.Contains(fields[:], name):
		one.field, p.rest = name, after
	case after == "" || strings.HasPrefix(after, " ") || strings.HasPrefix(after, "//"):
	default:
		return wrong(`there is no field %q; there are %s. To search for the words, write them apart or in quotes`, name, fieldNames())
	}
	return nil
}

func fieldNames() string {
	var names []string
	for _, f := range fields {
		names = append(names, string(f)+":")
	}
	return strings.Join(names, " ")
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// add makes a term of a piece and puts it into its clause.
func (p *parser) add(one piece) error {
	if strings.ContainsAny(one.body, "()") && !one.quoted && (strings.Contains(p.rest, "OR ") || p.or) {
		return wrong("brackets are not understood: a OR b c means (a OR b) and c")
	}
	term, err := one.term()
	if err != nil {
		return err
	}
	if len(term.Words) == 0 { // nothing but punctuation
		if one.field != Anywhere {
			return wrong(`a word must follow "%[1]s:", as in %[1]s:word`, one.field)
		}
		return nil
	}
	p.terms++
	if !p.or {
		p.clauses = append(p.clauses, Clause{Not: one.not, Any: []Term{term}})
		return nil
	}
	p.or = false
	if len(p.clauses) == 0 {
		return misplacedOr()
	}
	last := &p.clauses[len(p.clauses)-1]
	if one.not || last.Not {
		return wrong("what is excluded cannot stand beside OR: bahn OR zug -%s", strings.TrimPrefix(one.given, "-"))
	}
	last.Any = append(last.Any, term)
	return nil
}

// term makes a Term of the words and stars of a piece. Quoted words are looked for as they
// are.
func (one piece) term() (Term, error) {
	t := Term{Field: one.field, Given: one.given, quoted: one.quoted}
	body := one.body
	if !one.quoted {
		body = strings.TrimFunc(body, func(r rune) bool { return r != '*' && !unicode.In(r, unicode.L, unicode.M, unicode.N) })
		body, t.Head = strings.CutPrefix(body, "*")
	}
	body, t.Tail = strings.CutSuffix(body, "*")
	t.Tail = t.Tail || one.star
	if strings.Contains(body, "*") {
		return t, wrong("a star stands before or after a word, not inside it: %s", one.given)
	}
	t.Words = slices.Collect(filter.Words(filter.Fold(body)))
	if len(t.Words) == 0 {
		if t.Head || t.Tail {
			return t, wrong("a star alone matches everything: put letters before or after it, such as verk*")
		}
		return t, nil
	}
	return t, t.open()
}

// open checks the stars of a term. A long word without stars and quotes is looked for inside
// other words, too. That also holds for an excluded word, so that it excludes exactly what
// it would find.
func (t *Term) open() error {
	first, last := t.Words[0], t.Words[len(t.Words)-1]
	switch {
	case t.Head && len(t.Words) > 1:
		return wrong("a star before several words is not understood, leave it out: %s", t.Given)
	case t.Head && utf8.RuneCountInString(first) < minInside:
		return wrong("at least %d letters go after a star: %s", minInside, t.Given)
	case t.Tail && len(last) < minPrefix: // one letter of Latin; of other scripts it may be a word
		return wrong("at least %d letters go before a star: %s", minPrefix, t.Given)
	case t.Head || t.Tail || t.quoted || len(t.Words) > 1:
		return nil
	}
	if t.Field.isText() {
		long := utf8.RuneCountInString(first) >= insideFrom && letters(first)
		t.Head, t.Tail = long, long
	}
	return nil
}
