package web

import (
	"context"
	"time"
)

const (
	// maxSearches is how many searches run at the same time: half of the reading
	// connections of the database, so that searches never hold up pages.
	maxSearches = 2
	// searchQueue is how long a further search waits for one of them to end.
	searchQueue = time.Second
)

// semaphore bounds how many requests do something at a time: search, or what the gate guards.
type semaphore chan struct{}

// acquire waits for at most patience, and reports whether the caller may go on; then it has
// to call release.
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
