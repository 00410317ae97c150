// Package search says what a search means: the query language of people, the
// words under which an entry is found, and where in a text the words of a query
// stand. It knows no index; store/sqlite has that.
//
// Text is compared folded (filter.Fold), on the way in and on the way out. A query
// is words that must all be there:
//
//	verkehr              a word; of five letters or more, also inside longer words
//	verk*   *amt   *bahn*   words that begin with, end with or hold these letters
//	"rote ampel"         exactly these words side by side
//	-stau   NOT stau     without the word
//	bahn OR zug          one of the two
//	title: text: author: tag: source: lang:   only there
//
// Whatever a person types is a query or a SyntaxError that says what would be right.
package search

import (
	"errors"
	"time"

	"tributary/internal/news"
)

// Version of the index: which entries are in it, and what is written for one. A new
// one has the index made anew from the stored entries.
const Version = 2

// Bounds of one search.
const (
	MaxLength  = 200                   // of a query, in characters
	MaxTerms   = 12                    // in a query
	MaxSources = 256                   // that one source: or tag: may stand for
	MaxRows    = 200                   // that a search returns
	Patience   = 50 * time.Millisecond // of the database with one search, in time of a processor
)

// Lengths of words, in letters.
const (
	insideFrom = 5 // a word is found inside others without being told to
	minInside  = 3 // a word with a star before it
	minPrefix  = 2 // a word with a star after it
	minLonger  = 5 // a word that is looked into
	maxLonger  = 64
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

// fields lists the names that a query may use, in the order in which people are
// told of them.
var fields = [...]Field{Title, Text, Author, Tag, Source, Language}

// Query is what to look for: every Clause must hold.
type Query struct {
	Text    string // as typed, on one line
	Clauses []Clause
}

// Clause holds when one of its terms is found; an excluded one when it is not.
type Clause struct {
	Not bool
	Any []Term // one or more
}

// Term is one or several words in a field.
type Term struct {
	Field   Field
	Words   []string // folded, never empty; several stand side by side
	Head    bool     // letters may stand before the word; then there is one
	Tail    bool     // letters may stand after the last word
	Sources []int64  // of Source and Tag: the sources of that name, see Resolve
	Given   string   // as typed, for messages
	quoted  bool
}

// SyntaxError says why a text is no query, and what would be right.
type SyntaxError struct{ Problem string }

func (e *SyntaxError) Error() string { return e.Problem }

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
	Total   int       // stories that match, as far as they were counted
	Broad   bool      // more match: the entries that came last were counted
	Shorter bool      // too many words hold the letters: the longest were left out
	Partial bool      // the index is being made: older entries are not in it yet
	Since   time.Time // when the oldest of the feeds was made
}

// Found is a story as its feed shows it.
type Found struct {
	news.Shown
	Hit *news.Member // the entry that matches where it is not the one shown
	At  news.Entry   // that entry; the one shown where Hit is nil
}
