package store

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime returns how much of a processor the calling thread uses from now on, for
// any goroutine to ask while the thread lives.
func threadTime() func() time.Duration {
	// The clock of any one thread, as pthread_getcpuclockid(3) makes its number: the
	// constant that is documented stands for the thread that asks.
	clock := int32(^unix.Gettid()<<3 | 6)
	read := func() time.Duration {
		var t unix.Timespec
		if err := unix.ClockGettime(clock, &t); err != nil {
			return time.Duration(time.Now().UnixNano()) // counts all time, as on other systems
		}
		return time.Duration(t.Nano())
	}
	begin := read()
	return func() time.Duration { return read() - begin }
}
