package format

import (
	"bytes"

	"github.com/mmcdole/gofeed/atom"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// readAtom decodes Atom 1.0 and 0.3 with gofeed and takes from the tree what gofeed's
// structs lose: languages, bases, ids as written, and elements of RSS in entries.
func (r *reader) readAtom(t *tree, plain []byte) (*news.Document, error) {
	f, err := (&atom.Parser{}).Parse(bytes.NewReader(plain))
	if err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "the Atom document cannot be read: %v", err)
	}
	if len(f.Entries) != len(t.items) {
		return nil, news.Failf(news.OutcomeMalformed, "the Atom document has %d entries and %d could be read", len(t.items), len(f.Entries))
	}
	p := parsed{extensions: f.Extensions, fields: map[string]string{
		"title": f.Title, "subtitle": f.Subtitle, "description": r.line(t.head, "description"),
		"updated": r.line(t.head, "updated"), "modified": f.Updated, "pubdate": r.line(t.head, "pubdate"),
	}}
	d := &news.Document{
		ID:          r.id(t.head),
		Title:       p.first("title", "dc:title"),
		Link:        r.atomLink(t.head, t.head.lang),
		Description: p.first("subtitle", "itunes:summary", "dc:description", "itunes:subtitle", "description"),
		Language:    languageTag(t.head.lang, p.text("dc:language")),
		Updated:     p.time("", "updated", "modified", "dcterms:modified", "dc:date", "pubdate"),
		Authors:     r.people(t.head),
	}
	r.head(t.head, d)
	r.show = r.showOf(t.head)
	for i, entry := range f.Entries {
		d.Entries = append(d.Entries, r.atomEntry(t.items[i], entry, d))
	}
	return d, nil
}

// atomEntry converts one entry.
func (r *reader) atomEntry(n *node, a *atom.Entry, d *news.Document) news.Entry {
	p := parsed{extensions: a.Extensions, fields: map[string]string{
		"title": a.Title, "summary": a.Summary, "media:title": mediaText(a.Extensions["media"], "title"),
		"published": r.line(n, "published"), "issued": a.Published, // which may be either
		"updated": r.line(n, "updated"), "modified": a.Updated,
		"created": r.line(n, "created"), "pubdate": r.line(n, "pubdate"),
	}}
	if a.Content != nil {
		p.fields["content"] = a.Content.Value
	}
	e := news.Entry{
		GUID:       r.id(n),
		Title:      p.first("title", "dc:title", "media:title"),
		Content:    p.body(n, "content", "content:encoded"),
		Summary:    p.body(n, "summary"),
		Published:  p.time("", "published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created", "pubdate"),
		Updated:    p.time("", "updated", "modified", "dcterms:modified", "dc:date"),
		Authors:    r.atomAuthors(n, d.Authors),
		Categories: r.categories(n),
		Language:   languageTag(n.declared(), d.Language, n.lang, textLanguage(n)),
		Origin:     r.origin(n),
	}
	e.Link = r.atomLink(n, "")
	if e.GUID != "" { // else the link is the identity and must stay what it was
		e.Link = r.atomLink(n, e.Language)
	}
	if e.Content == "" && e.Summary == "" {
		p.fields["media:description"] = mediaText(a.Extensions["media"], "description")
		p.fields["description"] = r.inner(n, "description")
		e.Summary = p.body(n, "media:description", "description", "dc:description", "itunes:summary", "itunes:subtitle")
	}
	enclosures(n, &e)
	r.linkedEnclosures(n, &e)
	r.mediaEnclosures(n, &e)
	if e.Link == "" {
		e.Link = lastResort(n, e.GUID, e.Enclosures)
	}
	e.Extra = r.extra(n, &e)
	return e
}

// id returns the id as the document has it. gofeed would normalise URLs.
func (r *reader) id(n *node) string {
	if k := n.kid("id"); k != nil {
		return clean.Line(r.read(k).value)
	}
	return ""
}

// inner returns the first child of that name as HTML that is not yet sanitised.
func (r *reader) inner(n *node, name string) string {
	if k := n.kid(name); k != nil {
		return r.html(k)
	}
	return ""
}

// atomLink returns the address of a feed's or entry's page (RFC 4287 section 4.2.7), see
// alternate.
func (r *reader) atomLink(n *node, language string) string {
	return first(alternate(n, language), r.textLink(n))
}

// atomAuthors returns the authors of an entry. If it names none, they are those of the
// feed that it was copied from, or else of this feed (RFC 4287 section 4.2.1).
func (r *reader) atomAuthors(n *node, feed []news.Person) []news.Person {
	list := r.people(n)
	if k := n.kid("source"); list == nil && k != nil {
		list = r.people(k)
	}
	if list == nil {
		return feed
	}
	return list
}

// textLanguage returns the language that one of an entry's texts states, for when
// nothing around them states one.
func textLanguage(n *node) string {
	for _, name := range []string{"content", "summary", "title"} {
		if k := n.kid(name); k != nil && k.lang != "" {
			return k.lang
		}
	}
	return ""
}
