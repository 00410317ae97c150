package news

import (
	"time"
)

// Document is one upstream document as parsed, before it meets the store.
type Document struct {
	Format      string // rss090 rss091 rss092 rss20 rss10 rss11 atom03 atom10 json10 json11 seed
	Outcome     Outcome
	ID          string // atom:id; empty elsewhere
	Title       string // plain text
	Link        string // home page, absolute
	Description string // plain text
	Language    string // lower-case BCP 47 tag as declared
	Updated     time.Time
	Authors     []Person
	Rights      string
	Icon        string // small picture of the site, absolute
	Image       string // its logo, or the cover of a podcast, absolute

	// What the publisher asks of those who fetch.
	TTL       time.Duration  // how long to leave it alone: RSS ttl, or update period and frequency of the syndication module; 0 when unstated
	SkipHours []int          // hours of the day, 0 to 23 in UTC, in which not to ask: RSS 2.0 skipHours
	SkipDays  []time.Weekday // days in UTC: RSS 2.0 skipDays
	Self      string         // its own address, absolute: rel="self"; JSON Feed feed_url
	Moved     string         // where it says to go for good: itunes:new-feed-url
	Hubs      []string       // WebSub hubs, absolute: rel="hub"; JSON Feed hubs

	Entries []Entry  // in document order
	Repairs []string // what had to be mended to read it, a sentence each
}

// Hints is what a publisher's document asks of those who fetch it. They are
// kept beside the source, since an answer "not modified" brings no document.
type Hints struct {
	TTL   time.Duration // how long to leave it alone; 0 when unstated
	Hours uint32        // bit h: not to be asked in hour h, 0 to 23 in UTC
	Days  uint8         // bit d: not to be asked on weekday d, Sunday is 0, in UTC
}

const (
	allHours = 1<<24 - 1
	allDays  = 1<<7 - 1
)

// Hints returns what the document asks for. Hours or days that leave nothing
// open are a mistake, and not kept.
func (d *Document) Hints() Hints {
	h := Hints{TTL: max(d.TTL, 0)}
	for _, hour := range d.SkipHours {
		h.Hours |= 1 << (uint(hour) % 24) // some count from 1 to 24
	}
	for _, day := range d.SkipDays {
		h.Days |= 1 << (uint(day) % 7)
	}
	if h.Hours == allHours {
		h.Hours = 0
	}
	if h.Days == allDays {
		h.Days = 0
	}
	return h
}

// Closed reports whether the source is not to be asked at a time.
func (h Hints) Closed(t time.Time) bool {
	t = t.UTC()
	return h.Hours>>t.Hour()&1 != 0 || h.Days>>t.Weekday()&1 != 0
}

// Opens returns the start of the first open hour after a time that is closed;
// at most a day after it, since nobody who skips a weekend minds one request.
func (h Hints) Opens(t time.Time) time.Time {
	const day = 24
	hour := t.Truncate(time.Hour)
	for range day {
		if hour = hour.Add(time.Hour); !h.Closed(hour) {
			return hour
		}
	}
	return hour
}
