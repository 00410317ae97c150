package news

import (
	"slices"
	"time"
)

// Pass is the reason why a document of a feed leaves out a story that the feed has
// published.
type Pass int

// The reasons to leave a story out.
const (
	PassedByNewer  Pass = iota // newer stories have taken its place
	PassedBySource             // MaxPerSource: the document shows enough newer ones of its source
	PassedByDay                // MaxPerSourceDay: its source had enough earlier ones on that day
)

// Passes returns why the Edition does not show a Publication of its feed. source is that of
// the entry which the Publication would show.
func (e *Edition) Passes(p Publication, source int64) Pass {
	newer, before := 0, 0
	for _, s := range e.Shown {
		switch {
		case s.Entry.SourceID != source:
		case s.Sequence > p.Sequence:
			newer++
		case dayOf(s.Entered).Equal(dayOf(p.Entered)):
			before++
		}
	}
	switch f := e.Feed; {
	case f.MaxPerSourceDay > 0 && before >= f.MaxPerSourceDay:
		return PassedByDay
	case f.MaxPerSource > 0 && newer >= f.MaxPerSource:
		return PassedBySource
	}
	return PassedByNewer
}

// dayOf returns the beginning of a day in UTC.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Wants reports whether a feed of this kind takes the entry: a podcast takes only entries
// with sound or film.
func (f Feed) Wants(e *Entry) bool {
	return f.Kind != Podcast || slices.ContainsFunc(e.Enclosures, Enclosure.Playable)
}
