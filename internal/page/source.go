package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"strings"
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
	s := v.State
	if !s.Public {
		return fmt.Errorf("source %q is not public: it has no page", s.Name)
	}
	name := sourceTitle(s.Source)
	f := frame{
		Site: v.Site, Title: name + " · " + siteName(v.Site), Canonical: v.Site.SourceURL(s.Name),
		About: "What " + siteName(v.Site) + " reads from " + name + ", and where it goes.",
	}
	view := sourcePage{
		Title: name, Home: anchor(s.Site, host(s.Site)), Kind: kindOf(s.Source), Author: s.Author,
		Count: count(s.Entries, "entry", "entries"), Word: s.Health(v.Now), Health: wellbeing(&s, v.Now),
		Retired: !s.RetiredAt.IsZero(),
	}
	if !s.Last.Started.IsZero() {
		view.Last, view.Result = since(s.Last.Started, v.Now), result(s.Last)
	}
	if !view.Retired {
		view.Next = next(s.NextDue, v.Now)
	}
	if v.Site.Static { // read at any time: "5 minutes ago" would be wrong soon, and the next visit be past
		view.Last, view.Next = at(s.Last.Started), ""
	}
	if charted(v.Days, s.FirstOK) {
		view.Charts = append(view.Charts, titled{"Entries a day", arrivals(v.Days, s.FirstOK)})
		if s.Kind == news.KindFeed {
			view.Charts = append(view.Charts, titled{"Visits answered", visits(v.Days)})
		}
	}
	for i := range v.Entries {
		view.Entries = append(view.Entries, newVerdict(v.Site, &v.Entries[i]))
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
	Word        news.Health
	Health      string // as a sentence
	Retired     bool
	Last, Next  template.HTML
	Result      string
	Charts      []titled
	Entries     []verdict
}

// titled is a chart with a heading.
type titled struct {
	Title string
	chart
}

func sourceTitle(s news.Source) string { return cmp.Or(s.Title, s.Name) }

// kindOf returns how a source is read. It must not contain paths on disk, nor the address of a
// feed, which may hold a secret.
func kindOf(s news.Source) string {
	if s.Kind == news.KindSeeds {
		return "Documents in a folder"
	}
	return "A feed"
}

// wellbeing describes the health of a source in a sentence.
func wellbeing(s *news.SourceState, now time.Time) string {
	switch h := s.Health(now); {
	case s.Last.Started.IsZero():
		return "Not read yet."
	case h == news.HealthGone:
		return "Its publisher has closed this feed."
	case h == news.HealthMoved:
		if s.Move.Address != "" {
			return "This feed has moved; it is read at its new address."
		}
		return "This feed says that it has moved to another address."
	case h == news.HealthFailing:
		return capital(trouble(s.Standing)) + " since " + date(s.FailingSince) + "."
	case s.Failures > 0:
		return capital(trouble(s.Standing)) + " at the last visit; it was well before."
	case h == news.HealthSilent:
		return "Quiet: nothing new since " + s.Latest.UTC().Format("2 January 2006") + "."
	case h == news.HealthSlow:
		return "Well, though it answers slowly."
	}
	return "Well."
}

// trouble describes a failure without blame and without details.
func trouble(o news.Outcome) string {
	switch o {
	case news.OutcomeNotAFeed, news.OutcomeMalformed, news.OutcomeTooLarge:
		return "not readable as a feed"
	case news.OutcomeLimited:
		return "asking for fewer visits"
	case news.OutcomeInterrupted, news.OutcomeInternal:
		return "not read"
	}
	return "could not be reached"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// result describes what an attempt brought.
func result(f news.Fetch) string {
	switch {
	case f.Outcome == news.OutcomeGone:
		return "the feed is gone"
	case f.Outcome.Failed():
		return trouble(f.Outcome)
	case f.New > 0 && f.Changed > 0:
		return fmt.Sprintf("%d new, %d changed", f.New, f.Changed)
	case f.New > 0:
		return fmt.Sprintf("%d new", f.New)
	case f.Changed > 0:
		return fmt.Sprintf("%d changed", f.Changed)
	}
	return "nothing new"
}

// next returns when a source is due; an overdue source is due now.
func next(due, now time.Time) template.HTML {
	if due.IsZero() || !due.After(now) {
		return stamp(now, "now")
	}
	if due.Equal(schedule.Never()) {
		return "never by itself"
	}
	if due.Sub(now) < time.Minute {
		return stamp(due, "in a moment")
	}
	return since(due, now)
}
