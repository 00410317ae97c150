package news

import (
	"fmt"
	"slices"
	"time"
)

// Arrival is a story that entered a feed when it was new.
type Arrival struct {
	At       time.Time
	SourceID int64 // of the entry shown
	Bytes    int   // of its title, summary and content, as far as the feed gives them out
}

// Turnover says that a feed turns over faster than its readers come back: more new
// stories entered between two visits than its page shows.
type Turnover struct {
	Client  string        // whose readers miss some
	Every   time.Duration // how often they come
	Entered int           // most that entered in such a time
	Large   bool          // and are more than MaxShownBytes
}

// Limit is the limit: that would do, in tens; 0 when none would.
func (t Turnover) Limit() int {
	if t.Entered > MaxShown || t.Large {
		return 0
	}
	return (t.Entered + 9) / 10 * 10
}

// String says it to the operator.
func (t Turnover) String() string {
	hours := fmt.Sprintf("%.3g h", t.Every.Hours())
	text := fmt.Sprintf("turns over faster than %s comes: up to %d new stories in the %s between two visits; ", t.Client, t.Entered, hours)
	if limit := t.Limit(); limit > 0 {
		return text + fmt.Sprintf("limit: %d would show them", limit)
	}
	if t.Large {
		return text + fmt.Sprintf("they are more than the %d MB that a page holds, so give it content: summary, or make two of it", MaxShownBytes>>20)
	}
	return text + fmt.Sprintf("a feed shows at most %d, so make two of it", MaxShown)
}

// Missed returns how many of the arrivals, oldest first, entered within a time when
// that was more than the page showed: the most of them, 0 when that was always
// enough. What max_per_source leaves out is not missed. They are large when not even
// a page without other limits would hold them.
func (f Feed) Missed(arrivals []Arrival, within time.Duration) (most int, large bool) {
	paused, shown := newSpan(f, within), newSpan(f, f.Window)
	for i := range arrivals {
		n, room := paused.upTo(arrivals, i), min(max(f.Limit, shown.upTo(arrivals, i)), MaxShown)
		if n <= most {
			continue
		}
		tooLarge := paused.bytes > MaxShownBytes && f.fitting(arrivals[paused.first:i+1]) < n
		if n > room || tooLarge {
			most, large = n, tooLarge
		}
	}
	return most, large
}

// fitting returns how many of the newest arrivals are at most MaxShownBytes. One fits
// however large it is.
func (f Feed) fitting(arrivals []Arrival) (n int) {
	have, bytes := map[int64]int{}, 0
	for _, a := range slices.Backward(arrivals) {
		if have[a.SourceID]++; f.MaxPerSource > 0 && have[a.SourceID] > f.MaxPerSource {
			continue
		}
		if bytes += a.Bytes; bytes > MaxShownBytes && n > 0 {
			break
		}
		n++
	}
	return n
}

// span counts the arrivals of a length of time that moves along, at most so many of
// one source.
type span struct {
	length    time.Duration
	perSource int // 0: any number
	first     int
	have      map[int64]int
	count     int
	bytes     int // of all, also of those that are too many of their source
}

func newSpan(f Feed, length time.Duration) *span {
	return &span{length: length, perSource: f.MaxPerSource, have: map[int64]int{}}
}

// upTo moves the end to the arrival at an index and returns how many there are.
func (s *span) upTo(arrivals []Arrival, end int) int {
	source := arrivals[end].SourceID
	s.bytes += arrivals[end].Bytes
	if s.have[source]++; s.perSource == 0 || s.have[source] <= s.perSource {
		s.count++
	}
	for from := arrivals[end].At.Add(-s.length); arrivals[s.first].At.Before(from); s.first++ {
		source := arrivals[s.first].SourceID
		if s.perSource == 0 || s.have[source] <= s.perSource {
			s.count--
		}
		s.have[source]--
		s.bytes -= arrivals[s.first].Bytes
	}
	return s.count
}
