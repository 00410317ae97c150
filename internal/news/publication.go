package news

import "time"

// Candidate is an entry of a story that a feed may show, with what decides
// whether it is the one.
type Candidate struct {
	EntryID   int64
	SourceID  int64
	Origin    string // the source's key: minted guids derive from it
	GUID      string
	Public    bool
	Kind      Kind
	Outlet    string
	Rank      int       // of its source in the feed; lower is shown rather
	Cited     int       // how many other sources of the story link to its page
	Published time.Time // never zero
	Updated   time.Time // never zero
	FirstSeen time.Time
	Born      int64 // the revision that stored it
	Backlog   bool  // came with the first document of its source, or with a flood of old entries
	Flood     bool  // came with such a flood
	Length    int   // of its text
	Signature uint64
	Pinned    bool // by hand: shown before all others of its story
}

// Lead returns the index of the candidate to show, -1 without any. The one that a person
// pinned goes first. Then follow, in this order: the rank of the source in the feed; the
// number of other sources that link to the page; the earlier published time; the longer
// text. Ties are broken by the key of the source and the guid, so that the order in which
// sources were fetched decides nothing.
func Lead(cs []Candidate) int {
	best := -1
	for i := range cs {
		if best < 0 || rather(cs[i], cs[best]) {
			best = i
		}
	}
	return best
}

// rather reports whether a is to be shown rather than b.
func rather(a, b Candidate) bool {
	switch {
	case a.Pinned != b.Pinned:
		return a.Pinned
	case a.Rank != b.Rank:
		return a.Rank < b.Rank
	case a.Cited != b.Cited:
		return a.Cited > b.Cited
	case !a.Published.Equal(b.Published):
		return a.Published.Before(b.Published)
	case a.Length != b.Length:
		return a.Length > b.Length
	case a.Origin != b.Origin:
		return a.Origin < b.Origin
	case a.GUID != b.GUID:
		return a.GUID < b.GUID
	}
	return a.EntryID < b.EntryID
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

// Undated returns the published time of an entry without a time, from its position in the
// first document of its source. Documents usually begin with the newest entry, and sources
// without dates are seldom busy. If all these entries counted as published now, they would
// push everything else off a feed.
func Undated(position int, seen time.Time) time.Time {
	return seen.Add(-time.Duration(position) * undatedApart)
}

// Revised returns the updated time of a Publication whose words changed: the time that the
// publisher states if that is later than the old one, else now. It never moves back.
func Revised(old, stated, now time.Time) time.Time {
	if stated.After(old) && !stated.After(now) {
		return stated
	}
	if now.After(old) {
		return now
	}
	return old
}

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
	var h uint32 = 2166136261 // FNV-1a
	for i := range len(guid) {
		h = (h ^ uint32(guid[i])) * 16777619
	}
	return published.UnixMilli()*1000 + int64(h%1000)
}
