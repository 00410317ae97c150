// Package search defines what a search means: the query language, the words by which an
// entry is found, and where the words of a query stand in a text. The index itself is in
// store/sqlite.
//
// Both texts and queries are folded (filter.Fold) before they are compared. A query is a
// list of words that must all occur:
//
//	verkehr              a word; of five letters or more, also inside longer words
//	verk*   *amt   *bahn*   words that begin with, end with or hold these letters
//	"rote ampel"         exactly these words side by side
//	-stau   NOT stau     without the word
//	bahn OR zug          one of the two
//	title: text: author: tag: source: lang:   only there
//
// Any text is either a query or a SyntaxError that says what would be right.
package search

import (
	"errors"
	"fmt"
	"time"

	"tributary/internal/news"
)

// Version of the index: of the choice of entries and of what is indexed of each. When it is
// raised, the index is rebuilt from the stored entries.
const Version = 2

// Bounds of one search.
const (
	MaxLength  = 200                   // of a query, in characters
	MaxTerms   = 12                    // in a query
	MaxSources = 256                   // how many sources one source: or tag: may stand for
	MaxRows    = 200                   // how many stories a search returns
	Patience   = 50 * time.Millisecond // how much processor time the database may use for one search
)

// Lengths of words, in letters.
const (
	insideFrom = 5  // from this length on, a word is also looked for inside other words
	minInside  = 3  // of a word with a star before it, at least
	minPrefix  = 2  // of a word with a star after it, at least
	minLong    = 5  // of a word inside which others are looked for, at least
	maxLong    = 64 // and at most, in bytes
)

// Field is where a term is looked for.
type Field string

// The fields of a query. Anywhere is title, text, authors and categories.
const (
	Anywhere Field = ""
	Title    Field = "title"
	Text     Field = "text"
	Author   Field = "author"
	Tag      Field = "tag"    // categories of the entry, tags of its source
	Source   Field = "source" // what its source is called
	Language Field = "lang"
)

// isText reports whether running text is looked through, where words are also found inside
// longer ones.
func (f Field) isText() bool { return f == Anywhere || f == Title || f == Text }

// fields lists the names that a query may use, in the order in which people are
// told of them.
var fields = [...]Field{Title, Text, Author, Tag, Source, Language}

// Query is what to look for: an entry must satisfy every Clause.
type Query struct {
	Text    string // as typed, on one line
	Clauses []Clause
}

// Clause is satisfied when one of its terms is found or, with Not, when none is.
type Clause struct {
	Not bool
	Any []Term // one or more
}

// Term is one or several words in a field.
type Term struct {
	Field   Field
	Words   []string // folded, never empty; several stand side by side
	Head    bool     // letters may precede the word; only for a term of one word
	Tail    bool     // letters may follow the last word
	Sources []int64  // for the fields Source and Tag: the sources that are meant, see Resolve
	Given   string   // as typed, for messages
	quoted  bool
}

// SyntaxError says why a text is no query, and what would be right.
type SyntaxError struct{ Problem news.Text }

func (e *SyntaxError) Error() string { return fmt.Sprintf(e.Problem.English, e.Problem.Values...) }

// ErrTooBroad says that a search took too long and was given up.
var ErrTooBroad = errors.New("it takes too long")

// Request is a search in published feeds.
type Request struct {
	Query  *Query
	Site   news.Site
	Feeds  []news.Feed // that may be searched: public ones, or a single private one
	Best   bool        // what fits best first, instead of the newest
	Offset int
	Limit  int           // at most MaxRows together with Offset
	Within time.Duration // how much of a processor it may take; 0 is Patience
}

// Result is what a search found, one row a story; a feed that keeps duplicates
// has one a Publication.
type Result struct {
	Found   []Found
	Total   int       // stories that match, of the entries that were looked at
	Broad   bool      // too many entries match: only the latest were looked at
	Shorter bool      // too many words contain the letters of a term: only the shortest were looked for
	Partial bool      // the index is being rebuilt: older entries are not in it yet
	Since   time.Time // when the oldest of the feeds was made
}

// Found is a story as its feed shows it.
type Found struct {
	news.Shown
	Hit *news.Member // the entry that matches, if it is not the one that the feed shows
	At  news.Entry   // the entry that matches
}
