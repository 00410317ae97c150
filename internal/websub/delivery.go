package websub

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Delivery is a document that a hub sent and signed.
type Delivery struct {
	news.Delivery
	SourceID int64

	wait  time.Duration // before it is tried again
	after time.Time     // when that is
}

// ErrFetch says that a source has to be fetched instead of storing a delivery.
var ErrFetch = errors.New("to be fetched")

// Bounds of deliveries that are not stored yet.
const (
	maxQueue      = 256
	maxQueueBytes = 16 << 20
	firstWait     = 100 * time.Millisecond // while its source is being fetched
	longestWait   = 2 * time.Second
	patience      = time.Minute // longer than any fetch takes
)

// queue holds deliveries in the order of their arrival.
type queue struct {
	list  []Delivery
	bytes int
}

// put appends a delivery if there is room, and wakes the worker.
func (s *Subscriber) put(d Delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue.list) == maxQueue || s.queue.bytes+len(d.Body) > maxQueueBytes {
		return false
	}
	s.queue.list = append(s.queue.list, d)
	s.queue.bytes += len(d.Body)
	schedule.Wake(s.more)
	return true
}

// take removes the first delivery that is due; without one it returns how long there is
// nothing to do. Deliveries of one source keep their order.
func (s *Subscriber) take() (d Delivery, ok bool, idle time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	idle = maxRound
	blocked := map[int64]bool{}
	for i, d := range s.queue.list {
		if wait := d.after.Sub(now); wait > 0 || blocked[d.SourceID] {
			blocked[d.SourceID] = true
			if wait > 0 {
				idle = min(idle, wait)
			}
			continue
		}
		s.queue.list = slices.Delete(s.queue.list, i, i+1)
		s.queue.bytes -= len(d.Body)
		return d, true, 0
	}
	return Delivery{}, false, idle
}

// again puts a delivery back to the front of the queue, to be tried later.
func (s *Subscriber) again(d Delivery) {
	d.wait = min(max(2*d.wait, firstWait), longestWait)
	d.after = s.now().Add(d.wait)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.list = append([]Delivery{d}, s.queue.list...)
	s.queue.bytes += len(d.Body)
}

// Work hands deliveries to the owner, one after the other, and has it poll what
// could not be delivered, until ctx ends. What is left then is not lost: the
// store knows of it.
func (s *Subscriber) Work(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-s.more:
		}
		idle := s.work(ctx)
		timer.Reset(min(idle, s.pollDue(ctx)))
	}
}

// work delivers what is due, and returns how long there is nothing to do.
func (s *Subscriber) work(ctx context.Context) (idle time.Duration) {
	for ctx.Err() == nil {
		d, ok, idle := s.take()
		if !ok {
			return idle
		}
		err := s.deliver(ctx, d)
		switch {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, news.ErrLeased) && s.now().Sub(d.Received) < patience:
			s.again(d)
		case errors.Is(err, ErrFetch):
			s.pollSoon(d.SourceID, pollPause)
		default:
			s.log.Warn("a delivery is fetched instead", "source", s.owner.Name(d.SourceID), "error", err)
			s.pollSoon(d.SourceID, pollPause)
		}
	}
	return maxRound
}

// deliver hands one delivery over. A panic is a bug, and costs that one.
func (s *Subscriber) deliver(ctx context.Context, d Delivery) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("a delivery panicked: this is a bug in tributary", "source", s.owner.Name(d.SourceID), "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("reading it panicked: %v", v)
		}
	}()
	return s.owner.Deliver(ctx, d)
}
