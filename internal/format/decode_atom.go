package format

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed/atom"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// readAtom lets gofeed read Atom 1.0 and 0.3 and takes from the tree what its
// structs lose: languages, bases, ids as written, RSS habits in entries.
func (r *reader) readAtom(t *tree, plain []byte) (*news.Document, error) {
	f, err := (&atom.Parser{}).Parse(bytes.NewReader(plain))
	if err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "the Atom document cannot be read: %v", err)
	}
	if len(f.Entries) != len(t.items) {
		return nil, news.Failf(news.OutcomeMalformed, "the Atom document has %d entries and %d could be read", len(t.items), len(f.Entries))
	}
	d := &news.Document{
		ID:          r.id(t.head),
		Title:       f.Title,
		Link:        r.atomLink(t.head, f.Links),
		Description: f.Subtitle,
		Language:    languageTag(t.head.lang),
		Updated:     when(f.Updated),
		Authors:     r.atomPeople(t.head),
	}
	for i, entry := range f.Entries {
		d.Entries = append(d.Entries, r.atomEntry(t.items[i], entry, d.Language))
	}
	return d, nil
}

// atomEntry maps one entry.
func (r *reader) atomEntry(n *node, a *atom.Entry, inherited string) news.Entry {
	media := a.Extensions["media"]
	content := ""
	if a.Content != nil {
		content = a.Content.Value
	}
	e := news.Entry{
		GUID:       r.id(n),
		Link:       r.atomLink(n, a.Links),
		Title:      first(a.Title, mediaText(media, "title")),
		Content:    r.body(n, field{"content", content}, field{"content:encoded", value(a.Extensions["content"], "encoded")}),
		Summary:    r.body(n, field{"summary", a.Summary}),
		Published:  when(a.Published, value(a.Extensions["dc"], "date"), r.created(n)),
		Updated:    when(a.Updated),
		Authors:    r.atomPeople(n),
		Categories: r.atomCategories(n, a),
		Language:   languageTag(n.declared(), inherited, n.lang, textLanguage(n)),
		Origin:     r.atomOrigin(n, a),
	}
	if e.Content == "" && e.Summary == "" {
		e.Summary = r.body(n, field{"media:description", mediaText(media, "description")}, field{"itunes:summary", value(a.Extensions["itunes"], "summary")})
	}
	r.linkedEnclosures(n, "link", &e)
	r.mediaEnclosures(n, &e)
	return e
}

// id returns the id as the document has it; gofeed would spell URLs anew.
func (r *reader) id(n *node) string {
	if k := n.kid("id"); k != nil {
		return clean.Line(r.read(k).value)
	}
	return ""
}

// created is Atom 0.3's time of the first draft, when nothing better is there.
func (r *reader) created(n *node) string {
	if k := n.kid("created"); k != nil {
		return r.plain(k)
	}
	return ""
}

// atomLink returns the page of a feed or entry: the first alternate that is a
// page, else the first alternate (RFC 4287 section 4.2.7).
func (r *reader) atomLink(n *node, links []*atom.Link) string {
	found := ""
	for i, l := range links {
		if rel := strings.TrimPrefix(l.Rel, "http://www.iana.org/assignments/relation/"); rel != "alternate" || l.Href == "" {
			continue
		}
		abs := clean.Resolve(nth(n, "link", i).base, l.Href)
		if abs != "" && (l.Type == "" || strings.Contains(l.Type, "html")) {
			return abs
		}
		found = first(found, abs)
	}
	if found != "" {
		return found
	}
	if k := n.kid("link"); k != nil && k.attr("href") == "" && k.inner != "" { // RSS habit
		return clean.Resolve(k.base, r.read(k).value)
	}
	return ""
}

// atomPeople are the authors of a feed or entry, in document order.
func (r *reader) atomPeople(n *node) []news.Person {
	var list []news.Person
	for _, k := range n.kids {
		switch k.name {
		case "author":
			list = addPerson(list, r.boxed(k))
		case "dc:creator", "itunes:author":
			list = addPerson(list, person(r.plain(k)))
		}
	}
	return list
}

// atomCategories are the terms; a category without one gives its text, and one
// of another vocabulary counts, too.
func (r *reader) atomCategories(n *node, a *atom.Entry) []news.Category {
	var list []news.Category
	k := 0
	for _, kid := range n.kids {
		switch kid.name {
		case "category":
			if k < len(a.Categories) {
				c := a.Categories[k]
				list = addCategory(list, news.Category{Term: first(c.Term, r.plain(kid)), Scheme: clean.Line(kid.attr("scheme")), Label: c.Label})
			}
			k++
		case "dc:subject":
			list = addCategory(list, news.Category{Term: r.plain(kid)})
		case "media:category":
			list = addCategory(list, news.Category{Term: r.plain(kid), Scheme: clean.Line(kid.attr("scheme")), Label: kid.attr("label")})
		}
	}
	return list
}

// atomOrigin reads atom:source (RFC 4287 section 4.2.11).
func (r *reader) atomOrigin(n *node, a *atom.Entry) *news.Origin {
	k := n.kid("source")
	if a.Source == nil || k == nil {
		return nil
	}
	o := news.Origin{ID: r.id(k), Title: a.Source.Title, Link: r.atomLink(k, a.Source.Links), URL: r.selfLink(k.base, a.Source.Links)}
	if o == (news.Origin{}) {
		return nil
	}
	return &o
}

func (r *reader) selfLink(base *url.URL, links []*atom.Link) string {
	for _, l := range links {
		if l.Rel == "self" {
			return clean.Resolve(base, l.Href)
		}
	}
	return ""
}

// textLanguage is the language that an entry's texts state when nothing around
// them does.
func textLanguage(n *node) string {
	for _, name := range []string{"content", "summary", "title"} {
		if k := n.kid(name); k != nil && k.lang != "" {
			return k.lang
		}
	}
	return ""
}
