package format

import "strings"

// tokenKind tells what a piece of a document is.
type tokenKind uint8

const (
	eofToken tokenKind = iota
	textToken
	cdataToken
	startToken
	endToken
	otherToken // comment, processing instruction, declaration
)

// token is one piece of markup. Strings are parts of the document, undecoded.
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

// lexer cuts a document into tokens. It accepts everything: what is no markup
// is text. Reading the whole document takes linear time.
type lexer struct {
	s       string
	pos     int
	attrs   []attr
	crowded bool // a tag had more than maxAttributes

	// What is missing once stays missing: no mark is looked for again.
	missing  map[string]bool
	doctyped bool
}

// next returns the token at the position and moves behind it.
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
	if i := strings.IndexByte(l.s[l.pos:], '<'); i >= 0 {
		l.pos += i
	} else {
		l.pos = len(l.s)
	}
	return token{kind: textToken, pos: start, end: l.pos, text: l.s[start:l.pos]}
}

// markup reads what begins with "<"; false when that is only a character.
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
		l.skipPast(rest, "?>")
		return token{kind: otherToken}, true
	}
	return token{}, false
}

// skipPast moves behind the end mark, or behind the next ">" when it is
// missing, or else behind the "<" and the character after it.
func (l *lexer) skipPast(rest, mark string) {
	if i := l.find(rest, mark); i >= 0 {
		l.pos += 1 + i + len(mark)
	} else if i := strings.IndexByte(rest, '>'); i >= 0 {
		l.pos += 1 + i + 1
	} else {
		l.pos += 2
	}
}

// find is strings.Index that gives up for good after the first miss.
func (l *lexer) find(rest, mark string) int {
	if l.missing[mark] {
		return -1
	}
	i := strings.Index(rest, mark)
	if i < 0 {
		if l.missing == nil {
			l.missing = map[string]bool{}
		}
		l.missing[mark] = true
	}
	return i
}

func (l *lexer) declaration(rest string) token {
	const open = "![CDATA["
	switch {
	case strings.HasPrefix(rest, open):
		end := l.find(rest, "]]>")
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

// doctype skips a declaration, the first one together with its internal subset
// in brackets.
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

// startTag reads a tag with its attributes. Without a ">" before the next "<"
// it is one only if it has an attribute: "a <b and c" is text.
func (l *lexer) startTag() (token, bool) {
	i := l.pos + 1
	j := i
	for j < len(l.s) && nameByte(l.s[j]) {
		j++
	}
	t := token{kind: startToken, name: l.s[i:j]}
	l.attrs = l.attrs[:0]
	for {
		for j < len(l.s) && blank(l.s[j]) {
			j++
		}
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

// attribute reads one at j and returns the position behind it. It forgives
// missing quotes, values and closing quotes.
func (l *lexer) attribute(j int) int {
	start := j
	for j < len(l.s) && !blank(l.s[j]) && l.s[j] != '=' && l.s[j] != '>' && l.s[j] != '<' && (l.s[j] != '/' || j+1 < len(l.s) && l.s[j+1] != '>') {
		j++
	}
	if j == start { // a stray "="
		return j + 1
	}
	name, value := l.s[start:j], ""
	for j < len(l.s) && blank(l.s[j]) {
		j++
	}
	if j < len(l.s) && l.s[j] == '=' {
		j++
		for j < len(l.s) && blank(l.s[j]) {
			j++
		}
		value, j = l.attributeValue(j)
	}
	if len(l.attrs) < maxAttributes {
		l.attrs = append(l.attrs, attr{name, value})
	} else {
		l.crowded = true
	}
	return j
}

func (l *lexer) attributeValue(j int) (string, int) {
	if j < len(l.s) && (l.s[j] == '"' || l.s[j] == '\'') {
		if end := strings.IndexByte(l.s[j+1:], l.s[j]); end >= 0 {
			return l.s[j+1 : j+1+end], j + 1 + end + 1
		}
		j++ // no closing quote in the document: the value ends as one without
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

func nameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

func nameByte(c byte) bool {
	return nameStart(c) || '0' <= c && c <= '9' || c == '-' || c == '.'
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
