package seed

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tributary/internal/clean"
	"tributary/internal/news"
)

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
	p.title = cmp.Or(p.title, line)
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

// textOf returns the text below n, with a space for each br element and without the marks of
// footnotes.
func textOf(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && attr(d.Parent, "role") != "doc-noteref" {
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
