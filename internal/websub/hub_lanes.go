package websub

import (
	"context"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/internal/news"
)

// How many subscribers are talked to at a time. Those that are slow or fail have a lane of
// their own, so that they hold up nobody else.
const (
	confirmWorkers = 16
	briskWorkers   = 16
	slowWorkers    = 8
	perHost        = 4                // of the brisk lane, so that one host does not fill it
	slowAfter      = 2 * time.Second  // that an answer takes
	slowFor        = 10 * time.Minute // that a host counts as slow
	confirmWait    = 5 * time.Second  // for an answer to a question
	deliverWait    = 10 * time.Second // for one to a delivery
)

// stage is how far the work on a Subscription has come.
type stage int

const (
	queued    stage = iota // a worker will read the Subscription when it begins
	running                // a worker has read it
	overtaken              // and since then there was more to do
)

// lanes are the queues of the workers. A Subscription is in one of them at most, and no two
// workers have it at the same time.
type lanes struct {
	confirm, brisk, slow chan *news.Subscription // with room for all

	mu    sync.Mutex
	busy  map[int64]stage      // Subscriptions that are queued or being worked on, by id
	hosts map[string]int       // deliveries under way in the brisk lane
	slows map[string]time.Time // hosts that are slow, and until when they count as that
}

func newLanes(room int) lanes {
	queue := func() chan *news.Subscription { return make(chan *news.Subscription, room) }
	return lanes{confirm: queue(), brisk: queue(), slow: queue(), busy: map[int64]stage{}, hosts: map[string]int{}, slows: map[string]time.Time{}}
}

// add puts Subscriptions into one of the queues. One that a worker has already is looked at
// again when that worker is done.
func (l *lanes) add(queue chan<- *news.Subscription, subs []news.Subscription) {
	for i := range subs {
		s := &subs[i]
		if !l.claim(s.ID) {
			continue
		}
		select {
		case queue <- s:
		default: // there are more than may be; the next look takes it
			l.done(s)
		}
	}
}

// claim marks a Subscription as queued, and reports whether it was neither queued nor being
// worked on.
func (l *lanes) claim(id int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, busy := l.busy[id]
	if busy && at == running {
		l.busy[id] = overtaken
	}
	if !busy {
		l.busy[id] = queued
	}
	return !busy
}

// begin notes that a worker reads the Subscription now.
func (l *lanes) begin(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[id] = running
}

// done frees a Subscription, and reports whether more became due meanwhile.
func (l *lanes) done(s *news.Subscription) (more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more = l.busy[s.ID] == overtaken
	delete(l.busy, s.ID)
	return more
}

// enter takes one of the places of a host in the brisk lane. It returns false when none is
// free, or when the host is slow or fails.
func (l *lanes) enter(s *news.Subscription, now time.Time) bool {
	host := news.HostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Failures > 0 || l.hosts[host] >= perHost || l.slows[host].After(now) {
		return false
	}
	l.hosts[host]++
	return true
}

// leave gives a place in the brisk lane back.
func (l *lanes) leave(s *news.Subscription) {
	host := news.HostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hosts[host]--; l.hosts[host] <= 0 {
		delete(l.hosts, host)
	}
}

// noteDuration notes how long a host took to answer.
func (l *lanes) noteDuration(callback string, d time.Duration, now time.Time) {
	host := news.HostOf(callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if d < slowAfter {
		delete(l.slows, host)
		return
	}
	maps.DeleteFunc(l.slows, func(_ string, until time.Time) bool { return !until.After(now) })
	l.slows[host] = now.Add(slowFor)
}

// work starts the workers of all lanes.
func (h *Hub) work(ctx context.Context, g *errgroup.Group) {
	workers := func(n int, queue <-chan *news.Subscription, do func(context.Context, *news.Subscription) (done bool)) {
		for range n {
			g.Go(func() error {
				h.worker(ctx, queue, do)
				return nil
			})
		}
	}
	workers(confirmWorkers, h.lanes.confirm, func(ctx context.Context, s *news.Subscription) bool {
		h.lanes.begin(s.ID)
		h.confirm(ctx, s.ID)
		h.Wake() // a delivery may be due to it now
		return true
	})
	workers(briskWorkers, h.lanes.brisk, func(ctx context.Context, s *news.Subscription) bool {
		if !h.lanes.enter(s, h.now()) {
			h.lanes.slow <- s // there is room for all
			return false
		}
		defer h.lanes.leave(s)
		h.lanes.begin(s.ID)
		h.deliver(ctx, s.ID)
		return true
	})
	workers(slowWorkers, h.lanes.slow, func(ctx context.Context, s *news.Subscription) bool {
		h.lanes.begin(s.ID)
		h.deliver(ctx, s.ID)
		return true
	})
}

// worker takes Subscriptions from a queue until ctx ends. do reports whether it is done with
// one: not when it has put it into another queue.
func (h *Hub) worker(ctx context.Context, queue <-chan *news.Subscription, do func(context.Context, *news.Subscription) (done bool)) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-queue:
			if do(ctx, s) && h.lanes.done(s) {
				h.Wake()
			}
		}
	}
}
