package websub

import (
	"context"
	"maps"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// How much one hub can make us do.
const (
	burst      = 60          // deliveries of one subscription at once
	refill     = time.Second // until one more is allowed
	pollPause  = time.Minute // between two polls of a source for a hub that knows the secret
	floodPause = 15 * time.Minute
)

// polls are fetches that hubs make necessary, by source. A publisher is not
// asked more often because its hub, or somebody who knows our address, wants so.
type polls struct {
	last map[int64]time.Time
	due  map[int64]time.Time
}

// pollSoon plans a poll: now, or a pause after the last one of this kind.
func (s *Subscriber) pollSoon(source int64, pause time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.now()
	if last, ok := s.polls.last[source]; ok && last.Add(pause).After(at) {
		at = last.Add(pause)
	}
	if due, ok := s.polls.due[source]; !ok || at.Before(due) {
		s.polls.due[source] = at
	}
	schedule.Wake(s.more)
}

// pollDue has the owner poll what is due, and returns how long nothing is.
func (s *Subscriber) pollDue(ctx context.Context) (idle time.Duration) {
	idle = maxRound
	var now []int64
	s.mu.Lock()
	for source, due := range s.polls.due {
		if wait := due.Sub(s.now()); wait > 0 {
			idle = min(idle, wait)
			continue
		}
		now = append(now, source)
		delete(s.polls.due, source)
		s.polls.last[source] = s.now()
	}
	s.mu.Unlock()
	for _, source := range now {
		s.owner.Poll(ctx, source)
	}
	return idle
}

// forget drops what is remembered of subscriptions that are no more.
func (s *Subscriber) forget(have []news.Push) {
	ids, sources := map[string]bool{}, map[int64]bool{}
	for _, p := range have {
		ids[p.ID], sources[p.SourceID] = true, true
	}
	s.limits.keep(ids)
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.polls.last, func(source int64, _ time.Time) bool { return !sources[source] })
}
