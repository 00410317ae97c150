package daemon

import "runtime"

// semaphore bounds how much of the work that keeps a processor busy is done at a time:
// reading and storing documents, publishing, indexing. One processor is left free for
// requests. Without that a request could wait behind several busy goroutines, each of
// which the scheduler interrupts only after ten milliseconds. A nil semaphore bounds
// nothing; that is for a cycle, which serves nobody.
type semaphore chan struct{}

func newSemaphore() semaphore { return make(semaphore, max(1, runtime.GOMAXPROCS(0)-overcommitted-1)) }

// overcommitted is by how much GOMAXPROCS exceeds the number of processors, see Overcommit.
const overcommitted = 1

// Overcommit raises GOMAXPROCS by one, for a process that serves requests: then a request
// gets a thread of its own while all others are busy or wait for a disk, and the operating
// system switches between threads sooner than Go switches between goroutines. Call it
// once, before Open. After that Go no longer follows changes of the number of processors
// that the process may use.
func Overcommit() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + overcommitted) }

// do calls f when fewer calls are running than the semaphore admits. f must not call do.
func (s semaphore) do(f func()) {
	if s == nil {
		f()
		return
	}
	s <- struct{}{}
	defer func() { <-s }()
	f()
}
