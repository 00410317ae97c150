package format

import (
	"cmp"
	"encoding/xml"
	"io"
	"time"

	"github.com/gorilla/feeds"

	"tributary/internal/news"
)

// atomType is the media type of Atom documents.
const atomType = "application/atom+xml"

// Atom writes the Edition as Atom 1.0 (RFC 4287), the most complete of our
// formats: typed titles, every author with address, every enclosure, the source of
// every entry (section 4.2.11), and the other members of its story as related links.
// The same Edition gives the same bytes. The error is that of w.
//
// The author of the feed is the configured one or the site. Every entry names its own.
func (p Prepared) Atom(w io.Writer) error {
	e, all := p.Edition, p.items
	feed := atomFeed{
		Lang:  wireLanguage(e.Feed.Language),
		Title: atomTextOf(feedTitle(e)),
		AtomFeed: feeds.AtomFeed{
			Xmlns:   "http://www.w3.org/2005/Atom",
			Id:      wireText(e.Feed.UUID),
			Updated: rfc3339(editionUpdated(e, all)),
			Author:  &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: feedAuthor(e), Uri: wireURL(e.Site.URL)}},
			Logo:    wireURL(e.Feed.Image),
		},
		Subtitle:  optional(wireText(e.Feed.Description), atomTextOf),
		Generator: atomGenerator{URI: wireURL(e.Site.URL), Name: generator},
		Links: []atomLink{
			{Rel: "self", Type: atomType, Href: wireURL(e.PartURL(e.Part, "atom"))},
			{Rel: "alternate", Type: "text/html", Href: wireURL(e.PartURL(e.Part, ""))},
		},
		Entries: make([]atomEntry, 0, len(all)),
	}
	if e.Part.Page > 0 { // a page of an archive
		feed.History, feed.Archive = "http://purl.org/syndication/history/1.0", &struct{}{}
	}
	for _, link := range pageLinks(e) {
		feed.Links = append(feed.Links, atomLink{Rel: link.rel, Type: atomType, Href: wireURL(e.PartURL(link.to, "atom"))})
	}
	if hub := hubURL(e); hub != "" {
		feed.Links = append(feed.Links, atomLink{Rel: "hub", Href: hub})
	}
	for i := range all {
		entry := atomEntryOf(&all[i])
		feed.need(entry.moduleTags)
		if all[i].extra.Comments.Count > 0 {
			feed.Thr = threadSpace
		}
		feed.Entries = append(feed.Entries, entry)
	}
	return feeds.WriteXML(document{&feed}, w)
}

// atomFeed extends the library's feed: a field here replaces the embedded one with the
// same XML name. Entries come last, after everything that describes the feed.
type atomFeed struct {
	XMLName xml.Name `xml:"feed"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	moduleSpaces
	Title atomText `xml:"title"`
	feeds.AtomFeed
	Archive   *struct{}     `xml:"fh:archive"` // RFC 5005 section 4
	Subtitle  *atomText     `xml:"subtitle"`
	Generator atomGenerator `xml:"generator"`
	Links     []atomLink    `xml:"link"`
	Entries   []atomEntry   `xml:"entry"`
}

// atomGenerator names the program and, as its URI, the installation, so that
// another Tributary recognises a feed of its own.
type atomGenerator struct {
	URI  string `xml:"uri,attr,omitempty"`
	Name string `xml:",chardata"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	xmlText
}

func atomTextOf(s string) atomText { return atomText{"text", plain(s)} }

type atomBody struct {
	Type string `xml:"type,attr"`
	xmlMarkup
}

type atomPerson struct {
	Name  xmlText `xml:"name"`
	URI   string  `xml:"uri,omitempty"`
	Email string  `xml:"email,omitempty"`
}

// atomLink does not embed the link of the library: as an element of RSS it has a prefix,
// which the library's XMLName would drop.
type atomLink struct {
	Href     string `xml:"href,attr"`
	Rel      string `xml:"rel,attr"`
	Type     string `xml:"type,attr,omitempty"`
	Length   int64  `xml:"length,attr,omitempty"`
	Language string `xml:"hreflang,attr,omitempty"`
	Title    string `xml:"title,attr,omitempty"`
	Count    int    `xml:"thr:count,attr,omitempty"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr,omitempty"`
	Label  string `xml:"label,attr,omitempty"`
}

type atomEntry struct {
	XMLName xml.Name `xml:"entry"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	Title   atomText `xml:"title"`
	feeds.AtomEntry
	Links        []atomLink     `xml:"link"`
	Authors      []atomPerson   `xml:"author"`
	Contributors []atomPerson   `xml:"contributor"`
	Categories   []atomCategory `xml:"category"`
	Rights       *atomText      `xml:"rights"`
	*moduleTags
	Source  *atomSource `xml:"source"`
	Summary *atomBody   `xml:"summary"`
	Content *atomBody   `xml:"content"`
}

type atomSource struct {
	ID      string     `xml:"id"`
	Title   atomText   `xml:"title"`
	Updated string     `xml:"updated"`
	Icon    string     `xml:"icon,omitempty"`
	Logo    string     `xml:"logo,omitempty"`
	Rights  *atomText  `xml:"rights"`
	Links   []atomLink `xml:"link"`
}

func atomEntryOf(it *wireItem) atomEntry {
	out := atomEntry{
		Lang:  it.language,
		Title: atomTextOf(it.heading()),
		AtomEntry: feeds.AtomEntry{
			Id:        it.guid,
			Updated:   rfc3339(it.updated),
			Published: rfc3339(it.published),
		},
		Links:        atomLinks(it),
		Authors:      each(it.authors, atomPersonOf),
		Contributors: each(it.extra.Contributors, atomPersonOf),
		Categories:   each(it.categories, atomCategoryOf),
		Rights:       optional(it.extra.Rights, atomTextOf),
		moduleTags:   atomModules(it),
		Source:       atomSourceOf(it),
		Summary:      optional(it.summary, atomHTML),
		Content:      optional(it.content, atomHTML),
	}
	if out.Summary == nil && out.Content == nil {
		// Some readers drop an entry without any text.
		out.Summary = &atomBody{"text", xmlMarkup{it.heading()}}
	}
	return out
}

func atomPersonOf(p news.Person) atomPerson { return atomPerson{plain(p.Name), p.URL, p.Email} }

func atomCategoryOf(c news.Category) atomCategory {
	if c.Label == c.Term {
		c.Label = ""
	}
	return atomCategory(c)
}

func atomHTML(html string) atomBody { return atomBody{"html", xmlMarkup{html}} }

// atomLinks lists the article, its files, its license, what it refers to, where it is
// discussed, and who else reported the story.
func atomLinks(it *wireItem) []atomLink {
	links := make([]atomLink, 0, 1+len(it.enclosures)+len(it.extra.Links)+len(it.also))
	links = append(links, atomLink{Rel: "alternate", Href: it.link})
	for _, f := range it.enclosures {
		links = append(links, atomLink{Rel: "enclosure", Href: f.URL, Type: f.Type, Length: f.Length, Title: f.Title})
	}
	links = append(links, referenceLinks(it)...)
	links = append(links, atomReplies(it.extra.Comments)...)
	return append(links, each(it.also, memberLink)...)
}

// referenceLinks lists the license of an item and what it refers to.
func referenceLinks(it *wireItem) []atomLink {
	var links []atomLink
	if it.extra.License != "" {
		links = append(links, atomLink{Rel: "license", Href: it.extra.License})
	}
	for _, l := range it.extra.Links {
		if l.Rel != news.Canonical { // see moduleTags
			links = append(links, atomLink{Rel: l.Rel, Href: l.URL, Type: l.Type, Language: l.Language, Title: l.Title})
		}
	}
	return links
}

// memberLink links to what another source reported of the story.
func memberLink(m news.Member) atomLink {
	return atomLink{Rel: "related", Href: m.Link, Title: m.SourceTitle + ": " + m.Title}
}

// atomReplies links to the discussion of an entry and gives the number of comments on
// the first link (RFC 4685 section 4). The type of a feed of comments is not known.
func atomReplies(c news.Comments) []atomLink {
	var links []atomLink
	if c.Page != "" {
		links = append(links, atomLink{Rel: "replies", Href: c.Page, Type: "text/html"})
	}
	if c.Feed != "" {
		links = append(links, atomLink{Rel: "replies", Href: c.Feed})
	}
	if links != nil {
		links[0].Count = c.Count
	}
	return links
}

// atomModules returns the module tags of an entry, with the number of comments if there
// is no link to carry it.
func atomModules(it *wireItem) *moduleTags {
	tags := moduleTagsOf(it, richFiles(it, false))
	if c := it.extra.Comments; c.Count > 0 && c.Page == "" && c.Feed == "" {
		if tags == nil {
			tags = &moduleTags{}
		}
		tags.Total = c.Count
	}
	return tags
}

// atomSourceOf returns nil for what the feed made itself, because a source says where
// an entry was copied from (RFC 4287 section 4.2.11).
func atomSourceOf(it *wireItem) *atomSource {
	if it.own {
		return nil
	}
	o := it.source
	out := &atomSource{ID: o.ID, Title: atomTextOf(o.Title), Updated: rfc3339(cmp.Or(o.Updated, it.updated)), Icon: o.Icon, Logo: o.Image, Rights: optional(o.Rights, atomTextOf)}
	if o.URL != "" {
		out.Links = append(out.Links, atomLink{Rel: "self", Href: o.URL})
	}
	if o.Link != "" {
		out.Links = append(out.Links, atomLink{Rel: "alternate", Href: o.Link})
	}
	return out
}

// rfc3339 formats a time in UTC, with milliseconds if it has any. It returns "" for the
// zero time.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
