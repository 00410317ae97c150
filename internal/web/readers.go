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

// Bounds of the tally. A reader that comes once a week is still one.
const (
	readersFor   = 7 * 24 * time.Hour
	maxReaders   = 10_000
	maxAnnounced = 1_000_000 // readers of one aggregator
	maxServices  = 1000      // aggregators that are told apart between two looks at them
)

// Readers estimates how many people read our feeds, for the User-Agent with
// which we ask publishers for theirs. It holds numbers only: a hash of address
// and agent, under a key that is made at the start and never leaves the
// process. Nothing of it is stored but what aggregators say of themselves, see
// Announced, and sums of how long programs stay away, see Cadences. It is safe for
// concurrent use.
type Readers struct {
	now  func() time.Time
	seed maphash.Seed

	mu    sync.Mutex
	seen  map[uint64]reader
	swept time.Time // when those who are gone were last looked for
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

// NewReaders returns a tally that has seen nobody.
func NewReaders(now func() time.Time) *Readers {
	return &Readers{now: now, seed: maphash.MakeSeed(), seen: map[uint64]reader{}, said: map[service]news.Announced{}, cadences: newCadences()}
}

// Note counts who asked for a feed, of that row and in that format; 0 is for what
// a search found, which is no feed of ours. An aggregator asks from many addresses,
// and for each feed by itself, so it is told by its agent without the number and by
// the path; everybody else by address and agent.
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
		t.cadences.note(t.seed, key, feed, r, count > 0, now)
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

// announce notes what an aggregator says of itself. Its versions are one.
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

// Count returns how many readers the last seven days saw.
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

// clientAddress is the address of who asks. Behind a proxy of ours, which is on
// this machine or its network, it is the last that the proxy vouches for.
func clientAddress(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-For")
	if peer, near := peerAddress(r); forwarded == "" || !near {
		return peer
	}
	return strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
}

// peerAddress is the address at the other end of the connection, and whether it is
// on this machine or its network.
func peerAddress(r *http.Request) (address string, near bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr, false
	}
	addr := peer.Addr().Unmap()
	return addr.String(), addr.IsLoopback() || addr.IsPrivate()
}
