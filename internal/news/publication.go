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
	Backlog   bool  // came with the first document of its source, or with a flood
	Flood     bool  // with a flood
	Length    int   // of its text
	Signature uint64
	Pinned    bool // by hand: shown before all others of its story
}

// Lead returns the index of the candidate to show: the one that a person pinned,
// then by the feed's order of sources, then the original, then the fullest. The
// original is what most others link to, or where none is linked the earliest.
// What is equal in all that is told apart by what it brings and not by when we
// saw it, so that the order in which sources are fetched decides nothing. It
// returns -1 for none.
func Lead(cs []Candidate) int {
	best := -1
	for i := range cs {
		if best < 0 || rather(cs[i], cs[best]) {
			best = i
		}
	}
	return best
}

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

// Sane returns the times of an entry as we keep them: an unstated or future
// published time is when we first saw it, updated is never before published
// and never in the future.
func Sane(published, updated, seen time.Time) (time.Time, time.Time) {
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

// undatedApart is how far apart entries of a first document are placed in history
// that do not say when they were published.
const undatedApart = 24 * time.Hour

// Undated returns when an entry of a source's first document, at this position in
// it, counts as published when it states no time: documents have the newest first,
// and sources that give no dates are seldom busy. All of them as of now would push
// everything else off a feed.
func Undated(position int, seen time.Time) time.Time {
	return seen.Add(-time.Duration(position) * undatedApart)
}

// Revised returns a Publication's updated time after its words changed: the
// publisher's when that moves it forward, else now.
func Revised(old, stated, now time.Time) time.Time {
	if stated.After(old) && !stated.After(now) {
		return stated
	}
	if now.After(old) {
		return now
	}
	return old
}

// Order numbers for Publications: microseconds, so that a backlog finds room
// between what entered live.

// LiveSequence returns the sequence of a story that enters a feed now, above
// the highest given before.
func LiveSequence(highest int64, now time.Time) int64 {
	return max(highest+1, now.UnixMicro())
}

// HistorySequence returns where a story of the backlog is placed: by its
// published time, the millisecond's room filled by its guid so that equal
// times keep one order.
func HistorySequence(published time.Time, guid string) int64 {
	var h uint32 = 2166136261 // FNV-1a
	for i := range len(guid) {
		h = (h ^ uint32(guid[i])) * 16777619
	}
	return published.UnixMilli()*1000 + int64(h%1000)
}
