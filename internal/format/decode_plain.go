package format

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"tributary/internal/clean"
)

// reader turns the leaves of one mended document into values.
type reader struct {
	own   *entities
	fix   *repairs
	texts thrift
	atom  bool     // texts state their type, so it is not guessed
	show  showWide // defaults of this document
}

// texts are the leaves that may hold HTML. All others hold one line.
var texts = map[string]bool{"description": true, "content": true, "content:encoded": true, "encoded": true, "summary": true, "body": true,
	"xhtml:body": true, "xhtml:div": true, "fullitem": true, "media:description": true, "itunes:summary": true, "itunes:subtitle": true,
	"dcterms:abstract": true, "abstract": true, "dc:description": true, "googleplay:description": true, "atom:summary": true, "atom:content": true,
	"rdf:value": true}

// single are other leaves of which only the first that is not blank counts.
var single = map[string]bool{"title": true, "subtitle": true, "tagline": true}

// verbatim leaves are taken as they are: identifiers, addresses, dates.
var verbatim = map[string]bool{"id": true, "guid": true, "link": true, "atom:id": true, "atom:link": true, "url": true, "uri": true,
	"homepage": true, "docs": true, "comments": true, "dc:identifier": true, "atom:uri": true, "atom:url": true, "newlocation": true}

// plainXML writes a mended document so plainly that gofeed cannot misread it: UTF-8,
// canonical prefixes, one head with the items after it, and each decoded text in a
// CDATA section. Elements that are not read are left out.
func (r *reader) plainXML(t *tree) []byte {
	var out bytes.Buffer
	head, shut := `<rss version="2.0"`, "</channel></rss>"
	if r.atom {
		head, shut = `<feed xmlns="http://www.w3.org/2005/Atom"`, "</feed>"
	}
	out.WriteString(head)
	for _, d := range declared {
		out.WriteString(` xmlns:` + d.prefix + `="` + d.uri + `"`)
	}
	out.WriteByte('>')
	if !r.atom {
		out.WriteString("<channel>")
	}
	var said heard
	for _, k := range t.head.kids {
		if !said.before(k) {
			r.member(&out, k, false)
		}
	}
	for _, item := range t.items {
		r.element(&out, item, true)
	}
	out.WriteString(shut)
	return out.Bytes()
}

// heard is the set of names of the texts that an element has had.
type heard map[string]bool

// before reports whether there was a text of that name before. gofeed would take the
// last of several, even an empty one.
func (h *heard) before(n *node) bool {
	switch {
	case (*h)[n.name]:
		return true
	case !texts[n.name] && !single[n.name] || n.blank():
		return false
	}
	if *h == nil {
		*h = heard{}
	}
	(*h)[n.name] = true
	return false
}

// member writes a child of the head or of an item. It leaves out empty ones, which
// would overwrite others with content.
func (r *reader) member(out *bytes.Buffer, n *node, inItem bool) {
	n = n.best()
	if !foreign(n.name) && (!n.blank() || len(n.attrs) > 0 || len(n.kids) > 0) {
		r.element(out, n, inItem)
	}
}

// element writes an element and its content. Elements nest at most maxDepth deep.
func (r *reader) element(out *bytes.Buffer, n *node, inItem bool) {
	name := n.name
	out.WriteString("<" + name)
	if !texts[name] {
		for _, a := range n.attrs {
			if a.name == "ispermalink" {
				a.name = "isPermaLink"
			}
			if plainName(a.name) {
				out.WriteString(" " + a.name + `="` + html.EscapeString(a.value) + `"`)
			}
		}
	}
	out.WriteByte('>')
	if n.inner != "" {
		cdata(out, r.value(n, inItem))
	}
	var said heard
	for _, k := range n.kids {
		if said.before(k) {
			continue
		}
		r.member(out, k, inItem)
	}
	out.WriteString("</" + name + ">")
}

// value returns a leaf's text in its final form: HTML for the texts of items, a line
// for everything else.
func (r *reader) value(n *node, inItem bool) string {
	switch {
	case verbatim[n.name]:
		return strings.TrimSpace(r.read(n).value)
	case inItem && texts[n.name]:
		return r.html(n)
	case texts[n.name] && !r.atom:
		return clean.Text(r.html(n))
	}
	line := r.plain(n)
	if len(line) > maxTitle {
		r.fix.note("a line over %d bytes was cut", maxTitle)
		line = strings.ToValidUTF8(line[:maxTitle], "")
	}
	return line
}

// cdata writes s as CDATA sections that any parser reads back as s.
func cdata(out *bytes.Buffer, s string) {
	out.WriteString("<![CDATA[")
	for {
		before, after, found := strings.Cut(s, "]]>")
		out.WriteString(before)
		if !found {
			break
		}
		out.WriteString("]]]]><![CDATA[>")
		s = after
	}
	out.WriteString("]]>")
}

// plainName reports whether the name of an attribute can be written as it is.
func plainName(name string) bool {
	for i := range len(name) {
		if !nameByte(name[i]) || name[i] >= 0x80 || name[i] == ':' {
			return false
		}
	}
	return name != "" && nameStart(name[0])
}
