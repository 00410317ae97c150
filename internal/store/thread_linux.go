package store

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime returns a function for the processor time that the calling thread
// has used since. Any goroutine may call that function while the thread exists.
func threadTime() func() time.Duration {
	// The number of this thread's clock, computed as pthread_getcpuclockid(3)
	// does. The documented constant CLOCK_THREAD_CPUTIME_ID would mean the thread
	// of the caller.
	clock := int32(^unix.Gettid()<<3 | 6)
	read := func() time.Duration {
		var t unix.Timespec
		if err := unix.ClockGettime(clock, &t); err != nil {
			return time.Duration(time.Now().UnixNano()) // elapsed time, as on other systems
		}
		return time.Duration(t.Nano())
	}
	begin := read()
	return func() time.Duration { return read() - begin }
}
