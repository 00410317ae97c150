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

// cadences measures how long readers stay away between two visits. It is part of Readers and
// guarded by its lock. Like Readers it identifies nobody: it keeps, in memory, hashes of readers
// with the time of their last visit, and for storage only sums over many readers.
type cadences struct {
	came  map[uint64]time.Time // last visit of each reader of a feed
	spent map[cadence]news.Cadence
}

// cadence identifies the pauses of one length between visits to a feed with one program.
type cadence struct {
	feed   int64
	client string
	every  time.Duration
}

func newCadences() cadences {
	return cadences{came: map[uint64]time.Time{}, spent: map[cadence]news.Cadence{}}
}

// note counts the pause that a visit ends. It counts only readers that send a conditional request,
// or that announce subscribers (speaks): crawlers and chance visitors do neither.
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

// browsers are products that people visit a feed with now and then.
var browsers = []string{"Mozilla", "Gecko", "Firefox", "Chrome", "Safari", "Edg", "OPR"}

// program returns the name of the feed reader in a User-Agent: its first product, or its last if
// the agent begins like a browser's, as with Thunderbird. It returns "" for a browser.
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

// forget removes readers who have not been seen for readersFor.
func (c *cadences) forget(now time.Time) {
	maps.DeleteFunc(c.came, func(_ uint64, last time.Time) bool { return now.Sub(last) >= readersFor })
}

// Cadences returns the pauses that ended since the last call.
func (t *Readers) Cadences() []news.Cadence {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.cadences.spent))
	clear(t.cadences.spent)
	return all
}
