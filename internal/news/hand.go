package news

import "time"

// Act is what a person did to an Entry. It holds until a person does something else: the
// program decides about an Entry only once, when it arrives.
type Act string

// The acts. Merged and Split tell how an Entry came to be in its Story.
const (
	Merged   Act = "merged"   // its Story became part of another
	Split    Act = "split"    // it left its Story for another
	Pinned   Act = "pinned"   // it is the one shown of its Story
	Unpinned Act = "unpinned" // feeds choose again
)

// Hand is what a person did, and when by our clock. The zero Hand means that nobody acted.
type Hand struct {
	Act Act
	At  time.Time
}

// IsZero reports whether nobody acted.
func (h Hand) IsZero() bool { return h.Act == "" }

// String returns "merged by hand" and the like; "" if nobody acted.
func (h Hand) String() string {
	if h.IsZero() {
		return ""
	}
	return string(h.Act) + " by hand"
}

// Correction is one act on one Entry, as it is kept.
type Correction struct {
	Hand
	EntryID  int64
	From, To string // keys of its Story before and after; the same where it did not move
}
