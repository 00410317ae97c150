package news

import (
	"net/url"
	"strings"
	"time"
)

// Notice is how a source says that it moved.
type Notice string

// The notices, the most binding first.
const (
	NoticeRedirect Notice = "redirect"     // 301 or 308: RFC 9110 sections 15.4.2 and 15.4.9
	NoticeNewFeed  Notice = "new-feed-url" // itunes:new-feed-url in the document
	NoticeSelf     Notice = "self"         // its rel="self" is elsewhere; wrong as often as not
)

// moveSightings is how many fetches in a row must say the same before a move is
// believed: a server under repair says many things.
const moveSightings = 3

// HomeEvery is how often the configured address of a moved source is asked
// whether it works again.
const HomeEvery = 7 * 24 * time.Hour

// Move is what we know of a source that went to another address. The configured
// URL stays its identity; only `sources --write` changes the operator's file.
type Move struct {
	Target string    // where it says that it went; may hold a secret. Empty: it says nothing
	By     Notice    // how it says so
	Seen   int       // fetches in a row that said so
	Since  time.Time // the first of them
	Same   bool      // the target was seen to serve the entries that we hold

	Address string    // adopted: fetched instead of the configured one. Empty: none
	Home    time.Time // when the configured address was last asked
}

// Sighted returns the Move after one more fetch, which said that the source has moved to
// target. An empty target means that the fetch said nothing, which withdraws what earlier
// ones said.
func (m Move) Sighted(target string, by Notice, at time.Time) Move {
	switch {
	case target == "" || target == m.Address:
		return Move{Address: m.Address, Home: m.Home}
	case target != m.Target || by != m.By:
		m = Move{Target: target, By: by, Since: at, Address: m.Address, Home: m.Home}
	}
	m.Seen++
	return m
}

// Believed reports whether enough fetches in a row have said the same.
func (m Move) Believed() bool { return m.Target != "" && m.Seen >= moveSightings }

// Adopted returns the move once its target is fetched instead.
func (m Move) Adopted(at time.Time) Move { return Move{Address: m.Target, Home: at} }

// Try reports whether the target is to be fetched for comparison now: at the third
// sighting, the sixth, the twelfth and so on, because a target with other entries will
// hardly have ours an hour later.
func (m Move) Try() bool {
	rounds := m.Seen / moveSightings
	return m.Believed() && m.Seen%moveSightings == 0 && rounds&(rounds-1) == 0
}

// Moved reports whether the source is, or says that it is, somewhere else. A
// self link alone says nothing until its address was seen to have our entries.
func (m Move) Moved() bool { return m.Address != "" || m.Believed() && m.By != NoticeSelf }

// Printed returns an address of the source as it may be printed: without a
// secret, and of a source that is not public only the host.
func (s Source) Printed(address string) string {
	if u, err := url.Parse(address); !s.Public && err == nil && u.Host != "" && !HasSecret(address) {
		return u.Scheme + "://" + u.Host + "/…"
	}
	return SafeURL(address)
}

// moved says for the operator where the source went.
func (s SourceState) moved() string {
	if s.Move.Address != "" {
		return "it moved to " + s.Printed(s.Move.Address) + ", which is fetched now"
	}
	return "it says that it moved to " + s.Printed(s.Move.Target) + ", which was not found to have its entries"
}

// advice says what the operator can do about a move.
func (m Move) advice() string {
	if m.Address != "" {
		return "`tributary sources --write` puts the new address into the file"
	}
	return "look at the new address, and configure it if it is right"
}

// Elsewhere reports whether the address that a document gives as its own may be a place to
// which it has moved: on another host, or by https instead of http. Another path on the same
// host is no move, because hosts often serve one document under several.
func Elsewhere(self, fetched string) bool {
	to, err := url.Parse(self)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || HasSecret(self) {
		return false
	}
	from, err := url.Parse(fetched)
	if err != nil {
		return false
	}
	if strings.EqualFold(to.Hostname(), from.Hostname()) {
		return from.Scheme == "http" && to.Scheme == "https" && from.RequestURI() == to.RequestURI()
	}
	return from.Scheme != "https" || to.Scheme == "https" // never from https to http
}
