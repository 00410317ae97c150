package format

import (
	"iter"
	"strings"
)

// tokenKind is the kind of a token.
type tokenKind uint8

const (
	eofToken tokenKind = iota
	textToken
	cdataToken
	startToken
	endToken
	otherToken // comment, processing instruction, declaration
)

// token is one piece of markup. Its strings are substrings of the document, undecoded.
type token struct {
	kind     tokenKind
	pos, end int    // where it stands in the document
	name     string // of a tag, as written
	text     string // of text and CDATA
	empty    bool   // <name/>
	attrs    []attr // valid until the next start tag is read
}

// attr is an attribute as written; its value is undecoded.
type attr struct{ name, value string }

// lexer splits a document into tokens. It accepts everything: what is not markup is
// text. Reading the whole document takes linear time.
type lexer struct {
	s       string
	pos     int
	attrs   []attr
	crowded bool   // a tag had more than maxAttributes
	item    string // lower-case name of the items, which no CDATA section spans; may be empty
	section int    // where the "]]>" stands that was found last

	missing  map[string]int // by mark, the offset from which on it does not occur
	doctyped bool
}

// ahead iterates over the tokens from here to the end of the document, without moving on.
func (l lexer) ahead() iter.Seq[token] {
	l.attrs = nil
	return func(yield func(token) bool) {
		for t := l.next(); t.kind != eofToken && yield(t); t = l.next() {
		}
	}
}

// starts iterates over the start tags of a text.
func starts(text string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for t := range (lexer{s: text}).ahead() {
			if t.kind == startToken && !yield(t) {
				return
			}
		}
	}
}

// next returns the token at the current position and moves past it.
func (l *lexer) next() token {
	if l.pos >= len(l.s) {
		return token{kind: eofToken, pos: len(l.s), end: len(l.s)}
	}
	start := l.pos
	if l.s[start] == '<' {
		if t, ok := l.markup(); ok {
			t.pos, t.end = start, l.pos
			return t
		}
		l.pos = start + 1
	}
	l.pos = l.opening(l.pos)
	return token{kind: textToken, pos: start, end: l.pos, text: l.s[start:l.pos]}
}

// opening returns the offset of the next "<", from i on, that can begin markup, or the
// length of the document.
func (l *lexer) opening(i int) int {
	for i < len(l.s) {
		next := strings.IndexByte(l.s[i:], '<')
		if next < 0 {
			break
		}
		i += next
		if i+1 < len(l.s) && (nameStart(l.s[i+1]) || l.s[i+1] == '/' || l.s[i+1] == '!' || l.s[i+1] == '?') {
			return i
		}
		i++
	}
	return len(l.s)
}

// markup reads what begins with "<". It reports false if that is just a character.
func (l *lexer) markup() (token, bool) {
	rest := l.s[l.pos+1:]
	if rest == "" {
		return token{}, false
	}
	switch c := rest[0]; {
	case nameStart(c):
		return l.startTag()
	case c == '/':
		return l.endTag()
	case c == '!':
		return l.declaration(rest), true
	case c == '?':
		l.instruction(rest)
		return token{kind: otherToken}, true
	}
	return token{}, false
}

// instruction skips a processing instruction. An XML declaration ends at the next ">",
// or before the next "<" if that comes first. Any other instruction that lacks its "?>"
// ends at the next ">"; if there is none, only its first two characters are skipped.
func (l *lexer) instruction(rest string) {
	if len(rest) > 4 && strings.EqualFold(rest[:4], "?xml") {
		if i := strings.IndexAny(rest, "<>"); i >= 0 {
			if l.pos += 1 + i; rest[i] == '>' {
				l.pos++
			}
			return
		}
	}
	if i := l.find(rest, "?>"); i >= 0 {
		l.pos += 1 + i + len("?>")
	} else if i := l.find(rest, ">"); i >= 0 {
		l.pos += 1 + i + 1
	} else {
		l.pos += 2
	}
}

// find is strings.Index, but does not search again for a mark that is known to be
// missing from here on. That keeps reading linear.
func (l *lexer) find(rest, mark string) int {
	from := len(l.s) - len(rest)
	if at, known := l.missing[mark]; known && from >= at {
		return -1
	}
	i := strings.Index(rest, mark)
	if i < 0 {
		if l.missing == nil {
			l.missing = map[string]int{}
		}
		l.missing[mark] = from
	}
	return i
}

func (l *lexer) declaration(rest string) token {
	const open = "![CDATA["
	switch {
	case len(rest) >= len(open) && strings.EqualFold(rest[:len(open)], open):
		end := l.sectionEnd(rest)
		if end < 0 { // never closed: what follows is read as markup
			l.pos += 1 + len(open)
			return token{kind: otherToken}
		}
		l.pos += 1 + end + len("]]>")
		return token{kind: cdataToken, text: rest[len(open):end]}
	case strings.HasPrefix(rest, "!--"):
		if i := l.find(rest[3:], "-->"); i >= 0 {
			l.pos += 1 + 3 + i + 3
		} else {
			l.pos += 4
		}
	default:
		l.doctype(rest)
	}
	return token{kind: otherToken}
}

// sectionEnd returns where in rest the "]]>" of a CDATA section stands, or -1 if none belongs
// to it: when an item ends before the next section begins, this section was never closed.
func (l *lexer) sectionEnd(rest string) int {
	const open = "![CDATA["
	from := len(l.s) - len(rest)
	if l.section < from {
		end := l.find(rest, "]]>")
		if end < 0 {
			return -1
		}
		l.section = from + end
	}
	end := l.section - from
	if l.item == "" {
		return end
	}
	if inner := strings.Index(rest[len(open):end], "<"+open); inner >= 0 && containsFold(rest[:len(open)+inner], "</"+l.item) {
		return -1
	}
	return end
}

// containsFold is strings.Contains without regard to the case of ASCII letters. part is
// in lower case and begins with a character that has no case.
func containsFold(s, part string) bool {
	for {
		i := strings.IndexByte(s, part[0])
		if i < 0 || len(s)-i < len(part) {
			return false
		}
		if strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
		s = s[i+1:]
	}
}

// doctype skips a declaration. The first one may have an internal subset in brackets.
func (l *lexer) doctype(rest string) {
	end := l.find(rest, ">")
	if end < 0 {
		l.pos += 2
		return
	}
	if open := strings.IndexByte(rest[:end], '['); open >= 0 && !l.doctyped {
		l.doctyped = true
		if i := strings.IndexByte(rest[open:], ']'); i >= 0 {
			if j := strings.IndexByte(rest[open+i:], '>'); j >= 0 {
				end = open + i + j
			}
		}
	}
	l.pos += 1 + end + 1
}

func (l *lexer) endTag() (token, bool) {
	i := l.pos + 2
	if i >= len(l.s) || !nameStart(l.s[i]) {
		return token{}, false
	}
	j := i
	for j < len(l.s) && nameByte(l.s[j]) {
		j++
	}
	t := token{kind: endToken, name: l.s[i:j]}
	for j < len(l.s) && l.s[j] != '>' && l.s[j] != '<' {
		j++
	}
	if j < len(l.s) && l.s[j] == '>' {
		j++
	}
	l.pos = j
	return t, true
}

// startTag reads a tag with its attributes. Without a ">" before the next "<", it is a
// tag only if its first attribute has a value: "a <b and c" is text.
func (l *lexer) startTag() (token, bool) {
	i := l.pos + 1
	j := i
	for j < len(l.s) && nameByte(l.s[j]) {
		j++
	}
	t := token{kind: startToken, name: l.s[i:j]}
	l.attrs = l.attrs[:0]
	for {
		j = l.blanks(j)
		switch {
		case j >= len(l.s):
			return t, false
		case l.s[j] == '<':
			l.pos, t.attrs = j, l.attrs
			return t, len(l.attrs) > 0 && l.attrs[0].value != ""
		case l.s[j] == '>':
			l.pos, t.attrs = j+1, l.attrs
			return t, true
		case l.s[j] == '/':
			t.empty = j+1 < len(l.s) && l.s[j+1] == '>'
			j++
		default:
			j = l.attribute(j)
		}
	}
}

// attribute reads the one at j and returns the position after it. It tolerates missing
// quotes, values and closing quotes.
func (l *lexer) attribute(j int) int {
	start := j
	for j < len(l.s) && !blank(l.s[j]) && l.s[j] != '=' && l.s[j] != '>' && l.s[j] != '<' && (l.s[j] != '/' || j+1 < len(l.s) && l.s[j+1] != '>') {
		j++
	}
	if j == start { // a stray "="
		return j + 1
	}
	name, value := l.s[start:j], ""
	if j = l.blanks(j); j < len(l.s) && l.s[j] == '=' {
		value, j = l.attributeValue(l.blanks(j + 1))
	}
	if len(l.attrs) < maxAttributes {
		l.attrs = append(l.attrs, attr{name, value})
	} else {
		l.crowded = true
	}
	return j
}

// blanks returns the offset of the first character from j on that is no white space.
func (l *lexer) blanks(j int) int {
	for j < len(l.s) && blank(l.s[j]) {
		j++
	}
	return j
}

func (l *lexer) attributeValue(j int) (string, int) {
	if j < len(l.s) && (l.s[j] == '"' || l.s[j] == '\'') {
		if end := l.find(l.s[j+1:], l.s[j:j+1]); end >= 0 && !l.runsOn(j+1, j+1+end) {
			return l.s[j+1 : j+1+end], j + 1 + end + 1
		}
		j++ // no closing quote: the value ends like an unquoted one
	}
	start := j
	for j < len(l.s) && !blank(l.s[j]) && l.s[j] != '>' && l.s[j] != '<' {
		j++
	}
	value := l.s[start:j]
	if strings.HasSuffix(value, "/") && j < len(l.s) && l.s[j] == '>' && !strings.Contains(value, "://") {
		return value[:len(value)-1], j - 1 // <br clear=all/>
	}
	return value, j
}

// runsOn reports whether a quoted value contains other tags because its closing quote
// is missing: the quote that was found opens another value.
func (l *lexer) runsOn(from, end int) bool {
	if end+1 < len(l.s) && (blank(l.s[end+1]) || l.s[end+1] == '>' || l.s[end+1] == '/' || l.s[end+1] == '?') {
		return false
	}
	return strings.IndexByte(l.s[from:end], '<') >= 0
}

func nameStart(c byte) bool {
	return isLetter(c) || c == '_' || c == ':' || c >= 0x80
}

func nameByte(c byte) bool {
	return nameStart(c) || isDigit(c) || c == '-' || c == '.'
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
