package news

import (
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

// FeedKind tells what a Feed is made of.
type FeedKind string

// The kinds of Feed.
const (
	FeedOfStories FeedKind = ""       // the stories of its sources
	FeedOfHealth  FeedKind = "health" // the problems of its sources, for the operator; always private
)

// Feed is what we publish.
type Feed struct {
	ID           int64
	UUID         string   // urn:uuid:…, the atom:id; minted once
	Name         string   // [a-z0-9][a-z0-9_-]{0,63}, the last part of its URLs
	Kind         FeedKind // what it is made of
	Private      bool     // for those only who have a token, see Token
	Title        string
	Description  string
	Language     string   // BCP 47; empty when its entries differ
	Sources      []string // names of sources it selects, and of lists: all sources on them
	Tags         []string // and sources with one of these; neither means all
	Duplicates   Duplicates
	Limit        int           // publications shown at least
	Window       time.Duration // and beyond them all that entered within it
	MaxPerSource int           // of those shown, by the source shown; 0 is none
	Settle       time.Duration // how long a new story is held back after its first entry was seen; 0: not at all
	AlsoReported bool          // texts end with who else reported the story, except where Duplicates is Group
}

// Audience is who looks at what we have: everybody, or the subscribers of one
// private feed, by its row. They know what everybody knows, and beside it what
// their feed selects and shows.
type Audience int64

// Everybody is the audience of all that is public.
const Everybody Audience = 0

// Audience is who may see the feed.
func (f Feed) Audience() Audience {
	if f.Private {
		return Audience(f.ID)
	}
	return Everybody
}

// Selects reports whether entries of s may appear in the feed. A source that
// is not public appears in private feeds only.
func (f Feed) Selects(s Source) bool {
	if !s.Public && !f.Private {
		return false
	}
	if len(f.Sources) == 0 && len(f.Tags) == 0 {
		return true
	}
	for _, name := range f.Sources {
		if name == s.Name || slices.Contains(s.Lists, name) {
			return true
		}
	}
	for _, want := range f.Tags {
		if slices.Contains(s.Tags, want) {
			return true
		}
	}
	return false
}

// Bounds of what any feed shows, whatever its configuration says.
const (
	MaxShown      = 1000    // publications
	MaxShownBytes = 3 << 20 // of title, summary and content together
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
	EntryID   int64 // the entry shown
	Removed   bool  // withdrawn: kept, never shown
}

// Site is who we are.
type Site struct {
	Title   string
	URL     string // public base URL without a trailing slash; may have a path
	Contact string

	// Token is the secret part of the addresses of a private feed and of the
	// stories below it, or what stands for it while it is not known yet; empty for
	// all that is public.
	Token string
}

// Member is an entry of a story as it is listed beside the one shown.
type Member struct {
	EntryID     int64
	SourceName  string
	SourceTitle string
	Outlet      string
	Title       string
	Link        string // absolute; for a seed the story page
	Published   time.Time
	Match       Match
}

// Shown is a Publication with everything that a format can carry.
type Shown struct {
	Publication
	Entry       Entry     // the entry shown; Link is never empty: a seed's is its story page
	Source      Source    // of the entry shown
	SourceID    string    // atom:id of the source's document; empty when it has none
	SourceSeen  time.Time // newest updated of that source's entries, for atom:source
	Members     []Member  // the other public members of the story, oldest first
	Named       []int64   // the entries among them that the end of its text names, see Feed.AlsoReported
	SourceTitle string    // how people know the source; never empty
}

// Member returns the entry as it is listed beside another of its story.
func (s Shown) Member(site Site) Member {
	link := s.Entry.Link
	if link == "" {
		link = site.StoryURL(s.Entry.StoryKey)
	}
	return Member{
		EntryID: s.Entry.ID, SourceName: s.Source.Name, SourceTitle: s.SourceTitle, Outlet: s.Source.Outlet,
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

// Edition is one Feed as it stands: what every format of it is rendered from.
type Edition struct {
	Site    Site
	Feed    Feed
	Updated time.Time     // highest Updated ever published in the feed; before the first, when the feed was made
	TTL     time.Duration // how often to come back, fixed at rendering
	Shown   []Shown       // newest first
}

// URL returns the address of one representation of the feed, "atom", "rss",
// "json" or "opml", or its HTML twin for "". A private feed has none without a
// token.
func (e Edition) URL(ext string) string {
	file := e.Feed.Name + "." + ext
	if ext == "" {
		file = e.Feed.Name + "/"
	}
	switch {
	case !e.Feed.Private:
		return e.Site.URL + "/feeds/" + file
	case e.Site.Token == "":
		return ""
	}
	return e.Site.privateURL() + "/" + file
}

// privateURL is what the addresses below the token begin with.
func (s Site) privateURL() string { return s.URL + "/private/" + s.Token }

// StoryURL returns the address of a story's page: below the token where there is
// one, so that who may read a private feed may read its stories.
func (s Site) StoryURL(key string) string {
	if s.Token != "" {
		return s.privateURL() + "/stories/" + key
	}
	return s.URL + "/stories/" + key
}

// SourceURL returns the address of a source's page, which only public ones have.
func (s Site) SourceURL(name string) string { return s.URL + "/sources/" + name }
