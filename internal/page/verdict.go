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
	With  *news.Shown // the public entry that stands for its story, where it is another one
	Note  string      // why it is in no feed, or what else there is to say; plain text
}

// verdict is a Verdict as pages show it.
type verdict struct {
	Headline template.HTML
	Lang     template.HTMLAttr
	Time     template.HTML
	Story    template.HTML // our page of its story, where it has one
	Feeds    []template.HTML
	Past     []template.HTML
	With     template.HTML // the headline of the entry that stands for it, linked
	Of       string        // the source of that
	Tie      template.HTML // what tied the two together
	Note     string
}

func newVerdict(site news.Site, of *Verdict) verdict {
	e := &of.Entry
	address, page := link(e.Link), ""
	if e.StoryKey != "" && len(of.Shown)+len(of.Past) > 0 { // else the story has no page
		page = site.StoryURL(e.StoryKey)
	}
	if address == "" {
		address = page
	}
	out := verdict{
		Headline: anchor(address, title(e)), Lang: language(languageTag(e.Language)),
		Time: at(e.Published), Feeds: feedLinks(site, of.Shown), Past: feedLinks(site, of.Past), Note: of.Note,
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
