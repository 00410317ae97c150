package store

import (
	"context"
	"runtime"
	"time"
)

// maxWait is how many times its patience a search may take on a machine that is busy.
const maxWait = 10

// withPatience returns a context that ends when the calling goroutine has used as much
// processor time as patience says. Time that it waits for a processor or a disk does not
// count, but after maxWait times the patience the context ends in any case. The goroutine
// is locked to its thread until it calls the returned function.
func withPatience(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	runtime.LockOSThread()
	used := threadTime()
	ctx, cancel := context.WithTimeout(ctx, maxWait*patience)
	go func() {
		for left := patience; left > 0; left = patience - used() {
			select {
			case <-ctx.Done():
				return
			case <-time.After(max(left, time.Millisecond)):
			}
		}
		cancel()
	}()
	return ctx, func() {
		cancel()
		runtime.UnlockOSThread()
	}
}
