package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// SourceView is the page of a source, for people who wonder where their post is.
type SourceView struct {
	Site    news.Site
	Now     time.Time // the time from which "12 minutes ago" is counted
	State   news.SourceState
	Days    []news.SourceDay // up to today, oldest first; charts need several days
	Entries []Verdict        // latest first
}

// Source writes the page of a public source. It describes the health of the source in friendly
// words and never prints an error text, which is for the operator. It returns an error if the
// source is not public.
func (t *Theme) Source(w io.Writer, v *SourceView) error {
	l, s := t.in(v.Site.Language), v.State
	if !s.Public {
		return fmt.Errorf("source %q is not public: it has no page", s.Name)
	}
	name := sourceTitle(s.Source)
	f := frame{
		Site: v.Site, locale: l, Title: name + " · " + siteName(v.Site), Canonical: v.Site.SourceURL(s.Name),
		About: l.text("What %s reads from %s, and where it goes.", siteName(v.Site), name),
	}
	view := sourcePage{
		Title: name, Home: anchor(s.Site, host(s.Site)), Kind: l.kindOf(s.Source), Author: s.Author,
		Count: l.text("%d entry|%d entries", s.Entries), Retired: !s.RetiredAt.IsZero(), visit: l.newVisit(v.Site, &s, v.Now),
	}
	if view.Retired {
		view.Next = ""
	}
	if v.Site.Static { // read at any time: "5 minutes ago" would be wrong soon, and the next visit be past
		view.Last, view.Next = l.at(s.Last.Started), ""
	}
	if charted(v.Days, s.FirstOK) {
		view.Charts = append(view.Charts, titled{l.text("Entries a day"), l.arrivals(v.Days, s.FirstOK)})
		if s.Kind == news.KindFeed {
			view.Charts = append(view.Charts, titled{l.text("Visits answered"), l.visits(v.Days)})
		}
	}
	for i := range v.Entries {
		view.Entries = append(view.Entries, l.newVerdict(v.Site, &v.Entries[i]))
	}
	f.View = view
	return t.render(w, "source", f)
}

// sourcePage is the data of source.html.
type sourcePage struct {
	Title, Kind string
	Author      string // as configured
	Home        template.HTML
	Count       string
	Retired     bool
	Charts      []titled
	Entries     []verdict
	visit
}

// titled is a chart with a heading.
type titled struct {
	Title string
	chart
}

func sourceTitle(s news.Source) string { return cmp.Or(s.Title, s.Name) }

// kindOf returns how a source is read. It must not contain paths on disk, nor the address of a
// feed, which may hold a secret.
func (l *locale) kindOf(s news.Source) string {
	if s.Kind == news.KindSeeds {
		return l.text("Documents in a folder")
	}
	return l.text("A feed")
}

// wellbeing describes the health of a source in a sentence.
func (l *locale) wellbeing(s *news.SourceState, now time.Time) string {
	switch h := s.Health(now); {
	case s.Last.Started.IsZero():
		return l.text("Not read yet.")
	case h == news.HealthGone:
		return l.text("Its publisher has closed this feed.")
	case h == news.HealthMoved:
		if s.Move.Address != "" {
			return l.text("This feed has moved; it is read at its new address.")
		}
		return l.text("This feed says that it has moved to another address.")
	case h == news.HealthFailing:
		return l.text("%s since %s.", news.Capital(l.trouble(s.Standing)), l.date(s.FailingSince))
	case s.Failures > 0:
		return l.text("%s at the last visit; it was well before.", news.Capital(l.trouble(s.Standing)))
	case h == news.HealthSilent:
		return l.text("Quiet: nothing new since %s.", l.FmtDateLong(s.Latest.UTC()))
	case h == news.HealthSlow:
		return l.text("Well, though it answers slowly.")
	}
	return l.text("Well.")
}

// trouble describes a failure without blame and without details.
func (l *locale) trouble(o news.Outcome) string {
	switch o {
	case news.OutcomeNotAFeed, news.OutcomeMalformed, news.OutcomeTooLarge:
		return l.text("not readable as a feed")
	case news.OutcomeLimited:
		return l.text("asking for fewer visits")
	case news.OutcomeInterrupted, news.OutcomeInternal:
		return l.text("not read")
	}
	return l.text("could not be reached")
}

// result describes what an attempt brought.
func (l *locale) result(f news.Fetch) string {
	switch {
	case f.Outcome == news.OutcomeGone:
		return l.text("the feed is gone")
	case f.Outcome.Failed():
		return l.trouble(f.Outcome)
	case f.New > 0 && f.Changed > 0:
		return l.text("%d new, %d changed", f.New, f.Changed)
	case f.New > 0:
		return l.text("%d new", f.New)
	case f.Changed > 0:
		return l.text("%d changed", f.Changed)
	}
	return l.text("nothing new")
}

// next returns when a source is due; an overdue source is due now.
func (l *locale) next(s *news.SourceState, now time.Time) template.HTML {
	due := schedule.Reckoned(s.NextDue, s.Last.Started, now)
	if due.IsZero() || !due.After(now) {
		return stamp(now, l.text("now"))
	}
	if due.Equal(schedule.Never()) {
		return template.HTML(l.text("never by itself"))
	}
	if due.Sub(now) < time.Minute {
		return stamp(due, l.text("in a moment"))
	}
	return l.since(due, now)
}
