package format

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// readRSS lets gofeed read RSS of any version and takes from the tree what its
// structs lose: languages, bases, rdf:about, the order of categories, people
// made of elements.
func (r *reader) readRSS(t *tree, plain []byte) (*news.Document, error) {
	f, err := (&rss.Parser{}).Parse(bytes.NewReader(plain))
	if err != nil {
		return nil, news.Failf(news.OutcomeMalformed, "the RSS document cannot be read: %v", err)
	}
	if len(f.Items) != len(t.items) {
		return nil, news.Failf(news.OutcomeMalformed, "the RSS document has %d items and %d could be read", len(t.items), len(f.Items))
	}
	dc := f.Extensions["dc"]
	d := &news.Document{
		Title:       first(f.Title, value(dc, "title")),
		Link:        r.rssLink(t.head, f.Links),
		Description: first(f.Description, clean.Text(value(f.Extensions["itunes"], "summary")), clean.Text(value(dc, "description")), clean.Text(value(f.Extensions["itunes"], "subtitle"))),
		Language:    languageTag(f.Language, value(dc, "language"), t.head.lang),
		Updated:     when(f.LastBuildDate, value(f.Extensions["atom"], "updated"), f.PubDate, value(dc, "date")),
		Authors:     r.people(t.head),
		TTL:         ttl(f.TTL),
	}
	for i, item := range f.Items {
		d.Entries = append(d.Entries, r.rssEntry(t.items[i], item, d.Language))
	}
	return d, nil
}

// rssEntry maps one item.
func (r *reader) rssEntry(n *node, i *rss.Item, inherited string) news.Entry {
	dc, terms, media := i.Extensions["dc"], i.Extensions["dcterms"], i.Extensions["media"]
	itunes, atom, xhtml := i.Extensions["itunes"], i.Extensions["atom"], i.Extensions["xhtml"]
	e := news.Entry{
		Title: first(i.Title, value(dc, "title"), value(atom, "title"), mediaText(media, "title"), value(itunes, "title")),
		Link:  r.rssLink(n, i.Links),
		Content: r.body(n, field{"content:encoded", i.Content}, field{"encoded", i.Custom["encoded"]}, field{"xhtml:body", value(xhtml, "body")},
			field{"xhtml:div", value(xhtml, "div")}, field{"body", i.Custom["body"]}, field{"fullitem", i.Custom["fullitem"]},
			field{"atom:content", value(atom, "content")}, field{"content", i.Custom["content"]}),
		Summary: r.body(n, field{"description", i.Description}, field{"atom:summary", value(atom, "summary")}, field{"summary", i.Custom["summary"]},
			field{"dc:description", value(dc, "description")}, field{"dcterms:abstract", value(terms, "abstract")},
			field{"itunes:summary", value(itunes, "summary")}, field{"media:description", mediaText(media, "description")}, field{"itunes:subtitle", value(itunes, "subtitle")}),
		Published:  when(i.PubDate, value(dc, "date"), i.Custom["date"], value(terms, "issued"), value(atom, "published"), value(terms, "created")),
		Updated:    when(value(terms, "modified"), value(atom, "updated"), value(atom, "modified")),
		Authors:    r.people(n),
		Categories: r.rssCategories(n),
		Language:   languageTag(n.declared(), value(dc, "language"), inherited, n.lang),
		Origin:     r.rssOrigin(n, i),
	}
	r.rssIdentity(n, i, &e)
	for k, enclosure := range i.Enclosures {
		e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.Resolve(nth(n, "enclosure", k).base, enclosure.URL),
			Type: mediaType(enclosure.Type), Length: length(enclosure.Length)})
	}
	r.linkedEnclosures(n, "atom:link", &e)
	r.mediaEnclosures(n, &e)
	return e
}

// rssIdentity takes the id as the document has it, and a permalink guid for the
// link when there is no other.
func (r *reader) rssIdentity(n *node, i *rss.Item, e *news.Entry) {
	if i.GUID != nil {
		e.GUID = clean.Line(i.GUID.Value)
		if e.Link == "" && !strings.EqualFold(i.GUID.IsPermalink, "false") && strings.Contains(e.GUID, "://") {
			e.Link = clean.Resolve(nil, e.GUID)
		}
	}
	e.GUID = first(e.GUID, clean.Line(n.attr("about")), clean.Line(value(i.Extensions["atom"], "id")))
	if e.Link == "" && strings.Contains(n.attr("about"), "://") {
		e.Link = clean.Resolve(nil, n.attr("about"))
	}
}

// rssLink returns the page of a channel or item: its link, in whatever way that
// is spelled, else an alternate atom:link.
func (r *reader) rssLink(n *node, links []string) string {
	for _, l := range links {
		if abs := clean.Resolve(baseOf(n, "link"), l); l != "" && abs != "" {
			return abs
		}
	}
	for _, k := range n.kids {
		ref := ""
		switch {
		case k.name == "link":
			ref = first(k.attr("href"), k.attr("resource"))
		case k.name == "atom:link" && (k.attr("rel") == "" || k.attr("rel") == "alternate"):
			ref = k.attr("href")
		}
		if ref != "" {
			if abs := clean.Resolve(k.base, ref); abs != "" {
				return abs
			}
		}
	}
	return ""
}

// people are the authors of a channel or item, in document order.
func (r *reader) people(n *node) []news.Person {
	var list []news.Person
	for _, k := range n.kids {
		switch k.name {
		case "author", "atom:author", "managingeditor":
			list = addPerson(list, r.boxed(k))
		case "dc:creator", "dc:author", "creator":
			list = addPerson(list, person(r.plain(k)))
		}
	}
	for _, name := range []string{"itunes:author", "itunes:owner"} {
		if k := n.kid(name); k != nil && len(list) == 0 {
			list = addPerson(list, r.boxed(k))
		}
	}
	return list
}

// rssCategories are those of all vocabularies in document order.
func (r *reader) rssCategories(n *node) []news.Category {
	var list []news.Category
	for _, k := range n.kids {
		switch k.name {
		case "category":
			list = addCategory(list, news.Category{Term: r.plain(k), Scheme: clean.Line(k.attr("domain"))})
		case "dc:subject":
			list = addCategory(list, news.Category{Term: r.plain(k)})
		case "media:category":
			list = addCategory(list, news.Category{Term: r.plain(k), Scheme: clean.Line(k.attr("scheme")), Label: k.attr("label")})
		case "itunes:category":
			list = addCategory(list, news.Category{Term: k.attr("text")})
		case "itunes:keywords", "media:keywords":
			for word := range strings.SplitSeq(r.plain(k), ",") {
				list = addCategory(list, news.Category{Term: word})
			}
		}
	}
	return list
}

// rssOrigin reads <source url="…">Title</source>.
func (r *reader) rssOrigin(n *node, i *rss.Item) *news.Origin {
	if i.Source == nil {
		return nil
	}
	o := news.Origin{Title: clean.Line(i.Source.Title), URL: clean.Resolve(baseOf(n, "source"), i.Source.URL)}
	if o == (news.Origin{}) {
		return nil
	}
	return &o
}

// linkedEnclosures adds the links with rel="enclosure".
func (r *reader) linkedEnclosures(n *node, name string, e *news.Entry) {
	for _, k := range n.kids {
		if k.name == name && k.attr("rel") == "enclosure" {
			e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.Resolve(k.base, k.attr("href")),
				Type: mediaType(k.attr("type")), Length: length(k.attr("length"))})
		}
	}
}

// mediaEnclosures takes audio and video of Media RSS for an entry that has no
// enclosure.
func (r *reader) mediaEnclosures(n *node, e *news.Entry) {
	if len(e.Enclosures) > 0 {
		return
	}
	for _, k := range n.kids {
		group := []*node{k}
		if k.name == "media:group" {
			group = k.kids
		}
		for _, m := range group {
			if m.name == "media:content" && playable(m) {
				e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: clean.Resolve(m.base, m.attr("url")),
					Type: mediaType(m.attr("type")), Length: length(m.attr("filesize"))})
			}
		}
	}
}

// playable reports whether a media:content is sound or film.
func playable(m *node) bool {
	for _, s := range []string{mediaType(m.attr("type")), m.attr("medium") + "/"} {
		if strings.HasPrefix(s, "audio/") || strings.HasPrefix(s, "video/") {
			return true
		}
	}
	return false
}

// value returns the first text that gofeed found for an extension element.
func value(group map[string][]ext.Extension, name string) string {
	for _, e := range group[name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

// mediaText looks for a Media RSS text in the item, its group and its content.
func mediaText(media map[string][]ext.Extension, name string) string {
	if v := value(media, name); v != "" {
		return v
	}
	for _, box := range []string{"group", "content"} {
		for _, e := range media[box] {
			if v := first(value(e.Children, name), mediaText(e.Children, name)); v != "" {
				return v
			}
		}
	}
	return ""
}

// nth returns the k-th child of that name, or n itself.
func nth(n *node, name string, k int) *node {
	for _, kid := range n.kids {
		if kid.name == name {
			if k == 0 {
				return kid
			}
			k--
		}
	}
	return n
}

// when returns the first readable time in UTC, or zero.
func when(dates ...string) time.Time {
	for _, s := range dates {
		if t, ok := ParseDate(s); ok {
			return t.UTC()
		}
	}
	return time.Time{}
}

// ttl reads RSS ttl, in minutes.
func ttl(s string) time.Duration {
	minutes, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || minutes < 0 || minutes > 60*24*365 {
		return 0
	}
	return time.Duration(minutes) * time.Minute
}

// length reads a number of bytes; what is none is unknown.
func length(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// mediaType returns a media type in lower case, or "" for what is none.
func mediaType(s string) string {
	s = strings.ToLower(clean.Line(s))
	if major, minor, ok := strings.Cut(s, "/"); !ok || major == "" || minor == "" || strings.ContainsAny(s, "<>\"'") {
		return ""
	}
	return s
}
