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

// stage is how far the work on a Subscription is.
type stage int

const (
	queued    stage = iota // it will see how things stand when it begins
	running                // it has seen that
	overtaken              // it has, and since then there was more to do
)

// lanes are the queues of work. A Subscription is in one of them at most, and only one
// thing is done about it at a time.
type lanes struct {
	confirm, brisk, slow chan *news.Subscription // with room for all

	mu    sync.Mutex
	busy  map[int64]stage // by number
	hosts map[string]int  // deliveries under way in the brisk lane
	slows map[string]time.Time
}

func newLanes(room int) lanes {
	queue := func() chan *news.Subscription { return make(chan *news.Subscription, room) }
	return lanes{confirm: queue(), brisk: queue(), slow: queue(), busy: map[int64]stage{}, hosts: map[string]int{}, slows: map[string]time.Time{}}
}

// add puts work into one of the queues. What is under way already is looked at again
// when that is done.
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

// claim reports whether nothing is queued or done about a Subscription yet.
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

// begin says that work looks at how things stand.
func (l *lanes) begin(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[id] = running
}

// done frees a Subscription, and reports whether there was more to do meanwhile.
func (l *lanes) done(s *news.Subscription) (more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more = l.busy[s.ID] == overtaken
	delete(l.busy, s.ID)
	return more
}

// enter takes a place of a host in the brisk lane. It reports false when there is
// none, or when the host is slow or fails.
func (l *lanes) enter(s *news.Subscription, now time.Time) bool {
	host := hostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Failures > 0 || l.hosts[host] >= perHost || l.slows[host].After(now) {
		return false
	}
	l.hosts[host]++
	return true
}

func (l *lanes) leave(s *news.Subscription) {
	host := hostOf(s.Callback)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hosts[host]--; l.hosts[host] <= 0 {
		delete(l.hosts, host)
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
		h.lanes.begin(s.ID)
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
		h.lanes.begin(s.ID)
		h.deliver(ctx, s.ID)
		return true
	})
	workers(slowOnes, h.lanes.slow, func(ctx context.Context, s *news.Subscription) bool {
		h.lanes.begin(s.ID)
		h.deliver(ctx, s.ID)
		return true
	})
}
