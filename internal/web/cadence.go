package web

import (
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
	came  map[readerOf]time.Time // last visit of each reader of a feed
	spent map[cadence]news.Cadence
}

// readerOf is a reader of one feed.
type readerOf struct {
	reader uint64 // hash, see Readers
	feed   int64
}

// visit is one request of a reader for a feed.
type visit struct {
	readerOf
	request   *http.Request
	announces bool // it announces subscribers
	at        time.Time
}

// cadence identifies the pauses of one length between visits to a feed with one program.
type cadence struct {
	feed   int64
	client string
	every  time.Duration
}

func newCadences() cadences {
	return cadences{came: map[readerOf]time.Time{}, spent: map[cadence]news.Cadence{}}
}

// record counts the pause that a visit ends. It counts only readers that send a conditional
// request, or that announce subscribers: crawlers and chance visitors do neither.
func (c *cadences) record(v visit) {
	last, known := c.came[v.readerOf]
	if !known && len(c.came) >= maxReaders {
		return
	}
	pause := v.at.Sub(last)
	if known && pause < news.LeastPause {
		return
	}
	c.came[v.readerOf] = v.at
	every, ok := news.CadenceOf(pause)
	if !known || !ok || !v.announces && !conditional(v.request.Header) {
		return
	}
	client := program(v.request.UserAgent())
	if client == "" {
		return
	}
	key := cadence{v.feed, client, every}
	sum, known := c.spent[key]
	if !known && len(c.spent) >= maxServices {
		return
	}
	c.spent[key] = news.Cadence{FeedID: v.feed, Client: client, Every: every, Spent: sum.Spent + pause, Seen: v.at}
}

// conditional reports whether a request names the copy that the client has.
func conditional(h http.Header) bool {
	return h["If-None-Match"] != nil || h["If-Modified-Since"] != nil
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
	maps.DeleteFunc(c.came, func(_ readerOf, last time.Time) bool { return now.Sub(last) >= readersFor })
}

// Cadences returns the pauses that ended since the last call.
func (t *Readers) Cadences() []news.Cadence {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.cadences.spent))
	clear(t.cadences.spent)
	return all
}
