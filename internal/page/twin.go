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
func Twin(w io.Writer, e *news.Edition) error {
	f := frame{
		Site: e.Site, Title: feedTitle(e.Feed) + " · " + siteName(e.Site), About: e.Feed.Description,
		Canonical: e.URL(""), Feeds: []feed{{feedTitle(e.Feed), e.URL("atom")}}, Hidden: e.Feed.Private,
	}
	f.View = river{
		Title: feedTitle(e.Feed), Description: e.Feed.Description, Lang: language(languageTag(e.Feed.Language)),
		Formats: formats(e), Address: e.URL("atom"),
		Count: count(len(e.Shown), "story", "stories"), Changed: at(e.Updated), Days: days(e),
		Titled: e.Feed.Duplicates == news.Group,
	}
	for i := range e.Shown {
		f.Size += 1<<10 + len(e.Shown[i].Entry.Content) + len(e.Shown[i].Entry.Summary)
	}
	return render(w, "twin", f)
}

// river is what twin.html shows.
type river struct {
	Title, Description string
	Lang               template.HTMLAttr // of both
	Formats            []template.HTML
	Address            string // what people copy into their reader
	Count              string
	Changed            template.HTML
	Days               []day
	Titled             bool // list other reports with their titles
}

// day holds the stories that entered the feed on one day, UTC.
type day struct {
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
	for i := range e.Shown {
		s := &e.Shown[i]
		entered := s.Entered.UTC()
		if entered.IsZero() {
			entered = s.Published.UTC()
		}
		if len(all) == 0 || !sameDay(entered, last) {
			all = append(all, day{Time: template.HTML(entered.Format(`<time datetime="2006-01-02">Monday, 2 January 2006</time>`))})
			last = entered
		}
		v := riverStory(e, s, entered)
		if used[v.ID]++; used[v.ID] > 1 {
			v.ID += "-" + strconv.Itoa(used[v.ID])
		}
		today := &all[len(all)-1]
		today.Stories = append(today.Stories, v)
	}
	return all
}

func riverStory(e *news.Edition, s *news.Shown, entered time.Time) story {
	v := newStory(e.Site, s)
	v.Time = clock(s.Published, entered)
	v.Passage = textOf(&s.Entry, 2)
	v.attach(s.Entry.Enclosures)
	if v.Lang == "" {
		v.Lang = languageTag(e.Feed.Language)
	}
	return v
}
