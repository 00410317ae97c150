package format

import (
	"cmp"
	"encoding/xml"
	"io"
	"strconv"
	"time"

	"github.com/gorilla/feeds"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// RSS writes the Edition as RSS 2.0 (RSS Advisory Board, version 2.0.11). The same
// Edition gives the same bytes. The error is that of w.
//
// It uses the modules Atom (links to itself and to the hub, what an item refers to, the
// other members of its story as related links, and when it changed), content (full text)
// and Dublin Core (authors, language, rights). If an entry needs them, it also uses slash,
// the comment API and those of moduleTags. A podcast has the elements of showTags as well.
//
// Programs take one enclosure an item (RSS Best Practices Profile). It is the main
// file; if there are several, all of them are in Media RSS. An item without a title
// gets the beginning of its text as one: RSS allows it to be missing, but readers then
// show an empty line or a piece of the link.
func (p Prepared) RSS(w io.Writer) error {
	e, all := p.Edition, p.items
	channel := rssFeed{
		Title: plain(feedTitle(e)),
		RssFeed: feeds.RssFeed{
			Link:          wireURL(e.PartURL(e.Part, "")),
			Language:      wireLanguage(e.Feed.Language),
			LastBuildDate: rfc822(editionUpdated(e, all)),
			Generator:     generator,
			Ttl:           int((e.TTL + time.Minute - 1) / time.Minute),
		},
		Description: plain(cmp.Or(wireText(e.Feed.Description), feedTitle(e))), // required
		Creator:     optional(clean.Line(e.Feed.Author), plain),
		Links:       []atomLink{{Href: wireURL(e.PartURL(e.Part, "rss")), Rel: "self", Type: "application/rss+xml"}},
	}
	for _, link := range pageLinks(e) {
		channel.Links = append(channel.Links, rssPageLink(e, link))
	}
	if hub := hubURL(e); hub != "" {
		channel.Links = append(channel.Links, atomLink{Href: hub, Rel: "hub"})
	}
	if image := wireURL(e.Feed.Image); image != "" {
		channel.RssFeed.Image = &feeds.RssImage{Url: image, Title: feedTitle(e), Link: channel.Link}
	}
	doc := rssDocument{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Channel: &channel,
	}
	podcast := e.Feed.Kind == news.Podcast
	if podcast {
		channel.showTags = showTagsOf(e)
		doc.ITunes, doc.Podcast = itunesSpace, podcastSpace
	}
	channel.Items = make([]rssItem, 0, len(all))
	for i := range all {
		item := rssItemOf(&all[i])
		if podcast {
			item.episodeTags = episodeTagsOf(&all[i], channel.Explicit && !e.Feed.Show.Explicit)
		}
		doc.declare(&item)
		channel.Items = append(channel.Items, item)
	}
	return feeds.WriteXML(document{&doc}, w)
}

type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Slash   string   `xml:"xmlns:slash,attr,omitempty"`
	WFW     string   `xml:"xmlns:wfw,attr,omitempty"`
	ITunes  string   `xml:"xmlns:itunes,attr,omitempty"`
	moduleSpaces
	Channel *rssFeed
}

// declare declares the namespaces that an item uses beyond those that are always
// declared.
func (d *rssDocument) declare(item *rssItem) {
	d.need(item.moduleTags)
	if item.CommentCount > 0 {
		d.Slash = "http://purl.org/rss/1.0/modules/slash/"
	}
	if item.CommentFeed != "" {
		d.WFW = "http://wellformedweb.org/CommentAPI/"
	}
}

// rssFeed extends the library's channel: a field here replaces the embedded one with
// the same XML name.
type rssFeed struct {
	XMLName xml.Name `xml:"channel"`
	Title   xmlText  `xml:"title"`
	feeds.RssFeed
	Description xmlText    `xml:"description"`
	Creator     *xmlText   `xml:"dc:creator"`
	Links       []atomLink `xml:"atom:link"`
	*showTags
	Items []rssItem `xml:"item"`
}

// rssPageLink returns the link to another document of the feed. The archive exists in
// Atom only; its ids are the guids of RSS.
func rssPageLink(e *news.Edition, link pageLink) atomLink {
	if link.to.Page > 0 {
		return atomLink{Href: wireURL(e.PartURL(link.to, "atom")), Rel: link.rel, Type: atomType}
	}
	return atomLink{Href: wireURL(e.PartURL(link.to, "rss")), Rel: link.rel, Type: "application/rss+xml"}
}

// rssItem has its description before content:encoded, because readers that keep only
// one of them keep the last one they see.
type rssItem struct {
	XMLName xml.Name `xml:"item"`
	Title   xmlText  `xml:"title"`
	feeds.RssItem
	Updated      string        `xml:"atom:updated,omitempty"`
	Creators     []xmlText     `xml:"dc:creator"`
	Contributors []xmlText     `xml:"dc:contributor"`
	Rights       *xmlText      `xml:"dc:rights"`
	Language     string        `xml:"dc:language,omitempty"`
	Categories   []rssCategory `xml:"category"`
	CommentCount int           `xml:"slash:comments,omitempty"`
	CommentFeed  string        `xml:"wfw:commentRss,omitempty"`
	*moduleTags
	*episodeTags
	Source      *rssSource `xml:"source"`
	Links       []atomLink `xml:"atom:link"`
	Description *xmlMarkup `xml:"description"`
	Content     *xmlMarkup `xml:"content:encoded"`
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
			Link:     it.link,
			Guid:     &feeds.RssGuid{Id: it.guid, IsPermaLink: "false"},
			PubDate:  rfc822(it.published),
			Comments: it.extra.Comments.Page,
		},
		Creators:     each(it.authors, personName),
		Contributors: each(it.extra.Contributors, personName),
		Rights:       optional(it.extra.Rights, plain),
		Language:     it.language,
		Categories:   each(it.categories, rssCategoryOf),
		CommentCount: it.extra.Comments.Count,
		CommentFeed:  it.extra.Comments.Feed,
		moduleTags:   moduleTagsOf(it, richFiles(it, true)),
		Links:        append(referenceLinks(it), each(it.also, memberLink)...),
		Description:  optional(it.summary, markup),
		Content:      optional(it.content, markup),
		Source:       rssSourceOf(it),
	}
	if out.Description == nil {
		out.Description, out.Content = out.Content, nil
	}
	if !it.updated.Equal(it.published) {
		out.Updated = rfc3339(it.updated)
	}
	if i := news.MainFile(it.enclosures); i >= 0 {
		f := it.enclosures[i]
		// Length is required; "0" says that it is unknown.
		out.Enclosure = &feeds.RssEnclosure{Url: f.URL, Type: f.Type, Length: strconv.FormatInt(f.Length, 10)}
	}
	return out
}

// personName is all that RSS says of a person. Its author element must hold an e-mail
// address, which few publish.
func personName(p news.Person) xmlText { return plain(p.Name) }

func rssCategoryOf(c news.Category) rssCategory { return rssCategory{c.Scheme, plain(c.Term)} }

// rssSourceOf returns nil for what the feed made itself, and for a source whose address
// must not be published, because the url is required.
func rssSourceOf(it *wireItem) *rssSource {
	address := cmp.Or(it.source.URL, it.source.Link)
	if it.own || address == "" {
		return nil
	}
	return &rssSource{address, plain(it.source.Title)}
}

// rfc822 formats a date as RSS wants it, with a year of four digits. It returns "" for
// the zero time.
func rfc822(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
}
