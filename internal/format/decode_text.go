package format

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"

	"tributary/internal/clean"
)

// entities are those that the document declares itself, as name to text.
type entities struct {
	values map[string]string
	left   int // bytes that may still be written for them
}

// internalEntities reads <!ENTITY name "value"> from the text before the root.
// Values may use entities declared before; external ones are never followed. A
// value over 4 KiB, or the 257th, is nobody's abbreviation and stays unknown.
func internalEntities(prolog string) *entities {
	e := &entities{left: 1 << 20}
	for {
		_, rest, ok := strings.Cut(prolog, "<!ENTITY")
		if !ok || len(e.values) > 256 {
			return e
		}
		prolog = rest
		name, value, ok := entity(rest)
		if !ok {
			continue
		}
		if e.values == nil {
			e.values = map[string]string{}
		}
		if value = unescape(value, e); len(value) <= 4<<10 {
			e.values[name] = value
		}
	}
}

// entity reads a name and a quoted value.
func entity(s string) (name, value string, ok bool) {
	s = strings.TrimLeft(s, " \t\r\n")
	end := strings.IndexAny(s, " \t\r\n")
	if end <= 0 {
		return "", "", false
	}
	name, s = s[:end], strings.TrimLeft(s[end:], " \t\r\n")
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", "", false
	}
	value, _, ok = strings.Cut(s[1:], s[:1])
	return name, value, ok
}

// unescape decodes one level of references: numeric ones (also without a
// semicolon, also the C1 codes that stand for windows-1252), those of HTML and
// those that the document declares. What is no reference stays.
func unescape(s string, own *entities) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i >= 0 {
		out.WriteString(s[:i])
		text, size := reference(s[i:], own)
		out.WriteString(text)
		s = s[i+size:]
		i = strings.IndexByte(s, '&')
	}
	out.WriteString(s)
	return out.String()
}

// reference decodes the one at the start of s and returns its text and length;
// a lone "&" is its own text.
func reference(s string, own *entities) (string, int) {
	if len(s) > 2 && s[1] == '#' {
		return numeric(s)
	}
	end := 1
	for end < len(s) && end < 34 && (nameByte(s[end]) && s[end] < 0x80) {
		end++
	}
	name := s[1:end]
	if end < len(s) && s[end] == ';' {
		if own != nil {
			if text, ok := own.values[name]; ok && own.left >= len(text) {
				own.left -= len(text)
				return text, end + 1
			}
		}
		if text := html.UnescapeString(s[:end+1]); text != s[:end+1] && !strings.HasSuffix(text, ";") {
			return text, end + 1
		}
		return "&", 1
	}
	switch name { // the five of XML and the one that people type
	case "amp", "lt", "gt", "quot", "apos", "nbsp":
		return html.UnescapeString("&" + name + ";"), end
	}
	return "&", 1
}

// numeric decodes &#160; and &#xA0;. A code point that XML forbids is dropped.
func numeric(s string) (string, int) {
	base, digits := 10, s[2:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	end := 0
	for end < len(digits) && end < 10 && (digits[end] >= '0' && digits[end] <= '9' || base == 16 && isHex(digits[end])) {
		end++
	}
	if end == 0 {
		return "&", 1
	}
	size := len(s) - len(digits) + end
	if end < len(digits) && digits[end] == ';' {
		size++
	}
	code, err := strconv.ParseInt(digits[:end], base, 32)
	r := rune(code)
	switch {
	case err != nil || !utf8.ValidRune(r):
		return "\ufffd", size
	case r >= 0x80 && r < 0xa0:
		r = charmap.Windows1252.DecodeByte(byte(r))
	case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r&0xfffe == 0xfffe || r == 0x7f:
		return "", size
	}
	return string(r), size
}

func isHex(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'f' }

// construct is what a text says once its spelling in XML is undone.
type construct struct {
	value  string
	markup bool // value is HTML; otherwise plain text or, in RSS, a guess
}

// read undoes the XML spelling of a leaf: references, CDATA, markup that stands
// there unescaped (RFC 4287 section 3.1.1.3, and RSS that forgot to escape).
func (r *reader) read(n *node) construct {
	inner := n.inner
	if strings.IndexByte(inner, '<') < 0 {
		return construct{value: unescape(inner, r.own)}
	}
	const open, shut = "<![CDATA[", "]]>"
	if body, ok := strings.CutPrefix(strings.TrimSpace(inner), open); ok {
		if i := strings.Index(body, shut); i == len(body)-len(shut) {
			return construct{value: body[:i]}
		}
	}
	tags, escaped := pieces(inner)
	if tags && !escaped {
		return construct{value: r.markup(n), markup: true}
	}
	var out strings.Builder
	out.Grow(len(inner))
	for l := (lexer{s: inner}); ; {
		switch t := l.next(); t.kind {
		case eofToken:
			return construct{value: out.String(), markup: tags}
		case textToken:
			out.WriteString(unescape(t.text, r.own))
		case cdataToken:
			out.WriteString(t.text)
		case startToken, endToken:
			out.WriteString(inner[t.pos:t.end])
		}
	}
}

// pieces reports whether a text has tags of its own, and whether it has escaped
// ones as well: then the tags were only forgotten.
func pieces(inner string) (tags, escaped bool) {
	for l := (lexer{s: inner}); ; {
		switch t := l.next(); t.kind {
		case eofToken:
			return tags, escaped
		case startToken:
			tags = true
		case textToken:
			escaped = escaped || strings.Contains(t.text, "&lt;/") || strings.Contains(t.text, "&lt;p")
		case cdataToken:
			escaped = escaped || strings.TrimSpace(t.text) != ""
		}
	}
}

// markup spells XML markup as HTML: no prefixes, no <p/>, CDATA as text, URLs
// absolute where an inner xml:base says other than the one outside. The <div>
// that Atom requires around XHTML is taken off.
func (r *reader) markup(n *node) string {
	w := htmlWriter{own: r.own, base: n.base}
	w.out.Grow(len(n.inner))
	for l := (lexer{s: n.inner}); ; {
		t := l.next()
		if t.kind == eofToken {
			return w.text()
		}
		w.token(t)
	}
}

// htmlWriter spells XML tokens as HTML.
type htmlWriter struct {
	out   strings.Builder
	own   *entities
	base  *url.URL
	bases []inside // elements with an xml:base, innermost last
	depth int
	// The wrapping div: where its content begins and ends in out; 0 is none.
	from, to int
	other    bool // something stands beside it
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

// declared replaces the document's own entities; the others are HTML's.
func (w *htmlWriter) declared(text string) string {
	if w.own == nil || len(w.own.values) == 0 {
		return text
	}
	for name := range w.own.values {
		if strings.Contains(text, "&"+name+";") {
			return clean.Escape(unescape(text, w.own))
		}
	}
	return text
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
		if base != nil && (name == "href" || name == "src" || name == "cite" || name == "poster") {
			if abs := clean.Resolve(base, html.UnescapeString(value)); abs != "" {
				value = html.EscapeString(abs)
			}
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

// inner returns the base that an xml:base inside the text sets for this tag, or
// nil where the one outside holds.
func (w *htmlWriter) inner(t token) *url.URL {
	around := w.base
	if len(w.bases) > 0 {
		around = w.bases[len(w.bases)-1].base
	}
	for _, a := range t.attrs {
		if strings.EqualFold(a.name, "xml:base") {
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

// html returns a leaf as HTML, not yet cleaned: its type decides, and in RSS,
// which has none, whether it looks like HTML.
func (r *reader) html(n *node) string {
	c := r.decoded(n)
	switch {
	case c.markup, strings.Contains(n.attr("type"), "html"):
		return c.value
	case !r.atom && n.attr("type") == "" && looksHTML(c.value):
		return c.value
	}
	return clean.Escape(strings.TrimSpace(c.value))
}

// plain returns a leaf as one line of text. A text construct keeps its "<b>".
func (r *reader) plain(n *node) string {
	c := r.decoded(n)
	switch {
	case c.markup, strings.Contains(n.attr("type"), "html"):
		return clean.Text(c.value)
	case !r.atom && closesTag(c.value):
		return clean.Text(c.value)
	}
	return clean.Line(c.value)
}

// decoded is read plus Atom 0.3's base64 and its escaped mode.
func (r *reader) decoded(n *node) construct {
	c := r.read(n)
	if strings.EqualFold(n.attr("mode"), "base64") {
		packed := strings.Join(strings.Fields(c.value), "")
		if raw, err := base64.StdEncoding.DecodeString(packed); err == nil && utf8.Valid(raw) {
			c.value = string(raw)
		}
	}
	if len(c.value) > maxText {
		r.fix.note("a text over %d bytes was cut", maxText)
		c.value = strings.ToValidUTF8(c.value[:maxText], "")
	}
	return c
}

// looksHTML reports whether text that may be HTML is: it has a known tag or an
// entity.
func looksHTML(s string) bool {
	for i := strings.IndexAny(s, "<&"); i >= 0; {
		if s[i] == '&' {
			if _, size := reference(s[i:], nil); size > 1 {
				return true
			}
		} else if tagAt(s[i+1:]) {
			return true
		}
		next := strings.IndexAny(s[i+1:], "<&")
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// closesTag reports whether a title that may be HTML is: it has the end tag of
// a known element or an entity. "<b>" alone may well be what a title is about.
func closesTag(s string) bool {
	for i := range len(s) {
		switch {
		case s[i] == '<' && i+2 < len(s) && s[i+1] == '/' && tagAt(s[i+2:]):
			return true
		case s[i] == '&':
			if _, size := reference(s[i:], nil); size > 1 && s[i+size-1] == ';' {
				return true
			}
		}
	}
	return false
}

// tagAt reports whether s begins with the name of an element of HTML.
func tagAt(s string) bool {
	s = strings.TrimPrefix(s, "/")
	end := 0
	for end < len(s) && end < 12 && (nameByte(s[end]) && s[end] != ':') {
		end++
	}
	return end < len(s) && (blank(s[end]) || s[end] == '>' || s[end] == '/') && clean.Element(strings.ToLower(s[:end]))
}
