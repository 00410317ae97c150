package news

// Rule decides which entries a feed takes, or which entries of a source feeds may
// take at all: where: of the configuration. It knows neither clock nor store, so
// that the same subject is always judged alike.
type Rule interface {
	// Match reports whether the rule takes the subject.
	Match(Subject) bool
	// Explain says why Match is false, in words that follow "where … is false".
	Explain(Subject) string
	// Uses reports whether the rule looks at a variable.
	Uses(variable string) bool
	// Key changes whenever the rule may judge otherwise than before.
	Key() string
	// String is the rule as its author wrote it, in one line.
	String() string
}

// Subject is an entry as a Rule sees it.
type Subject struct {
	Entry   *Entry // Published and FirstSeen are never zero
	Source  *Source
	Outlets []string // of the entries of its story that the feed selects; nil at a source
	Size    int      // how many entries these are; 0 at a source
}

// Takes reports whether a rule takes a subject; none takes everything.
func Takes(r Rule, s Subject) bool { return r == nil || r.Match(s) }
