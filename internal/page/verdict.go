package page

import (
	"cmp"
	"html/template"

	"tributary/internal/news"
)

// Verdict says where an entry is shown, or why it is not.
type Verdict struct {
	Entry news.Entry
	Shown []news.Feed // public feeds that show its story now
	Past  []news.Feed // public feeds that showed it until newer stories took its place
	Full  []Full      // public feeds that already show enough of its source
	With  *news.Shown // the public entry that represents its story, if it is another one
	Note  news.Text   // why it is in no feed, or a remark
}

// Full is a feed that limits how many stories of a source it shows.
type Full struct {
	Feed  news.Feed
	Daily bool // the limit is per day; otherwise at a time
}

// Published reports whether the story of the entry is in a public feed, even if no longer shown.
func (v *Verdict) Published() bool { return len(v.Shown)+len(v.Past)+len(v.Full) > 0 }

// verdict is the data of a Verdict in templates.
type verdict struct {
	Headline template.HTML
	Lang     template.HTMLAttr
	Time     template.HTML
	Story    template.HTML // link to our page of its story, if there is one
	Feeds    []template.HTML
	Past     []template.HTML
	Full     []fullFeed
	With     template.HTML // headline of the entry that represents the story, linked
	Of       string        // source of that entry
	Tie      template.HTML // why the two belong together
	Note     string
}

// fullFeed is the data of a Full in templates.
type fullFeed struct {
	Feed template.HTML
	Most string
}

func (l *locale) newFull(site news.Site, all []Full) (list []fullFeed) {
	for _, full := range all {
		most := l.text("%d story of a source at a time|%d stories of a source at a time", full.Feed.MaxPerSource)
		if full.Daily {
			most = l.text("%d story of a source a day|%d stories of a source a day", full.Feed.MaxPerSourceDay)
		}
		list = append(list, fullFeed{feedLink(site, full.Feed), most})
	}
	return list
}

func (l *locale) newVerdict(site news.Site, of *Verdict) verdict {
	e := &of.Entry
	address, page := link(e.Link), ""
	if e.StoryKey != "" && of.Published() { // otherwise the story has no page
		page = site.StoryURL(e.StoryKey)
	}
	address = cmp.Or(address, page)
	lang := languageTag(e.Language)
	out := verdict{
		Headline: anchor(address, l.title(e)), Lang: language(lang),
		Time: l.within(lang, e.Published), Feeds: feedLinks(site, of.Shown), Past: feedLinks(site, of.Past),
		Full: l.newFull(site, of.Full), Note: l.say(of.Note),
	}
	if page != "" {
		out.Story = anchor(page, l.text("its story"))
	}
	if e.Published.IsZero() {
		out.Time = l.within(lang, e.FirstSeen)
	}
	if w := of.With; w != nil {
		out.With, out.Of, out.Tie = anchor(link(w.Entry.Link), l.title(&w.Entry)), w.SourceTitle, l.tie(e.Match, e.ID, &w.Entry)
	}
	return out
}
