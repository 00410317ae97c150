package schedule

import "time"

// A wall time is what a clock on the wall shows: year to second, held in a
// time.Time that claims to be UTC. Calendars are computed on wall times.

// maxZone is more than any offset from UTC that a zone ever had (the largest
// is 15 h 14 min, Alaska before 1867).
const maxZone = 16 * time.Hour

// wall returns what the clock in loc shows at t.
func wall(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// following returns the first matching wall time after w. The library looks
// only five years ahead, too few for 29 February around 2100; Parse has made
// sure that the expression fires at all.
func (s Spec) following(w time.Time) time.Time {
	if next := s.calendar.Next(w); !next.IsZero() {
		return next
	}
	return s.calendar.Next(w.AddDate(5, 0, 0))
}

// nextOnce is the rule for schedules that name hours: each wall time happens
// once. Later wall times never happen earlier, so none up to wall(after) can
// still be ahead.
func (s Spec) nextOnce(after time.Time) time.Time {
	w := wall(after, s.loc)
	for {
		w = s.following(w)
		if w.IsZero() {
			return w
		}
		if t, ok := moment(w, s.loc); ok && t.After(after) {
			return t
		}
	}
}

// nextEven is the rule for schedules that fire in every hour: whenever the
// clock shows a matching time, and at a change that breaks the rhythm.
func (s Spec) nextEven(after time.Time) time.Time {
	t, w := after.In(s.loc), wall(after, s.loc)
	for {
		next := s.following(w)
		if next.IsZero() {
			return next
		}
		_, offset := t.Zone()
		next = next.Add(-time.Duration(offset) * time.Second)
		_, change := period(t)
		if change.IsZero() || next.Before(change) {
			return next
		}
		t, w = change, wall(change, s.loc).Add(-time.Second) // the change itself may match
		if s.breaks(t, w) {
			return t.UTC()
		}
	}
}

// breaks reports whether the clock change at t shifts by less than whole hours
// while the schedule is active, that is when it fires within the hour after.
func (s Spec) breaks(t, w time.Time) bool {
	_, before := t.Add(-time.Second).Zone()
	_, after := t.Zone()
	if (after-before)%3600 == 0 {
		return false
	}
	return s.following(w).Sub(w) <= time.Hour
}

// period returns the bounds of a time around t in which the offset of t's zone
// stays the same; zero where there is none.
//
// ZoneBounds alone will not do. Where it computes from a zone's rule, because
// the table has ended, it takes every year to have 365 days: on 31 December of
// a leap year the period has then ended the day before, and a walk from end to
// end would stand still.
func period(t time.Time) (start, end time.Time) {
	start, end = t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		end = end.Add(24 * time.Hour)
	}
	return start, end
}

// moment returns the instant at which the clock in loc shows w for the first
// time, or that stands in for it when it is skipped; false when w belongs to a
// day that loc never had.
//
// time.Date would answer too, but leaves open what it does around changes. So
// the zone's periods of constant offset are tried in order.
func moment(w time.Time, loc *time.Location) (time.Time, bool) {
	t := w.Add(-maxZone).In(loc)
	for {
		_, offset := t.Zone()
		start, end := period(t)
		at := w.Add(-time.Duration(offset) * time.Second)
		switch {
		case !end.IsZero() && !at.Before(end):
			t = end
		case !start.IsZero() && at.Before(start):
			return substitute(w, start)
		default:
			return at, true
		}
	}
}

// substitute returns the instant for a wall time that the clock skips when it
// changes at change: the change itself when that is still the same day, else
// the last minute before it.
func substitute(w, change time.Time) (time.Time, bool) {
	for _, t := range []time.Time{change, change.Add(-time.Minute)} {
		if sameDay(w, t) {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}
