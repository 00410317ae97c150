package format

import (
	"encoding/xml"
	"io"
	"strconv"
	"time"

	"github.com/gorilla/feeds"

	"tributary/internal/news"
)

// WriteRSS writes the Edition as RSS 2.0 (RSS Advisory Board, version 2.0.11)
// with the modules Atom (links to itself and to the hub, the other members of a story as related
// links), content (full text) and Dublin Core (authors, language). The same Edition gives the same bytes.
//
// RSS carries one enclosure an item, so the first is given; Atom and JSON Feed
// carry all. The title of an item without one is the beginning of its text: RSS
// lets it out, but readers then show an empty line or a piece of the link. The
// error is that of w.
func WriteRSS(w io.Writer, e *news.Edition) error {
	all := wireItems(e)
	channel := rssFeed{
		Title: plain(feedTitle(e)),
		RssFeed: feeds.RssFeed{
			Link:          wireURL(e.PartURL(e.Part, "")),
			Language:      wireLanguage(e.Feed.Language),
			LastBuildDate: rfc822(editionUpdated(e, all)),
			Generator:     generator,
			Ttl:           int((e.TTL + time.Minute - 1) / time.Minute),
		},
		Description: plain(feedDescription(e)),
		Links:       []rssLink{{Href: wireURL(e.PartURL(e.Part, "rss")), Rel: "self", Type: "application/rss+xml"}},
	}
	for _, link := range pageLinks(e) {
		channel.Links = append(channel.Links, rssPageLink(e, link))
	}
	if hub := hubURL(e); hub != "" {
		channel.Links = append(channel.Links, rssLink{Href: hub, Rel: "hub"})
	}
	for i := range all {
		channel.Items = append(channel.Items, rssItemOf(&all[i]))
	}
	return feeds.WriteXML(document{&rssDocument{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Channel: &channel,
	}}, w)
}

type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Channel *rssFeed
}

// rssFeed extends the channel of the library: what stands here under the same
// XML name replaces what is embedded.
type rssFeed struct {
	XMLName xml.Name `xml:"channel"`
	Title   xmlText  `xml:"title"`
	feeds.RssFeed
	Description xmlText   `xml:"description"`
	Links       []rssLink `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

// rssLink is a link of Atom. It does not embed that of the library, whose
// XMLName would take the prefix away.
type rssLink struct {
	Href  string `xml:"href,attr"`
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Title string `xml:"title,attr,omitempty"`
}

// rssPageLink leads to another document of the feed. The archive is in Atom alone,
// and has the same guids.
func rssPageLink(e *news.Edition, link pageLink) rssLink {
	if link.to.Page > 0 {
		return rssLink{Href: wireURL(e.PartURL(link.to, "atom")), Rel: link.rel, Type: atomType}
	}
	return rssLink{Href: wireURL(e.PartURL(link.to, "rss")), Rel: link.rel, Type: "application/rss+xml"}
}

// rssItem has its description before content:encoded: readers that know only
// one of them take the last that they see.
type rssItem struct {
	XMLName xml.Name `xml:"item"`
	Title   xmlText  `xml:"title"`
	feeds.RssItem
	Creators    []xmlText     `xml:"dc:creator"`
	Language    string        `xml:"dc:language,omitempty"`
	Categories  []rssCategory `xml:"category"`
	Source      *rssSource    `xml:"source"`
	Related     []rssLink     `xml:"atom:link"`
	Description *xmlMarkup    `xml:"description"`
	Content     *xmlMarkup    `xml:"content:encoded"`
}

type rssCategory struct {
	Domain string `xml:"domain,attr,omitempty"`
	xmlText
}

type rssSource struct {
	URL string `xml:"url,attr"` // required
	xmlText
}

func rssItemOf(it *wireItem) rssItem {
	out := rssItem{
		Title: plain(it.heading()),
		RssItem: feeds.RssItem{
			Link:    it.link,
			Guid:    &feeds.RssGuid{Id: it.guid, IsPermaLink: "false"},
			PubDate: rfc822(it.published),
		},
		Language:    it.language,
		Description: optionalXMLMarkup(it.summary),
		Content:     optionalXMLMarkup(it.content),
		Source:      rssSourceOf(it.source),
	}
	if out.Description == nil {
		out.Description, out.Content = out.Content, nil
	}
	for _, p := range it.authors {
		out.Creators = append(out.Creators, plain(p.Name))
	}
	for _, c := range it.categories {
		out.Categories = append(out.Categories, rssCategory{c.Scheme, plain(c.Term)})
	}
	for _, m := range it.also {
		out.Related = append(out.Related, rssLink{Href: m.Link, Rel: "related", Title: m.SourceTitle + ": " + m.Title})
	}
	if len(it.enclosures) > 0 {
		f := it.enclosures[0]
		// Length is required; "0" says that it is unknown.
		out.Enclosure = &feeds.RssEnclosure{Url: f.URL, Type: f.Type, Length: strconv.FormatInt(f.Length, 10)}
	}
	return out
}

// rssSourceOf is nil for a source of which no address may be told: the url is
// required.
func rssSourceOf(o wireSource) *rssSource {
	switch {
	case o.feed != "":
		return &rssSource{o.feed, plain(o.title)}
	case o.home != "":
		return &rssSource{o.home, plain(o.title)}
	}
	return nil
}

// feedDescription is what RSS requires and nobody always writes.
func feedDescription(e *news.Edition) string {
	if text := e.Feed.Description; text != "" {
		return wireText(text)
	}
	return feedTitle(e)
}

// rfc822 writes a date as RSS wants it, with a year of four digits; "" for no
// time.
func rfc822(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
}
