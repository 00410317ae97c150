package format

import (
	"net/url"
	"slices"
	"strings"
)

// tree is a mended document: one head and its items, wherever they stood.
type tree struct {
	format string
	head   *node // the channel or feed without its items
	items  []*node
	cut    bool // the document ended before its root did
}

// frame is an open element.
type frame struct {
	raw   string // name as written, lower case
	node  *node  // where children go
	space string // default namespace, canonical
	end   int    // offset after its end tag; 0 until ends finds it
}

// mender reads a damaged document into a tree. It never fails on markup: it drops an
// end tag without a start, ends an element without an end tag where its parent ends or
// its next sibling begins, and ends an open item where a new one begins.
type mender struct {
	lex      lexer
	fix      *repairs
	words    vocabulary
	item     string            // "item" or "entry"
	prefixes map[string]string // as declared -> canonical
	native   string            // canonical prefix of the root's own namespace
	own      *entities         // declared in the document
	stack    []frame
	out      tree
	elements int
	rootEnds int            // end tags of the root so far
	unclosed int            // unknown elements without end in this entry
	budget   int            // bytes that looking ahead may still read
	barren   map[string]int // by tag name, the offset up to which no end tag follows
	passed   bool           // an element that is not read contains items
	entering bool           // such elements are read, too
}

// mend reads the document whose root tag begins at root. It looks for items inside
// elements that are not read only if there are none elsewhere.
func mend(s string, root int, base *url.URL, fix *repairs) (*tree, *entities, error) {
	own := internalEntities(s[:root])
	m := newMender(s, root, fix, own)
	err := m.read(base)
	if err == nil && len(m.out.items) == 0 && m.passed {
		fix.note("all of the entries stand in an element that is not read")
		m = newMender(s, root, fix, own)
		m.entering = true
		err = m.read(base)
	}
	if err != nil {
		return nil, nil, err
	}
	return &m.out, own, nil
}

func newMender(s string, root int, fix *repairs, own *entities) *mender {
	return &mender{lex: lexer{s: s, pos: root, missing: map[string]int{}}, fix: fix, own: own,
		prefixes: map[string]string{}, barren: map[string]int{}, budget: 4*len(s) + 1<<20}
}

// read reads the document, whose relative addresses are relative to base.
func (m *mender) read(base *url.URL) error {
	m.open(m.lex.next(), base)
	m.lex.item = m.item
	for len(m.stack) > 0 {
		t := m.lex.next()
		switch t.kind {
		case eofToken:
			m.truncated()
		case startToken:
			m.start(t)
		case endToken:
			m.end(t)
		}
		if err := m.guard(); err != nil {
			return err
		}
		if len(m.out.items) > maxEntries {
			m.out.items = m.out.items[:maxEntries]
			m.fix.note("the document has %d entries; the first %d were read", maxEntries+m.rest(), maxEntries)
			break
		}
	}
	return nil
}

// open reads the root tag, which decides the format and the vocabulary.
func (m *mender) open(t token, base *url.URL) {
	n, space := m.element(t, &node{base: base}, "")
	m.words, m.item = rssWords, "item"
	local := n.name[strings.IndexByte(n.name, ':')+1:]
	if local == "feed" || local == "entry" {
		m.words, m.item = atomWords, "entry"
	}
	if prefix, _, ok := strings.Cut(n.name, ":"); ok {
		m.native = prefix
	}
	if m.native == "rdf" { // the vocabulary is that of the other elements
		m.native = ""
	}
	m.out.format = formatName(local, n, rawNamespaces(t.attrs))
	m.out.head = n
	if m.item == local { // a bare entry document, RFC 4287 section 2
		m.out.head = &node{name: "feed", base: base}
		n.name = local // whatever its prefix
		m.out.items = append(m.out.items, n)
	}
	if !t.empty {
		m.stack = append(m.stack, frame{raw: strings.ToLower(t.name), node: n, space: space})
	}
}

// top returns the innermost open element.
func (m *mender) top() *frame { return &m.stack[len(m.stack)-1] }

// start handles a start tag inside the root.
func (m *mender) start(t token) {
	m.elements++
	if m.closeFull(m.name(t.name, m.top().space)) {
		m.skip(t)
		return
	}
	parent := m.top()
	n, space := m.element(t, parent.node, parent.space)
	word := m.words[n.name]
	if word == either {
		if word = leaf; !t.empty {
			word = m.look()
		}
	}
	if n.isMultipart() {
		word = box
	}
	switch {
	case word == unknown:
		m.skip(t)
		return
	case n.name == m.item:
		m.openItem(n)
	case n.name == "channel" && parent.node == m.out.head:
		m.joinHead(n)
		n = m.out.head
	case m.room(parent.node, n.name):
		parent.node.kids = append(parent.node.kids, n)
	}
	if t.empty {
		return
	}
	if word == leaf {
		n.inner = m.short(n.name, m.capture(t))
		return
	}
	m.stack = append(m.stack, frame{raw: strings.ToLower(t.name), node: n, space: space})
}

// openItem begins an item. Items do not nest, so one that is still open ends.
func (m *mender) openItem(n *node) {
	if i := slices.IndexFunc(m.stack, m.isItemFrame); i >= 0 {
		m.fix.note("an %s without end was closed before the next one", m.item)
		m.stack = m.stack[:i]
	}
	m.out.items = append(m.out.items, n)
	m.unclosed = 0
}

// isItemFrame reports whether an open element is an item.
func (m *mender) isItemFrame(f frame) bool { return f.node.name == m.item }

// joinHead merges the channel with the root around it.
func (m *mender) joinHead(channel *node) {
	head := m.out.head
	head.attrs = append(head.attrs, channel.attrs...)
	head.lang, head.base, head.rebased = channel.lang, channel.base, channel.rebased
}

// end handles an end tag: it closes the innermost open element of that name.
func (m *mender) end(t token) {
	raw := strings.ToLower(t.name)
	for i := len(m.stack) - 1; i >= 0; i-- {
		if m.stack[i].raw == raw {
			if i == 0 && m.endsLater(raw) {
				return
			}
			if i < len(m.stack)-1 {
				m.fix.note("<%s> was closed where its parent ends", clip(m.top().raw, 40))
			}
			m.stack = m.stack[:i]
			return
		}
	}
	m.fix.note("an end tag </%s> without a start was ignored", clip(raw, 40))
}

// truncated ends a document that ends before its root, or inside an item after the root.
// An item that is still open is incomplete and is dropped.
func (m *mender) truncated() {
	open := slices.ContainsFunc(m.stack, m.isItemFrame)
	m.stack = nil
	if m.rootEnds > 0 && !open {
		return
	}
	if open && len(m.out.items) > 0 {
		m.out.items = m.out.items[:len(m.out.items)-1]
	}
	m.out.cut = true
	m.fix.note("the document was cut off; whole entries kept: %d", len(m.out.items))
}

// skip passes over an element that is not read. If the element has no end tag, only the
// start tag is passed over, so that it hides nothing.
func (m *mender) skip(t token) {
	if t.empty {
		return
	}
	if voidElements[strings.ToLower(t.name)] {
		look := m.lex
		if end := look.next(); end.kind == endToken && strings.EqualFold(end.name, t.name) {
			m.lex.pos = end.end
		}
		return
	}
	end, after := m.find(t)
	switch {
	case end < 0:
		m.unclosed++
	case len(m.out.items) == 0 && m.holdsItem(after):
		m.passed = true
		if !m.entering {
			m.lex.pos = after
		}
	default:
		m.lex.pos = after
	}
}

// capture reads a leaf up to its end tag and returns what is inside. Without an end
// tag, the leaf ends before the next element that can be its sibling.
func (m *mender) capture(t token) string {
	start := m.lex.pos
	if end, after := m.find(t); end >= 0 {
		m.lex.pos = after
		return m.lex.s[start:end]
	}
	m.fix.note("<%s> without end was closed before the next element", clip(t.name, 40))
	m.lex.pos = start
	for {
		t := m.lex.next()
		if t.kind == eofToken || t.kind == endToken && !inline[strings.ToLower(t.name)] || t.kind == startToken && m.words[m.name(t.name, m.top().space)] != unknown {
			m.lex.pos = t.pos
			return m.lex.s[start:t.pos]
		}
	}
}

// inline lists elements whose end tags may belong to the markup of an unclosed text.
var inline = map[string]bool{"a": true, "b": true, "i": true, "em": true, "strong": true, "p": true, "br": true, "div": true, "span": true}

// clip shortens what is quoted in a message to n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
