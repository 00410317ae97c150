package web

import (
	"context"
	"time"
)

// maxSearches is the number of searches that run at once: half of the database connections for
// reading, so that searches never keep other pages waiting. searchQueue is how long a search waits
// for its turn.
const (
	maxSearches = 2
	searchQueue = time.Second
)

// semaphore is a counting semaphore, used for searches and for the gate.
type semaphore chan struct{}

// acquire waits for a turn and reports whether it got one. The caller must then call release.
func (s semaphore) acquire(ctx context.Context, patience time.Duration) bool {
	select {
	case s <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (s semaphore) release() { <-s }
