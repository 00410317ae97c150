package page

import (
	"cmp"
	"html/template"
	"io"
	"strconv"
	"time"

	"tributary/internal/news"
)

// Twin writes the HTML page of a feed: its stories by day, in the same order as every other format
// of the edition.
//
// Readers and tests may rely on the following. Every story is an <article id="s-STORYKEY"> with h2
// > a[href], the published time in time[datetime], and the name of the source. The only link
// rel="alternate" points to the Atom document. If the feed keeps duplicates, further articles of a
// story have the ids s-STORYKEY-2 and so on.
func (t *Theme) Twin(w io.Writer, e *news.Edition) error {
	l := t.in(e.Feed.Language, e.Site.Language)
	f := frame{
		Site: e.Site, locale: l, Title: e.Feed.DisplayName() + " · " + siteName(e.Site), About: e.Feed.Description,
		Canonical: e.PartURL(e.Part, ""), Hidden: e.Feed.Private || e.Part != news.Part{}, Feeds: []feed{{e.Feed.DisplayName(), e.URL("atom")}},
	}
	if e.Feed.Kind != news.FeedOfHealth { // a report on sources is not a story, and cannot be searched
		f.Ask = l.newAsk(e.Site, &e.Feed)
	}
	v := river{
		Title: e.Feed.DisplayName(), Description: e.Feed.Description, Lang: language(languageTag(e.Feed.Language)), Dir: riverDirection(e.Feed.Language),
		Formats: l.formatsAndSources(e), Address: breakable(e.URL("atom")), Reader: l.text("feed reader"),
		Count: l.counted(e.Feed, len(e.Shown)), Pace: l.pace(e.Shown), Changed: l.at(e.Updated), Chart: l.entering(e.Shown), Days: l.days(e),
		Titled: e.Feed.Duplicates == news.Group, Empty: l.empty(e.Feed),
	}
	if e.Feed.Kind == news.Podcast { // podcast apps read only RSS
		v.Address, v.Reader = breakable(e.URL("rss")), l.text("podcast app")
	}
	if e.Part.Before > 0 {
		f.Title = l.text("Older stories") + " · " + f.Title
		v.Count = l.text("%d older story|%d older stories", len(e.Shown))
		v.Newest = anchor(e.URL(""), l.text("Newest stories"))
		v.Newer = anchor(e.PartURL(e.Newer, ""), l.text("Newer stories"))
	}
	if len(v.Days) == 0 && e.Part.Before == 0 { // the page itself says that it is empty
		v.Count, v.Changed = "", ""
	}
	if e.Older.Before > 0 {
		v.Older = anchor(e.PartURL(e.Older, ""), l.text("Older stories"))
	}
	f.View = v
	for i := range e.Shown {
		f.Size += 1<<10 + len(e.Shown[i].Entry.Content) + len(e.Shown[i].Entry.Summary)
	}
	return t.render(w, "twin", f)
}

// counted returns how many items a feed shows.
func (l *locale) counted(f news.Feed, n int) string {
	switch {
	case f.Digest != nil:
		return l.text("%d digest|%d digests", n)
	case f.Kind == news.FeedOfHealth:
		return l.text("%d report|%d reports", n)
	}
	return l.stories(n)
}

// empty returns the text of an empty feed: why it is empty, and when it will not be.
func (l *locale) empty(f news.Feed) string {
	switch {
	case f.Digest != nil:
		return l.text("Nothing here yet. A digest appears at its time, when there are stories to tell.")
	case f.Kind == news.FeedOfHealth:
		return l.text("Nothing here. No source has had a problem yet.")
	}
	return l.text("Nothing here yet. Stories appear as soon as the sources of this feed bring some.")
}

// river is the data of twin.html.
type river struct {
	Title, Description string
	Lang               template.HTMLAttr // of Title and Description
	Dir                string            // direction of the feed's language, "rtl" or "ltr"
	Formats            []template.HTML
	Address            template.HTML // the address to copy into a Reader
	Reader             string        // what the address is for: "feed reader" or "podcast app"
	Count              string        // empty for an empty feed
	Pace               string        // "about 34 a day"; may be empty
	Changed            template.HTML
	Chart              *chart // stories by day; nil if there are too few days
	Days               []day
	Empty              string        // shown if there are no stories
	Titled             bool          // list other reports with their titles
	Newest             template.HTML // link to the live page, on pages of older stories
	Newer, Older       template.HTML
}

// riverDirection returns the text direction of a feed's page. Without a language it is that of our
// own words.
func riverDirection(tag string) string {
	if dir := direction(languageTag(tag)); dir == "rtl" {
		return dir
	}
	return "ltr"
}

// day holds the stories that entered the feed on one day (UTC).
type day struct {
	ID      string // unique on the page
	Time    template.HTML
	Stories []story
}

// formats returns links to the representations of a feed other than the page itself.
func formats(e *news.Edition) []template.HTML {
	return []template.HTML{
		anchor(e.URL("atom"), "Atom"), anchor(e.URL("rss"), "RSS"),
		anchor(e.URL("json"), "JSON"), anchor(e.URL("opml"), "OPML"),
	}
}

// formatsAndSources returns the formats of a feed and, for a public one, a link to the page of its
// sources.
func (l *locale) formatsAndSources(e *news.Edition) []template.HTML {
	if e.Feed.Private {
		return formats(e)
	}
	return append(formats(e), anchor(e.SourcesURL(), l.text("Sources")))
}

// days groups the edition by day. It keeps the edition's order, which is by entry into the feed and
// not by the dates of the entries.
func (l *locale) days(e *news.Edition) []day {
	var all []day
	var last time.Time
	used := make(map[string]int, len(e.Shown))
	unique := func(id string) string {
		if used[id]++; used[id] > 1 {
			return id + "-" + strconv.Itoa(used[id])
		}
		return id
	}
	calendar := calendarOf(e.Feed.Language, l.tag)
	for i := range e.Shown {
		s := &e.Shown[i]
		entered := s.Entered.UTC()
		if entered.IsZero() {
			entered = s.Published.UTC()
		}
		if len(all) == 0 || !sameDay(entered, last) {
			all = append(all, day{ID: unique(entered.Format("day-2006-01-02")), Time: calendar.heading(entered)})
			last = entered
		}
		v := l.riverStory(e, s)
		v.ID, v.Time = unique(v.ID), clock(s.Published, entered, calendar)
		today := &all[len(all)-1]
		today.Stories = append(today.Stories, v)
	}
	return all
}

func (l *locale) riverStory(e *news.Edition, s *news.Shown) story {
	v := l.newStory(e.Site, s)
	v.Lang = cmp.Or(v.Lang, languageTag(e.Feed.Language))
	own := l.all.of(v.Lang, l.tag)
	v.Passage = own.textOf(&s.Entry, 2)
	if v.Passage.Rest != "" {
		v.Passage.Minutes = l.text("%d minute|%d minutes", v.Passage.minutes())
	}
	if s.Heading != "" {
		v.Headline = anchor(home(e.Site, s), s.Heading)
	}
	if s.Footer != "" {
		v.Footer = own.prose(s.Footer, 2, false).HTML()
	}
	if s.Own { // the page itself is headed with the author
		v.Source, v.Authors = "", nil
	}
	v.attach(l, &s.Entry)
	return v
}
