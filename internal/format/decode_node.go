package format

import (
	"iter"
	"net/url"
	"slices"
	"strings"
)

// node is an element that is read. Its name is the canonical prefix and the
// lower-case local name, "dc:creator"; native elements have no prefix.
type node struct {
	name    string
	attrs   []attr // decoded, lower-case local names
	lang    string // xml:lang as written, inherited
	ownLang bool   // stated on this element
	base    *url.URL
	rebased bool   // base comes from an xml:base, here or on an ancestor
	inner   string // of a leaf: the document between its tags
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

// hasBlank reports whether an attribute is present but blank.
func (n *node) hasBlank(name string) bool {
	return slices.ContainsFunc(n.attrs, func(a attr) bool { return a.name == name && strings.TrimSpace(a.value) == "" })
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

// named iterates over the children of these names. Those of an earlier name come first.
func (n *node) named(names ...string) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, name := range names {
			for _, k := range n.kids {
				if k.name == name && !yield(k) {
					return
				}
			}
		}
	}
}

// blank reports whether a leaf has no text.
func (n *node) blank() bool {
	inner := strings.TrimSpace(n.inner)
	inner = strings.TrimSuffix(strings.TrimPrefix(inner, "<![CDATA["), "]]>")
	return strings.TrimSpace(inner) == ""
}

// declared returns the language that the element states itself; "" when it
// only inherits one.
func (n *node) declared() string {
	if n.ownLang {
		return n.lang
	}
	return ""
}

// element makes a node of a start tag: it spells names canonically, decodes attributes, and
// inherits language and base. It also returns the default namespace inside the element.
func (m *mender) element(t token, parent *node, space string) (*node, string) {
	n := &node{lang: parent.lang, base: parent.base, rebased: parent.rebased}
	for _, a := range t.attrs {
		name := strings.ToLower(a.name)
		value := a.value
		if len(value) > maxAttribute {
			m.fix.note("an attribute over %d bytes was left out", maxAttribute)
			continue
		}
		if strings.IndexByte(value, '&') >= 0 {
			value = unescape(value, m.own)
		}
		switch {
		case name == "xmlns":
			if known, ok := canonical(value); ok && !(known == "atom" && m.frames(t.name)) {
				space = known
			} else if !ok {
				space = "?" // unknown or invented: its names count as native
			}
		case strings.HasPrefix(name, "xmlns:"):
			if known, ok := canonical(value); ok {
				m.prefixes[name[len("xmlns:"):]] = known
			}
		case name == "xml:lang":
			n.lang, n.ownLang = value, true
		case name == "xml:base" || name == "base" && strings.EqualFold(t.name, "channel"): // the latter is of CDF
			n.base, n.rebased = rebase(n.base, value), true
		case strings.HasSuffix(name, ":xmlns"): // without its prefix it would declare a namespace
		default:
			n.attrs = append(n.attrs, attr{name[strings.IndexByte(name, ':')+1:], value})
		}
	}
	n.name = m.name(t.name, space)
	return n, space
}

// frames reports whether raw, a name as written, is the channel or an item of RSS. These
// are in no namespace, even if they declare Atom as the default for their content.
func (m *mender) frames(raw string) bool {
	return m.item == "item" && (strings.EqualFold(raw, "channel") || strings.EqualFold(raw, "item"))
}

// name returns the canonical spelling of an element's name, given the default namespace.
func (m *mender) name(raw, space string) string {
	prefix, local, ok := strings.Cut(strings.ToLower(raw), ":")
	if !ok {
		prefix, local = space, prefix
	} else if known, ok := m.prefixes[prefix]; ok {
		prefix = known
	} else if prefix == "rss" || prefix == "a10" { // undeclared, but common
		prefix = map[string]string{"rss": "", "a10": "atom"}[prefix]
	}
	if prefix == "" || prefix == "?" || prefix == m.native {
		return local
	}
	return prefix + ":" + local
}

// rebase resolves an xml:base against the base around it (XML Base section 4). A
// reference that is invalid or too long changes nothing.
func rebase(base *url.URL, ref string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.IsAbs() && u.Opaque != "" || len(ref) > maxBase || base != nil && len(base.Path)+len(ref) > maxBase {
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
