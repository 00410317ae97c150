package news

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Cadence counts how much time the readers of a feed who use one program spent in pauses of
// about one length between two visits. It adds up time and not visits, so that a reader
// who comes once a day weighs as much as one who comes every half hour, and long pauses at
// night count for as much as can be missed in them.
type Cadence struct {
	FeedID int64
	Client string        // the product that its User-Agent names, without version
	Every  time.Duration // the length of the pauses, one of cadences
	Spent  time.Duration // in such pauses; long ago ones count for less
	Seen   time.Time     // the end of the latest of them
}

// cadences returns the lengths of pauses that are told apart. Each stands for all pauses
// that are longer than the length before it. A pause longer than the last is a holiday.
func cadences() []time.Duration {
	const h = time.Hour
	return []time.Duration{h / 2, h, 2 * h, 4 * h, 8 * h, 12 * h, 24 * h, 48 * h, 96 * h}
}

// LeastPause is the shortest time between two visits. Requests that follow sooner belong to
// one visit.
const LeastPause = time.Minute

// CadenceOf returns the length that a pause counts as, with a tenth of tolerance; false for
// a holiday.
func CadenceOf(pause time.Duration) (every time.Duration, ok bool) {
	for _, every := range cadences() {
		if pause <= every+every/10 {
			return every, true
		}
	}
	return 0, false
}

// halfLife is the half-life of what was counted.
const halfLife = 7 * 24 * time.Hour

// maxSpent is the most time that is counted: 146 years, which eight thousand readers spend in a week.
const maxSpent = 1 << 62

// Add returns c with later pauses of the same length added.
func (c Cadence) Add(more Cadence) Cadence {
	past := max(more.Seen.Sub(c.Seen), 0)
	spent := float64(more.Spent) + float64(c.Spent)*math.Exp2(-float64(past)/float64(halfLife))
	more.Spent = time.Duration(min(spent, maxSpent))
	return more
}

// UsualCadence returns the time within which a program usually comes back: the median, by time
// spent, of the pauses of its readers. It returns false while too little is known, or when
// nobody has come lately.
func UsualCadence(all []Cadence, now time.Time) (every time.Duration, ok bool) {
	all = slices.SortedFunc(slices.Values(all), func(a, b Cadence) int { return cmp.Compare(a.Every, b.Every) })
	var total, sum float64 // of many readers it is more than a Duration holds
	var seen time.Time
	for _, c := range all {
		total += float64(c.Spent)
		seen = Later(seen, c.Seen)
	}
	for _, c := range all {
		if sum += float64(c.Spent); 2*sum >= total {
			return c.Every, total >= 1.5*float64(c.Every) && now.Sub(seen) < Active // they came back twice
		}
	}
	return 0, false
}
