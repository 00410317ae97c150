package schedule

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestTrigger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 1})
		b.work = takes(time.Second)
		all := tasks(6, mustParse(t, "@every 1h", nil), ungrouped)
		for i := range all {
			all[i].Due = time.Now().Add(time.Minute)
		}
		all[0].Due, all[1].Due = time.Time{}, time.Time{}
		b.Set(all)
		b.run() // 1 runs, 2 waits
		for id, want := range map[int64]bool{5: true, 99: false} {
			if got := b.Trigger(id); got != want {
				t.Errorf("Trigger(%d) = %v, want %v", id, got, want)
			}
		}
		b.Trigger(4)
		b.Trigger(5)
		b.Trigger(1)
		b.Trigger(1)
		if b.idle() {
			t.Error("idle while a task runs")
		}
		b.want("triggered ones first, in their order", b.after(2500*time.Millisecond), "5 4")
		b.want("then the one that ran, once, and what was due", b.after(10*time.Second), "1 2")
		if !b.idle() {
			t.Errorf("not idle: %+v", b.status())
		}
		b.stop()
	})
}

// TestTriggerWithinLimits holds that an impatient operator is still polite.
func TestTriggerWithinLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 8, PerGroup: 2, PerSecond: 5})
		b.work = takes(100 * time.Millisecond)
		spec := mustParse(t, "@every 1h", nil)
		all := tasks(40, spec, func(i int) string { return fmt.Sprint("host", i%3) })
		for i := range all {
			all[i].Due = time.Now().Add(time.Hour)
		}
		b.Set(all)
		b.run()
		for range 3 {
			for id := range int64(40) {
				b.Trigger(id + 1)
			}
			b.after(2 * time.Second)
		}
		b.after(20 * time.Second)
		b.stop()
		checkPace(t, b.starts, 5)
		if b.most > 6 {
			t.Errorf("%d at once, want at most 2 in each of 3 groups", b.most)
		}
		if got := len(b.starts); got < 40 || got > 120 {
			t.Errorf("%d starts, want each task at least once and at most once a trigger", got)
		}
	})
}

func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 2})
		b.work = takes(10 * time.Second)
		rare, daily := mustParse(t, "@every 1000h", nil), mustParse(t, "@every 24h", nil)
		soon := time.Now().Add(time.Minute)
		b.Set([]Task{
			{ID: no(1), Key: "1", Spec: rare}, {ID: no(2), Key: "2", Spec: rare}, // run
			{ID: no(3), Key: "3", Spec: rare}, {ID: no(4), Key: "4", Spec: rare}, // wait
			{ID: no(5), Key: "5", Spec: rare, Due: soon}, {ID: no(6), Key: "6", Spec: rare, Due: soon}, {ID: no(7), Key: "7", Spec: rare, Due: soon},
		})
		b.run()
		b.after(time.Second)
		// 1 vanishes while it runs; 3 while it waits; 2, 4 and 5 stay, 6 gets
		// a new schedule, 7 another due time, 8 is new.
		b.Set([]Task{
			{ID: no(2), Key: "2", Spec: rare}, {ID: no(4), Key: "4", Spec: rare, Group: "host"},
			{ID: no(5), Key: "5", Spec: rare, Due: soon},
			{ID: no(6), Key: "6", Spec: daily, Due: soon},
			{ID: no(7), Key: "7", Spec: rare, Due: soon.Add(5 * time.Minute)},
			{ID: no(8), Key: "8", Spec: rare},
		})
		if b.Trigger(1) || b.Trigger(3) {
			t.Error("a task that is gone can be triggered")
		}
		b.want("what waits", b.after(20*time.Second), "4 8")
		b.want("what was planned", b.after(time.Minute), "5")
		b.want("what was put off", b.after(5*time.Minute), "7")
		b.stop()
		if got := len(b.starts); got != 6 {
			t.Errorf("%d starts, want 6: %v", got, b.starts)
		}
		if got, want := b.tasks[no(6)].Due, daily.Next(b.starts[0].at, "6"); !got.Equal(want) {
			t.Errorf("with its new schedule 6 is due %s, want %s", got, want)
		}
	})
}

// TestReloadWhileRunning takes a task away and brings it back while it runs:
// it must neither overlap nor be lost, and a stale due time must not repeat it.
func TestReloadWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{PerGroup: 1})
		b.work = takes(10 * time.Second)
		spec := mustParse(t, "@every 1h", nil)
		task := Task{ID: no(1), Key: "k", Group: "old", Spec: spec, Due: time.Now().Add(-time.Minute)}
		b.Set([]Task{task})
		b.run()
		b.Set(nil)
		b.after(time.Second)
		moved := task
		moved.Group = "new"
		b.Set([]Task{moved})
		b.want("while it runs", b.after(5*time.Second), "")
		b.want("after it ended", b.after(time.Minute), "")
		b.Set([]Task{moved}) // with the due time of before the run
		b.want("with a stale due time", b.after(time.Minute), "")
		if got, want := b.status().Next, spec.Next(time.Now(), "k"); !got.Equal(want) {
			t.Errorf("next due %s, want %s", got, want)
		}
		b.Set(nil)
		b.Set([]Task{task})
		b.want("as a new task", b.after(time.Second), "1")
		b.stop()
		if len(b.starts) != 2 || len(b.groups) != 1 {
			t.Errorf("%d starts, groups %v; want 2, and the old group alone", len(b.starts), b.groups)
		}
		if b.Set(nil); len(b.groups) != 0 {
			t.Errorf("groups %v are left without tasks", b.groups)
		}
	})
}

// Under the race detector: a reload may write a task whose goroutine just begins.
func TestReloadsWhileJobsBegin(t *testing.T) {
	var runs atomic.Int64
	r := NewRunner(Limits{}, time.Now, func(context.Context, ID) time.Time {
		runs.Add(1)
		return time.Time{}
	})
	all := tasks(20, mustParse(t, "@every 1000h", nil), ungrouped)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	for runs.Load() < 2000 {
		r.Set(all)
		for _, task := range all {
			r.Trigger(task.ID)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestReloadInCycle holds that a reload loses nothing of a cycle's work.
func TestReloadInCycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 1})
		b.work = takes(time.Second)
		all := tasks(4, mustParse(t, "@every 1h", nil), ungrouped)
		b.Set(all)
		time.AfterFunc(1500*time.Millisecond, func() { b.Set(all) })
		if err := b.Cycle(t.Context()); err != nil || len(b.starts) != 4 {
			t.Errorf("%d starts, %v; want 4", len(b.starts), err)
		}
	})
}

// TestNever: a task that is to start by hand only stays so over reloads and
// whatever its schedule says.
func TestNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{MaxDelay: 24 * time.Hour})
		b.work = func(context.Context, int64) time.Time { return Never() }
		spec := mustParse(t, "@every 1h", nil)
		b.Set([]Task{{ID: no(1), Key: "k", Spec: spec, Due: Never()}})
		b.run()
		b.want("in a month", b.after(30*24*time.Hour), "")
		b.Trigger(1)
		b.want("triggered", b.after(time.Hour), "1")
		b.want("in another month", b.after(30*24*time.Hour), "")
		b.Set([]Task{{ID: no(1), Key: "k", Spec: spec, Due: Never()}})
		b.want("after a reload", b.after(30*24*time.Hour), "")
		b.Set([]Task{{ID: no(1), Key: "k", Spec: spec, Due: time.Now().Add(time.Minute)}})
		b.want("once it is due again", b.after(2*time.Minute), "1")
		b.stop()
	})
}

// TestNeverDue holds that a task whose schedule never fires can be triggered.
func TestNeverDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{})
		b.Set([]Task{{ID: no(1), Key: "k"}})
		b.run()
		b.want("in a year", b.after(365*24*time.Hour), "")
		b.Trigger(1)
		b.want("triggered", b.after(time.Hour), "1")
		b.Set([]Task{{ID: no(1), Key: "k"}})
		b.want("after a reload", b.after(time.Hour), "")
		b.stop()
		if got := len(b.starts); got != 2 {
			t.Errorf("%d starts, want the first and the triggered one", got)
		}
	})
}

// TestRegroup checks that tasks that turn out to share a host keep the spacing of that
// host from then on.
func TestRegroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 8, PerGroup: 1, Spacing: time.Second})
		b.work = func(ctx context.Context, id int64) time.Time {
			b.Regroup(no(id), "shared") // while it runs
			return takes(100*time.Millisecond)(ctx, id)
		}
		b.Set(tasks(4, mustParse(t, "@every 1h", nil), func(i int) string { return fmt.Sprint("host", i) }))
		b.run() // all of them start
		b.after(10 * time.Second)
		for id := range int64(4) {
			b.Trigger(id + 1)
		}
		b.want("one", b.after(500*time.Millisecond), "1")
		b.Regroup(no(4), "another") // while it waits
		b.want("two, and who is alone again", b.after(time.Second), "4 2")
		b.want("three", b.after(time.Second), "3")
		b.Regroup(no(99), "shared") // unknown
		b.stop()
	})
}
