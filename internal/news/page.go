package news

import "time"

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

// Passing reports whether o is a failure that may be over soon, so that it is
// worth asking again.
func (o Outcome) Passing() bool {
	switch o {
	case OutcomeTimeout, OutcomeDNS, OutcomeRefused, OutcomeTLS, OutcomeLimited, OutcomeHTTPError, OutcomeTruncated,
		OutcomeInterrupted, OutcomeInternal:
		return true
	}
	return false
}
