package format

import (
	"reflect"
	"strings"

	"tributary/internal/news"
)

// moduleTags are the elements of other vocabularies that an entry has in RSS and Atom
// alike: Atom threading (RFC 4685), Media RSS 1.5.1, GeoRSS Simple, the podcast namespace, and
// feedburner:origLink, which readers know as the page behind a counting redirect.
type moduleTags struct {
	ReplyTo     []thrReply      `xml:"thr:in-reply-to"`
	Total       int             `xml:"thr:total,omitempty"`
	Canonical   string          `xml:"feedburner:origLink,omitempty"`
	Point       string          `xml:"georss:point,omitempty"`
	Place       string          `xml:"georss:featureName,omitempty"`
	Thumbnail   *mediaThumbnail `xml:"media:thumbnail"`
	Files       []mediaContent  `xml:"media:content"`
	Season      *podcastSeason  `xml:"podcast:season"`
	Episode     *podcastEpisode `xml:"podcast:episode"`
	Chapters    *podcastFile    `xml:"podcast:chapters"`
	Transcripts []podcastFile   `xml:"podcast:transcript"`
	People      []podcastPerson `xml:"podcast:person"`
	Credits     []xmlText       `xml:"media:credit"` // people without a role, which podcast:person reads as host
}

type thrReply struct {
	Ref  string `xml:"ref,attr"` // required
	Href string `xml:"href,attr,omitempty"`
}

type mediaThumbnail struct {
	URL string `xml:"url,attr"`
}

type mediaRating struct {
	Scheme string `xml:"scheme,attr"`
	Rating string `xml:",chardata"`
}

type mediaContent struct {
	URL      string       `xml:"url,attr"`
	Type     string       `xml:"type,attr"`
	Medium   string       `xml:"medium,attr,omitempty"`
	Size     int64        `xml:"fileSize,attr,omitempty"`
	Duration int64        `xml:"duration,attr,omitempty"`
	Width    int          `xml:"width,attr,omitempty"`
	Height   int          `xml:"height,attr,omitempty"`
	Title    *xmlText     `xml:"media:title"`
	Alt      *xmlText     `xml:"media:description"`
	Credit   *xmlText     `xml:"media:credit"`
	Rating   *mediaRating `xml:"media:rating"`
}

// podcastFile is a file that belongs to an episode: its chapters or a transcript.
type podcastFile struct {
	URL      string `xml:"url,attr"`
	Type     string `xml:"type,attr"`
	Language string `xml:"language,attr,omitempty"`
	Rel      string `xml:"rel,attr,omitempty"`
}

type podcastSeason struct {
	Name   string `xml:"name,attr,omitempty"`
	Number int    `xml:",chardata"`
}

type podcastEpisode struct {
	Display string `xml:"display,attr,omitempty"`
	Number  string `xml:",chardata"`
}

type podcastPerson struct {
	Role  string `xml:"role,attr,omitempty"`
	Group string `xml:"group,attr,omitempty"`
	Image string `xml:"img,attr,omitempty"`
	URL   string `xml:"href,attr,omitempty"`
	xmlText
}

// moduleTagsOf returns nil for an item that has none. files are those of which the
// format itself cannot say everything.
func moduleTagsOf(it *wireItem, files []news.Enclosure) *moduleTags {
	x, e := &it.extra, &it.extra.Episode
	out := &moduleTags{
		ReplyTo:     each(x.ReplyTo, func(r news.Reply) thrReply { return thrReply{r.ID, r.Link} }),
		Canonical:   canonicalOf(x),
		Point:       x.Location.Point,
		Place:       x.Location.Name,
		Thumbnail:   optional(x.Image, func(url string) mediaThumbnail { return mediaThumbnail{url} }),
		Files:       each(files, mediaContentOf),
		Transcripts: each(e.Transcripts, podcastFileOf),
	}
	if e.Season > 0 {
		out.Season = &podcastSeason{e.SeasonName, e.Season}
	}
	if e.Number != "" {
		out.Episode = &podcastEpisode{e.Display, e.Number}
	}
	if c := e.Chapters; c != nil {
		out.Chapters = &podcastFile{URL: c.URL, Type: c.Type}
	}
	for _, p := range e.People {
		if p.Role == "" {
			out.Credits = append(out.Credits, plain(p.Name))
			continue
		}
		out.People = append(out.People, podcastPerson{p.Role, p.Group, p.Image, p.URL, plain(p.Name)})
	}
	if reflect.ValueOf(out).Elem().IsZero() {
		return nil
	}
	return out
}

func podcastFileOf(l news.Link) podcastFile { return podcastFile{l.URL, l.Type, l.Language, l.Rel} }

func mediaContentOf(f news.Enclosure) mediaContent {
	out := mediaContent{URL: f.URL, Type: f.Type, Medium: f.Medium(), Size: f.Length, Duration: f.Duration, Width: f.Width, Height: f.Height,
		Title: optional(f.Title, plain), Alt: optional(f.Alt, plain), Credit: optional(f.Credit, plain)}
	if out.Medium == "" && (strings.HasPrefix(f.Type, "text/") || f.Type == "application/pdf") {
		out.Medium = "document"
	}
	if f.Adult {
		out.Rating = &mediaRating{"urn:simple", "adult"}
	}
	return out
}

// moduleSpaces declares those namespaces of moduleTags that an entry uses.
type moduleSpaces struct {
	Feedburner string `xml:"xmlns:feedburner,attr,omitempty"`
	GeoRSS     string `xml:"xmlns:georss,attr,omitempty"`
	Media      string `xml:"xmlns:media,attr,omitempty"`
	Podcast    string `xml:"xmlns:podcast,attr,omitempty"`
	Thr        string `xml:"xmlns:thr,attr,omitempty"`
}

const podcastSpace = "https://podcastindex.org/namespace/1.0"

// need declares the namespaces that the tags of one entry use.
func (s *moduleSpaces) need(t *moduleTags) {
	if t == nil {
		return
	}
	if t.Canonical != "" {
		s.Feedburner = "http://rssnamespace.org/feedburner/ext/1.0"
	}
	if t.Point != "" || t.Place != "" {
		s.GeoRSS = "http://www.georss.org/georss"
	}
	if t.Thumbnail != nil || t.Files != nil || t.Credits != nil {
		s.Media = "http://search.yahoo.com/mrss/"
	}
	if t.Season != nil || t.Episode != nil || t.Chapters != nil || t.Transcripts != nil || t.People != nil {
		s.Podcast = podcastSpace
	}
	if t.ReplyTo != nil || t.Total > 0 {
		s.Thr = threadSpace
	}
}

const threadSpace = "http://purl.org/syndication/thread/1.0"

// richFiles returns the pictures, and the files of which Media RSS says more than the format
// itself can: a link of Atom, or with oneEnclosure the only enclosure of RSS.
func richFiles(it *wireItem, oneEnclosure bool) []news.Enclosure {
	var rich []news.Enclosure
	several := oneEnclosure && len(it.enclosures) > 1
	for _, f := range it.enclosures {
		if several || f.Duration > 0 || describes(f) || oneEnclosure && (f.Title != "" || f.Magnet()) {
			rich = append(rich, f)
		}
	}
	return append(rich, it.extra.Pictures...)
}

// describes reports whether it is known what a file looks like.
func describes(f news.Enclosure) bool {
	return f.Width > 0 || f.Height > 0 || f.Alt != "" || f.Credit != "" || f.Adult
}
