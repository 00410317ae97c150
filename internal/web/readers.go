package web

import (
	"hash/maphash"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"tributary/internal/news"
)

// Bounds of what is counted. A reader that comes once a week still counts.
const (
	readersFor   = 7 * 24 * time.Hour
	maxReaders   = 10_000
	maxAnnounced = 1_000_000 // readers of one aggregator
	maxServices  = 1000      // aggregators that are told apart between two looks at them
)

// Readers estimates how many people read our feeds, for the User-Agent of our own requests
// to publishers. Of each reader it holds a hash of address and agent, under a key that is
// made at the start and never leaves the process. None of that is stored; what is stored
// is what aggregators say of themselves (Announced) and sums of how long the readers with
// one program stay away (Cadences). It is safe for concurrent use.
type Readers struct {
	now  func() time.Time
	seed maphash.Seed

	mu    sync.Mutex
	seen  map[uint64]reader
	swept time.Time // when forget was last called
	said  map[service]news.Announced

	cadences cadences
}

// service is an aggregator that fetches a feed in a format.
type service struct {
	feed           int64
	format, client string
}

// reader is one that was seen: a program of one person, or an aggregator that
// says how many it stands for.
type reader struct {
	last  time.Time
	count int
}

// NewReaders returns a Readers that has seen nobody.
func NewReaders(now func() time.Time) *Readers {
	return &Readers{now: now, seed: maphash.MakeSeed(), seen: map[uint64]reader{}, said: map[service]news.Announced{}, cadences: newCadences()}
}

// Note counts a reader that requested a feed, which is named by its row number, in a format;
// the number is 0 for search results. An aggregator uses many addresses, and announces
// readers for each feed, so it is told apart by the path and by its agent without the
// number; everybody else by address and agent.
func (t *Readers) Note(feed int64, format string, r *http.Request) {
	if r.RemoteAddr == "" {
		return // an export of our own
	}
	agent := r.UserAgent()
	name, count := announced(agent)
	who := clientAddress(r)
	if count > 0 {
		who = r.URL.Path
		if feed != 0 {
			t.announce(feed, format, agent, count)
		}
	}
	var h maphash.Hash
	h.SetSeed(t.seed)
	h.WriteString(name)
	h.WriteByte(0)
	h.WriteString(who)
	key, now := h.Sum64(), t.now()

	t.mu.Lock()
	defer t.mu.Unlock()
	if feed != 0 {
		t.cadences.record(visit{visitor: visitor{reader: key, feed: feed}, request: r, aggregator: count > 0, at: now})
	}
	if _, known := t.seen[key]; !known && len(t.seen) >= maxReaders {
		if now.Sub(t.swept) > time.Hour {
			t.forget(now)
		}
		if len(t.seen) >= maxReaders {
			return
		}
	}
	t.seen[key] = reader{last: now, count: max(count, 1)}
}

// announce notes how many people an aggregator says that it reads for. Different versions
// of its program count as one.
func (t *Readers) announce(feed int64, format, agent string, count int) {
	client, _, _ := strings.Cut(product(agent), "/")
	key := service{feed, format, client}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.said[key]; known || len(t.said) < maxServices {
		t.said[key] = news.Announced{FeedID: feed, Format: format, Client: client, Subscribers: count, Seen: t.now()}
	}
}

// Announced returns what aggregators said since the last time.
func (t *Readers) Announced() []news.Announced {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.said))
	clear(t.said)
	return all
}

// Count returns how many readers there were in the last seven days.
func (t *Readers) Count() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(t.now())
	for _, r := range t.seen {
		n += r.count
	}
	return n
}

// forget drops those who were not seen for a week.
func (t *Readers) forget(now time.Time) {
	t.swept = now
	t.cadences.forget(now)
	for key, r := range t.seen {
		if now.Sub(r.last) >= readersFor {
			delete(t.seen, key)
		}
	}
}

// announced reads the number in front of "subscribers" or "readers", which
// aggregators put into their agent, and returns the agent without it; 0 when
// there is none.
func announced(agent string) (name string, count int) {
	for _, word := range [...]string{" subscriber", " reader"} {
		end := strings.Index(agent, word)
		if end < 0 {
			continue
		}
		start := end
		for start > 0 && '0' <= agent[start-1] && agent[start-1] <= '9' {
			start--
		}
		for _, digit := range agent[start:end] {
			count = min(10*count+int(digit-'0'), maxAnnounced)
		}
		if start < end {
			return agent[:start] + agent[end:], count
		}
	}
	return agent, 0
}

// clientAddress returns the address of the client. Behind a proxy of our own, on this
// machine or its network, that is the last one in X-Forwarded-For, which the proxy wrote.
func clientAddress(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-For")
	if peer, near := peerAddress(r); forwarded == "" || !near {
		return peer
	}
	return strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
}

// peerAddress returns the address at the other end of the connection, and whether it is on
// this machine or its network.
func peerAddress(r *http.Request) (address string, near bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr, false
	}
	addr := peer.Addr().Unmap()
	return addr.String(), addr.IsLoopback() || addr.IsPrivate()
}
