package page

import (
	"cmp"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"tributary/internal/filter"
	"tributary/internal/news"
)

// SourcesView is the page that lists the sources of a feed, so that people find each other's sites.
type SourcesView struct {
	Site    news.Site
	Feed    news.Feed
	Sources []news.Source // public ones only, in any order
}

// Sources writes the page of a feed's sources, by title. It says nothing of how they are doing:
// that is on the page of each source.
func (t *Theme) Sources(w io.Writer, v *SourcesView) error {
	l, e := t.in(v.Feed.Language, v.Site.Language), news.Edition{Site: v.Site, Feed: v.Feed}
	view := sourcesPage{Feed: feedLink(v.Site, v.Feed), Count: l.text("%d source|%d sources", len(v.Sources)), OPML: anchor(e.URL("opml"), "OPML")}
	byTitle := slices.SortedStableFunc(slices.Values(v.Sources), func(a, b news.Source) int {
		return cmp.Compare(filter.Fold(sourceTitle(a)), filter.Fold(sourceTitle(b)))
	})
	for _, s := range byTitle {
		view.Sources = append(view.Sources, l.newSourceRow(v.Site, s))
	}
	return t.render(w, "sources", frame{
		Site: v.Site, locale: l, Title: l.text("Sources") + " · " + v.Feed.DisplayName() + " · " + siteName(v.Site),
		About: l.text("The sources of the feed %s.", v.Feed.DisplayName()), Canonical: e.SourcesURL(), Feeds: []feed{{v.Feed.DisplayName(), e.URL("atom")}}, View: view, Size: len(v.Sources) << 9,
	})
}

// sourcesPage is the data of sources.html.
type sourcesPage struct {
	Feed    template.HTML // link to the page of the feed
	Count   string
	OPML    template.HTML
	Sources []sourceRow
}

// sourceRow is a source in a list for readers.
type sourceRow struct {
	Title   template.HTML // linked to its site, or to its page here if no site is known
	Icon    string        // address of its picture; may be empty
	Initial string        // stands for a missing picture
	Author  string        // as configured, unless the title says the same
	Site    string        // host of its site; may be empty
	Links   []template.HTML
}

func (l *locale) newSourceRow(site news.Site, s news.Source) sourceRow {
	title, here := sourceTitle(s), site.SourceURL(s.Name)
	row := sourceRow{Icon: link(s.Icon), Initial: initial(title), Author: s.Author}
	if s.Author == title {
		row.Author = ""
	}
	home := news.Publishable(s.Site)
	row.Title, row.Site = anchor(cmp.Or(link(home), here), title), host(home)
	if s.Kind == news.KindFeed && !news.HasSecret(s.URL) {
		row.Links = append(row.Links, anchor(s.URL, l.text("Feed")))
	}
	row.Links = append(row.Links, anchor(here, l.text("Latest entries")))
	return row
}

// initial returns the first letter of a title, in upper case.
func initial(title string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(title))
	return strings.ToUpper(string(first))
}
