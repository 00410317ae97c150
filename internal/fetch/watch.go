package fetch

import (
	"sync"
	"time"
)

// watchStep is the number of body bytes that count as progress. A server that sends one byte a
// second occupies a place as much as one that sends none.
const watchStep = 1 << 10

// watch calls a function once when a response stalls. A nil watch does nothing.
type watch struct {
	patience time.Duration
	tell     func()
	timer    *time.Timer

	mu    sync.Mutex
	step  int // bytes since the last progress
	ended bool
}

// newWatch returns a running watch, which must be stopped, or nil if none is needed.
func newWatch(patience time.Duration, tell func()) *watch {
	if patience <= 0 || tell == nil {
		return nil
	}
	w := &watch{patience: patience, tell: tell}
	w.timer = time.AfterFunc(patience, w.fire)
	return w
}

// fire calls tell. It does so under the lock, so that tell is never called after stop has returned.
func (w *watch) fire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.ended = true
		w.tell()
	}
}

// answered notes that a response has begun.
func (w *watch) answered() { w.came(watchStep) }

// came notes that n bytes of a response were received.
func (w *watch) came(n int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.step += n; w.step >= watchStep && !w.ended {
		w.step = 0
		w.timer.Reset(w.patience)
	}
}

// stop stops the watch. After it returns, tell is not called any more.
func (w *watch) stop() {
	if w == nil {
		return
	}
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}
