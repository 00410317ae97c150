package format

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/clean"
)

// markup converts the XML markup of a leaf to HTML: no prefixes, no <p/>, CDATA as
// text, and URLs absolute where an xml:base inside the text sets another base. The
// <div> that Atom requires around XHTML is removed.
func (r *reader) markup(n *node) string {
	w := htmlWriter{own: r.own, base: n.base}
	w.out.Grow(len(n.inner))
	for t := range (lexer{s: n.inner}).ahead() {
		w.token(t)
	}
	return w.text()
}

// htmlWriter writes XML tokens as HTML.
type htmlWriter struct {
	out   strings.Builder
	own   *entities
	base  *url.URL
	bases []inside // elements with an xml:base, innermost last
	depth int
	// The wrapping div: the offsets in out where its content begins and ends; 0 is none.
	from, to int
	other    bool // something stands beside the div
}

type inside struct {
	depth int
	base  *url.URL
}

func (w *htmlWriter) text() string {
	s := w.out.String()
	if w.from > 0 && w.to > 0 && !w.other {
		return s[w.from:w.to]
	}
	return s
}

func (w *htmlWriter) token(t token) {
	switch t.kind {
	case textToken:
		w.other = w.other || w.depth == 0 && strings.TrimSpace(t.text) != ""
		w.out.WriteString(w.declared(t.text))
	case cdataToken:
		w.out.WriteString(clean.Escape(t.text))
	case startToken:
		w.start(t)
	case endToken:
		local := localName(t.name)
		if voidElements[local] {
			return
		}
		w.depth--
		if w.depth == 0 && local == "div" {
			w.to = w.out.Len()
		}
		for len(w.bases) > 0 && w.bases[len(w.bases)-1].depth > w.depth {
			w.bases = w.bases[:len(w.bases)-1]
		}
		w.out.WriteString("</" + local + ">")
	}
}

// declared replaces the entities that the document declares. All others are those of HTML.
func (w *htmlWriter) declared(text string) string {
	if w.own == nil || len(w.own.values) == 0 {
		return text
	}
	return clean.Escape(unescape(text, w.own))
}

func (w *htmlWriter) start(t token) {
	local := localName(t.name)
	wraps := w.depth == 0 && local == "div" && w.from == 0 && !t.empty
	w.other = w.other || w.depth == 0 && !wraps
	base := w.inner(t)
	w.out.WriteString("<" + local)
	for _, a := range t.attrs {
		name := strings.ToLower(a.name)
		if strings.ContainsRune(name, ':') || strings.HasPrefix(name, "xmlns") || strings.ContainsAny(name, `"'<>`) {
			continue
		}
		value := a.value
		switch name {
		case "href", "src", "cite", "poster":
			value = rebased(base, value)
		case "srcset":
			list := strings.Split(value, ", ")
			for i, candidate := range list {
				ref, size, _ := strings.Cut(strings.TrimSpace(candidate), " ")
				list[i] = strings.TrimSpace(rebased(base, ref) + " " + size)
			}
			value = strings.Join(list, ", ")
		}
		w.out.WriteString(" " + name + `="` + strings.ReplaceAll(value, `"`, "&#34;") + `"`)
	}
	w.out.WriteByte('>')
	switch {
	case voidElements[local]:
	case t.empty:
		w.out.WriteString("</" + local + ">")
	default:
		w.depth++
		if wraps {
			w.from = w.out.Len()
		}
	}
}

// rebased returns an address as it stands in HTML, made absolute against a base inside
// the text. Without one it stays as it is, for callers that know the base outside.
func rebased(base *url.URL, ref string) string {
	if base != nil {
		if abs := clean.Resolve(base, html.UnescapeString(ref)); abs != "" {
			return html.EscapeString(abs)
		}
	}
	return ref
}

// inner returns the base that an xml:base inside the text sets for this tag, or nil
// where the base outside holds.
func (w *htmlWriter) inner(t token) *url.URL {
	around := w.base
	if len(w.bases) > 0 {
		around = w.bases[len(w.bases)-1].base
	}
	for _, a := range t.attrs {
		if strings.EqualFold(a.name, "xml:base") && len(w.bases) < maxDepth {
			around = rebase(around, a.value)
			w.bases = append(w.bases, inside{w.depth + 1, around})
		}
	}
	if len(w.bases) == 0 {
		return nil
	}
	return around
}

func localName(raw string) string {
	return strings.ToLower(raw[strings.LastIndexByte(raw, ':')+1:])
}
