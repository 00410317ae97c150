package format

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// dressing is how a feed titles its items and what footer it appends to their texts. It
// is applied when a feed is rendered and never stored, so that it cannot affect the
// identity of entries.
type dressing struct {
	title  []templatePart     // nil: titles stay as they are
	footer *template.Template // nil: no footer
}

// dressingOf parses the templates of a feed. They were checked with the configuration,
// so one that is invalid is ignored.
func dressingOf(f news.Feed) (d dressing) {
	if f.ItemTitle != "" {
		d.title, _ = templateParts(f.ItemTitle)
	}
	if f.ItemFooter != "" {
		d.footer, _ = footerTemplate(f.ItemFooter)
	}
	return d
}

// none reports whether there is nothing to apply.
func (d dressing) none() bool { return d.title == nil && d.footer == nil }

// dress sets the title of an item and appends the footer to its text.
func (d dressing) dress(site news.Site, s *news.Shown, it *wireItem) {
	if d.none() {
		return
	}
	values := valuesOf(site, s, it)
	if d.footer != nil {
		if it.footer = clean.HTML(filled(d.footer, values), nil); it.footer != "" {
			it.end("\n" + it.footer)
		}
	}
	if d.title != nil {
		it.title = cmp.Or(titled(d.title, values), it.title)
	}
}

// titled fills in a title template. The result is one plain line.
func titled(parts []templatePart, values map[string]string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
		b.WriteString(values[p.name])
	}
	return clean.Line(b.String())
}

// valuesOf returns what the names of a template stand for at an item. None is empty:
// the source stands in for a missing author, and the link for the home page of a source
// that does not give one.
func valuesOf(site news.Site, s *news.Shown, it *wireItem) map[string]string {
	outlet := clean.Line(s.Source.Outlet)
	if s.Source.Kind == news.KindFeed { // items of other kinds link to our own pages
		outlet = first(outlet, clean.Outlet(it.link))
	}
	return map[string]string{
		"title":  it.heading(),
		"source": it.source.Title,
		"outlet": first(outlet, it.source.Title),
		"author": it.authorNames(),
		"date":   cmp.Or(it.published, it.updated).Format(time.DateOnly),
		"link":   it.link,
		"home":   first(it.source.Link, it.link),
		"story":  site.StoryURL(s.StoryKey),
	}
}

// put returns the Edition with the titles and footers of its items, for the web page, which
// is not rendered from wireItems.
func (d dressing) put(e *news.Edition, items []wireItem) *news.Edition {
	if d.none() {
		return e
	}
	own := *e
	own.Shown = slices.Clone(e.Shown)
	for i := range own.Shown {
		if d.title != nil {
			own.Shown[i].Heading = items[i].title
		}
		own.Shown[i].Footer = items[i].footer
	}
	return &own
}
