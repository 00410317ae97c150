package format

import (
	"net/url"
	"strings"

	"tributary/internal/news"
)

// node is an element that is read. Its name is the canonical prefix and the
// lower-case local name, "dc:creator"; native elements have no prefix.
type node struct {
	name    string
	attrs   []attr // decoded, lower-case local names
	lang    string // xml:lang as written, inherited
	ownLang bool   // and stated here
	base    *url.URL
	inner   string // of a leaf: what stands between its tags
	kids    []*node
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// kid returns the first child of that name, or nil.
func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// tree is a mended document: one head and its items, whatever stood where.
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
}

// mender reads a damaged document into a tree. It never fails on markup: an end
// tag without a start is dropped, an element without an end ends where its
// parent does or the next sibling begins, a new item ends an open one.
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
	budget   int            // bytes that looking ahead may still read
	barren   map[string]int // up to where there is no end tag of a name
}

// mend reads the document whose root tag begins at root.
func mend(s string, root int, base *url.URL, fix *repairs) (*tree, *entities, error) {
	m := &mender{lex: lexer{s: s, pos: root}, fix: fix, prefixes: map[string]string{}, barren: map[string]int{}, budget: 8*len(s) + 1<<20}
	m.own = internalEntities(s[:root])
	m.open(m.lex.next(), base)
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
			return nil, nil, err
		}
		if len(m.out.items) > maxEntries {
			m.out.items = m.out.items[:maxEntries]
			fix.note("the document has more than %d entries; the others were not read", maxEntries)
			break
		}
	}
	return &m.out, m.own, nil
}

// guard refuses documents that only exist to exhaust a reader.
func (m *mender) guard() error {
	switch {
	case len(m.stack) > maxDepth:
		return news.Failf(news.OutcomeTooLarge, "the document nests elements deeper than %d", maxDepth)
	case m.elements > maxElements:
		return news.Failf(news.OutcomeTooLarge, "the document has more than %d elements", maxElements)
	case m.lex.crowded:
		return news.Failf(news.OutcomeTooLarge, "an element has more than %d attributes", maxAttributes)
	}
	return nil
}

// open reads the root tag: it decides the format and the vocabulary.
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
		m.out.items = append(m.out.items, n)
	}
	if !t.empty {
		m.stack = append(m.stack, frame{raw: strings.ToLower(t.name), node: n, space: space})
	}
}

// top is the innermost open element.
func (m *mender) top() *frame { return &m.stack[len(m.stack)-1] }

// element makes a node of a start tag: names in canonical spelling, attributes
// decoded, language and base inherited. It returns the default namespace that
// holds inside, too.
func (m *mender) element(t token, parent *node, space string) (*node, string) {
	n := &node{lang: parent.lang, base: parent.base}
	for _, a := range t.attrs {
		name := strings.ToLower(a.name)
		value := a.value
		if strings.IndexByte(value, '&') >= 0 {
			value = unescape(value, m.own)
		}
		switch {
		case name == "xmlns":
			if known, ok := canonical(value); ok {
				space = known
			} else {
				space = "?" // somebody else's, or a made-up one on the root
			}
		case strings.HasPrefix(name, "xmlns:"):
			if known, ok := canonical(value); ok {
				m.prefixes[name[len("xmlns:"):]] = known
			}
		case name == "xml:lang":
			n.lang, n.ownLang = value, true
		case name == "xml:base":
			n.base = rebase(n.base, value)
		default:
			n.attrs = append(n.attrs, attr{name[strings.IndexByte(name, ':')+1:], value})
		}
	}
	n.name = m.name(t.name, space)
	return n, space
}

// name returns the canonical spelling of an element's name.
func (m *mender) name(raw, space string) string {
	prefix, local, ok := strings.Cut(strings.ToLower(raw), ":")
	if !ok {
		prefix, local = space, prefix
	} else if known, ok := m.prefixes[prefix]; ok {
		prefix = known
	} else if prefix == "rss" || prefix == "a10" { // undeclared, but usual
		prefix = map[string]string{"rss": "", "a10": "atom"}[prefix]
	}
	if prefix == "" || prefix == "?" || prefix == m.native {
		return local
	}
	return prefix + ":" + local
}

// start handles a start tag inside the root.
func (m *mender) start(t token) {
	m.elements++
	parent := m.top()
	n, space := m.element(t, parent.node, parent.space)
	word := m.words[n.name]
	if word == either {
		if word = leaf; !t.empty {
			word = m.look()
		}
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
	default:
		parent.node.kids = append(parent.node.kids, n)
	}
	if t.empty {
		return
	}
	if word == leaf {
		n.inner = m.capture(t)
		return
	}
	m.stack = append(m.stack, frame{raw: strings.ToLower(t.name), node: n, space: space})
}

// openItem begins an item; items never stand in each other.
func (m *mender) openItem(n *node) {
	for i := range m.stack {
		if m.stack[i].node.name == m.item {
			m.fix.note("an %s without end was closed before the next one", m.item)
			m.stack = m.stack[:i]
			break
		}
	}
	m.out.items = append(m.out.items, n)
}

// joinHead makes the channel and the root around it one.
func (m *mender) joinHead(channel *node) {
	head := m.out.head
	head.attrs = append(head.attrs, channel.attrs...)
	head.lang, head.base = channel.lang, channel.base
}

// look decides whether an element holds elements or text.
func (m *mender) look() use {
	rest := strings.TrimLeft(m.lex.s[m.lex.pos:], " \t\r\n")
	if len(rest) > 1 && rest[0] == '<' && nameStart(rest[1]) {
		return box
	}
	return leaf
}

// end handles an end tag: it closes the innermost open element of that name.
func (m *mender) end(t token) {
	raw := strings.ToLower(t.name)
	for i := len(m.stack) - 1; i >= 0; i-- {
		if m.stack[i].raw == raw {
			if i < len(m.stack)-1 {
				m.fix.note("<%s> was closed where its parent ends", clip(m.top().raw, 40))
			}
			m.stack = m.stack[:i]
			return
		}
	}
	m.fix.note("an end tag </%s> without a start was ignored", clip(raw, 40))
}

// truncated ends a document that was cut off: an item that is still open is
// not whole and is left out.
func (m *mender) truncated() {
	m.out.cut = true
	for _, f := range m.stack {
		if f.node.name == m.item && len(m.out.items) > 0 {
			m.out.items = m.out.items[:len(m.out.items)-1]
			break
		}
	}
	m.fix.note("the document was cut off; its %d whole entries were kept", len(m.out.items))
	m.stack = nil
}

// skip passes an element that is not read. Without an end tag of its own only
// the tag is passed, so that it hides nothing.
func (m *mender) skip(t token) {
	if t.empty || voidElements[strings.ToLower(t.name)] {
		return
	}
	if end, after := m.find(t); end >= 0 {
		m.lex.pos = after
	}
}

// capture reads a leaf up to its end tag and returns what is inside. Without an
// end tag it ends before the next element that can be its sibling.
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

// inline end tags may belong to markup in an unclosed text.
var inline = map[string]bool{"a": true, "b": true, "i": true, "em": true, "strong": true, "p": true, "br": true, "div": true, "span": true}

// find looks ahead for the end tag of an element: the first that is balanced
// among its like and does not lie beyond the end of the item. It returns where
// the tag begins and ends, or -1. What it read is charged to the budget, and
// what was in vain is remembered, so that all looking ahead is linear.
func (m *mender) find(open token) (int, int) {
	if m.lex.pos < m.barren[open.name] {
		return -1, -1
	}
	look := lexer{s: m.lex.s, pos: m.lex.pos, attrs: m.lex.attrs[:0], missing: m.lex.missing}
	first, end := m.balanced(&look, open)
	m.budget -= look.pos - m.lex.pos
	if first < 0 {
		m.barren[open.name] = look.pos
	}
	return first, end
}

// balanced does the looking. Of likes that never balance the first end counts.
func (m *mender) balanced(look *lexer, open token) (first, end int) {
	first, end = -1, -1
	for depth, inner := 0, 0; depth <= 4 && look.pos-m.lex.pos < m.budget; {
		t := look.next()
		if t.kind == eofToken {
			break
		}
		if t.kind != startToken && t.kind != endToken {
			continue
		}
		begins := t.kind == startToken
		switch {
		case strings.EqualFold(t.name, open.name):
			switch {
			case begins && !t.empty:
				depth++
			case begins:
			case depth == 0 && inner == 0:
				return t.pos, t.end
			default:
				if first < 0 && inner == 0 {
					first, end = t.pos, t.end
				}
				depth--
			}
		case begins && m.isItem(t.name):
			inner++
		case !begins && m.closesItem(t.name):
			if inner == 0 {
				return first, end
			}
			inner--
		}
	}
	return first, end
}

// isItem reports whether a tag name, as written, is that of the items.
func (m *mender) isItem(raw string) bool {
	return strings.EqualFold(raw[strings.IndexByte(raw, ':')+1:], m.item)
}

// closesItem reports whether the end tag of that name ends an item or more.
func (m *mender) closesItem(raw string) bool {
	if m.isItem(raw) {
		return true
	}
	for i := range m.stack {
		if i < 2 && strings.EqualFold(m.stack[i].raw, raw) {
			return true
		}
	}
	return false
}

// rebase applies an xml:base to the one around it (XML Base section 4).
func rebase(base *url.URL, ref string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return base
	}
	if base != nil {
		return base.ResolveReference(u)
	}
	if u.IsAbs() {
		return u
	}
	return nil
}

// clip shortens what is quoted in a sentence.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// declared returns the language that the element states itself; "" when it
// only inherits one.
func (n *node) declared() string {
	if n.ownLang {
		return n.lang
	}
	return ""
}
