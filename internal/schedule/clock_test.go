package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestClockForward sets the clock to a day later: each source runs once, at
// the usual pace, within a minute.
func TestClockForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{PerSecond: 20})
		spec := mustParse(t, "@every 12h", nil)
		all := tasks(500, spec, ungrouped)
		for i := range all {
			all[i].Due = time.Now().Add(6 * time.Hour)
		}
		b.Set(all)
		b.run()
		b.after(time.Second)
		b.jump(24 * time.Hour)
		b.after(2 * time.Minute)
		b.stop()
		checkPace(t, b.starts, 20)
		times := make(map[int64]int)
		for _, s := range b.starts {
			times[s.id]++
		}
		if len(times) != 500 || len(b.starts) > 510 {
			t.Errorf("%d starts of %d tasks, want each of 500 once (and the few whose phase comes)", len(b.starts), len(times))
		}
	})
}

// TestClockBackward sets the clock back by more than any interval: the hourly
// task goes on every hour, and one that was told to wait waits as long as told.
func TestClockBackward(t *testing.T) {
	for _, back := range []time.Duration{3 * time.Hour, 24 * time.Hour, 20 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, Limits{PerSecond: 20})
			spec := mustParse(t, "@every 1h", nil)
			b.work = func(_ context.Context, id int64) time.Time {
				return spec.Next(b.wall(), fmt.Sprint(id))
			}
			wait := 20*time.Hour + 30*time.Minute
			begin := time.Now()
			b.Set([]Task{{ID: no(1), Key: "1", Spec: spec}, {ID: no(2), Key: "2", Spec: spec, Due: begin.Add(wait)}})
			b.run()
			b.after(10 * time.Minute)
			b.jump(-back)
			b.after(22 * time.Hour)
			b.stop()
			first := map[int64]time.Duration{}
			last := begin
			for _, s := range b.starts {
				switch {
				case s.id == 2 && first[2] == 0:
					first[2] = s.at.Sub(begin)
				case s.id == 1 && s.at.Sub(last) > 62*time.Minute:
					t.Errorf("back by %s: the hourly task paused for %s", back, s.at.Sub(last))
				}
				if s.id == 1 {
					last = s.at
				}
			}
			if got := first[2]; got < wait-clockCheck || got > wait+61*time.Minute {
				t.Errorf("back by %s: the task that was to wait %s ran after %s", back, wait, got)
			}
			if got := len(b.starts); got < 23 || got > 26 {
				t.Errorf("back by %s: %d starts in 22 hours", back, got)
			}
		})
	}
}

// TestClockWrongAtStart gives due times that a clock in the year 2100 stored.
func TestClockWrongAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{MaxDelay: 7 * 24 * time.Hour})
		spec, weekly := mustParse(t, "@every 1h", nil), mustParse(t, "@weekly", nil)
		now := time.Now()
		week := 7 * 24 * time.Hour
		latest := weekly.NextAfter(now, "k", now.Add(week)) // that a job can rightly have asked for
		b.Set([]Task{
			{ID: no(1), Key: "k", Spec: spec, Due: now.AddDate(100, 0, 0)},
			{ID: no(2), Key: "k", Spec: spec, Due: now.Add(week)},
			{ID: no(3), Key: "k", Spec: weekly, Due: latest},
			{ID: no(4), Key: "k", Spec: weekly, Due: latest.Add(time.Minute)},
		})
		for id, want := range map[int64]time.Time{
			1: spec.Next(now, "k"), 2: now.Add(week), 3: latest, 4: weekly.Next(now, "k"),
		} {
			if got := b.tasks[no(id)].Due; !got.Equal(want) {
				t.Errorf("task %d is due %s, want %s", id, got, want)
			}
		}
	})
}

// TestAnyOrder does random things for hours and holds the promises: no overlap
// (the bench watches), the limits, and nothing is forgotten.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			limits := Limits{InFlight: 1 + random.IntN(8), PerGroup: 1 + random.IntN(3), PerSecond: 1 + random.IntN(10), Spacing: time.Duration(random.IntN(3)) * time.Second}
			b := newBench(t, limits)
			var source sync.Mutex
			duration := func() time.Duration {
				source.Lock()
				defer source.Unlock()
				return time.Duration(random.IntN(3000)) * time.Millisecond
			}
			perGroup := make(map[string]int)
			var all []Task
			b.work = func(ctx context.Context, id int64) time.Time {
				group := fmt.Sprint("g", id%7)
				b.mu.Lock()
				perGroup[group]++
				if perGroup[group] > limits.PerGroup {
					t.Errorf("seed %d: %d at once in %s, want at most %d", seed, perGroup[group], group, limits.PerGroup)
				}
				b.mu.Unlock()
				takes(duration())(ctx, id)
				b.mu.Lock()
				defer b.mu.Unlock()
				perGroup[group]--
				return time.Time{}
			}
			spec := mustParse(t, "@every 10m", nil)
			for id := range int64(60) {
				all = append(all, Task{ID: no(id), Key: fmt.Sprint(id), Group: fmt.Sprint("g", id%7), Spec: spec})
			}
			b.run()
			for range 200 {
				source.Lock()
				dice, pause, id := random.IntN(6), random.IntN(5000), int64(random.IntN(60))
				subset := slices.Clone(all)
				random.Shuffle(len(subset), func(i, j int) { subset[i], subset[j] = subset[j], subset[i] })
				source.Unlock()
				switch dice {
				case 0:
					b.Set(subset[:dice*10+int(id)])
				case 1:
					b.jump(time.Duration(pause-2500) * time.Second)
				default:
					b.Trigger(id)
				}
				b.after(time.Duration(pause) * time.Millisecond)
			}
			b.Set(all)
			b.after(30 * time.Minute)
			for _, task := range all {
				if due := b.tasks[task.ID].Due; b.wall().Sub(due) > 10*time.Minute {
					t.Errorf("seed %d: task %d is forgotten, due since %s", seed, task.ID.Number, due)
				}
			}
			b.stop()
			checkPace(t, b.starts, limits.PerSecond)
			if b.most > limits.InFlight {
				t.Errorf("seed %d: %d at once, want at most %d", seed, b.most, limits.InFlight)
			}
			if s := b.status(); s.Running != 0 || len(b.planned)+s.Waiting != 60 {
				t.Errorf("seed %d: at the end %+v and %d planned, want 60 planned or waiting", seed, s, len(b.planned))
			}
		})
	}
}

func TestReckoned(t *testing.T) {
	now := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	nextYear := now.AddDate(1, 0, 0)
	for _, c := range []struct{ due, planned, want time.Time }{
		{now.Add(time.Hour), now.Add(-time.Minute), now.Add(time.Hour)},
		{now.Add(-time.Hour), now.Add(-2 * time.Hour), now.Add(-time.Hour)},
		{nextYear.Add(time.Hour), nextYear, now.Add(time.Hour)}, // planned before the clock was set back
		{nextYear, now, nextYear},
		{Never(), nextYear, Never()},
		{time.Time{}, time.Time{}, time.Time{}},
	} {
		if got := Reckoned(c.due, c.planned, now); !got.Equal(c.want) {
			t.Errorf("due %v, planned %v: got %v, want %v", c.due, c.planned, got, c.want)
		}
	}
}
