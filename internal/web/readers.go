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

// Bounds of the count. A reader who comes once a week still counts.
const (
	readersFor   = 7 * 24 * time.Hour
	maxReaders   = 10_000
	maxAnnounced = 1_000_000 // readers of a single aggregator
	maxServices  = 1000      // aggregators told apart between two calls of Aggregators
)

// Readers estimates how many people read our feeds, for the User-Agent that we send to publishers.
// It keeps a hash of address and agent for each reader, under a random key that never leaves the
// process. None of this is stored, except what aggregators say about themselves (see Aggregators) and
// sums of how long programs stay away (see Cadences). It is safe for concurrent use.
type Readers struct {
	now  func() time.Time
	seed maphash.Seed

	mu    sync.Mutex
	seen  map[uint64]reader
	swept time.Time // when forget last ran
	said  map[service]news.Aggregator

	cadences cadences
}

// service is an aggregator that fetches a feed in a format.
type service struct {
	feed           int64
	format, client string
}

// reader is a reader that was seen: one person's program, or an aggregator with the number of
// readers that it announces.
type reader struct {
	last  time.Time
	count int
}

// NewReaders returns a Readers that has counted nobody.
func NewReaders(now func() time.Time) *Readers {
	return &Readers{now: now, seed: maphash.MakeSeed(), seen: map[uint64]reader{}, said: map[service]news.Aggregator{}, cadences: newCadences()}
}

// Note counts a reader of the feed with this ID, in this format; a feed of 0 means a search, which
// has no ID. An aggregator asks from many addresses and for each feed separately, so it is
// identified by the path and by its agent without the number. Everybody else is identified by
// address and agent.
func (t *Readers) Note(feed int64, format string, r *http.Request) {
	if t == nil || r.RemoteAddr == "" {
		return // an export, not a reader
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
		t.cadences.record(visit{readerOf: readerOf{reader: key, feed: feed}, request: r, announces: count > 0, at: now})
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

// announce records what an aggregator says about itself. Versions of a client are not
// distinguished.
func (t *Readers) announce(feed int64, format, agent string, count int) {
	client, _, _ := strings.Cut(product(agent), "/")
	key := service{feed, format, client}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.said[key]; known || len(t.said) < maxServices {
		t.said[key] = news.Aggregator{FeedID: feed, Format: format, Client: client, Subscribers: count, Seen: t.now()}
	}
}

// Aggregators returns what aggregators said since the last call.
func (t *Readers) Aggregators() []news.Aggregator {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Collect(maps.Values(t.said))
	clear(t.said)
	return all
}

// Count returns the number of readers in the last seven days.
func (t *Readers) Count() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(t.now())
	for _, r := range t.seen {
		n += r.count
	}
	return n
}

// forget removes readers who have not been seen for a week.
func (t *Readers) forget(now time.Time) {
	t.swept = now
	t.cadences.forget(now)
	maps.DeleteFunc(t.seen, func(_ uint64, r reader) bool { return now.Sub(r.last) >= readersFor })
}

// announced returns the number before "subscribers" or "readers" that aggregators put into their
// User-Agent, and the agent without it. The number is 0 if there is none.
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

// clientAddress returns the address of the client. A peer on this machine or in a private network
// is taken for our proxy; then it is the last address in X-Forwarded-For, the one that the proxy
// added.
func clientAddress(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-For")
	if peer, near := peerAddress(r); forwarded == "" || !near {
		return peer
	}
	return strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
}

// peerAddress returns the address at the other end of the connection, and whether it is a loopback
// or private address.
func peerAddress(r *http.Request) (address string, near bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr, false
	}
	addr := peer.Addr().Unmap()
	return addr.String(), addr.IsLoopback() || addr.IsPrivate()
}
