package format

import (
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

const itunesSpace = "http://www.itunes.com/dtds/podcast-1.0.dtd"

// showTags are the elements that podcast programs read from a channel: those of iTunes
// (podcasters.apple.com, "A podcaster's guide to RSS") and of the podcast namespace
// (Podcasting 2.0). Only RSS has them, because no directory accepts Atom. Descriptions
// are those of RSS, which all programs read today.
type showTags struct {
	Author     xmlText          `xml:"itunes:author"`
	Image      *itunesImage     `xml:"itunes:image"`
	Explicit   bool             `xml:"itunes:explicit"`
	Categories []itunesCategory `xml:"itunes:category"`
	Owner      *itunesOwner     `xml:"itunes:owner"`
	Block      string           `xml:"itunes:block,omitempty"`
	GUID       string           `xml:"podcast:guid,omitempty"`
	Medium     string           `xml:"podcast:medium"`
	BlockAll   string           `xml:"podcast:block,omitempty"`
}

type itunesImage struct {
	URL string `xml:"href,attr"`
}

type itunesCategory struct {
	Name string          `xml:"text,attr"`
	Sub  *itunesCategory `xml:"itunes:category"`
}

type itunesOwner struct {
	Name  xmlText `xml:"itunes:name"`
	Email string  `xml:"itunes:email"`
}

// The values of the two block elements, which ask directories not to list a feed or
// episode. iTunes defines "Yes", the podcast namespace "yes".
const (
	itunesBlocked  = "Yes"
	podcastBlocked = "yes"
)

func showTagsOf(e *news.Edition) *showTags {
	show := &e.Feed.Show
	out := &showTags{
		Author:   plain(feedAuthor(e)),
		Image:    optional(wireURL(e.Feed.Image), itunesImageOf),
		Explicit: explicitShow(e),
		// The namespace wants a UUID that stays when the address of the feed changes. Ours
		// does.
		GUID:   wireText(strings.TrimPrefix(e.Feed.UUID, "urn:uuid:")),
		Medium: "podcast",
	}
	for _, c := range show.Categories {
		category := itunesCategory{Name: clean.Line(c.Name)}
		if sub := clean.Line(c.Sub); sub != "" {
			category.Sub = &itunesCategory{Name: sub}
		}
		if category.Name != "" {
			out.Categories = append(out.Categories, category)
		}
	}
	if email := wireEmail(show.Email); email != "" {
		out.Owner = &itunesOwner{Name: plain(feedAuthor(e)), Email: email}
	}
	if e.Feed.Private || closedShow(e) {
		out.Block, out.BlockAll = itunesBlocked, podcastBlocked
	}
	return out
}

// explicitShow reports whether a podcast is explicit: it is configured so, or one of
// its episodes is.
func explicitShow(e *news.Edition) bool {
	return e.Feed.Show.Explicit || slices.ContainsFunc(e.Shown, func(s news.Shown) bool { return s.Entry.Extra.Episode.Explicit })
}

// closedShow reports whether all episodes of a podcast are blocked. Some directories
// know only the block of a channel.
func closedShow(e *news.Edition) bool {
	return len(e.Shown) > 0 && !slices.ContainsFunc(e.Shown, func(s news.Shown) bool { return !s.Entry.Extra.Episode.Blocked })
}

// episodeTags are the elements that an item has in a podcast only: those of iTunes, and of the
// podcast namespace those of podcastTags. Its others are in moduleTags.
type episodeTags struct {
	Author   xmlText      `xml:"itunes:author"`
	Image    *itunesImage `xml:"itunes:image"`
	Duration int64        `xml:"itunes:duration,omitempty"` // seconds
	Explicit string       `xml:"itunes:explicit,omitempty"`
	Season   int          `xml:"itunes:season,omitempty"`
	Number   string       `xml:"itunes:episode,omitempty"`
	Kind     string       `xml:"itunes:episodeType,omitempty"`
	Block    string       `xml:"itunes:block,omitempty"`
	Tags     []podcastTag
}

// episodeTagsOf returns the elements that only an item of a podcast has. mixed says that the show is
// explicit only because of some episodes. The others then state that they are not,
// because an episode that states nothing counts as its show.
func episodeTagsOf(it *wireItem, mixed bool) *episodeTags {
	e := &it.extra.Episode
	out := &episodeTags{
		Author: plain(clean.Line(it.authorNames())), Image: optional(it.extra.Image, itunesImageOf), Duration: e.Duration, Season: e.Season, Kind: e.Kind,
		Tags: podcastTagsOf(e.Tags, podcastTags),
	}
	if i := news.MainFile(it.enclosures); i >= 0 && out.Duration == 0 {
		out.Duration = it.enclosures[i].Duration
	}
	if !strings.Contains(e.Number, ".") && strings.Trim(e.Number, "0") != "" { // iTunes counts from one, in whole numbers
		out.Number = e.Number
	}
	switch {
	case e.Explicit:
		out.Explicit = "true"
	case mixed:
		out.Explicit = "false"
	}
	if e.Blocked {
		out.Block = itunesBlocked
	}
	return out
}

func itunesImageOf(url string) itunesImage { return itunesImage{url} }
