package format

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"tributary/internal/clean"
)

// construct is a text after its spelling in XML was decoded.
type construct struct {
	value  string
	markup bool // value is HTML; otherwise it is plain text or, in RSS, either
}

// read decodes the XML spelling of a leaf: references, CDATA, and markup that is not
// escaped (RFC 4287 section 3.1.1.3, and RSS feeds that forgot to escape it).
func (r *reader) read(n *node) construct {
	if body, ok := section(n.inner); ok {
		return construct{value: body}
	}
	tags, escaped := pieces(n.inner)
	if tags && (!escaped || n.isMarkup()) {
		return construct{value: r.markup(n), markup: true}
	}
	value := r.unescaped(n.inner)
	if body, ok := section(value); ok && !strings.HasSuffix(n.name, "id") {
		value = body // a section that was escaped, or stands in another one
	}
	return construct{value: value, markup: tags}
}

// unescaped decodes the references and CDATA sections of a text.
func (r *reader) unescaped(inner string) string {
	if strings.IndexByte(inner, '<') < 0 {
		return unescape(inner, r.own)
	}
	var out strings.Builder
	out.Grow(len(inner))
	for t := range (lexer{s: inner}).ahead() {
		switch t.kind {
		case textToken:
			out.WriteString(unescape(t.text, r.own))
		case cdataToken:
			out.WriteString(t.text)
		case startToken, endToken:
			out.WriteString(inner[t.pos:t.end])
		}
	}
	return out.String()
}

// section returns the content of a text that is one CDATA section and nothing else.
func section(text string) (body string, ok bool) {
	const open, shut = "<![CDATA[", "]]>"
	if body, ok = strings.CutPrefix(strings.TrimSpace(text), open); !ok {
		return "", false
	}
	i := strings.Index(body, shut)
	return body[:max(i, 0)], i >= 0 && i == len(body)-len(shut)
}

// pieces reports whether a text has tags, and whether it has escaped tags as well. In a
// text with both, the former were only not escaped by mistake.
func pieces(inner string) (tags, escaped bool) {
	for t := range (lexer{s: inner}).ahead() {
		switch t.kind {
		case startToken:
			tags = true
		case textToken:
			escaped = escaped || strings.Contains(t.text, "&lt;/") || strings.Contains(t.text, "&lt;p")
		case cdataToken:
			escaped = escaped || strings.TrimSpace(t.text) != ""
		}
	}
	return tags, escaped
}

// html returns a leaf as HTML that is not yet sanitised. Its type decides whether it is
// HTML already; in RSS, which has no types, its look does.
func (r *reader) html(n *node) string {
	c := r.decoded(n)
	switch {
	case c.markup && n.isData():
		return ""
	case c.markup:
		return c.value
	case n.isXHTML():
		if closesTag(c.value) {
			return c.value // escaped once too often
		}
	case n.isHTML(), n.attr("type") == "" && r.guessed(n) && looksHTML(c.value):
		return onceMore(c.value)
	}
	return paragraphs(c.value, asWritten[n.name])
}

// onceMore decodes HTML that was escaped twice: it has no tags, and it begins with an
// escaped one.
func onceMore(s string) string {
	if !strings.HasPrefix(strings.TrimSpace(s), "&lt;") || strings.IndexByte(s, '<') >= 0 {
		return s
	}
	if once := strings.TrimSpace(unescape(s, nil)); tagAt(once[1:]) && closesTag(once) {
		return once
	}
	return s
}

// asWritten lists the elements whose text people type into a field of several lines, so
// that line breaks are meant. In other elements they may be mere wrapping.
var asWritten = map[string]bool{"media:description": true, "itunes:summary": true, "googleplay:description": true}

// paragraphs converts plain text to HTML. A blank line ends a paragraph, and a line
// break becomes a <br> if line breaks are meant. The line feeds are kept.
func paragraphs(text string, meant bool) string {
	text = clean.Escape(strings.TrimSpace(text))
	if !strings.Contains(text, "\n") {
		return text
	}
	blocks := blankLines.Split(text, -1)
	if len(blocks) == 1 && !meant {
		return text
	}
	if meant {
		for i, b := range blocks {
			blocks[i] = strings.ReplaceAll(b, "\n", "<br>\n")
		}
	}
	return "<p>" + strings.Join(blocks, "</p>\n\n<p>") + "</p>"
}

var blankLines = regexp.MustCompile(`\n\s*\n`)

// plain returns a leaf as one line of text. A text construct keeps its "<b>".
func (r *reader) plain(n *node) string {
	c := r.decoded(n)
	switch {
	case c.markup, n.isHTML():
		return clean.Text(c.value)
	case r.guessed(n) && closesTag(c.value):
		return clean.Text(c.value)
	}
	return clean.Line(c.value)
}

// isMultipart reports whether a content holds several versions of itself (Atom 0.3).
func (n *node) isMultipart() bool {
	return n.name == "content" && mediaType(n.attr("type")) == "multipart/alternative"
}

// best returns the last version of a content that is HTML, else the last one. Any other node is
// its own best version.
func (n *node) best() *node {
	if !n.isMultipart() {
		return n
	}
	best := n
	for k := range n.named("content") {
		if k.isHTML() || !best.isHTML() {
			best = k
		}
	}
	return best
}

// isMarkup reports whether a text says that it is XML: escaped tags in it are meant to be seen.
func (n *node) isMarkup() bool {
	return n.isXHTML() || strings.HasSuffix(strings.ToLower(n.attr("type")), "xhtml") ||
		strings.HasSuffix(strings.ToLower(n.attr("type")), "xml")
}

// isXHTML reports whether a text is XHTML by the name of its element.
func (n *node) isXHTML() bool { return n.name == "xhtml:body" || n.name == "xhtml:div" }

// guessed reports whether a text without a type may be HTML. Only Atom's own texts are
// certain to be none.
func (r *reader) guessed(n *node) bool {
	return !r.atom || strings.IndexByte(n.name, ':') > 0 || n.name == "description"
}

// isData reports whether markup is XML of another vocabulary than HTML (RFC 4287 section
// 4.1.3.3). The texts in it say nothing without its tags.
func (n *node) isData() bool {
	if n.isHTML() || !strings.HasSuffix(mediaType(n.attr("type")), "xml") {
		return false
	}
	for t := range starts(n.inner) {
		if clean.Element(localName(t.name)) {
			return false
		}
	}
	return true
}

// isHTML reports whether the type says so: "html", "xhtml" or the media type of either.
func (n *node) isHTML() bool { return strings.Contains(strings.ToLower(n.attr("type")), "html") }

// isPacked reports whether a text is base64. Atom 0.3 has an attribute that says so; in
// Atom 1.0 it follows from the type (RFC 4287 section 4.1.3.3).
func (r *reader) isPacked(n *node) bool {
	if strings.EqualFold(n.attr("mode"), "base64") {
		return true
	}
	kind := mediaType(n.attr("type"))
	return r.atom && n.name == "content" && n.attr("mode") == "" && kind != "" &&
		!strings.HasPrefix(kind, "text/") && !strings.HasSuffix(kind, "xml") && !strings.HasSuffix(kind, "json")
}

// decoded is read plus base64 and the limits on texts. Binary content yields an empty text.
func (r *reader) decoded(n *node) construct {
	c := r.read(n)
	if !c.markup && r.isPacked(n) {
		packed := strings.Join(strings.Fields(c.value), "")
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(packed, "="))
		switch {
		case err != nil: // not base64 after all
		case utf8.Valid(raw):
			c.value = string(raw)
		default:
			c.value = ""
			r.fix.note("content of the type %s was left out", clip(clean.Line(n.attr("type")), 40))
		}
	}
	if len(c.value) > maxText {
		r.fix.note("a text over %d bytes was cut", maxText)
		c.value = strings.ToValidUTF8(c.value[:maxText], "")
	}
	c.value = r.texts.afford(c.value)
	return c
}

// looksHTML reports whether a text that may be HTML is: it has a known tag, a reference
// or a comment.
func looksHTML(s string) bool {
	comments := strings.LastIndex(s, "-->")
	for i := range len(s) {
		switch {
		case s[i] == '<' && (tagAt(s[i+1:]) || i < comments && strings.HasPrefix(s[i:], "<!--")):
			return true
		case s[i] == '&':
			if _, size := reference(s[i:], nil); size > 1 {
				return true
			}
		}
	}
	return false
}

// closesTag reports whether a title that may be HTML is: it has the end tag of a known
// element, a tag with an attribute or a slash ("<br/>"), or a reference. "<b>" alone
// may well be what a title is about.
func closesTag(s string) bool {
	for i := range len(s) {
		switch {
		case s[i] == '<' && i+2 < len(s) && s[i+1] == '/' && tagAt(s[i+2:]):
			return true
		case s[i] == '<' && tagAt(s[i+1:]):
			if tag, _, _ := strings.Cut(s[i:min(i+256, len(s))], ">"); strings.Contains(tag, "=") || strings.HasSuffix(tag, "/") {
				return true
			}
		case s[i] == '&':
			if _, size := reference(s[i:], nil); size > 1 && s[i+size-1] == ';' {
				return true
			}
		}
	}
	return false
}

// tagAt reports whether s begins with the name of an HTML element.
func tagAt(s string) bool {
	s = strings.TrimPrefix(s, "/")
	end := 0
	for end < len(s) && end < 12 && (nameByte(s[end]) && s[end] != ':') {
		end++
	}
	return end < len(s) && (blank(s[end]) || s[end] == '>' || s[end] == '/') && clean.Element(strings.ToLower(s[:end]))
}
