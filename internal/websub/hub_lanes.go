package websub

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/internal/news"
)

// How many are talked to at a time. Who is slow, or fails, waits in a lane of its own,
// so that it holds nobody else.
const (
	confirmers  = 16
	briskOnes   = 16
	slowOnes    = 8
	perHost     = 4                // of the brisk lane, so that one host does not fill it
	slowAfter   = 2 * time.Second  // that an answer takes
	slowFor     = 10 * time.Minute // that a host counts as slow
	confirmWait = 5 * time.Second  // for an answer to a question
	deliverWait = 10 * time.Second // for one to a delivery
)

// kind is what is done about a Subscription.
type kind int

const (
	confirming kind = iota
	delivering
)

// lanes are the queues of work. A Subscription is in one of them at most, and only one
// thing is done about it at a time.
type lanes struct {
	confirm, brisk, slow chan *news.Subscription // with room for all

	mu      sync.Mutex
	busy    map[int64]bool // by number; true: there was more to do meanwhile
	running map[string]int // deliveries of the brisk lane, by host
	slows   map[string]time.Time
}

func newLanes(room int) lanes {
	queue := func() chan *news.Subscription { return make(chan *news.Subscription, room) }
	return lanes{confirm: queue(), brisk: queue(), slow: queue(), busy: map[int64]bool{}, running: map[string]int{}, slows: map[string]time.Time{}}
}

// add queues work. What is queued or under way already is looked at again when that is
// done.
func (l *lanes) add(what kind, subs []news.Subscription) {
	for i := range subs {
		s := &subs[i]
		l.mu.Lock()
		_, busy := l.busy[s.ID]
		l.busy[s.ID] = busy
		l.mu.Unlock()
		if busy {
			continue
		}
		queue := l.confirm
		if what == delivering {
			queue = l.brisk
		}
		select {
		case queue <- s:
		default: // there are more than may be; the next look takes it
			l.done(s)
		}
	}
}

// done frees a Subscription, and reports whether there was more to do meanwhile.
func (l *lanes) done(s *news.Subscription) (more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more = l.busy[s.ID]
	delete(l.busy, s.ID)
	return more
}

// enter takes a place of a host in the brisk lane. It reports false when there is
// none, or when the host is slow or fails.
func (l *lanes) enter(s *news.Subscription, now time.Time) bool {
	host := hostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Failures > 0 || l.running[host] >= perHost || l.slows[host].After(now) {
		return false
	}
	l.running[host]++
	return true
}

func (l *lanes) leave(s *news.Subscription) {
	host := hostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[host]--; l.running[host] <= 0 {
		delete(l.running, host)
	}
}

// took notes how long a host took to answer.
func (l *lanes) took(callback string, d time.Duration, now time.Time) {
	host := hostOf(callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if d < slowAfter {
		delete(l.slows, host)
		return
	}
	for other, until := range l.slows {
		if !until.After(now) {
			delete(l.slows, other)
		}
	}
	l.slows[host] = now.Add(slowFor)
}

// work starts those who do it.
func (h *Hub) work(ctx context.Context, g *errgroup.Group) {
	workers := func(n int, queue chan *news.Subscription, do func(context.Context, *news.Subscription) (done bool)) {
		for range n {
			g.Go(func() error {
				for {
					select {
					case <-ctx.Done():
						return nil
					case s := <-queue:
						if do(ctx, s) && h.lanes.done(s) {
							h.Wake()
						}
					}
				}
			})
		}
	}
	workers(confirmers, h.lanes.confirm, func(ctx context.Context, s *news.Subscription) bool {
		h.confirm(ctx, s.ID)
		h.Wake() // a delivery may be due to it now
		return true
	})
	workers(briskOnes, h.lanes.brisk, func(ctx context.Context, s *news.Subscription) bool {
		if !h.lanes.enter(s, h.now()) {
			h.lanes.slow <- s // there is room for all
			return false
		}
		defer h.lanes.leave(s)
		h.deliver(ctx, s.ID)
		return true
	})
	workers(slowOnes, h.lanes.slow, func(ctx context.Context, s *news.Subscription) bool {
		h.deliver(ctx, s.ID)
		return true
	})
}
