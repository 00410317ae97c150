package clean

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// Limits of one fragment. Elements beyond them lose their tags, and text is cut off.
const (
	maxDepth  = 100     // nested elements; parsers slow down or fail from a few hundred on
	maxOutput = 1 << 20 // bytes of the result, longer than any article
	maxInput  = 2 * maxOutput
	maxLevel  = 3    // nested fallbacks
	maxPieces = 1000 // fallbacks that are parsed
)

// HTML returns the fragment as safe HTML: elements and attributes of the allow-list,
// URLs absolute against base, lazy images with their real source, frames of known
// players only, and no tracking pixels or tracking parameters. If base is nil, an
// attribute with a relative URL is dropped. Text is kept, except that of scripts,
// styles and foreign content. A fragment longer than 2 MiB is cut, and so is a result
// longer than 1 MiB. The result is well-formed and a fixed point: cleaning it again
// with the same base changes nothing.
func HTML(fragment string, base *url.URL) string {
	fragment = cut(fragment, maxInput)
	if !strings.ContainsAny(fragment, "<&") {
		return strings.TrimSpace(Escape(cut(fragment, maxOutput)))
	}
	s := shaper{base: base}
	s.out.Grow(len(fragment) + len(fragment)/8)
	s.run(fragment, 0)
	s.closeTo(0)
	return quotes(policy().Sanitize(strings.TrimSpace(s.out.String())))
}

// shaper writes allowed, balanced markup.
type shaper struct {
	base   *url.URL
	out    strings.Builder
	stack  []string // open elements that were written
	image  string   // address of the last image, to drop its <noscript> twin
	pieces int      // fallbacks that were parsed
}

// run processes one piece of markup. The fallback content of an element is a piece of its own.
func (s *shaper) run(markup string, level int) {
	t := newTokens(markup)
	quiet := false // what is skipped is the fallback of a player, which needs none
	for {
		switch kind := t.next(); kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			switch {
			case t.skip == "" || t.skip == "textarea":
				s.text(string(t.z.Text()))
			case fallback[t.skip] && !quiet && level < maxLevel:
				s.pieces++
				s.gap()
				s.run(string(t.z.Raw()), level+1)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if t.skip != "" {
				t.z.NextIsNotRawText() // as in foreign content (HTML section 13.2.6.5)
				continue
			}
			quiet = s.tag(&t, kind)
		case html.EndTagToken:
			switch element := t.element(); t.skip {
			case "":
				s.end(element)
			case element:
				t.skip = ""
			}
		}
	}
}

// tag processes a start tag, and decides whether the content of its element is skipped. It
// reports whether it wrote the frame of a player.
func (s *shaper) tag(t *tokens, kind html.TokenType) (framed bool) {
	element, open := t.element(), len(s.stack)
	framed = s.start(element, t.z)
	if kind == html.SelfClosingTagToken && mathML[element] && len(s.stack) > open {
		s.end(element) // self-closing counts only in foreign content
	}
	switch {
	case !dropped[element] && !fallback[element] && element != "textarea":
	case fallback[element] && s.pieces >= maxPieces:
		t.z.NextIsNotRawText()
	default:
		t.skipContent(element, kind)
	}
	return framed
}

// text writes as much of a text as there is room for.
func (s *shaper) text(t string) {
	if t = legal(t); s.out.Len() == 0 {
		t = strings.TrimLeftFunc(t, unicode.IsSpace) // so that a second pass counts the same lengths
	}
	room := max(maxOutput-s.out.Len(), 0)
	if t = html.EscapeString(cut(t, room)); len(t) > room {
		t = cut(t, room)
		if i := strings.LastIndexByte(t, '&'); i >= 0 && !strings.Contains(t[i:], ";") {
			t = t[:i]
		}
	}
	s.out.WriteString(t)
}

// apart separates the words around a block element that is not written.
func (s *shaper) apart(element string) {
	if block[element] {
		s.gap()
	}
}

// gap writes a blank unless white space or a tag other than </a> stands there.
func (s *shaper) gap() {
	written := s.out.String()
	if written == "" || unicode.IsSpace(rune(written[len(written)-1])) {
		return
	}
	if strings.HasSuffix(written, ">") && !strings.HasSuffix(written, "</a>") {
		return
	}
	s.text(" ")
}

// start writes a start tag, after the end tags that it implies. It reports whether it
// wrote the frame of a player.
func (s *shaper) start(tag string, z *html.Tokenizer) (framed bool) {
	element := tag
	if to := renamed[element]; to != "" {
		element = to
	}
	own, ok := allowed[element]
	if !ok {
		s.apart(element)
		return false
	}
	if !s.fits(element) {
		return false
	}
	attrs := attributes(z)
	if sourced[element] {
		attrs = s.unlazy(attrs)
	}
	kept := s.attributes(element, own, attrs)
	if !s.worth(element, attrs, kept) {
		if tag == "iframe" {
			s.instead(attrs)
		}
		return false
	}
	s.imply(element)
	if s.out.Len() >= maxOutput { // checked after the end tags, as in a second pass
		return false
	}
	s.open(element, kept)
	return element == "iframe"
}

// fits reports whether the element may stand here and there is room for it. MathML stands
// only in math, and nothing else does: a parser that leaves math for HTML would build
// another tree (HTML section 13.2.6.5). A block or media element of HTML ends the formula.
func (s *shaper) fits(element string) bool {
	math := s.index("math")
	switch {
	case mathML[element] && element != "math":
		if math < 0 {
			return false
		}
	case math >= 0 && element != "math" && (block[element] || element == "img" || element == "video" || element == "audio"):
		s.closeTo(math)
	case math >= 0:
		return false
	}
	return len(s.stack) < maxDepth
}

// index returns the position of the innermost open element of that name, or -1.
func (s *shaper) index(element string) int {
	i := len(s.stack) - 1
	for i >= 0 && s.stack[i] != element {
		i--
	}
	return i
}

// open writes a start tag.
func (s *shaper) open(element string, attrs []attribute) {
	s.out.WriteByte('<')
	s.out.WriteString(element)
	for _, a := range attrs {
		s.out.WriteByte(' ')
		s.out.WriteString(a.name)
		s.out.WriteString(`="`)
		s.out.WriteString(html.EscapeString(a.value))
		s.out.WriteByte('"')
	}
	s.out.WriteByte('>')
	switch {
	case element == "iframe":
		s.out.WriteString("</iframe>")
	case !void[element]:
		s.stack = append(s.stack, element)
	}
}

// worth reports whether the element shows anything. Links and media need an address,
// and an image must not be a tracking pixel or a repetition of the last image.
func (s *shaper) worth(element string, all, kept []attribute) bool {
	need := needing[element]
	if need != nil && !slices.ContainsFunc(need, func(name string) bool { return find(kept, name) != nil }) {
		return false
	}
	if element != "img" && element != "iframe" {
		return true
	}
	src := value(kept, "src")
	if pixel(all, src) || pixel(kept, src) { // a second pass sees only what is kept
		return false
	}
	if element == "img" {
		if src != "" && src == s.image {
			return false
		}
		s.image = src
	}
	return true
}

// imply closes the open elements that a new one ends implicitly.
func (s *shaper) imply(element string) {
	if block[element] {
		s.endWithin(paragraph, paragraphScope)
	}
	if rule, ok := alone[element]; ok {
		s.endWithin(rule.ends, rule.within)
	}
}

// endWithin closes the innermost open element that is in set, unless one in boundary is
// further in.
func (s *shaper) endWithin(set, boundary map[string]bool) {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if set[s.stack[i]] {
			s.closeTo(i)
			return
		}
		if boundary[s.stack[i]] {
			return
		}
	}
}

// end closes the element and everything that is open in it. An end tag without a start
// tag is dropped.
func (s *shaper) end(element string) {
	if element == "br" && s.fits("br") && s.out.Len() < maxOutput { // browsers read </br> as <br>
		s.out.WriteString("<br>")
		return
	}
	if to := renamed[element]; to != "" {
		element = to
	}
	if i := s.index(element); i >= 0 {
		s.closeTo(i)
	} else if _, ok := allowed[element]; !ok {
		s.apart(element)
	}
}

// closeTo writes end tags until n elements are open.
func (s *shaper) closeTo(n int) {
	for len(s.stack) > n {
		top := len(s.stack) - 1
		s.out.WriteString("</" + s.stack[top] + ">")
		s.stack = s.stack[:top]
	}
}
