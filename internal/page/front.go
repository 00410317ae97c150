package page

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// FrontView is the front page: the feeds to subscribe to, and what is new.
type FrontView struct {
	Site   news.Site
	Feeds  []FeedRow
	Latest []news.Shown // latest stories of public feeds, newest first
	Days   []news.StoryDay
	Read   int // sources read at least once
	Total  int // sources configured; if Read is less, the page says so
}

// FeedRow is a feed of ours in a list.
type FeedRow struct {
	Subscriptions news.SubscriptionCount // at our hub; for the operator only
	Feed          news.Feed
	Stories       int
	Changed       time.Time // Edition.Updated; not shown if the feed is empty
	Note          string    // who reads it; for the operator only
}

// Front writes the front page. Feed readers given its address find every feed. The page says how
// far the first reading of the sources has got, but never why one of them cannot be read.
func (t *Theme) Front(w io.Writer, v *FrontView) error {
	l := t.in(v.Site.Language)
	f := frame{Site: v.Site, locale: l, Title: siteName(v.Site), Canonical: v.Site.URL + "/", Front: true}
	f.About = l.text("Feeds of %s: each story once, for every feed reader.", siteName(v.Site))
	about, err := l.intro(v.Site)
	if err != nil {
		return fmt.Errorf("intro: %w", err)
	}
	view := front{Title: siteName(v.Site), Logo: f.Logo(), Intro: about, Ask: l.newAsk(v.Site, nil), Read: v.Read, Total: v.Total, Chart: l.latestDays(v.Days)}
	for _, row := range v.Feeds {
		view.Feeds = append(view.Feeds, l.newFeedCard(v.Site, row))
		f.Feeds = append(f.Feeds, feed{row.Feed.DisplayName(), news.Edition{Site: v.Site, Feed: row.Feed}.URL("atom")})
	}
	for i := range v.Latest {
		view.Latest = append(view.Latest, l.newHeadline(v.Site, &v.Latest[i]))
	}
	f.View = view
	return t.render(w, "front", f)
}

// front is the data of front.html.
type front struct {
	Title       string
	Logo        template.URL  // see frame
	Intro       template.HTML // the site's own words; may be empty
	Ask         *ask
	Feeds       []feedCard
	Chart       *chart // the latest days; nil if there are too few
	Latest      []headline
	Read, Total int
}

// Starting reports whether the daemon is still reading its sources for the first time.
func (f front) Starting() bool { return f.Read < f.Total }

// intro returns the site's description of itself, written in CommonMark with the GitHub extensions.
// HTML in it is sanitised and balanced like that of entries.
func (l *locale) intro(site news.Site) (template.HTML, error) {
	if site.Intro == "" {
		return "", nil
	}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var b bytes.Buffer
	if err := md.Convert([]byte(site.Intro), &b); err != nil {
		return "", err
	}
	base, err := url.Parse(site.URL + "/")
	if err != nil {
		return "", err
	}
	return l.prose(clean.HTML(b.String(), base), 1, false).HTML(), nil
}

type feedCard struct {
	Link        template.HTML
	Description string
	Lang        template.HTMLAttr
	Count       string
	Changed     template.HTML
	Formats     []template.HTML

	Subscriptions string // for the operator; empty for none
	Note          string // for the operator; empty for none
}

func (l *locale) newFeedCard(site news.Site, row FeedRow) feedCard {
	e := &news.Edition{Site: site, Feed: row.Feed}
	if row.Stories == 0 { // the age of an empty feed is that of its configuration, which is of no use
		row.Changed = time.Time{}
	}
	return feedCard{
		Link:        feedLink(site, row.Feed),
		Description: row.Feed.Description, Lang: language(languageTag(row.Feed.Language)),
		Count: l.counted(row.Feed, row.Stories), Changed: l.at(row.Changed), Formats: l.formatsAndSources(e), Note: row.Note,
	}
}

// headline is a story in a list: its title and a teaser.
type headline struct {
	story
	Teaser string
	Others string // how many others reported it; may be empty
}

func (l *locale) newHeadline(site news.Site, s *news.Shown) headline {
	h := headline{story: l.newStory(site, s)}
	h.Time = l.within(h.Lang, s.Published)
	h.Teaser = teaser(cmp.Or(s.Entry.Summary, s.Entry.Content), 180)
	if n := len(s.Members); n > 0 {
		h.Others = l.text("and %d other|and %d others", n)
	}
	return h
}
