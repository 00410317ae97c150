package page

import (
	"bytes"
	"html/template"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// The lead of a long text is what the page of a feed shows; the rest is folded. Lengths are in
// characters of text.
const (
	leadLength = 260 // the lead ends with the first block that reaches this length
	restLength = 420 // a shorter rest is not folded
)

// Elements beyond maxDepth lose their tags and keep their text; attributes beyond maxAttributes are
// dropped. No article needs more, and each step of the work stays short.
const (
	maxDepth      = 64
	maxAttributes = 32
)

// passage is the text of an entry, in two parts if it is long.
type passage struct {
	Lead   template.HTML
	Rest   template.HTML // empty if the lead is the whole text
	Length int           // characters of text in Rest
	Media  bool          // contains a picture, audio or video

	Minutes string // reading time of Rest; only on the page of a feed
}

// prose rewrites the HTML of an entry for a place below a heading of the given level, and splits it
// into lead and rest if fold is set.
//
// The result is balanced and contains only what the elements table allows. Headings start one level
// below the given one and skip no level. Pictures load lazily and have an alternative text.
// Embedded players become links.
func (l *locale) prose(source string, level int, fold bool) passage {
	if paragraph(source) {
		return passage{Lead: template.HTML(source)}
	}
	return l.rewrite(source, level, fold)
}

// paragraph reports whether the source is a single paragraph without other tags, as most summaries
// are: it needs no rewriting.
func paragraph(source string) bool {
	text, begins := strings.CutPrefix(source, "<p>")
	text, ends := strings.CutSuffix(text, "</p>")
	says := strings.TrimSpace(text)
	return begins && ends && says != "" && says[0] != '&' && strings.IndexByte(text, '<') < 0
}

// rewrite does the work of prose, tag by tag.
func (l *locale) rewrite(source string, level int, fold bool) passage {
	w := &writer{locale: l, level: level, fold: fold, cut: -1, out: make([]byte, 0, len(source)+len(source)/4)}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: a string reader has no other error
			return w.passage()
		case html.TextToken:
			w.text(z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			w.startTag(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			w.endTag(string(name))
		}
	}
}

// writer builds the output of prose: the bytes, and a stack of the open elements.
type writer struct {
	out    []byte
	open   []mark
	locale *locale // of labels
	level  int     // of the heading above
	ranks  []byte
	fold   bool
	length int    // characters of text so far
	cut    int    // offset in out where the lead ends; -1 before that
	seen   int    // length at the cut
	media  bool   // see passage
	mute   string // name of the silent element that we are in; nothing is written there
	muted  int    // nesting depth of that element
}

// mark is an open element.
type mark struct {
	name  string // in the source
	as    string // as written
	start int    // offset of its start tag in out
	body  int    // offset of its content
	kind  kind
	trail string // written after its end tag
}

// text writes character data. Entities are kept as they are. A stray "<" is escaped, because once a
// tag after it is dropped, it could form a tag with the text that follows.
func (w *writer) text(raw []byte) {
	if w.mute != "" {
		return
	}
	w.length += utf8.RuneCount(raw)
	if bytes.IndexByte(raw, '<') < 0 {
		w.out = append(w.out, raw...)
		return
	}
	w.out = append(w.out, bytes.ReplaceAll(raw, []byte("<"), []byte("&lt;"))...)
}

func (w *writer) startTag(t html.Token) {
	name, attrs := t.Data, t.Attr[:min(len(t.Attr), maxAttributes)]
	e, ok := elements[name]
	if w.mute != "" {
		if name == w.mute {
			w.muted++
		}
		return
	}
	if !ok || e.kind != silent && (e.kind == formula) != w.inside("math") {
		return // unknown or misplaced: drop the tags, keep the content
	}
	switch e.kind {
	case silent:
		w.mute, w.muted = name, 1
	case player:
		w.frame(get(attrs, "src"))
		w.mute, w.muted = name, 1
	case void, rule:
		w.imply(e)
		w.write("<", e.as, ">")
		if e.as == "br" {
			w.cutHere(2 * leadLength)
		}
	case picture:
		w.picture(attrs)
	case stream:
		w.stream(attrs)
	default:
		if len(w.open) < maxDepth {
			w.element(name, e, attrs)
		}
	}
}

// element opens an element that has an end tag.
func (w *writer) element(name string, e element, attrs []html.Attribute) {
	w.imply(e)
	m := mark{name: name, as: e.as, start: len(w.out), kind: e.kind}
	switch {
	case e.parent != "" && !strings.Contains(e.parent, " "+w.parent()+" "):
		m.as, m.kind = "div", block
	case e.kind == heading:
		m.as = w.headingTag(name[1])
	case name == "table":
		// A wide table scrolls by itself, and must be reachable by keyboard.
		w.write(`<div class="wide" role="group" aria-label="`, w.locale.text("Table"), `" tabindex="0">`)
		m.trail = "</div>"
	}
	w.write("<", m.as)
	switch {
	case name == "pre": // a long line of code scrolls, too
		w.write(` tabindex="0"`)
	case e.kind == media:
		w.controls(attrs)
	case e.attrs != "":
		w.attributes(e, attrs)
	}
	w.write(">")
	m.body = len(w.out)
	w.open = append(w.open, m)
}

// imply writes the end tags that HTML allows to be omitted before e.
func (w *writer) imply(e element) {
	for n := len(w.open); n > 0; n-- {
		as := w.open[n-1].as
		if !(as == "p" && e.kind.endsParagraph()) && (e.ends == "" || !strings.Contains(e.ends, " "+as+" ")) {
			return
		}
		w.closeTo(n - 1)
		w.cutHere(leadLength)
	}
}

func (w *writer) parent() string {
	if len(w.open) == 0 {
		return ""
	}
	return w.open[len(w.open)-1].as
}

// headingTag returns the tag for a heading of the source's rank '1' to '6'. It is one level below
// the nearest preceding heading of higher rank, so that the outline has no gaps wherever the entry
// starts.
func (w *writer) headingTag(rank byte) string {
	for n := len(w.ranks); n > 0 && w.ranks[n-1] >= rank; n-- {
		w.ranks = w.ranks[:n-1]
	}
	w.ranks = append(w.ranks, rank)
	return "h" + string(rune('0'+min(6, w.level+len(w.ranks))))
}

// endTag closes the nearest open element with the name and everything inside it. An end tag without
// a start tag is dropped.
func (w *writer) endTag(name string) {
	if w.mute != "" {
		if name != w.mute {
			return
		}
		if w.muted--; w.muted == 0 {
			w.mute = ""
		}
		return
	}
	for i := len(w.open) - 1; i >= 0; i-- {
		if w.open[i].name != name {
			continue
		}
		last := w.open[i].kind
		w.closeTo(i)
		if last == block {
			w.cutHere(leadLength)
		}
		return
	}
}

// closeTo closes open elements until n are left. Elements without content are removed from the
// output: an empty paragraph leaves a gap, and an empty heading or link confuses users of screen
// readers.
func (w *writer) closeTo(n int) {
	for i := len(w.open) - 1; i >= n; i-- {
		m := w.open[i]
		if m.kind != media && m.kind != formula && m.as != "td" && m.as != "th" && m.start >= w.cut && blank(w.out[m.body:]) {
			w.out = w.out[:m.start]
			continue
		}
		w.write("</", m.as, ">", m.trail)
	}
	w.open = w.open[:n]
}

// blank reports whether a browser would render b as nothing.
func blank(b []byte) bool {
	for len(b) > 0 {
		b = bytes.TrimSpace(b) // also trims U+00A0
		rest, found := bytes.CutPrefix(b, []byte("&nbsp;"))
		if !found {
			rest, found = bytes.CutPrefix(b, []byte("<br>"))
		}
		if !found {
			break
		}
		b = rest
	}
	return len(b) == 0
}

// cutHere ends the lead here if it has at least the given length and every open element can be
// closed and reopened without changing the meaning.
func (w *writer) cutHere(length int) {
	if !w.fold || w.cut >= 0 || w.length < length {
		return
	}
	for _, m := range w.open {
		if m.kind != wrapper && m.as != "p" && m.as != "span" {
			return
		}
	}
	for i := len(w.open) - 1; i >= 0; i-- {
		w.write("</", w.open[i].as, ">")
	}
	w.cut, w.seen = len(w.out), w.length
	for i := range w.open {
		m := &w.open[i]
		m.start = len(w.out)
		w.write("<", m.as, ">")
		m.body = len(w.out)
	}
}

func (w *writer) passage() passage {
	w.closeTo(0)
	if w.cut < 0 || w.length-w.seen < restLength {
		return passage{Lead: template.HTML(w.out), Media: w.media}
	}
	return passage{Lead: template.HTML(w.out[:w.cut]), Rest: template.HTML(w.out[w.cut:]), Length: w.length - w.seen, Media: w.media}
}

func (w *writer) write(parts ...string) {
	for _, s := range parts {
		w.out = append(w.out, s...)
	}
}
