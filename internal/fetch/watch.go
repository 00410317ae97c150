package fetch

import (
	"sync"
	"time"
)

// watchStep is how many bytes of a body count as progress. A server that sends
// one byte a second holds its place as much as one that sends none.
const watchStep = 1 << 10

// watch tells once when an answer stands still. A nil watch has nobody to tell.
type watch struct {
	patience time.Duration
	tell     func()
	timer    *time.Timer

	mu    sync.Mutex
	step  int // bytes since the last progress
	ended bool
}

// newWatch returns a watch that runs, to be stopped; nil when none is needed.
func newWatch(patience time.Duration, tell func()) *watch {
	if patience <= 0 || tell == nil {
		return nil
	}
	w := &watch{patience: patience, tell: tell}
	w.timer = time.AfterFunc(patience, w.fire)
	return w
}

// fire tells. It does so under the lock, so that nobody is told of a fetch that
// has returned.
func (w *watch) fire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.ended = true
		w.tell()
	}
}

// answered notes that an answer has begun.
func (w *watch) answered() { w.came(watchStep) }

// came notes n bytes of an answer.
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

// stop ends the watch. Once it has returned, nobody is told any more.
func (w *watch) stop() {
	if w == nil {
		return
	}
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}
