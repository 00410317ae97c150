package clean

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// maxDepth bounds how deep elements stand in each other; deeper ones lose their
// tags. HTML parsers fail or slow down from a few hundred on.
const maxDepth = 100

// HTML returns the fragment as safe HTML: elements and attributes by
// allow-list, URLs absolute against base, lazy images with their real source,
// tracking pixels and tracking parameters gone. An attribute whose URL is
// relative is dropped when base is nil. Text is always kept, except that of
// scripts, styles and foreign content. The result is well-formed and a fixed
// point: cleaning it again with the same base changes nothing.
func HTML(fragment string, base *url.URL) string {
	if !strings.ContainsAny(fragment, "<&") {
		return Escape(strings.TrimSpace(legal(fragment)))
	}
	s := shaper{base: base}
	s.run(fragment, false)
	s.closeTo(0)
	return quotes(policy().Sanitize(strings.TrimSpace(s.out.String())))
}

// quotes takes the escaping of quotation marks back in text, where they mean
// nothing; a title should read as it was written.
func quotes(s string) string {
	if !strings.Contains(s, "&#3") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	inTag := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '<' || s[i] == '>':
			inTag = s[i] == '<' // inside tags both are escaped
		case s[i] == '&' && !inTag && strings.HasPrefix(s[i:], "&#39;"):
			out.WriteByte('\'')
			i += 4
			continue
		case s[i] == '&' && !inTag && strings.HasPrefix(s[i:], "&#34;"):
			out.WriteByte('"')
			i += 4
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// attribute is a name and an unescaped value.
type attribute struct{ name, value string }

// shaper writes allowed, balanced markup.
type shaper struct {
	base  *url.URL
	out   strings.Builder
	stack []string // open elements that were written
	image string   // address of the last image, to drop its <noscript> twin
}

// run walks one piece of markup; a noscript brings one more.
func (s *shaper) run(markup string, nested bool) {
	z := html.NewTokenizer(strings.NewReader(markup))
	ends := endTags{markup: markup}
	skip, pos := "", 0 // the element that is passed over; bytes read
	for {
		kind := z.Next()
		pos += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			switch {
			case skip == "":
				s.text(string(z.Text()))
			case skip == "noscript" && !nested:
				s.run(string(z.Raw()), true)
				skip = ""
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			element := string(name)
			if skip != "" {
				continue
			}
			s.start(element, z)
			if kind == html.StartTagToken && (dropped[element] || element == "noscript") && ends.follow(element, pos) {
				skip = element
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if skip == "" {
				s.end(string(name))
			} else if skip == string(name) {
				skip = ""
			}
		}
	}
}

// endTags knows where the last end tag of an element stands. One that is never
// closed must not take the rest of the text with it.
type endTags struct {
	markup string
	last   map[string]int
}

// follow reports whether the element that began before pos is closed. Raw text
// elements reach to the end of the document in every parser.
func (e *endTags) follow(element string, pos int) bool {
	switch element {
	case "svg", "template", "applet", "select", "datalist", "annotation", "annotation-xml":
	default:
		return true
	}
	at, ok := e.last[element]
	if !ok {
		if e.last == nil {
			e.last = map[string]int{}
		}
		at = strings.LastIndex(lowerASCII(e.markup), "</"+element)
		e.last[element] = at
	}
	return at >= pos
}

// lowerASCII keeps every character where it stands, which strings.ToLower may not.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// attributes reads those of the current tag, at most 64; of a repeated one the
// first counts.
func attributes(z *html.Tokenizer) []attribute {
	var list []attribute
	for more := true; more && len(list) < 64; {
		var key, value []byte
		key, value, more = z.TagAttr()
		if name := string(key); name != "" && find(list, name) == nil {
			list = append(list, attribute{name, string(value)})
		}
	}
	return list
}

func find(attrs []attribute, name string) *attribute {
	for i := range attrs {
		if attrs[i].name == name {
			return &attrs[i]
		}
	}
	return nil
}

func value(attrs []attribute, name string) string {
	if a := find(attrs, name); a != nil {
		return a.value
	}
	return ""
}

func (s *shaper) text(t string) { s.out.WriteString(html.EscapeString(legal(t))) }

// start writes a start tag, after the end tags that it implies.
func (s *shaper) start(element string, z *html.Tokenizer) {
	if to := renamed[element]; to != "" {
		element = to
	}
	own, ok := allowed[element]
	if !ok || len(s.stack) >= maxDepth {
		return
	}
	attrs := attributes(z)
	if element == "img" {
		attrs = unlazy(attrs)
	}
	kept := s.attributes(element, own, attrs)
	if !s.worth(element, attrs, kept) {
		return
	}
	s.imply(element)
	s.out.WriteByte('<')
	s.out.WriteString(element)
	for _, a := range kept {
		s.out.WriteString(" " + a.name + `="` + html.EscapeString(a.value) + `"`)
	}
	s.out.WriteByte('>')
	switch {
	case element == "iframe":
		s.out.WriteString("</iframe>")
	case !void[element]:
		s.stack = append(s.stack, element)
	}
}

// attributes keeps those that the element may have, with their URLs absolute.
func (s *shaper) attributes(element string, own map[string]bool, attrs []attribute) []attribute {
	kept := attrs[:0:0]
	for _, a := range attrs {
		if !own[a.name] && !everywhere[a.name] {
			continue
		}
		switch {
		case a.name == "srcset":
			a.value = s.srcset(a.value)
		case addresses[a.name]:
			a.value = s.address(element, a)
		default:
			a.value = strings.TrimSpace(legal(a.value))
		}
		if a.value != "" || a.name == "alt" || !addresses[a.name] && a.name != "srcset" {
			kept = append(kept, a)
		}
	}
	if (element == "audio" || element == "video") && find(kept, "controls") == nil {
		kept = append(kept, attribute{"controls", ""})
	}
	return kept
}

// address makes the URL of one attribute absolute, or empty when it is refused.
func (s *shaper) address(element string, a attribute) string {
	if a.name == "href" {
		return link(s.base, a.value)
	}
	abs := Resolve(s.base, a.value)
	if element == "iframe" {
		return player(abs)
	}
	return abs
}

// player returns the address of a frame when it is a known player, always over
// https.
func player(abs string) string {
	abs = strings.Replace(abs, "http://", "https://", 1)
	for _, prefix := range players {
		if strings.HasPrefix(abs, prefix) {
			return abs
		}
	}
	return ""
}

// worth reports whether the element says anything: links and media need an
// address, an image must not be a tracking pixel or the twin of the last one.
func (s *shaper) worth(element string, all, kept []attribute) bool {
	if need := needing[element]; need != nil {
		found := false
		for _, name := range need {
			found = found || find(kept, name) != nil
		}
		if !found {
			return false
		}
	}
	if element != "img" {
		return true
	}
	src := value(kept, "src")
	if pixel(all, src) || src != "" && src == s.image {
		return false
	}
	s.image = src
	return true
}

// imply ends the open elements that a new one ends by being there.
func (s *shaper) imply(element string) {
	if block[element] {
		s.endWithin(map[string]bool{"p": true}, paragraphScope)
	}
	if rule, ok := alone[element]; ok {
		s.endWithin(rule.ends, rule.within)
	}
}

// endWithin closes the innermost open element of the set, unless one of the
// boundaries stands above it.
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

// end closes the element and what is still open in it; an end tag without a
// start is dropped.
func (s *shaper) end(element string) {
	if element == "br" { // browsers read </br> as <br>
		s.out.WriteString("<br>")
		return
	}
	if to := renamed[element]; to != "" {
		element = to
	}
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i] == element {
			s.closeTo(i)
			return
		}
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
