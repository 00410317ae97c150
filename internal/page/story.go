package page

import (
	"cmp"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
	engine "tributary/internal/story"
)

// StoryView is the page of a story: the permalink of a seed document, and for every story the list
// of its reports.
type StoryView struct {
	Site    news.Site
	Story   news.Shown   // with the Match of each of its Members
	Related []news.Shown // public entries, one for each other story about the same page
	Feeds   []news.Feed  // public feeds that show it; may be empty
}

// Story writes the page of a story. Its canonical address is that of the original; only a seed's
// page is canonical itself. For a withdrawn story use Message(w, &MessageView{Status: 410, Thing:
// "story"}).
func (t *Theme) Story(w io.Writer, v *StoryView) error {
	l := t.in(v.Site.Language)
	s := l.newStory(v.Site, &v.Story)
	s.Passage = l.all.of(s.Lang, l.tag).prose(v.Story.Entry.Body(), 1, false)
	s.attach(l, &v.Story.Entry)
	address := home(v.Site, &v.Story)
	view := storyPage{story: s, Published: l.within(s.Lang, v.Story.Published), Feeds: feedLinks(v.Site, v.Feeds), Hand: l.corrected(&v.Story.Entry)}
	for i := range v.Related {
		view.Related = append(view.Related, l.relative(v.Site, &v.Related[i]))
	}
	if address != v.Site.StoryURL(v.Story.StoryKey) {
		view.Original = anchor(address, l.text("Read it at %s", host(address)))
	}
	if v.Story.Updated.Sub(v.Story.Published) >= time.Minute {
		view.Updated = l.at(v.Story.Updated)
	}
	return t.render(w, "story", frame{
		Site: v.Site, locale: l, Title: l.title(&v.Story.Entry), About: teaser(v.Story.Entry.Body(), 200),
		Canonical: address, Hidden: v.Site.Token != "", View: view,
	})
}

// storyPage is the data of story.html.
type storyPage struct {
	story
	Published, Updated template.HTML
	Original           template.HTML
	Related            []member
	Hand               []template.HTML // corrections by hand of the entry shown
	Feeds              []template.HTML
}

func feedLinks(site news.Site, feeds []news.Feed) []template.HTML {
	var all []template.HTML
	for _, f := range feeds {
		all = append(all, feedLink(site, f))
	}
	return all
}

func feedLink(site news.Site, f news.Feed) template.HTML {
	return anchor(news.Edition{Site: site, Feed: f}.URL(""), f.DisplayName())
}

// story is a story as every page shows it.
type story struct {
	ID       string        // of its article element; unique on the page
	Headline template.HTML // the title, linked to the original or to our page of a seed
	Lang     string        // "" if unknown
	Time     template.HTML
	Source   template.HTML // its name, linked if it has a public page; empty if not to be shown
	Authors  []string
	Tags     []string
	Passage  passage
	Footer   template.HTML // the feed's footer; may be empty
	Pictures []attached    // those that the text does not show
	Media    []file
	Members  []member
	Strands  int // how many streams its drawing joins: 1 to 3
}

// member is another report of the story.
type member struct {
	Name   string        // display name of its source
	Outlet template.HTML // the name, linked to the report
	Title  template.HTML // the headline, linked to the report; "" if it has none
	Lang   string        // "" if unknown
	Why    []template.HTML
	Time   template.HTML
}

// Limits on lists beside a story, whose length a feed controls.
const (
	maxAuthors = 6
	maxTags    = 8
	maxFiles   = 10

	maxPictures = 30
)

// Attrs returns the attributes of the element that holds the story: its class, which includes the
// number of joining streams, its language and its direction.
func (v story) Attrs() template.HTMLAttr {
	return template.HTMLAttr(`class="story j`+strconv.Itoa(v.Strands)+`" `) + language(v.Lang)
}

// newStory returns what all pages show. Passage and times depend on the page and are set by the
// caller.
func (l *locale) newStory(site news.Site, s *news.Shown) story {
	e := &s.Entry
	v := story{
		ID: "s-" + s.StoryKey, Headline: anchor(home(site, s), l.title(e)), Lang: languageTag(e.Language),
		Source: anchor("", s.SourceTitle), Authors: authors(e, s.SourceTitle), Tags: tags(e.Categories),
		Members: l.members(s), Strands: min(3, 1+len(s.Members)),
	}
	if s.Source.Public {
		v.Source = anchor(site.SourceURL(s.Source.Name), s.SourceTitle)
	}
	return v
}

// home returns the target of a story's title: the original, else our own page of it.
func home(site news.Site, s *news.Shown) string {
	return cmp.Or(link(s.Entry.Link), site.StoryURL(s.StoryKey))
}

// title returns the headline of an entry, or else its first words: many notes have no title, and a
// link needs a text.
func (l *locale) title(e *news.Entry) string {
	if t := strings.TrimSpace(e.Title); t != "" {
		return t
	}
	return cmp.Or(teaser(e.Body(), 80), l.text("Untitled"))
}

// authors returns the authors of an entry, without those that only repeat the source's name.
func authors(e *news.Entry, source string) []string {
	var all []string
	for _, p := range e.Authors {
		name := strings.TrimSpace(p.Name)
		if name != "" && !strings.EqualFold(name, source) && len(all) < maxAuthors {
			all = append(all, name)
		}
	}
	return all
}

func tags(categories []news.Category) []string {
	var all []string
	for _, c := range categories {
		if name := cmp.Or(c.Label, c.Term); name != "" && len(all) < maxTags {
			all = append(all, shorten(name, 40))
		}
	}
	return all
}

// members returns the other reports of a story, each with the reason why it belongs to it.
func (l *locale) members(s *news.Shown) []member {
	var all []member
	for _, m := range s.Members {
		name := cmp.Or(m.SourceTitle, m.Outlet)
		v := member{Name: name, Outlet: anchor(m.Link, name), Why: l.why(m, &s.Entry), Time: l.at(m.Published)}
		if m.Title != "" {
			v.Title = anchor(m.Link, m.Title)
		}
		all = append(all, v)
	}
	return all
}

// relative returns another story about the same page, linked to our page of it.
func (l *locale) relative(site news.Site, s *news.Shown) member {
	return member{Name: s.SourceTitle, Title: anchor(site.StoryURL(s.StoryKey), l.title(&s.Entry)), Lang: languageTag(s.Entry.Language), Time: l.at(s.Entry.Published)}
}

// why says how a report came to belong to the story of the shown entry: the match, and any
// correction by hand. The first report of a story was matched with nothing. If the shown entry was
// matched with it, that match is the reason.
func (l *locale) why(m news.Member, shown *news.Entry) []template.HTML {
	var all []template.HTML
	if words := l.tie(m.Match, m.EntryID, shown); words != "" {
		all = append(all, words)
	}
	if !m.Match.Hand.IsZero() {
		all = append(all, l.hand(m.Match.Hand))
	}
	return all
}

// tie returns the reason why an entry with match m belongs to the story of the shown entry, or ""
// if no match between the two is known.
func (l *locale) tie(m news.Match, entry int64, shown *news.Entry) template.HTML {
	words := l.reason(m)
	if words != "" || shown.Match.With == 0 || shown.Match.With != entry {
		return words
	}
	if shown.Match.Reason == news.ReasonUpdate {
		return l.html("earlier version")
	}
	return l.reason(shown.Match)
}

// corrected returns the corrections by hand of the entry that a page shows.
func (l *locale) corrected(e *news.Entry) []template.HTML {
	var all []template.HTML
	if !e.Match.Hand.IsZero() {
		all = append(all, l.hand(e.Match.Hand))
	}
	if !e.Pinned.IsZero() {
		all = append(all, l.hand(news.Hand{Act: news.Pinned, At: e.Pinned}))
	}
	return all
}

// hand returns "merged by hand 27 November 2026, 10:00 UTC".
func (l *locale) hand(h news.Hand) template.HTML {
	switch h.Act {
	case news.Merged:
		return l.html("merged by hand %s", l.at(h.At))
	case news.Split:
		return l.html("split by hand %s", l.at(h.At))
	}
	return l.html("pinned by hand %s", l.at(h.At))
}

// reason describes a match, and for a copied text how much of the shorter text was copied. It
// returns "" for the first report of a story.
func (l *locale) reason(m news.Match) template.HTML {
	switch {
	case strings.HasPrefix(m.Detail, "the same recording"): // by address or title, either of the recording
		return l.html("same recording")
	case engine.Derived(m):
		return l.html("the same report in other words")
	}
	switch m.Reason {
	case news.ReasonGUID:
		return l.html("same id")
	case news.ReasonURL:
		return l.html("same address")
	case news.ReasonTitle:
		return l.html("same headline")
	case news.ReasonText:
		return l.html("same text") + copied(m.Score)
	case news.ReasonTeaser:
		return l.html("teaser and full text")
	case news.ReasonUpdate:
		return l.html("later version")
	}
	return ""
}

// copied returns ", 84 %", or "" for a complete copy or an unknown part.
func copied(part float64) template.HTML {
	if n := int(math.Round(100 * part)); n > 0 && n < 100 {
		return template.HTML(", " + strconv.Itoa(n) + "&nbsp;%")
	}
	return ""
}

// textOf returns the text of an entry for the page of a feed. That is the summary if it is a teaser
// with words of its own, followed by the folded content; else the beginning of the text, with the
// rest folded.
func (l *locale) textOf(e *news.Entry, level int) passage {
	if e.Content == "" || e.Summary == "" || begins(e.Content, e.Summary) {
		return l.prose(e.Body(), level, true)
	}
	lead := l.prose(e.Summary, level, true)
	if lead.Rest != "" { // as long as an article, so not a teaser
		return l.prose(e.Content, level, true)
	}
	full := l.prose(e.Content, level, false)
	return passage{Lead: lead.Lead, Rest: full.Lead, Length: full.Length, Media: lead.Media || full.Media}
}

// minutes returns the approximate reading time of the rest, at 1,000 characters a minute.
func (p passage) minutes() int { return max(1, (p.Length+500)/1000) }

// HTML returns the whole text as trusted markup, since prose made it.
func (p passage) HTML() template.HTML { return p.Lead + p.Rest }
