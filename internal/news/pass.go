package news

import (
	"slices"
	"time"
)

// Pass is why a document of a feed leaves out a story that is published in it.
type Pass int

// The reasons to pass a story by.
const (
	PassedByNewer  Pass = iota // newer stories have taken its place
	PassedBySource             // MaxPerSource: its source has newer ones there
	PassedByDay                // MaxPerSourceDay: its source had enough that day before
)

// Passes says why the Edition does not show a Publication of its feed. source is the
// source of the entry that it would show.
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

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Wants reports whether an entry has what a feed of its kind is made of: a podcast
// takes what can be heard or seen.
func (f Feed) Wants(e *Entry) bool {
	return f.Kind != Podcast || slices.ContainsFunc(e.Enclosures, Enclosure.Playable)
}
