package seed

import (
	"cmp"
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
	if b := find(root, atom.Base); b != nil {
		p.base = webAddress(attr(b, "href"))
	}
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
			name := strings.ToLower(cmp.Or(attr(n, "property"), attr(n, "name"), attr(n, "itemprop")))
			if name == "" && strings.EqualFold(attr(n, "http-equiv"), "content-language") {
				name = "language"
			}
			said[name] = append(said[name], attr(n, "content"))
		case atom.Link:
			rel := strings.ToLower(attr(n, "rel"))
			said["link:"+rel] = append(said["link:"+rel], attr(n, "href"))
		case atom.Html:
			said["html:lang"] = append(said["html:lang"], cmp.Or(attr(n, "lang"), attr(n, "xml:lang")))
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
			if t, ok := parseTime(cmp.Or(attr(n, "datetime"), clean.Line(textOf(n)))); ok {
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
