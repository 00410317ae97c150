package daemon

import "runtime"

// turns bound how much of what keeps a processor busy is done at once: reading and
// storing documents, publishing, indexing. One processor is left to those who wait for
// an answer: a goroutine that works yields after ten milliseconds only, and behind each
// that may run stands the next. Nobody waits for a cycle that serves nobody: nil bounds
// nothing.
type turns chan struct{}

func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)-overcommitted-1)) }

// overcommitted is how many goroutines run beyond the number of processors.
const overcommitted = 1

// Overcommit lets one more goroutine run than there are processors, for a process that
// serves. Its threads wait for disks, and Go lets each that works go on for ten
// milliseconds; between threads the system decides, and sooner. It is called once,
// before Open, and Go follows later changes of the processors that it may use no more.
func Overcommit() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + overcommitted) }

// take does something when it is its turn. It takes no further turn.
func (t turns) take(do func()) {
	if t == nil {
		do()
		return
	}
	t <- struct{}{}
	defer func() { <-t }()
	do()
}
