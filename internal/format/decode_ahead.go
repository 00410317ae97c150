package format

import (
	"slices"
	"strings"

	"tributary/internal/clean"
)

// look decides whether an element holds elements or text, which may have markup, by what
// comes first in it apart from comments.
func (m *mender) look() use {
	look := m.lex
	look.attrs = nil
	for range 10 {
		switch t := look.next(); {
		case t.kind == startToken && !inline[strings.ToLower(t.name)]:
			return box
		case t.kind != otherToken && (t.kind != textToken || strings.TrimSpace(t.text) != ""):
			return leaf
		}
	}
	return leaf
}

// closeFull closes open elements that cannot have a child of that name, because their
// end tags seem to be missing. If one of them does have an end tag, its publisher
// extended it: closeFull leaves it open and reports that the child is foreign. A child
// that Decode does not read anyway closes nothing.
func (m *mender) closeFull(name string) (foreign bool) {
	if m.words[name] == unknown {
		return false
	}
	for len(m.stack) > 1 && !holds(m.top().node.name, name) {
		if m.ends(m.top()) {
			return true
		}
		m.fix.note("<%s> without end was closed before the next element", clip(m.top().raw, 40))
		m.stack = m.stack[:len(m.stack)-1]
	}
	return false
}

// ends reports whether an open element has an end tag before the next start tag of the
// same name and within the item. In OStatus, for example, authors have an id, links and
// a summary of their own.
func (m *mender) ends(f *frame) bool {
	if m.lex.pos < f.end {
		return true
	}
	pos := m.lex.pos
	for t := range m.lex.ahead() {
		if pos-m.lex.pos >= m.budget {
			break
		}
		pos = t.end
		if t.kind == endToken && strings.EqualFold(t.name, f.raw) {
			f.end = t.end
			break
		}
		if t.kind == startToken && (strings.EqualFold(t.name, f.raw) || m.isItem(t.name)) || t.kind == endToken && m.closesItem(t.name) {
			break
		}
	}
	m.budget -= pos - m.lex.pos
	return m.lex.pos < f.end
}

// holds reports whether an element can have a child of that name, as far as that is
// certain: people have names and addresses, and Media RSS has groups of its own.
func holds(box, child string) bool {
	switch box {
	case "author", "contributor", "atom:author", "itunes:owner":
		return strings.Contains(child, ":") && !texts[child] || personWords[child]
	case "media:group", "media:content":
		return strings.HasPrefix(child, "media:") || !texts[child] && !verbatim[child] && child != "title"
	}
	return true
}

var personWords = map[string]bool{"name": true, "email": true, "uri": true, "url": true, "homepage": true}

// find looks ahead for the end tag of an element: the first that balances the start
// tags of that name and does not lie beyond the end of the item. It returns where the
// tag begins and ends, or -1. What it reads is charged to the budget, and failures are
// remembered in barren, so that all looking ahead together takes linear time.
func (m *mender) find(open token) (int, int) {
	if m.lex.pos < m.barren[open.name] {
		return -1, -1
	}
	look := m.lex // a copy that knows which marks are missing
	look.attrs = m.lex.attrs[:0]
	first, end := m.balanced(&look, open)
	m.budget -= look.pos - m.lex.pos
	if first < 0 {
		m.barren[open.name] = look.pos
	}
	return first, end
}

// balanced does the search for find. If the tags never balance, the first end tag counts,
// but not if it belongs to a namesake beyond a sibling, as the title of the image does to a
// title of the channel that has no end tag.
func (m *mender) balanced(look *lexer, open token) (first, end int) {
	first, end = -1, -1
	depth, inner, sibling := 0, 0, false
	isLeaf := m.words[m.name(open.name, m.top().space)] == leaf
	for depth <= 4 && look.pos-m.lex.pos < m.budget {
		t := look.next()
		same := strings.EqualFold(t.name, open.name) // only tags have a name
		switch {
		case t.kind == eofToken:
			return first, end
		case t.kind == startToken && same && sibling:
			return -1, -1
		case t.kind == startToken && same:
			if !t.empty {
				depth++
			}
		case t.kind == startToken && m.isItem(t.name):
			inner++
		case t.kind == startToken:
			sibling = sibling || isLeaf && m.besides(t.name)
		case same && depth == 0 && inner == 0:
			return t.pos, t.end
		case same:
			if first < 0 && inner == 0 {
				first, end = t.pos, t.end
			}
			depth--
		case t.kind == endToken && m.closesItem(t.name):
			if inner--; inner < 0 {
				return first, end
			}
		}
	}
	return first, end
}

// besides reports whether a tag name, as written, is that of an element which stands beside a
// leaf and is no part of its text.
func (m *mender) besides(raw string) bool {
	name := m.name(raw, m.top().space)
	return m.words[name] != unknown && !clean.Element(name)
}

// holdsItem reports whether an item begins before end. What it reads is charged to the
// budget, like all looking ahead.
func (m *mender) holdsItem(end int) bool {
	for t := range m.lex.ahead() {
		if t.pos >= end || m.budget <= 0 {
			break
		}
		m.budget -= t.end - t.pos
		if t.kind == startToken && m.isItem(t.name) {
			return true
		}
	}
	return false
}

// isItem reports whether a tag name, as written, is that of the items.
func (m *mender) isItem(raw string) bool {
	return strings.EqualFold(raw[strings.IndexByte(raw, ':')+1:], m.item)
}

// closesItem reports whether an end tag of that name ends an item, or an element around it.
func (m *mender) closesItem(raw string) bool {
	if m.isItem(raw) {
		return true
	}
	around := m.stack[:min(len(m.stack), 2)]
	return slices.ContainsFunc(around, func(f frame) bool { return strings.EqualFold(f.raw, raw) })
}

// rest counts the entries from here to the end of the document, including the one that
// was just begun.
func (m *mender) rest() int {
	n := 1
	for t := range m.lex.ahead() {
		if t.kind == startToken && m.isItem(t.name) {
			n++
		}
	}
	return n
}

// endsLater reports whether an end tag of the root comes too early: the next element is an
// item, or an item is open or there was none yet, and the root ends again.
func (m *mender) endsLater(raw string) bool {
	open := slices.ContainsFunc(m.stack[1:], m.isItemFrame)
	m.rootEnds++
	switch {
	case m.rootEnds > maxAlike: // each look ahead may read the rest of the document
		return false
	case m.more():
		m.stack = m.stack[:1]
	case !open && len(m.out.items) > 0 || !m.endsAgain(raw):
		return false
	}
	m.fix.note("an end tag </%s> before the last %s was ignored", clip(raw, 40), m.item)
	return true
}

// endsAgain reports whether another end tag of that name follows before a start tag of it.
func (m *mender) endsAgain(raw string) bool {
	for t := range m.lex.ahead() {
		if strings.EqualFold(t.name, raw) { // only tags have a name
			return t.kind == endToken
		}
	}
	return false
}

// more reports whether the next element is an item.
func (m *mender) more() bool {
	look := m.lex
	look.attrs = nil
	for range 10 {
		switch t := look.next(); t.kind {
		case startToken:
			return m.isItem(t.name)
		case eofToken, cdataToken:
			return false
		}
	}
	return false
}
