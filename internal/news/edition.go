package news

import "time"

// Edition is one Feed as it stands, or what a search in it found: what every
// format of it is rendered from.
type Edition struct {
	Site    Site
	Feed    Feed
	Search  *Search           // nil for the feed itself
	Updated time.Time         // highest Updated ever published in the feed; before the first, when the feed was made
	TTL     time.Duration     // how often to come back, fixed at rendering
	Change  int64             // the last change that subscribers are told of and that it shows
	Shown   []Shown           // newest first
	Beyond  int64             // there was no room for what is below this sequence; 0: it reaches down to the first one
	Absent  []PastPublication // of a resumed feed, what sources had in it that have delivered no document since; newest first
	Pages
}

// Pages says which document of its feed an Edition is, and which ones come before and after
// it.
type Pages struct {
	Part  Part // which one it is
	Older Part // what came before, or was left out because of its source; the zero value for nothing
	Newer Part // what came after a Part that is not live
	Prev  Part // the closed page before it, in a feed with an archive; of number 0 for none
}

// Search is what an Edition of search results was searched for. Nobody can subscribe to such
// an Edition at the hub.
type Search struct {
	Query string // as it stands in the address, escaped
	In    string // the name of the feed that was searched; empty for all public ones
}

// Member is an entry of a story as it is listed with the one shown.
type Member struct {
	EntryID     int64
	Key         string // see EntryKey
	SourceName  string
	SourceTitle string
	Outlet      string
	Title       string
	Link        string // absolute; for a seed the story page
	Published   time.Time
	Match       Match
	Named       bool // the end of the text named it before the database was lost, see Shown.Named
}

// Shown is a Publication with everything that a format can carry.
type Shown struct {
	Publication
	Entry       Entry     // the entry shown; Link is never empty: a seed's is its story page
	Own         bool      // the feed made it itself, as it makes digests and problems: it has no source
	Source      Source    // of the entry shown
	SourceID    string    // atom:id of the source's document; empty when it has none
	SourceSeen  time.Time // newest updated of that source's entries, for atom:source
	Members     []Member  // the other public members of the story, oldest first
	Shortened   bool      // the text of the entry is not whole, see MaxTextBytes
	Named       []int64   // those of Members that the end of its text names, see Feed.AlsoReported
	SourceTitle string    // how people know the source; never empty

	Heading string // what the feed calls it, see Feed.ItemTitle; empty: its title
	Footer  string // HTML that the feed ends it with, see Feed.ItemFooter; empty: nothing

	SourceRights string // of the source's document as a whole; holds where an entry has none
	SourceImage  string // URL of the picture that the source's document shows; may be empty

	Digest *Digest // when it is a digest; nil when it is a story
}

// Member returns the entry as it is listed beside another of its story.
func (s Shown) Member(site Site) Member {
	link := s.Entry.Link
	if link == "" {
		link = site.StoryURL(s.Entry.StoryKey)
	}
	return Member{
		EntryID: s.Entry.ID, Key: EntryKey(s.Source, s.Entry.GUID), SourceName: s.Source.Name, SourceTitle: s.SourceTitle, Outlet: s.Source.Outlet,
		Title: s.Entry.Title, Link: link, Published: s.Entry.Published, Match: s.Entry.Match,
	}
}

// Placement is an entry and where its story is shown.
type Placement struct {
	Shown
	In        []Publication // of the story, in any feed, removed ones too
	Withdrawn time.Time     // when its document vanished; zero while it is there
	Retired   time.Time     // when its source left the configuration; zero while it is there
	Pushed    bool          // a hub brought it; of what came within ninety days
}
