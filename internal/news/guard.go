package news

import "time"

// Guard names what kept an entry from the top of the feeds.
type Guard string

// The guards.
const (
	GuardBacklog Guard = "backlog" // old when its source was new, and beyond what a new source may bring: in no feed
	GuardFlood   Guard = "flood"   // old, and came with many others at once: placed into the history of feeds
)

// A flood is more than floodLeast entries in one fetch that were published more than
// floodAge before the newest stored entry of the source, and more than floodTimes as many
// as one fetch ever brought: a publisher restored an archive or raised a limit. A few late
// entries are no flood, nor is what has piled up while this process did not run.
const (
	floodLeast = 20
	floodTimes = 3
	floodAge   = 7 * 24 * time.Hour
)

// Flood returns which of the new entries of one fetch are old ones of a flood and no news;
// nil when there is no flood. published are the times of the new entries; one without a
// time counts as news. newest is the latest published time that the source had before, and
// most the largest number of new entries that one fetch ever brought, not counting the
// first document and earlier floods.
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
