package page

import (
	"html/template"
	"io"
	"time"

	"tributary/internal/news"
)

// WhyView answers somebody whose post does not show up. It knows public sources
// only.
type WhyView struct {
	Site    news.Site
	Now     time.Time // what "12 minutes ago" is counted from
	Asked   string    // the address as it was typed; empty when nothing was asked
	Problem string    // why there is no answer; plain text
	Looked  string    // the address as entries are compared by it
	Found   []WhyEntry
	Sources []news.SourceState // of the same site, where no entry was found
}

// WhyEntry is an entry that was found, with the source that brought it.
type WhyEntry struct {
	Verdict
	State news.SourceState
}

// Why writes the form and, when something was asked, the answer.
func (t *Theme) Why(w io.Writer, v *WhyView) error {
	view := whyPage{Asked: v.Asked, Problem: v.Problem, Looked: v.Looked, Host: host(v.Looked)}
	for i := range v.Found {
		found := &v.Found[i]
		view.Found = append(view.Found, whyEntry{newVerdict(v.Site, &found.Verdict), newVisit(v.Site, &found.State, v.Now)})
	}
	for i := range v.Sources {
		view.Sources = append(view.Sources, newVisit(v.Site, &v.Sources[i], v.Now))
	}
	return t.render(w, "why", frame{
		Site: v.Site, Title: "Why is a post missing? · " + siteName(v.Site), Canonical: v.Site.URL + "/why", Hidden: true, View: view,
	})
}

// whyPage is what why.html shows.
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

// visit is a source, how it is, and when it was read.
type visit struct {
	Source     template.HTML // its name, linked to its page
	Word       news.Health
	Health     string // in a sentence
	Last, Next template.HTML
	Result     string
}

func newVisit(site news.Site, s *news.SourceState, now time.Time) visit {
	v := visit{
		Source: anchor(site.SourceURL(s.Name), sourceTitle(s.Source)), Word: s.Health(now), Health: wellbeing(s, now),
		Next: next(s.NextDue, now),
	}
	if !s.Last.Started.IsZero() {
		v.Last, v.Result = since(s.Last.Started, now), result(s.Last)
	}
	return v
}
