package format

import (
	"fmt"
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// Limits of one document. They bound time and memory before any library sees the
// document; real feeds stay far below them. A document over a limit of the first group
// is refused as too_large. What exceeds a limit of the second group is left out, and
// Document.Repairs says so.
const (
	maxBytes      = 32 << 20 // of the document, decompressed
	maxDepth      = 64       // nested elements outside of texts; also nested JSON objects and lists
	maxElements   = 200_000  // outside of texts; also values in JSON lists and objects
	maxAttributes = 256      // of one element
	maxUnclosed   = 1_000    // unknown elements without an end in one entry

	maxEntries   = 2_000    // entries that are read; the others are counted
	maxChildren  = 512      // of one element
	maxAlike     = 100      // children of one element with one name
	maxTitle     = 1 << 10  // bytes of a title
	maxText      = 1 << 20  // bytes of one text
	maxMarkup    = 500_000  // tags and references in all texts together
	maxRawText   = 4 << 20  // bytes of one text, undecoded
	maxRawLine   = 64 << 10 // the same for an element that holds a line
	maxAttribute = 8 << 10  // bytes of an attribute
	maxBase      = 2 << 10  // bytes of an xml:base
	maxRepairs   = 20       // sentences
)

// repairs collects sentences about what had to be mended, each once.
type repairs struct {
	list    []string
	heard   map[string]int // how often each kind was noted
	dropped int            // characters that no text has
}

// note adds a sentence unless it is already there. A kind that was noted maxRepairs
// times is ignored from then on.
func (r *repairs) note(format string, args ...any) {
	if len(r.list) == maxRepairs || r.heard[format] == maxRepairs {
		return
	}
	if r.heard == nil {
		r.heard = map[string]int{}
	}
	r.heard[format]++
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.list, text) {
		r.list = append(r.list, text)
	}
}

// guard refuses documents that are only made to exhaust a reader.
func (m *mender) guard() error {
	switch {
	case len(m.stack) > maxDepth:
		return news.Failf(news.OutcomeTooLarge, "the document nests elements deeper than %d", maxDepth)
	case m.elements > maxElements:
		return news.Failf(news.OutcomeTooLarge, "the document has more than %d elements", maxElements)
	case m.lex.crowded:
		return news.Failf(news.OutcomeTooLarge, "an element has more than %d attributes", maxAttributes)
	case m.unclosed > maxUnclosed:
		return news.Failf(news.OutcomeTooLarge, "an entry has more than %d elements in each other or without end", maxUnclosed)
	}
	return nil
}

// room reports whether an element may have one more child of that name.
func (m *mender) room(parent *node, name string) bool {
	if len(parent.kids) < maxAlike {
		return true
	}
	alike := 0
	for _, k := range parent.kids {
		if k.name == name {
			alike++
		}
	}
	if alike < maxAlike && len(parent.kids) < maxChildren {
		return true
	}
	m.fix.note("of more than %d elements <%s> in one the others were not read", maxAlike, clip(name, 40))
	return false
}

// short cuts the content of a leaf before it is decoded.
func (m *mender) short(name, inner string) string {
	limit := maxRawLine
	if texts[name] {
		limit = maxRawText
	}
	if len(inner) <= limit {
		return inner
	}
	m.fix.note("a <%s> over %d bytes was cut", clip(name, 40), limit)
	return strings.ToValidUTF8(inner[:limit], "")
}

// withoutPictures removes the data of inline pictures (RFC 2397) that are too large to be
// kept. Otherwise a few photographs would use up the size limit of a text, and its words
// would be lost.
func withoutPictures(s string, fix *repairs) string {
	const mark = ";base64,"
	var out strings.Builder
	for from, at := 0, 0; ; {
		i := strings.Index(s[at:], mark)
		switch {
		case i >= 0:
		case from == 0:
			return s
		default:
			out.WriteString(s[from:])
			return out.String()
		}
		data := at + i + len(mark)
		for at = data; at < len(s) && base64Byte(s[at]); {
			at++
		}
		for at > data && s[at-1] == '\\' { // it escapes the quotation mark after the data
			at--
		}
		if at-data > clean.MaxInline {
			fix.note("a picture over %d bytes inside a text was left out", clean.MaxInline)
			out.WriteString(s[from:data])
			from = at
		}
	}
}

// base64Byte reports whether c can occur in base64 (RFC 4648), including base64 that is
// broken into lines or escaped in a JSON string.
func base64Byte(c byte) bool {
	return isAlnum(c) || c == '+' || c == '/' || c == '=' || c == '\\' || c == '\n' || c == '\r'
}

// thrift is the remaining budget for cleaning the texts of one document.
type thrift struct {
	left int // tags and references
	fix  *repairs
}

// afford returns as much of text as the budget allows to be cleaned.
func (t *thrift) afford(text string) string {
	for i := range len(text) {
		if text[i] != '<' && text[i] != '&' {
			continue
		}
		if t.left--; t.left < 0 {
			t.fix.note("texts were left out after %d tags and references", maxMarkup)
			return text[:i]
		}
	}
	return text
}
