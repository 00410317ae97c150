package clean

import (
	"strings"

	"golang.org/x/net/html"
)

// tokens reads one piece of markup, token by token.
type tokens struct {
	z    *html.Tokenizer
	ends endTags
	pos  int    // bytes read
	skip string // the element whose content is being skipped; empty for none
}

func newTokens(markup string) tokens {
	return tokens{z: html.NewTokenizer(strings.NewReader(markup)), ends: endTags{markup: markup}}
}

func (t *tokens) next() html.TokenType {
	kind := t.z.Next()
	t.pos += len(t.z.Raw())
	return kind
}

// element returns the name of the element of a tag.
func (t *tokens) element() string {
	name, _ := t.z.TagName()
	return string(name)
}

// skipContent has the content of an element skipped whose start tag was read last, unless it
// is never closed: then the text after it stays.
func (t *tokens) skipContent(element string, kind html.TokenType) {
	if t.ends.follow(element, t.pos) || kind == html.StartTagToken && (element == "script" || element == "style") {
		t.skip = element
		return
	}
	t.z.NextIsNotRawText()
}

// endTags finds where the last end tag of an element stands. An element that is never
// closed must not take the rest of the text with it.
type endTags struct {
	markup string
	lower  string
	last   map[string]int
}

// follow reports whether an element whose start tag ends at pos is closed after it.
func (e *endTags) follow(element string, pos int) bool {
	at, ok := e.last[element]
	if !ok {
		if e.last == nil {
			e.last, e.lower = map[string]int{}, lowerASCII(e.markup)
		}
		at = strings.LastIndex(e.lower, "</"+element)
		e.last[element] = at
	}
	return at >= pos
}

// lowerASCII keeps the position of every byte, which strings.ToLower may not.
func lowerASCII(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}
