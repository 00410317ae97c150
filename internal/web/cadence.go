package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
)

// cadences records how long readers stay away between two visits. It is part of Readers,
// whose lock guards it. Of a single reader it knows a hash and the time of the last visit,
// in memory only; what is stored are sums over all readers with the same program.
type cadences struct {
	came  map[visitor]time.Time    // the last visit of a reader of a feed
	spent map[cadence]news.Cadence // since the last call of Cadences
}

// visitor is a reader of one feed.
type visitor struct {
	reader uint64 // hash, see Readers
	feed   int64
}

// visit is one request of a reader for a feed.
type visit struct {
	visitor
	request    *http.Request
	aggregator bool // it announces how many people it reads for
	at         time.Time
}

// cadence is what pauses are added up by.
type cadence struct {
	feed   int64
	client string
	every  time.Duration
}

func newCadences() cadences {
	return cadences{came: map[visitor]time.Time{}, spent: map[cadence]news.Cadence{}}
}

// record counts the pause that a visit ends. It counts only for readers that come back for
// more, which is told by a conditional request, and for aggregators: robots and curious
// people send no such requests.
func (c *cadences) record(v visit) {
	last, known := c.came[v.visitor]
	if !known && len(c.came) >= maxReaders {
		return
	}
	pause := v.at.Sub(last)
	if known && pause < news.LeastPause {
		return
	}
	c.came[v.visitor] = v.at
	every, ok := news.CadenceOf(pause)
	if !known || !ok || !v.aggregator && !conditional(v.request.Header) {
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

// browsers are the products by which browsers name themselves. People look into a feed with
// them now and then, and do not read it regularly.
var browsers = []string{"Mozilla", "Gecko", "Firefox", "Chrome", "Safari", "Edg", "OPR"}

// program returns the name of the program that sent a User-Agent: its first product or, if
// it begins like that of a browser as Thunderbird's does, its last; "" for a browser.
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

// forget drops readers that have not come for readersFor.
func (c *cadences) forget(now time.Time) {
	maps.DeleteFunc(c.came, func(_ visitor, last time.Time) bool { return now.Sub(last) >= readersFor })
}

// Cadences returns the pauses that have ended since the last call.
func (t *Readers) Cadences() []news.Cadence {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.cadences.spent))
	clear(t.cadences.spent)
	return all
}
