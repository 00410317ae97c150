package news

import "time"

// Host is what is remembered of a rate group: the hosts of one registrable
// domain, which are asked as one, or an address.
type Host struct {
	Name      string
	NotBefore time.Time     // nothing of it is asked before; zero or past: it may be
	Spacing   time.Duration // between two requests, as last widened; 0 is the usual
	Limited   int           // how often it answered 429
	LimitedAt time.Time     // when it last did
}
