package seed

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// readPage reads an HTML document: its article, else its main element, else its body, and the
// metadata in its head.
func readPage(data []byte) (*piece, error) {
	text, repairs, err := decodePage(data)
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "its HTML cannot be read (%w)", err)
	}
	p := &piece{meta: headOf(root), repairs: repairs}
	main := content(root)
	p.bodyMeta(main)
	prune(main)
	if p.title == "" {
		p.title = ownTitle(root, main)
	}
	return p, p.fill(inner(main))
}

// decodePage is decodeText for a page, which may declare its encoding. Valid UTF-8 is read as such,
// whatever it declares.
func decodePage(data []byte) (string, []string, error) {
	enc, name, _ := charset.DetermineEncoding(data[:min(len(data), 1024)], "")
	if utf8.Valid(data) || name == "windows-1252" || name == "utf-8" {
		return decodeText(data)
	}
	decoded, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return decodeText(data)
	}
	text, repairs, err := decodeText(decoded)
	return text, append(repairs, "read as "+name), err
}

// headOf reads the title, meta and link elements. Open Graph and article properties take precedence
// over plain names, because pages add the name of the site to the latter.
func headOf(root *html.Node) meta {
	var m meta
	said := map[string][]string{}
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Meta:
			name := strings.ToLower(first(attr(n, "property"), first(attr(n, "name"), attr(n, "itemprop"))))
			if name == "" && strings.EqualFold(attr(n, "http-equiv"), "content-language") {
				name = "language"
			}
			said[name] = append(said[name], attr(n, "content"))
		case atom.Link:
			rel := strings.ToLower(attr(n, "rel"))
			said["link:"+rel] = append(said["link:"+rel], attr(n, "href"))
		case atom.Html:
			said["html:lang"] = append(said["html:lang"], first(attr(n, "lang"), attr(n, "xml:lang")))
		}
	}
	for _, r := range headNames {
		for _, name := range r.names {
			for _, value := range said[name] {
				if strings.TrimSpace(value) != "" && !(r.field == author && webAddress(value) != "") {
					m.set(r.field, value)
				}
			}
			if len(said[name]) > 0 && r.field == author {
				break // other vocabularies repeat the same people
			}
		}
	}
	return m
}

// headNames lists where the head of a page states each field, in order of precedence.
var headNames = []struct {
	field field
	names []string
}{
	{title, []string{"og:title", "twitter:title", "dc.title", "dcterms.title"}},
	{summary, []string{"description", "og:description", "dc.description"}},
	{published, []string{"article:published_time", "datepublished", "date", "dc.date", "dcterms.created", "dcterms.date", "dc.date.issued", "pubdate"}},
	{updated, []string{"article:modified_time", "datemodified", "dcterms.modified", "last-modified"}},
	{author, []string{"author", "article:author", "dc.creator", "dcterms.creator"}},
	{link, []string{"link:canonical", "og:url"}},
	{lang, []string{"html:lang", "language", "og:locale", "dc.language"}},
	{tags, []string{"article:tag", "keywords"}},
}

// content returns the element that contains the text: the longest article, else main, else body.
func content(root *html.Node) *html.Node {
	var best, body *html.Node
	for n := range root.Descendants() {
		switch {
		case n.DataAtom == atom.Body:
			body = n
		case n.DataAtom == atom.Article, n.DataAtom == atom.Main, attr(n, "role") == "main":
			if best == nil || rank(n) > rank(best) || rank(n) == rank(best) && size(n) > size(best) {
				best = n
			}
		}
	}
	if best != nil && hasWord(textOf(best)) {
		return best
	}
	return body
}

func rank(n *html.Node) int {
	if n.DataAtom == atom.Article {
		return 2
	}
	return 1
}

// size returns the length of a node's text in bytes.
func size(n *html.Node) (bytes int) {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			bytes += len(d.Data)
		}
	}
	return bytes
}

// bodyMeta reads metadata from the elements of the text where the head has none: the language, the
// first time, and links to the authors.
func (p *piece) bodyMeta(main *html.Node) {
	p.set(lang, attr(main, "lang"))
	stated := !p.published.IsZero()
	known := len(p.authors) > 0
	for n := range main.Descendants() {
		switch {
		case n.DataAtom == atom.Time && !stated:
			if t, ok := parseTime(first(attr(n, "datetime"), clean.Line(textOf(n)))); ok {
				p.setTime(published, t)
				stated = true
			}
		case n.DataAtom == atom.A && attr(n, "rel") == "author" && !known:
			p.set(author, textOf(n))
		}
	}
}

// furniture lists the elements of a page that are not part of its text.
var furniture = []atom.Atom{atom.Script, atom.Style, atom.Nav, atom.Footer, atom.Aside, atom.Form, atom.Template, atom.Noscript, atom.Button, atom.Dialog}

// prune removes the furniture from a text. From a whole body it also removes the header, unless
// that contains the text's headline.
func prune(main *html.Node) {
	var gone []*html.Node
	for n := range main.Descendants() {
		header := n.DataAtom == atom.Header && main.DataAtom == atom.Body && find(n, atom.H1) == nil
		if header || slices.Contains(furniture, n.DataAtom) || attr(n, "role") == "navigation" {
			gone = append(gone, n)
		}
	}
	remove(gone)
}

// ownTitle returns the title of a page without a better one: its first h1, else its title element.
func ownTitle(root, main *html.Node) string {
	if h := find(main, atom.H1); h != nil {
		return clean.Line(textOf(h))
	}
	if t := find(root, atom.Title); t != nil {
		return clean.Line(textOf(t))
	}
	return ""
}

// fill takes HTML as the body and edits it: it removes a headline that equals the title, notices,
// and headings without text below them. The first paragraph becomes the lead.
func (p *piece) fill(markup string) error {
	root, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		return news.Failf(news.OutcomeMalformed, "its HTML cannot be read (%w)", err)
	}
	body := find(root, atom.Body)
	p.takeTitle(body)
	p.takeParagraphs(body)
	p.takeDangling(body)
	for n := range body.Descendants() {
		if n.DataAtom == atom.P && hasWord(textOf(n)) {
			p.lead = textOf(n)
			break
		}
	}
	p.body = inner(body)
	return nil
}

// takeTitle removes the headline from the text. A document without a stated title takes its first
// h1, or a heading that opens it.
func (p *piece) takeTitle(body *html.Node) {
	var opening, h1 *html.Node
	for n := range body.Descendants() {
		if n.Type == html.TextNode && hasWord(n.Data) && opening == nil {
			opening = n
			for n := n.Parent; n != body; n = n.Parent {
				if level(n) > 0 {
					opening = n
				}
			}
		}
		if n.DataAtom == atom.H1 && h1 == nil && hasWord(textOf(n)) {
			h1 = n
		}
	}
	candidate := h1
	if candidate == nil && opening != nil && level(opening) > 0 {
		candidate = opening
	}
	if candidate == nil {
		return
	}
	line := clean.Line(textOf(candidate))
	if p.title == "" {
		p.title = line
	}
	if sameWords(p.title, line) {
		remove([]*html.Node{candidate})
	}
}

// takeParagraphs removes notices to the visitor of a page, and a byline and date among the first
// paragraphs.
func (p *piece) takeParagraphs(body *html.Node) {
	var gone []*html.Node
	seen := 0
	for n := range body.Descendants() {
		if n.DataAtom != atom.P {
			continue
		}
		line := clean.Line(textOf(n))
		if seen++; seen <= headLines && p.headLine(line) {
			gone = append(gone, n)
			continue
		}
		if kept, reason := withoutNotice(line); reason != "" && kept == "" {
			p.leftOut(reason, line)
			gone = append(gone, n)
		}
	}
	remove(gone)
}

// takeDangling removes headings at the end, unless there is nothing else.
func (p *piece) takeDangling(body *html.Node) {
	var gone []*html.Node
	for n := body.LastChild; n != nil; n = n.PrevSibling {
		switch {
		case level(n) > 1:
			p.leftOut("a heading without text below it", clean.Line(textOf(n)))
			gone = append(gone, n)
		case n.Type == html.TextNode && !hasWord(n.Data):
		default:
			remove(gone)
			return
		}
	}
}

// level returns 1 to 6 for a heading, else 0.
func level(n *html.Node) int {
	return slices.Index([]atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}, n.DataAtom) + 1
}

// attr returns the value of an attribute without surrounding white space.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// find returns the first element of a kind below n, or nil.
func find(n *html.Node, kind atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.DataAtom == kind && d.Type == html.ElementNode {
			return d
		}
	}
	return nil
}

// textOf returns the text below n, with a space for each br element.
func textOf(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		} else if d.DataAtom == atom.Br {
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// inner renders the content of n.
func inner(n *html.Node) string {
	var out bytes.Buffer
	for c := range n.ChildNodes() {
		if err := html.Render(&out, c); err != nil {
			break // a node that cannot be rendered ends the text
		}
	}
	return strings.TrimSpace(out.String())
}

// remove removes nodes from their tree.
func remove(nodes []*html.Node) {
	for _, n := range nodes {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}
