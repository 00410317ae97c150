package news

import "time"

// Guard names what kept an entry from the top of the feeds.
type Guard string

// The guards.
const (
	GuardBacklog Guard = "backlog" // old when its source was new, and more than the source may bring: in no feed
	GuardFlood   Guard = "flood"   // old, and came with many others at once: placed into the history of feeds
)

// A flood is more than floodLeast entries at once that were published floodAge
// before the newest that the source had, and more than floodTimes as many as it
// ever brought: an archive that was restored, a limit that was raised. So neither
// a late entry nor the catch-up after our own pause is one.
const (
	floodLeast = 20
	floodTimes = 3
	floodAge   = 7 * 24 * time.Hour
)

// Flood tells which of the new entries of one fetch came with a flood and are no
// news: those published before the newest that the source had. It is nil when
// there is no flood. newest is when that was published, most the largest number
// of new entries that the source brought at once, its first document and floods
// aside. An entry without a time of its own is news.
func Flood(published []time.Time, newest time.Time, most int) []bool {
	old, aged := make([]bool, len(published)), 0
	for i, t := range published {
		old[i] = !t.IsZero() && t.Before(newest)
		if old[i] && t.Before(newest.Add(-floodAge)) {
			aged++
		}
	}
	if aged <= floodLeast || aged <= floodTimes*most {
		return nil
	}
	return old
}
