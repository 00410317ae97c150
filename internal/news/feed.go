package news

import (
	"slices"
	"strconv"
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
	MaxShown      = 1000      // publications
	MaxShownBytes = 3 << 20   // of title, summary and content together
	MaxTextBytes  = 100 << 10 // of each of summary and content: no entry crowds out others
)

// ShownBytes returns how many bytes of an entry a feed shows at most, from the lengths of
// its title, summary and content.
func ShownBytes(title, summary, content int) int {
	return title + min(summary, MaxTextBytes) + min(content, MaxTextBytes)
}

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

// Site is the site that publishes.
type Site struct {
	Title    string
	URL      string // public base URL without a trailing slash; may have a path
	Contact  string
	Hub      string     // address of our WebSub hub; empty while there is none
	Logo     string     // a picture for the pages: its address, or the picture itself as a data: URL; empty for none
	Intro    string     // a few words on the front page, Markdown; empty for none
	Language string     // of our own words on the pages, one of Languages; empty means English
	Links    []SiteLink // at the foot of every page: join, imprint, privacy
	Static   bool       // its pages are files, behind a server that answers no questions

	// Token is the secret part of the addresses of a private feed and of its
	// stories, or the placeholder for it in documents that are rendered once for
	// all subscribers; empty for everything public.
	Token string
}

// SiteLink is a link of the site's own.
type SiteLink struct {
	Title string
	URL   string // http, https or mailto
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

// URL returns the address of one representation of the feed, "atom", "rss",
// "json" or "opml", or its HTML twin for "". A private feed has none without a
// token.
func (e Edition) URL(ext string) string {
	if e.Search != nil {
		return e.Site.SearchURL(*e.Search, ext)
	}
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

// PartURL returns the address of one representation of a document of the feed.
// A page of the archive has none for people: the twin stands for it.
func (e Edition) PartURL(p Part, ext string) string {
	var url string
	switch {
	case p.Page > 0 && ext != "":
		url = e.URL("") + "archive/" + p.PageName()
	case p.Before > 0:
		url = e.URL("") + "older/" + strconv.FormatInt(p.Before, 10)
	default:
		return e.URL(ext)
	}
	if ext != "" {
		url += "." + ext
	}
	return url
}

// SearchURL returns the address of what a search finds, "atom", "rss" or "json",
// or its page for "". Below a token, which opens one feed, the page need not name it.
func (s Site) SearchURL(in Search, ext string) string {
	base, feeds := s.URL, s.URL+"/feeds"
	if s.Token != "" {
		base, feeds = s.privateURL(), s.privateURL()
	}
	switch {
	case ext != "" && in.In != "":
		return feeds + "/" + in.In + "." + ext + "?q=" + in.Query
	case ext != "":
		return base + "/search." + ext + "?q=" + in.Query
	case in.In != "" && s.Token == "":
		return base + "/search?q=" + in.Query + "&feed=" + in.In
	}
	return base + "/search?q=" + in.Query
}

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
