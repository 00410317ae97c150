package ingest

import (
	"context"
	"maps"
	"sync"
	"time"

	"tributary/internal/schedule"
)

// maxPaced bounds the number of hosts in a pacer.
const maxPaced = 5000

// pacer spaces the requests to each host that are not started by the runner: those for the pages
// and files of entries. The zero value is ready to use.
type pacer struct {
	mu   sync.Mutex
	next map[string]time.Time // earliest time of the next request, by host
}

// wait blocks until a request to host may start, at least gap after the previous one. It returns
// false at once if that is further away than pageWait, and when ctx is done.
func (p *pacer) wait(ctx context.Context, host string, gap time.Duration, now func() time.Time) bool {
	at := now()
	start, ok := p.book(host, gap, at)
	return ok && schedule.Sleep(ctx, start.Sub(at))
}

// book reserves the next free slot of a host.
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

// hold blocks requests to a host for the given time.
func (p *pacer) hold(host string, pause time.Duration, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := at.Add(pause); until.After(p.next[host]) {
		p.set(host, until, at)
	}
}

// set records when a host is free again. When there are too many hosts, it first removes those
// already free.
func (p *pacer) set(host string, free, at time.Time) {
	if len(p.next) >= maxPaced {
		maps.DeleteFunc(p.next, func(_ string, t time.Time) bool { return t.Before(at) })
	}
	if p.next == nil {
		p.next = map[string]time.Time{}
	}
	p.next[host] = free
}
