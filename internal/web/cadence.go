package web

import (
	"hash/maphash"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// cadences notes how long readers stay away. Like Readers, which it belongs to and
// whose lock guards it, it knows nobody: only the hashes of who came when, in
// memory, and for whoever stores it the sums of many.
type cadences struct {
	came  map[uint64]time.Time // when a reader of a feed was last here
	spent map[cadence]news.Cadence
}

// cadence is pauses of one length.
type cadence struct {
	feed   int64
	client string
	every  time.Duration
}

func newCadences() cadences {
	return cadences{came: map[uint64]time.Time{}, spent: map[cadence]news.Cadence{}}
}

// note counts the pause that a visit ends. Only who says what he holds counts as
// one who comes back, or who speaks for subscribers: robots and the curious do
// neither.
func (c *cadences) note(seed maphash.Seed, who uint64, feed int64, r *http.Request, speaks bool, now time.Time) {
	type visitor struct {
		who  uint64
		feed int64
	}
	key := maphash.Comparable(seed, visitor{who, feed})
	last, known := c.came[key]
	if !known && len(c.came) >= maxReaders {
		return
	}
	pause := now.Sub(last)
	if known && pause < news.LeastPause {
		return
	}
	c.came[key] = now
	every, ok := news.CadenceOf(pause)
	if !known || !ok || !speaks && r.Header["If-None-Match"] == nil && r.Header["If-Modified-Since"] == nil {
		return
	}
	client := program(r.UserAgent())
	if client == "" {
		return
	}
	one := cadence{feed, client, every}
	sum, known := c.spent[one]
	if !known && len(c.spent) >= maxServices {
		return
	}
	c.spent[one] = news.Cadence{FeedID: feed, Client: client, Every: every, Spent: sum.Spent + pause, Seen: now}
}

// browsers are what a person looks with, now and then.
var browsers = []string{"Mozilla", "Gecko", "Firefox", "Chrome", "Safari", "Edg", "OPR"}

// program names what reads: the first product of a User-Agent, of one that begins
// like a browser's the last, as with Thunderbird; "" for a browser.
func program(agent string) string {
	name := product(agent)
	if strings.HasPrefix(name, "Mozilla/") {
		name = product(agent[strings.LastIndexByte(agent, ' ')+1:])
	}
	name, _, _ = strings.Cut(name, "/")
	if slices.Contains(browsers, name) {
		return ""
	}
	return name
}

// forget drops those who were not seen for a while.
func (c *cadences) forget(now time.Time) {
	maps.DeleteFunc(c.came, func(_ uint64, last time.Time) bool { return now.Sub(last) >= readersFor })
}

// Cadences returns the pauses that ended since the last time.
func (t *Readers) Cadences() []news.Cadence {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.cadences.spent))
	clear(t.cadences.spent)
	return all
}
