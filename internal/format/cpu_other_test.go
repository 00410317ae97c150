//go:build !linux

package format

import "time"

// cpuOf returns the time that f took.
func cpuOf(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
