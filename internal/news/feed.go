package news

import (
	"cmp"
	"slices"
	"time"
)

// Duplicates says how a Feed shows a Story of several entries.
type Duplicates string

// The ways to show a story.
const (
	Collapse Duplicates = "collapse" // one Publication a story
	Group    Duplicates = "group"    // as collapse, with the members listed in the body
	Keep     Duplicates = "keep"     // one Publication an entry
)

// Extent says how much of an entry a Feed gives out.
type Extent string

// The extents.
const (
	Full        Extent = "full"    // all that there is
	SummaryOnly Extent = "summary" // the summary, else the first words
	LinkOnly    Extent = "link"    // neither: title and link
)

// Feed is what we publish.
type Feed struct {
	ID              int64
	UUID            string // urn:uuid:…, the atom:id; minted once
	Name            string // [a-z0-9][a-z0-9_-]{0,63}, the last part of its URLs
	Title           string
	Description     string
	Language        string   // BCP 47; empty when its entries differ
	Sources         []string // names of sources that it selects, and of lists, which stand for all their sources
	Tags            []string // it selects sources with one of these, too; without Sources and Tags it selects all
	Duplicates      Duplicates
	Limit           int           // how many Publications it shows at least; for digests, how many stories one tells of at most
	Window          time.Duration // it also shows all that entered within this time before the newest
	Judged          string        // key of Where, with the sources if it looks at them; set by the store
	Where           Rule          // which entries it takes; nil: all
	Content         Extent        // of the entries it shows; empty is Full
	MaxPerSource    int           // how many it shows, or one digest tells of, that show an entry of one source; 0: no limit
	MaxPerSourceDay int           // likewise of those that entered on one day of UTC, where the first ones count; 0: no limit
	Settle          time.Duration // how long a new story is held back after its first entry was seen; 0: not at all
	AlsoReported    bool          // texts end with who else reported the story, except where Duplicates is Group
	ItemTitle       string        // template of what its items are called, see format.TemplateNames; empty: as they are
	ItemFooter      string        // likewise, of HTML that ends their texts; empty: nothing
	Archive         bool          // what it has shown is kept in closed pages
	ArchiveKeep     int           // so many of the newest; 0: all
	MovedFrom       []string      // names that it had before: their addresses lead to its own
	Digest          Calendar      // when what came is told as one item, see Digest; nil: each story is an item of its own

	Kind    FeedKind
	Private bool   // for those only who have a token, see Token; directories are told not to list it
	Author  string // who answers for it as a whole; empty: the site
	Image   string // URL of the picture that stands for it; may be empty
	Show    Show   // of the kind Podcast
}

// Audience is for whom something is made: everybody, or the subscribers of one private
// feed, which is named by its row number. They may know what everybody may know, and what
// their feed selects and shows.
type Audience int64

// Everybody is the audience of all that is public.
const Everybody Audience = 0

// Audience returns who may see the feed.
func (f Feed) Audience() Audience {
	if f.Private {
		return Audience(f.ID)
	}
	return Everybody
}

// Selects reports whether entries of s may appear in the feed. Those of a private source
// appear in private feeds only.
func (f Feed) Selects(s Source) bool {
	if !s.Public && !f.Private {
		return false
	}
	if len(f.Sources) == 0 && len(f.Tags) == 0 {
		return true
	}
	return f.Rank(s) >= 0 || slices.ContainsFunc(f.Tags, func(tag string) bool { return slices.Contains(s.Tags, tag) })
}

// Rank returns the place of s among the sources and lists that the feed names; -1 if it names
// neither the source nor a list of it.
func (f Feed) Rank(s Source) int {
	return slices.IndexFunc(f.Sources, func(name string) bool { return name == s.Name || slices.Contains(s.Lists, name) })
}

// DisplayName returns what people call the feed: its title, or else its name.
func (f Feed) DisplayName() string { return cmp.Or(f.Title, f.Name) }

// Wants reports whether a feed of this kind takes the entry: a podcast takes only entries
// with sound or film.
func (f Feed) Wants(e *Entry) bool {
	return f.Kind != Podcast || slices.ContainsFunc(e.Enclosures, Enclosure.Playable)
}

// Bounds of what any feed shows, whatever its configuration says.
const (
	MaxShown      = 1000      // publications
	MaxShownBytes = 3 << 20   // of title, summary and content together
	MaxTextBytes  = 100 << 10 // of each of summary and content: no entry crowds out others
)

// ShownBytes returns how many bytes of an entry a feed shows at most, from the lengths of
// its title, summary and content.
func ShownBytes(title, summary, content int) int {
	return title + min(summary, MaxTextBytes) + min(content, MaxTextBytes)
}
