package news

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Cadence is how much time the readers of a feed who use one program let go by in
// pauses of about one length. Time is counted and not visits: so who comes once a
// day weighs as much as who comes every half hour, and the pauses of a night count
// for what can be missed in them.
type Cadence struct {
	FeedID int64
	Client string        // the product that its User-Agent names, without version
	Every  time.Duration // the length, one of Cadences
	Spent  time.Duration // in such pauses, those of long ago for less
	Seen   time.Time     // the end of the last of them
}

// Cadences are the lengths of pauses that are told apart, each with all that are
// shorter up to the one before. Who stays away longer is on holiday.
func Cadences() []time.Duration {
	const h = time.Hour
	return []time.Duration{h / 2, h, 2 * h, 4 * h, 8 * h, 12 * h, 24 * h, 48 * h, 96 * h}
}

// LeastPause is the shortest time between two visits: what is shorter is one visit
// in two requests.
const LeastPause = time.Minute

// CadenceOf returns the length that a pause counts as, with a tenth of it to spare,
// since nobody is punctual; false for a holiday.
func CadenceOf(pause time.Duration) (every time.Duration, ok bool) {
	for _, every := range Cadences() {
		if pause <= every+every/10 {
			return every, true
		}
	}
	return 0, false
}

// halved is how long it takes until what was counted counts for half.
const halved = 7 * 24 * time.Hour

// Add returns c with pauses of the same length that ended later.
func (c Cadence) Add(more Cadence) Cadence {
	past := max(more.Seen.Sub(c.Seen), 0)
	more.Spent += time.Duration(float64(c.Spent) * math.Exp2(-float64(past)/float64(halved)))
	return more
}

// Usual returns in which time one program comes back, half of its readers' time
// taken together; false while too little is known of it, or nobody came for a
// while.
func Usual(all []Cadence, now time.Time) (every time.Duration, ok bool) {
	all = slices.SortedFunc(slices.Values(all), func(a, b Cadence) int { return cmp.Compare(a.Every, b.Every) })
	var total, sum time.Duration
	var seen time.Time
	for _, c := range all {
		total += c.Spent
		if c.Seen.After(seen) {
			seen = c.Seen
		}
	}
	for _, c := range all {
		if sum += c.Spent; 2*sum >= total {
			return c.Every, total >= c.Every+c.Every/2 && now.Sub(seen) < Active // they came back twice
		}
	}
	return 0, false
}
