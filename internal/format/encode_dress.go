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

// dressing is how a feed calls its items, and what it ends their texts with. It is
// put on when a feed is rendered and at no other time: nothing of it is stored, so
// that none of the rules of identity can see it.
type dressing struct {
	title  []templatePart     // nil: as they are called
	footer *template.Template // nil: with nothing
}

// dressingOf reads the templates of a feed. The configuration was checked: what is
// no template is none.
func dressingOf(f news.Feed) (d dressing) {
	if f.ItemTitle != "" {
		d.title, _ = templateParts(f.ItemTitle)
	}
	if f.ItemFooter != "" {
		d.footer, _ = footerTemplate(f.ItemFooter)
	}
	return d
}

// none reports whether there is nothing to put on.
func (d dressing) none() bool { return d.title == nil && d.footer == nil }

// put gives an item its title and ends its text.
func (d dressing) put(site news.Site, s *news.Shown, it *wireItem) {
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

// titled is a template of titles with values in it, one plain line.
func titled(parts []templatePart, values map[string]string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
		b.WriteString(values[p.name])
	}
	return clean.Line(b.String())
}

// valuesOf are what the names of a template stand for at an item. None is empty:
// an item that names no author is by its source, and what a source does not tell
// of itself its item has to.
func valuesOf(site news.Site, s *news.Shown, it *wireItem) map[string]string {
	var names []string
	for _, p := range it.authors {
		names = append(names, p.Name)
	}
	outlet := clean.Line(s.Source.Outlet)
	if s.Source.Kind == news.KindFeed { // the addresses of others are our own
		outlet = first(outlet, clean.Outlet(it.link))
	}
	return map[string]string{
		"title":  it.heading(),
		"source": it.source.title,
		"outlet": first(outlet, it.source.title),
		"author": strings.Join(names, ", "),
		"date":   firstTime(it.published, it.updated).Format(time.DateOnly),
		"link":   it.link,
		"home":   first(it.source.home, it.link),
		"story":  site.StoryURL(s.StoryKey),
	}
}

// dressed is the Edition with what its feed calls the items and ends them with, for
// who does not write items: the page.
func dressed(e *news.Edition, items []wireItem) *news.Edition {
	d := dressingOf(e.Feed)
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
