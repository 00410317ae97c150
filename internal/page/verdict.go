package page

import (
	"html/template"

	"tributary/internal/news"
)

// Verdict is an entry and where it went.
type Verdict struct {
	Entry news.Entry
	Shown []news.Feed // public feeds that show its story now
	Past  []news.Feed // public feeds that showed it, and by now show newer ones
	Full  []Full      // public feeds that have enough of its source
	With  *news.Shown // the public entry that stands for its story, where it is another one
	Note  string      // why it is in no feed, or what else there is to say; plain text
}

// Full is a feed that shows only so many stories of a source.
type Full struct {
	Feed  news.Feed
	Daily bool // of one day; else at a time
}

// Published reports whether the story of the entry is in a public feed, shown or not.
func (v *Verdict) Published() bool { return len(v.Shown)+len(v.Past)+len(v.Full) > 0 }

// verdict is a Verdict as pages show it.
type verdict struct {
	Headline template.HTML
	Lang     template.HTMLAttr
	Time     template.HTML
	Story    template.HTML // our page of its story, where it has one
	Feeds    []template.HTML
	Past     []template.HTML
	Full     []fullFeed
	With     template.HTML // the headline of the entry that stands for it, linked
	Of       string        // the source of that
	Tie      template.HTML // what tied the two together
	Note     string
}

// fullFeed is a Full as pages show it.
type fullFeed struct {
	Feed template.HTML
	Most string
}

func newFull(site news.Site, all []Full) (list []fullFeed) {
	for _, full := range all {
		most := count(full.Feed.MaxPerSource, "story", "stories") + " of a source at a time"
		if full.Daily {
			most = count(full.Feed.MaxPerSourceDay, "story", "stories") + " of a source a day"
		}
		list = append(list, fullFeed{feedLinks(site, []news.Feed{full.Feed})[0], most})
	}
	return list
}

func newVerdict(site news.Site, of *Verdict) verdict {
	e := &of.Entry
	address, page := link(e.Link), ""
	if e.StoryKey != "" && of.Published() { // else the story has no page
		page = site.StoryURL(e.StoryKey)
	}
	if address == "" {
		address = page
	}
	out := verdict{
		Headline: anchor(address, title(e)), Lang: language(languageTag(e.Language)),
		Time: at(e.Published), Feeds: feedLinks(site, of.Shown), Past: feedLinks(site, of.Past),
		Full: newFull(site, of.Full), Note: of.Note,
	}
	if page != "" {
		out.Story = anchor(page, "its story")
	}
	if e.Published.IsZero() {
		out.Time = at(e.FirstSeen)
	}
	if w := of.With; w != nil {
		out.With, out.Of, out.Tie = anchor(link(w.Entry.Link), title(&w.Entry)), w.SourceTitle, tie(e.Match, e.ID, &w.Entry)
	}
	return out
}
