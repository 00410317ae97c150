package news

import (
	"cmp"
	"slices"
	"time"
)

// Person is an author. RFC 4287 section 3.2. Avatar is the address of a picture, which
// only JSON Feed has.
type Person struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	URL    string `json:"url,omitempty"`
	Avatar string `json:"avatar,omitempty"`
}

// Category is a subject. Term is Atom's term or the text of an RSS category,
// Scheme its vocabulary, Label what people read. RFC 4287 section 4.2.2.
type Category struct {
	Term   string `json:"term"`
	Scheme string `json:"scheme,omitempty"`
	Label  string `json:"label,omitempty"`
}

// Origin names the feed that an entry was first published in, when the
// document says so (atom:source, RSS source). Updated decides nothing: it moves with
// every entry of that feed.
type Origin struct {
	ID      string    `json:"id,omitempty"`
	Title   string    `json:"title,omitempty"`
	Link    string    `json:"link,omitempty"` // its page
	URL     string    `json:"url,omitempty"`  // of the feed document
	Rights  string    `json:"rights,omitempty"`
	Icon    string    `json:"icon,omitempty"`  // URL of a small picture
	Image   string    `json:"image,omitempty"` // of its logo
	Updated time.Time `json:"updated,omitzero"`
}

// Entry is one thing published by one Source. Its identity is (source, guid).
//
// As it comes from a Document, times are as stated (zero when absent or
// unreadable) and the fields of the store are zero.
type Entry struct {
	GUID       string // as in the document; empty when absent
	Link       string // absolute; empty when absent
	Title      string // plain text
	Summary    string // sanitised HTML
	Content    string // sanitised HTML
	Published  time.Time
	Updated    time.Time
	Authors    []Person
	Categories []Category
	Enclosures []Enclosure
	Language   string // lower-case BCP 47 tag, the nearest declared
	Origin     *Origin
	Extra      Extra `json:",omitzero"`

	// Set by the store.
	ID        int64
	SourceID  int64
	StoryID   int64
	StoryKey  string // the story's opaque id in URLs
	FirstSeen time.Time
	Backlog   bool // came with the first document of its source
	Guard     Guard
	Hidden    bool // the rule of its source does not take it: in no feed
	Match     Match
	Pinned    time.Time `json:",omitzero"` // when a person chose it to be the one shown; zero for never
}

// Body is the fullest HTML that the entry has: its content, else its summary.
func (e Entry) Body() string {
	return cmp.Or(e.Content, e.Summary)
}

// Gallery returns the pictures that the entry brings besides its text, in order. A single
// one beside sound or film that is not itself a file is their cover, and is left out.
func (e *Entry) Gallery() []Enclosure {
	var all []Enclosure
	for _, f := range e.Enclosures {
		if f.Medium() == "image" {
			all = append(all, f)
		}
	}
	pictures := e.Extra.Pictures
	if len(all) == 0 && len(pictures) == 1 && slices.ContainsFunc(e.Enclosures, Enclosure.Playable) {
		return nil
	}
	return append(all, pictures...)
}

// Match says how an Entry came to be a member of its Story. It is stored with
// the entry and printed by `why`.
type Match struct {
	Reason Reason
	With   int64   // the entry it was attached to; 0 for the first of a story
	Score  float64 // 0 to 1
	Detail string  // one sentence for the operator
	Hand   Hand    `json:",omitzero"` // who moved it since: what is above stays as the machine judged
}

// Recalled is the Detail of the Match of an entry that was read back from a published feed.
const Recalled = "a feed showed it before the database was lost"

// Reason names the rule by which an entry joined its story.
type Reason string

// The reasons, as `tributary cluster` prints them.
const (
	ReasonNew    Reason = "new"    // the first of its story
	ReasonGUID   Reason = "guid"   // the same guid
	ReasonURL    Reason = "url"    // the same canonical URL
	ReasonTitle  Reason = "title"  // the same headline and no contradiction
	ReasonText   Reason = "text"   // the same text
	ReasonTeaser Reason = "teaser" // a teaser and its full text
	ReasonUpdate Reason = "update" // a later version of the article
)
