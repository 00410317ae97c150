package format

import (
	"bytes"
	"strings"

	"github.com/mmcdole/gofeed/rss"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// readRSS decodes RSS of any version with gofeed and takes from the tree what gofeed's structs
// lose: languages, bases, rdf:about, the order of categories, and people made of elements.
func (r *reader) readRSS(t *tree, plain []byte) (*news.Document, error) {
	f, err := (&rss.Parser{}).Parse(bytes.NewReader(plain))
	if err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "the RSS document cannot be read: %v", err)
	}
	if len(f.Items) != len(t.items) {
		return nil, news.Failf(news.OutcomeMalformed, "the RSS document has %d items and %d could be read", len(t.items), len(f.Items))
	}
	p := parsed{extensions: f.Extensions, fields: map[string]string{
		"title": f.Title, "description": f.Description, "media:title": value(f.Extensions["media"], "title"),
		"lastbuilddate": f.LastBuildDate, "pubdate": f.PubDate, "updated": r.line(t.head, "updated", "modified"), "lastmod": t.head.attr("lastmod"),
	}}
	d := &news.Document{
		Title: p.first("title", "dc:title", "itunes:title", "media:title"),
		Link:  r.rssLink(t.head),
		Description: first(p.first("description", "itunes:summary", "dc:description", "atom:subtitle", "itunes:subtitle"),
			r.line(t.head, "subtitle", "tagline", "abstract", "googleplay:description")),
		Language:  languageTag(f.Language, p.text("dc:language"), t.head.lang),
		Updated:   p.time(f.Language, "lastbuilddate", "atom:updated", "dcterms:modified", "updated", "dc:date", "pubdate", "dcterms:issued", "lastmod"),
		Authors:   r.publishers(t.head),
		TTL:       ttl(f.TTL),
		SkipHours: skipHours(f.SkipHours),
		SkipDays:  skipDays(f.SkipDays),
	}
	r.head(t.head, d)
	r.show = r.showOf(t.head)
	authors := r.people(t.head)
	for i, item := range f.Items {
		e := r.rssEntry(t.items[i], item, d.Language)
		if e.Authors == nil {
			e.Authors = authors
		}
		d.Entries = append(d.Entries, e)
	}
	return d, nil
}

// rssEntry converts one item.
func (r *reader) rssEntry(n *node, i *rss.Item, inherited string) news.Entry {
	second := r.second(n, "description")
	p := parsed{extensions: i.Extensions, custom: i.Custom, fields: map[string]string{
		"title": i.Title, "content:encoded": i.Content, "description": i.Description, "pubdate": i.PubDate, "lastmod": n.attr("lastmod"),
		"media:title": mediaText(i.Extensions["media"], "title"), "media:description": mediaText(i.Extensions["media"], "description"),
		"googleplay:description": r.inner(n, "googleplay:description"), "content:items": r.items(n),
	}}
	e := news.Entry{
		Title:   p.first("title", "dc:title", "atom:title", "media:title", "itunes:title"),
		Link:    r.rssLink(n),
		Content: p.body(n, "content:encoded", "encoded", "xhtml:body", "xhtml:div", "body", "fullitem", "atom:content", "content", "content:items"),
		Summary: p.body(n, "description", "atom:summary", "summary", "dc:description", "dcterms:abstract", "abstract",
			"itunes:summary", "media:description", "itunes:subtitle", "googleplay:description"),
		Published: p.time(inherited, "pubdate", "dcterms:issued", "atom:published", "atom:issued", "published", "issued",
			"dc:date", "dcterms:date", "date", "dcterms:created", "atom:created", "created"),
		Updated: p.time(inherited, "dcterms:modified", "atom:updated", "atom:modified", "updated", "modified", "lastbuilddate", "lastmod",
			"dc:date", "dcterms:date", "date"), // a date of Dublin Core may be either
		Authors:    r.publishers(n),
		Categories: r.categories(n),
		Language:   languageTag(n.declared(), p.text("language"), p.text("dc:language"), inherited, n.lang),
		Origin:     r.origin(n),
	}
	if e.Content == "" {
		e.Content = clean.HTML(second, baseOf(n, "description"))
	}
	enclosures(n, &e)
	r.linkedEnclosures(n, &e)
	r.mediaEnclosures(n, &e)
	r.rssIdentity(n, i, p, &e)
	e.Extra = r.extra(n, &e)
	return e
}

// rssLink returns the address of a channel or item. CDF has it in an attribute.
func (r *reader) rssLink(n *node) string {
	return first(r.textLink(n), alternate(n, ""), clean.Resolve(n.base, n.attr("href")))
}

// rssIdentity sets the id as the document has it. An entry without a link takes its
// guid, which is a permalink unless it says otherwise.
func (r *reader) rssIdentity(n *node, i *rss.Item, p parsed, e *news.Entry) {
	permalink := ""
	if i.GUID != nil {
		e.GUID = clean.Line(i.GUID.Value)
		if !strings.EqualFold(strings.TrimSpace(i.GUID.IsPermalink), "false") {
			permalink = e.GUID
		}
	}
	about := clean.Line(n.attr("about"))
	if e.GUID == "" {
		e.GUID = first(about, clean.Line(p.text("atom:id")), clean.Line(p.text("id")))
		permalink = e.GUID
	}
	if e.Link == "" && strings.HasPrefix(permalink, "/") {
		e.Link = clean.Resolve(baseOf(n, "guid"), permalink)
	}
	if e.Link == "" {
		e.Link = lastResort(n, first(permalink, about), e.Enclosures)
	}
}

// items returns the first text in the content:items of RSS 1.0, or "". Later ones say the same in
// other formats.
func (r *reader) items(n *node) string {
	for k := range n.named("content:items", "rdf:bag", "rdf:li", "content:item") {
		if text := first(r.inner(k, "rdf:value"), r.items(k)); text != "" {
			return text
		}
	}
	return ""
}

// second returns the second text of that name. An item with two descriptions has a
// summary and a content.
func (r *reader) second(n *node, name string) string {
	found := false
	for k := range n.named(name) {
		if k.blank() {
			continue
		}
		if found {
			return r.html(k)
		}
		found = true
	}
	return ""
}
