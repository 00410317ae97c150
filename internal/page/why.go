package page

import (
	"html/template"
	"io"
	"time"

	"tributary/internal/news"
)

// WhyView is the answer to somebody whose post does not show up. It contains only public sources.
type WhyView struct {
	Site    news.Site
	Now     time.Time // the time from which "12 minutes ago" is counted
	Asked   string    // the address as typed; empty if nothing was asked
	Problem news.Text // why there is no answer
	Looked  string    // the address in the form in which entries are compared
	Found   []WhyEntry
	Sources []news.SourceState // sources of the same site, if no entry was found
}

// WhyEntry is an entry that was found, and its source.
type WhyEntry struct {
	Verdict
	State news.SourceState
}

// Why writes the form and, if something was asked, the answer.
func (t *Theme) Why(w io.Writer, v *WhyView) error {
	l := t.in(v.Site.Language)
	view := whyPage{Asked: v.Asked, Problem: l.say(v.Problem), Looked: v.Looked, Host: host(v.Looked)}
	for i := range v.Found {
		found := &v.Found[i]
		view.Found = append(view.Found, whyEntry{l.newVerdict(v.Site, &found.Verdict), l.newVisit(v.Site, &found.State, v.Now)})
	}
	for i := range v.Sources {
		view.Sources = append(view.Sources, l.newVisit(v.Site, &v.Sources[i], v.Now))
	}
	return t.render(w, "why", frame{
		Site: v.Site, locale: l, Title: l.text("Why is a post missing?") + " · " + siteName(v.Site), Canonical: v.Site.URL + "/why", Hidden: true, View: view,
	})
}

// whyPage is the data of why.html.
type whyPage struct {
	Asked, Problem string
	Looked, Host   string
	Found          []whyEntry
	Sources        []visit
}

type whyEntry struct {
	verdict
	visit
}

// visit is a source, its health, and when it was last read.
type visit struct {
	Source     template.HTML // name, linked to its page
	Word       news.Health
	Health     string // as a sentence
	Last, Next template.HTML
	Result     string
}

func (l *locale) newVisit(site news.Site, s *news.SourceState, now time.Time) visit {
	v := visit{
		Source: anchor(site.SourceURL(s.Name), sourceTitle(s.Source)), Word: s.Health(now), Health: l.wellbeing(s, now),
		Next: l.next(s, now),
	}
	if !s.Last.Started.IsZero() {
		v.Last, v.Result = l.since(s.Last.Started, now), l.result(s.Last)
	}
	return v
}
