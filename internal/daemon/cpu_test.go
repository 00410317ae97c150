package daemon

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSemaphore(t *testing.T) {
	for room, want := range map[int]int32{0: 5, 1: 1, 3: 3} {
		synctest.Test(t, func(t *testing.T) {
			var s semaphore // nil bounds nothing
			if room > 0 {
				s = make(semaphore, room)
			}
			var now atomic.Int32
			together := make(chan int32, 5)
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					s.do(func() {
						now.Add(1)
						time.Sleep(time.Second)
						together <- now.Load()
						time.Sleep(time.Second)
						now.Add(-1)
					})
				})
			}
			if got := <-together; got != want {
				t.Errorf("room for %d: %d at once, want %d", room, got, want)
			}
			all.Wait() // everyone gets theirs
		})
	}
}

// A process that serves bounds its work; a cycle, which serves nobody, does not.
func TestTurnsOfADaemon(t *testing.T) {
	for _, serving := range []bool{true, false} {
		options := newHome(t, "sources:", "  - seeds: seeds/*").options()
		options.Serving = serving
		d, err := Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		if bounded := cap(d.cpu) > 0; bounded != serving {
			t.Errorf("serving %v: room for %d", serving, cap(d.cpu))
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
