package news

import (
	"hash/fnv"
	"time"
)

// Publication is one Story as shown in one Feed. GUID, Published and Sequence
// never change; Updated moves only forward, and only when the words change.
type Publication struct {
	FeedID    int64
	StoryID   int64
	StoryKey  string
	GUID      string    // what readers key on, the same in every format
	Sequence  int64     // order of entry into the feed; higher is newer
	Entered   time.Time // when it entered the feed, by our clock; for a backlog, where it was placed
	Published time.Time
	Updated   time.Time
	EntryID   int64  // the entry shown
	Signature uint64 // of the words of its title and text, see clean.Signature
	Removed   bool   // withdrawn: kept, never shown
}

// PlausibleTimes returns the times of an entry as they are stored. A published time that is missing,
// or in the future, becomes the time at which the entry was first seen. The updated time is
// never before published and never in the future.
func PlausibleTimes(published, updated, seen time.Time) (time.Time, time.Time) {
	if published.IsZero() {
		published = updated
	}
	if published.IsZero() || published.After(seen) {
		published = seen
	}
	if updated.Before(published) {
		updated = published
	}
	if updated.After(seen) {
		updated = seen
	}
	return published, updated
}

// undatedApart is how far apart entries without a time in a first document are placed in
// history.
const undatedApart = 24 * time.Hour

// UndatedTime returns the published time of an entry without a time, from its position in the
// first document of its source. Documents usually begin with the newest entry, and sources
// without dates are seldom busy. If all these entries counted as published now, they would
// push everything else off a feed.
func UndatedTime(position int, seen time.Time) time.Time {
	return seen.Add(-time.Duration(position) * undatedApart)
}

// RevisedTime returns the updated time of a Publication whose words changed: the time that the
// publisher states if that is later than the old one, else now. It never moves back.
func RevisedTime(old, stated, now time.Time) time.Time {
	if stated.After(old) && !stated.After(now) {
		return stated
	}
	if now.After(old) {
		return now
	}
	return old
}

// Later returns the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// DayOf returns the beginning of a day in UTC.
func DayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// The sequence of a Publication orders it in its feed. It is a time in microseconds, so that
// a backlog finds room between Publications that entered as news.

// LiveSequence returns the sequence of a story that enters a feed now, above
// the highest given before.
func LiveSequence(highest int64, now time.Time) int64 {
	return max(highest+1, now.UnixMicro())
}

// HistorySequence returns the sequence of a story that is placed in history: its published
// time in milliseconds, with a hash of its guid in the last three digits, so that stories
// of one time always have the same order.
func HistorySequence(published time.Time, guid string) int64 {
	h := fnv.New32a()
	h.Write([]byte(guid))
	return published.UnixMilli()*1000 + int64(h.Sum32()%1000)
}
