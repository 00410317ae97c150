//go:build !linux

package store

import "time"

// threadTime returns a function for the time elapsed since. Other systems have no
// common way to measure the processor time of a thread.
func threadTime() func() time.Duration {
	begin := time.Now()
	return func() time.Duration { return time.Since(begin) }
}
