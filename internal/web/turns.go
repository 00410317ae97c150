package web

import (
	"context"
	"time"
)

// maxSearches is how many searches run at once: half of the connections that read,
// so that pages are never kept waiting by them. searchQueue is how long the others
// wait for their turn.
const (
	maxSearches = 2
	searchQueue = time.Second
)

// turns lets a few through at a time: searches, and what is behind the gate.
type turns chan struct{}

// enter waits for a turn and reports whether it came; who entered leaves.
func (g turns) enter(ctx context.Context, patience time.Duration) bool {
	select {
	case g <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case g <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (g turns) leave() { <-g }
