//go:build !linux

package store

import "time"

// threadTime returns how much time passes from now on, since what a thread uses is not
// told alike everywhere.
func threadTime() func() time.Duration {
	begin := time.Now()
	return func() time.Duration { return time.Since(begin) }
}
