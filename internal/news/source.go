package news

import (
	"errors"
	"time"
)

// Kind tells how a Source is read.
type Kind string

// The kinds of Source.
const (
	KindFeed  Kind = "feed"  // a feed URL, fetched over HTTP
	KindSeeds Kind = "seeds" // a glob of seed documents on disk
)

// Source is where entries come from. Its row outlives its configuration: a
// source that is no longer configured is retired and keeps its history.
type Source struct {
	ID     int64  // row number; zero before it is stored
	Name   string // unique, [a-z0-9][a-z0-9_-]{0,63}
	Kind   Kind
	URL    string // the feed URL as configured, or the glob of a seed folder
	Title  string // configured title, else what the document calls itself
	Site   string // home page: as configured, else as the document states it; may be empty
	Outlet string // configured outlet; empty means the registrable domain of an entry's link
	Tags   []string
	Public bool // false: its URL and its stories leave by no public route
	Apart  bool // its entries are never one story with entries of other sources; as configured, not stored
	Where  Rule // which of its entries feeds may take; nil: all. As configured, only its key is stored

	Author  string   // who writes it, for people; as configured
	Contact string   // an e-mail address or page of theirs, for the operator: in no feed but that of problems
	Icon    string   // URL of its picture; as configured
	Lists   []string // names of the lists that it stands on; none for one that only the file names
}

// Key is the part of a source's identity that survives an empty database: the
// feed's URL, or the name of a seed folder. Minted ids derive from it.
func (s Source) Key() string {
	if s.Kind == KindSeeds {
		return s.Name
	}
	return s.URL
}

// SourceState is what the daemon knows of a source beyond its configuration.
type SourceState struct {
	Source
	RetiredAt time.Time // zero while the source is configured
	NextDue   time.Time // zero means never fetched: due at once
	FirstOK   time.Time // when the first document was stored; zero before
	Last      Fetch     // the latest attempt; zero before the first
	Failures  int       // attempts failed in a row
	Entries   int       // entries held
	Newest    time.Time // first seen time of the newest entry
	Vitals
	Move Move
}

// StoryDay is how many stories entered the public feeds on a day, UTC; one of several
// feeds counts once, when it entered the first.
type StoryDay struct {
	Day     time.Time
	Stories int
}

// SourceDay sums up a day of a source, UTC.
type SourceDay struct {
	Day    time.Time // its midnight
	Visits int       // attempts on it
	Failed int       // those of them that brought nothing that can be trusted
	New    int       // entries that came, its first document aside
}

// Validators are what a server gave to make the next request conditional,
// verbatim, with the hash of the body they belong to.
type Validators struct {
	ETag         string
	LastModified string
	BodyHash     string // hex; empty before the first body
}

// Body is an upstream document as received, kept so that a newer reader can
// read it again.
type Body struct {
	URL         string // where it came from in the end
	ContentType string
	Reader      int // version of the reader that read it
	Data        []byte
}

// PageText is what came of fetching the page that an entry links to, for a
// source that takes its texts from pages. It is kept, so that a page is fetched
// once and an entry that comes again keeps its text.
type PageText struct {
	URL     string // the entry's link
	Fetched time.Time
	Tries   int     // so far
	Outcome Outcome // of the latest one
	Note    string  // why there is no text, one clause for the operator; empty with one
	HTML    string  // the article, sanitised; empty without one
}

// Lease is the right to fetch a source, and what the fetch needs to know.
type Lease struct {
	Epoch      int64 // rises with every lease and every change of address
	Validators Validators
	FirstOK    time.Time     // zero before the first document
	Failures   int           // in a row
	Interval   time.Duration // at which it was asked so far; 0: by the calendar, or never
	Hints      Hints         // of the publisher, from the last document
	Move       Move
	PushUntil  time.Time // until when hubs bring what is new, see Push.Trusted; zero while they do not
}

// Host is what is remembered of a rate group: the hosts of one registrable
// domain, which are asked as one, or an address.
type Host struct {
	Name      string
	NotBefore time.Time     // nothing of it is asked before; zero or past: it may be
	Spacing   time.Duration // between two requests, as last widened; 0 is the usual
	Limited   int           // how often it answered 429
	LimitedAt time.Time     // when it last did
}

// ErrLeased says that a source cannot be leased: somebody else fetches it, or
// it is no longer configured.
var ErrLeased = errors.New("the source is being fetched already, or is no longer configured")

// ErrSuperseded says that a source was changed or taken over while it was
// fetched: what came is not stored, the next fetch brings it.
var ErrSuperseded = errors.New("the source was reconfigured while it was fetched")

// ListState is what we hold of a List: an OPML list of sources, which brings
// sources and is none.
type ListState struct {
	ID   int64  // row number; zero before it is stored
	Name string // unique among lists and sources
	URL  string // as configured: its address, or its path

	Sources    []Listed   // of its last good state
	Validators Validators // of that state
	Loaded     time.Time  // when it was last good; zero before
	Last       Fetch      // the latest attempt; SourceID is 0
	Failures   int        // attempts failed in a row
	NextDue    time.Time  // zero means never read: due at once
}

// Listed is a source as an OPML list names it.
type Listed struct {
	Name  string   `json:"name,omitempty"` // ours, that it got when it appeared and keeps
	URL   string   `json:"url"`            // of the feed
	Title string   `json:"title,omitempty"`
	Site  string   `json:"site,omitempty"` // home page
	Tags  []string `json:"tags,omitempty"` // its folders
}
