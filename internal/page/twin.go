package page

import (
	"html/template"
	"io"
	"strconv"
	"time"

	"tributary/internal/news"
)

// Twin writes the HTML twin of a feed: a river of its stories by day, the same
// stories in the same order as every other format of the edition.
//
// What readers and tests may rely on: every story is <article id="s-STORYKEY">
// with h2 > a[href], a time[datetime] that is its published time, and the source's
// name; link rel="alternate" points to the Atom document and to nothing else. Where
// a feed keeps duplicates, further articles of one story are s-STORYKEY-2 and so on.
func (t *Theme) Twin(w io.Writer, e *news.Edition) error {
	f := frame{
		Site: e.Site, Title: feedTitle(e.Feed) + " · " + siteName(e.Site), About: e.Feed.Description,
		Canonical: e.PartURL(e.Part, ""), Hidden: e.Feed.Private || e.Part != news.Part{}, Feeds: []feed{{feedTitle(e.Feed), e.URL("atom")}},
	}
	if e.Feed.Kind != news.FeedOfHealth { // a search finds stories
		f.Ask = newAsk(e.Site, &e.Feed)
	}
	v := river{
		Title: feedTitle(e.Feed), Description: e.Feed.Description, Lang: language(languageTag(e.Feed.Language)), Dir: riverDirection(e.Feed.Language),
		Formats: formats(e), Address: breakable(e.URL("atom")), Reader: "feed reader",
		Count: counted(e.Feed, len(e.Shown)), Pace: pace(e.Shown), Changed: at(e.Updated), Chart: entering(e.Shown), Days: days(e),
		Titled: e.Feed.Duplicates == news.Group, Empty: empty(e.Feed),
	}
	if e.Feed.Kind == news.Podcast { // podcast programs read no other format
		v.Address, v.Reader = breakable(e.URL("rss")), "podcast program"
	}
	if e.Part.Before > 0 {
		f.Title = "Older stories · " + f.Title
		v.Count = count(len(e.Shown), "older story", "older stories")
		v.Newest = anchor(e.URL(""), "Newest stories")
		v.Newer = anchor(e.PartURL(e.Newer, ""), "Newer stories")
	}
	if len(v.Days) == 0 && e.Part.Before == 0 { // the page says that there is nothing
		v.Count, v.Changed = "", ""
	}
	if e.Older.Before > 0 {
		v.Older = anchor(e.PartURL(e.Older, ""), "Older stories")
	}
	f.View = v
	for i := range e.Shown {
		f.Size += 1<<10 + len(e.Shown[i].Entry.Content) + len(e.Shown[i].Entry.Summary)
	}
	return t.render(w, "twin", f)
}

// counted says how many items a feed shows, and of what.
func counted(f news.Feed, n int) string {
	switch {
	case f.Digest != nil:
		return count(n, "digest", "digests")
	case f.Kind == news.FeedOfHealth:
		return count(n, "report", "reports")
	}
	return count(n, "story", "stories")
}

// empty says why a feed shows nothing, and when it will.
func empty(f news.Feed) string {
	switch {
	case f.Digest != nil:
		return "Nothing here yet. A digest appears at its time, when there are stories to tell."
	case f.Kind == news.FeedOfHealth:
		return "Nothing here. No source has had a problem yet."
	}
	return "Nothing here yet. Stories appear as soon as the sources of this feed bring some."
}

// river is what twin.html shows.
type river struct {
	Title, Description string
	Lang               template.HTMLAttr // of both
	Dir                string            // of the feed's language: "rtl", else "ltr"
	Formats            []template.HTML
	Address            template.HTML // what people copy into their
	Reader             string        // "feed reader" or "podcast program"
	Count              string        // empty for an empty feed
	Pace               string        // "about 34 a day"; may be empty
	Changed            template.HTML
	Chart              *chart // of what it shows, by day; nil for too few days
	Days               []day
	Empty              string        // said when there are none
	Titled             bool          // list other reports with their titles
	Newest             template.HTML // link to the live page, on those of older stories
	Newer, Older       template.HTML
}

// riverDirection is that of a page whose feed is in a language; one that is in
// none runs like our own words.
func riverDirection(tag string) string {
	if dir := direction(languageTag(tag)); dir == "rtl" {
		return dir
	}
	return "ltr"
}

// day holds the stories that entered the feed on one day, UTC.
type day struct {
	ID      string // unique on the page
	Time    template.HTML
	Stories []story
}

// formats lists the representations of a feed beside the page itself.
func formats(e *news.Edition) []template.HTML {
	return []template.HTML{
		anchor(e.URL("atom"), "Atom"), anchor(e.URL("rss"), "RSS"),
		anchor(e.URL("json"), "JSON"), anchor(e.URL("opml"), "OPML"),
	}
}

// days cuts the edition where the day changes and nowhere else: the order is the
// edition's, by entry into the feed, whatever the entries say of themselves.
func days(e *news.Edition) []day {
	var all []day
	var last time.Time
	used := make(map[string]int, len(e.Shown))
	unique := func(id string) string {
		if used[id]++; used[id] > 1 {
			return id + "-" + strconv.Itoa(used[id])
		}
		return id
	}
	calendar := calendarOf(e.Feed.Language)
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
		v := riverStory(e, s)
		v.ID, v.Time = unique(v.ID), clock(s.Published, entered, calendar)
		today := &all[len(all)-1]
		today.Stories = append(today.Stories, v)
	}
	return all
}

func riverStory(e *news.Edition, s *news.Shown) story {
	v := newStory(e.Site, s)
	v.Passage = textOf(&s.Entry, 2)
	if s.Heading != "" {
		v.Headline = anchor(home(e.Site, s), s.Heading)
	}
	if s.Footer != "" {
		v.Footer = prose(s.Footer, 2, false).HTML()
	}
	if s.Own { // by whom is what the page is headed with
		v.Source, v.Authors = "", nil
	}
	v.attach(s.Entry.Enclosures)
	if v.Lang == "" {
		v.Lang = languageTag(e.Feed.Language)
	}
	return v
}
