package schedule

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/news"
)

// TestHold holds one group of two: what is due in it waits, what runs goes on,
// and afterwards all of it is caught up at the usual spacing.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{PerGroup: 1, Spacing: time.Second})
		spec := mustParse(t, "@every 1000h", nil)
		var all []Task
		for i := range int64(6) {
			all = append(all, Task{ID: no(i), Key: fmt.Sprint(i), Group: []string{"a", "b"}[i%2], Spec: spec, Due: time.Now().Add(time.Duration(i) * time.Minute)})
		}
		b.Set(all)
		begin := time.Now()
		b.Hold("a", begin.Add(10*time.Minute))
		b.Hold("a", begin.Add(2*time.Minute)) // the longer one counts
		b.Hold("c", begin.Add(time.Minute))   // nobody is in it yet
		b.Hold("", begin.Add(time.Hour))      // no group
		b.run()
		b.want("at first", b.after(time.Second), "")
		b.want("while a is held", b.after(9*time.Minute), "1 3 5")
		if got := b.Held("a"); !got.Equal(begin.Add(10*time.Minute)) || !b.Held("b").IsZero() {
			t.Errorf("a is held until %s, b until %s", got, b.Held("b"))
		}
		if s := b.status(); s.Waiting != 3 {
			t.Errorf("%d wait, want 3", s.Waiting)
		}
		b.want("just before", b.after(time.Until(begin.Add(10*time.Minute-time.Millisecond))), "")
		b.want("when it ends", b.after(500*time.Millisecond), "0")
		b.want("then paced", b.after(time.Second), "2")
		b.want("then paced", b.after(time.Second), "4")
		b.Hold("b", time.Now().Add(-time.Second))
		b.Trigger(1)
		b.want("a hold that is past", b.after(time.Second), "1")
		b.Set(nil)
		b.stop()
		if len(b.groups) != 0 || len(b.holds) != 0 {
			t.Errorf("groups %v and holds %v are left", b.groups, b.holds)
		}
	})
}

// TestHoldBindsTriggersAndReloads: nothing starts in a held group, whoever asks.
func TestHoldBindsTriggersAndReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{})
		spec := mustParse(t, "@every 1000h", nil)
		b.Hold("a", time.Now().Add(time.Hour)) // before any task
		b.Set([]Task{{ID: no(1), Key: "1", Group: "a", Spec: spec}})
		b.run()
		b.Trigger(1)
		b.want("triggered", b.after(10*time.Minute), "")
		b.Set(nil)
		b.Set([]Task{{ID: no(1), Key: "1", Group: "a", Spec: spec}, {ID: no(2), Key: "2", Group: "b", Spec: spec}})
		b.want("reloaded", b.after(10*time.Minute), "2")
		b.want("at the end", b.after(time.Hour), "1")
		b.stop()
	})
}

// TestHoldWithAWrongClock: a hold is no longer than the longest delay, and
// lasts as long as told when the clock is set back.
func TestHoldWithAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{MaxDelay: 24 * time.Hour})
		task := Task{ID: no(1), Key: "1", Group: "a", Spec: mustParse(t, "@every 1000h", nil)}
		b.Set([]Task{task})
		b.Hold("a", time.Now().AddDate(100, 0, 0))
		b.run()
		b.want("for a day", b.after(24*time.Hour-time.Second), "")
		b.want("after a day", b.after(time.Minute), "1")

		b.Hold("a", b.wall().Add(time.Hour))
		b.Trigger(1)
		b.after(time.Minute)
		b.jump(-6 * time.Hour)
		b.want("set back", b.after(58*time.Minute-2*clockCheck), "")
		b.want("an hour later", b.after(3*time.Minute+clockCheck), "1")
		b.stop()
	})
}

// TestCycleLeavesWhatIsHeld: a cycle waits for a short hold, and ends without
// what is held for long.
func TestCycleLeavesWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{})
		spec := mustParse(t, "@every 1h", nil)
		b.Set([]Task{{ID: no(1), Key: "1", Group: "long", Spec: spec}, {ID: no(2), Key: "2", Group: "short", Spec: spec}, {ID: no(3), Key: "3", Group: "free", Spec: spec}})
		begin := time.Now()
		b.Hold("long", begin.Add(time.Hour))
		b.Hold("short", begin.Add(20*time.Second))
		if err := b.Cycle(t.Context()); err != nil || len(b.starts) != 2 || time.Since(begin) != 20*time.Second {
			t.Errorf("%d starts in %s, %v; want 2 in 20s", len(b.starts), time.Since(begin), err)
		}
	})
}

// TestSpace widens the distance in one group, and takes that back.
func TestSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{Spacing: time.Second})
		spec := mustParse(t, "@every 1000h", nil)
		b.run()
		b.Set(tasks(12, spec, func(i int) string { return []string{"a", "b"}[i%2] }))
		b.Space("a", 10*time.Second)
		b.Space("b", time.Millisecond) // never closer than the limits say
		b.Space("nobody", time.Minute)
		b.want("at once", b.after(500*time.Millisecond), "1 2")
		b.want("b every second", b.after(5*time.Second), "4 6 8 10 12")
		b.want("a every ten", b.after(15*time.Second), "3 5")
		b.Space("a", 0)
		b.want("after the last rest", b.after(11*time.Second), "7 9")
		b.Space("nobody", 0)
		b.Set(nil)
		b.after(time.Minute)
		b.stop()
		if len(b.groups) != 0 {
			t.Errorf("groups %v are left", b.groups)
		}
	})
}

// TestLimited follows a host that says 429 again and again, and then calms down.
func TestLimited(t *testing.T) {
	now := yearStart
	h := news.Host{Name: "example.org"}
	spacings := []time.Duration{2, 4, 8, 16, 32, 60, 60}
	last := time.Duration(0)
	for i, want := range spacings {
		h = Limited(h, now, 0)
		wait := h.NotBefore.Sub(now)
		if h.Spacing != want*time.Second || h.Limited != i+1 || !h.LimitedAt.Equal(now) {
			t.Errorf("429 number %d: got %+v, want a spacing of %d seconds", i+1, h, want)
		}
		if wait < MinBackoff || wait > MaxBackoff || wait <= last && i < 5 {
			t.Errorf("429 number %d: left alone for %s after %s", i+1, wait, last)
		}
		last = wait
		now = now.Add(wait)
	}
	if got := Limited(h, now, 90*time.Second); !got.NotBefore.Equal(now.Add(90 * time.Second)) {
		t.Errorf("left alone until %s, want what it asked for", got.NotBefore)
	}
	if got := Limited(h, now, 1000*time.Hour); !got.NotBefore.Equal(now.Add(MaxBackoff)) {
		t.Errorf("left alone until %s, want a day at most", got.NotBefore)
	}
	if got := Limited(h, h.LimitedAt, time.Second); !got.NotBefore.Equal(h.NotBefore) {
		t.Errorf("left alone until %s, want the longer wait %s", got.NotBefore, h.NotBefore)
	}
	for days, want := range []time.Duration{60, 30, 15, 7, 3, 1, 0} {
		got := SpacingOf(h, h.LimitedAt.Add(time.Duration(days)*24*time.Hour))
		if got.Truncate(time.Second) != want*time.Second {
			t.Errorf("%d days later: a spacing of %s, want %d seconds", days, got, want)
		}
	}
	if got := SpacingOf(h, h.LimitedAt.AddDate(1000, 0, 0)); got != 0 {
		t.Errorf("a thousand years later: %s", got)
	}
	if got := SpacingOf(h, h.LimitedAt.Add(-time.Hour)); got != h.Spacing {
		t.Errorf("by a clock that was set back: %s", got)
	}
}
