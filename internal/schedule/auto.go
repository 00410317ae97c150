package schedule

import (
	"slices"
	"time"
)

// The usual bounds of "auto".
const (
	MinInterval = time.Hour
	MaxInterval = 24 * time.Hour
)

// Auto returns the schedule "auto": an interval that follows the rhythm of the
// source, see Rhythm, between two bounds. A bound that is zero is the usual one.
// Until With tells it the interval it is least.
func Auto(least, most time.Duration) Spec {
	if least <= 0 {
		least = MinInterval
	}
	if most <= 0 {
		most = MaxInterval
	}
	return Spec{expr: "auto", loc: time.UTC, least: least, most: max(least, most)}.With(0)
}

// Bounds returns the least and the most interval of "auto", zeros for the others.
func (s Spec) Bounds() (least, most time.Duration) { return s.least, s.most }

// Auto reports whether the interval follows the rhythm of the source.
func (s Spec) Auto() bool { return s.least > 0 }

// With returns the schedule "auto" for a source with this rhythm, and every
// other as it is. Intervals are steps of a third or a half, so that a small
// change of the rhythm does not move the times at which the source is asked.
func (s Spec) With(rhythm time.Duration) Spec {
	if !s.Auto() {
		return s
	}
	s.every = min(max(step(min(rhythm, s.most)), s.least), s.most)
	return s
}

// step rounds to 1, 1½, 2, 3, 4, 6, 8, 12, … hours, and to halves, quarters and
// so on of these: down, unless the next is within an eighth. Half of what is
// called daily is often a little less than twelve hours.
func step(d time.Duration) time.Duration {
	d += d / 8
	at := time.Hour >> 8
	for next := at; next <= d; next *= 2 {
		at = next
	}
	if d >= at+at/2 {
		at += at / 2
	}
	return at
}

// minPause is the shortest time until the next request to a source of "auto" that gets back
// into its phase after a disturbance: half an interval, but never much less than the
// least interval.
func (s Spec) minPause() time.Duration {
	return max(s.every/2, s.least*9/10)
}

const (
	rhythmEvents  = 20 // pauses that a rhythm is told from
	rhythmSilence = 10 // a silence makes the interval a tenth of it
)

// Rhythm returns how often to ask a source whose entries appeared at these
// times, in any order, so that an entry is usually seen within half the usual
// time between two: the median of the latest twenty pauses, halved. Entries
// that one request sees together, within burst, are one. A source that has
// fallen silent is asked more and more rarely, each time after a tenth of its
// silence more; a single entry after that brings its old rhythm back.
//
// It is 0 when nothing is known.
func Rhythm(appeared []time.Time, burst time.Duration, now time.Time) time.Duration {
	times := slices.DeleteFunc(slices.Clone(appeared), func(t time.Time) bool { return t.IsZero() || t.After(now) })
	if len(times) == 0 {
		return 0
	}
	slices.SortFunc(times, time.Time.Compare)
	var pauses []time.Duration
	last := times[0]
	for _, t := range times[1:] {
		if pause := t.Sub(last); pause > burst {
			pauses = append(pauses, pause)
			last = t
		}
	}
	silence := now.Sub(times[len(times)-1]) / rhythmSilence
	if len(pauses) == 0 {
		return silence
	}
	pauses = pauses[max(0, len(pauses)-rhythmEvents):]
	slices.Sort(pauses)
	return max(pauses[(len(pauses)-1)/2]/2, silence)
}
