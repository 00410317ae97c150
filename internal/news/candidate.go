package news

import (
	"cmp"
	"time"
)

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
		if best < 0 || preferred(cs[i], cs[best]) {
			best = i
		}
	}
	return best
}

// preferred reports whether a is to be shown rather than b.
func preferred(a, b Candidate) bool {
	if a.Pinned != b.Pinned {
		return a.Pinned
	}
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.Cited, a.Cited), a.Published.Compare(b.Published), cmp.Compare(b.Length, a.Length),
		cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.GUID, b.GUID), cmp.Compare(a.EntryID, b.EntryID)) < 0
}
