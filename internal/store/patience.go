package store

import (
	"context"
	"runtime"
	"time"
)

// maxWait is how many times its patience a search may take on a machine that is busy.
const maxWait = 10

// withPatience returns a context for the calling goroutine that ends when it has used
// this much of a processor: what it had to wait for one, or for a disk, is not its
// work. After maxWait times that it ends in any case. Until the returned function is called,
// which the same goroutine must do, it has a thread of its own.
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
