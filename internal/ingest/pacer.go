package ingest

import (
	"context"
	"sync"
	"time"
)

// maxPaced bounds the hosts that a pacer remembers.
const maxPaced = 5000

// pacer keeps requests to one host apart. It serves what the runner does not
// start by itself: the pages of articles. The zero pacer is ready for use.
type pacer struct {
	mu   sync.Mutex
	next map[string]time.Time // when the host may be asked again
}

// wait blocks until a request to host may start, gap after the one before it.
// It reports false, without waiting, when that is further ahead than pageWait,
// and when ctx ends.
func (p *pacer) wait(ctx context.Context, host string, gap time.Duration, now func() time.Time) bool {
	at := now()
	start, ok := p.book(host, gap, at)
	if !ok {
		return false
	}
	timer := time.NewTimer(start.Sub(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// book takes the next free moment of a host.
func (p *pacer) book(host string, gap time.Duration, at time.Time) (start time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	start = at
	if next := p.next[host]; next.After(at) {
		start = next
	}
	if start.Sub(at) > pageWait {
		return start, false
	}
	p.set(host, start.Add(gap), at)
	return start, true
}

// hold asks nothing of a host for a time.
func (p *pacer) hold(host string, pause time.Duration, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := at.Add(pause); until.After(p.next[host]) {
		p.set(host, until, at)
	}
}

// set remembers when a host is free; hosts that have been free for long are
// forgotten when there are too many.
func (p *pacer) set(host string, free, at time.Time) {
	if len(p.next) >= maxPaced {
		for h, t := range p.next {
			if t.Before(at) {
				delete(p.next, h)
			}
		}
	}
	if p.next == nil {
		p.next = map[string]time.Time{}
	}
	p.next[host] = free
}
