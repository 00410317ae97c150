package schedule

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// start is one call of do, as a bench records it.
type start struct {
	id int64
	at time.Time // real, that is monotonic, time of the bubble
}

// status counts what a Runner has to do.
type status struct {
	Tasks   int
	Running int       // in either lane
	Slow    int       // of them in the slow lane
	Waiting int       // due, and held back by a limit
	Next    time.Time // when the next of the others is due; zero without any
}

// status tells what there is to do at this moment.
func (r *Runner) status() status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := status{Tasks: len(r.tasks), Running: r.running + r.slow, Slow: r.slow, Waiting: r.queued}
	if len(r.planned) > 0 {
		s.Next = r.planned[0].Due
	}
	return s
}

// idle reports whether nothing runs and nothing is due.
func (r *Runner) idle() bool {
	now := r.now()
	s := r.status()
	return s.Running == 0 && s.Waiting == 0 && (s.Next.IsZero() || s.Next.After(now))
}

// bench runs a Runner in a synctest bubble and records what it starts. It
// fails the test at once when two runs of one task overlap.
type bench struct {
	*Runner
	t    *testing.T
	work func(ctx context.Context, id int64) time.Time // nil: done at once, next by the schedule

	mu       sync.Mutex
	shift    time.Duration // of the wall clock
	starts   []start
	told     int // starts that after has returned
	running  map[int64]bool
	most     int // running at the same time
	stopFunc func()
}

func newBench(t *testing.T, l Limits) *bench {
	b := &bench{t: t, running: make(map[int64]bool)}
	b.Runner = NewRunner(l, b.wall, b.record)
	return b
}

func (b *bench) wall() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.shift)
}

// jump sets the wall clock.
func (b *bench) jump(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shift += d
}

// no is the ID of a task of a bench.
func no(number int64) ID { return ID{"test", number} }

// Trigger and Stall are those of the Runner, by number.
func (b *bench) Trigger(number int64) bool { return b.Runner.Trigger(no(number)) }
func (b *bench) Stall(number int64)        { b.Runner.Stall(no(number)) }

func (b *bench) record(ctx context.Context, task ID) time.Time {
	id := task.Number
	b.mu.Lock()
	if b.running[id] {
		b.t.Errorf("task %d runs twice at once", id)
	}
	b.starts = append(b.starts, start{id, time.Now()})
	b.running[id] = true
	b.most = max(b.most, len(b.running))
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.running, id)
		b.mu.Unlock()
	}()
	if b.work == nil {
		return time.Time{}
	}
	return b.work(ctx, id)
}

// run starts Run; stop ends it and waits.
func (b *bench) run() {
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	b.stopFunc = func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("Run: %v", err)
		}
	}
	b.after(0)
}

func (b *bench) stop() { b.stopFunc() }

// after lets time pass and returns the ids that were started since it, or run, was
// last called. What a test does in between may start something before time passes.
func (b *bench) after(d time.Duration) string {
	b.mu.Lock()
	from := b.told
	b.mu.Unlock()
	if d > 0 {
		time.Sleep(d)
	}
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	batch := slices.Clone(b.starts[from:])
	b.told = len(b.starts)
	slices.SortStableFunc(batch, func(x, y start) int { // of one instant in any order
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.id, y.id))
	})
	var ids []string
	for _, s := range batch {
		ids = append(ids, fmt.Sprint(s.id))
	}
	return strings.Join(ids, " ")
}

func (b *bench) want(when, got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: started %q, want %q", when, got, want)
	}
}

// checkPace holds that no second, wherever it begins, has more than n starts.
func checkPace(t *testing.T, starts []start, n int) {
	t.Helper()
	for i := n; i < len(starts); i++ {
		if gap := starts[i].at.Sub(starts[i-n].at); gap <= time.Second {
			t.Fatalf("starts %d to %d lie within %s, want at most %d in a second", i-n, i, gap, n)
		}
	}
}

// takes returns a do that takes d, or until the context ends, and then leaves
// the next time to the schedule.
func takes(d time.Duration) func(context.Context, int64) time.Time {
	return func(ctx context.Context, _ int64) time.Time {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		return time.Time{}
	}
}

func tasks(n int, spec Spec, group func(i int) string) []Task {
	all := make([]Task, n)
	for i := range all {
		all[i] = Task{ID: no(int64(i + 1)), Key: fmt.Sprint("https://example.org/", i), Group: group(i), Spec: spec}
	}
	return all
}

func ungrouped(int) string { return "" }

// TestTenThousandOverdue is a start after a long night: everything is due, and
// everything runs once, at the pace that was promised.
func TestTenThousandOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 32, PerGroup: 2, PerSecond: 20, Spacing: time.Second})
		b.work = takes(300 * time.Millisecond)
		all := tasks(10000, mustParse(t, "@every 24h", nil), func(i int) string { return fmt.Sprint("host", i%2500) })
		for i := range all {
			all[i].Due = time.Now().Add(-time.Duration(i) * time.Minute)
		}
		b.Set(all)
		begin := time.Now()
		if err := b.Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkPace(t, b.starts, 20)
		if took := time.Since(begin); took > 510*time.Second {
			t.Errorf("10,000 sources took %s, want about 505 s", took)
		}
		times := make(map[int64]int)
		for _, s := range b.starts {
			times[s.id]++
		}
		if len(times) != 10000 || len(b.starts) != 10000 {
			t.Errorf("%d starts of %d tasks, want each of 10,000 once", len(b.starts), len(times))
		}
		for _, s := range b.starts[:20] {
			if s.id <= 9980 {
				t.Errorf("task %d is among the first 20, want those that are due for longest", s.id)
			}
		}
		time.Sleep(2 * time.Second)
	})
}

// TestStartsAreSpread: beside a server the starts of a second come one by one. A cycle
// keeps nobody waiting, and starts at once what may start.
func TestStartsAreSpread(t *testing.T) {
	for _, cycle := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, Limits{PerSecond: 20})
			b.Set(tasks(200, mustParse(t, "@every 1000h", nil), ungrouped))
			begin := time.Now()
			if cycle {
				if err := b.Cycle(t.Context()); err != nil {
					t.Fatal(err)
				}
			} else {
				b.run()
				b.after(15 * time.Second)
				b.stop()
			}
			checkPace(t, b.starts, 20)
			if len(b.starts) != 200 {
				t.Fatalf("%d starts, want 200", len(b.starts))
			}
			if last := b.starts[19].at.Sub(begin); cycle && last != 0 {
				t.Errorf("the twentieth start of a cycle comes after %s, want it at once", last)
			}
			for i := range b.starts[1:] {
				if gap := b.starts[i+1].at.Sub(b.starts[i].at); !cycle && gap < time.Second/40 {
					t.Errorf("start %d comes %v after the one before, want the starts of a second spread over it", i+1, gap)
				}
			}
			time.Sleep(2 * time.Second)
		})
	}
}

// TestSpreadOverTheDay runs 10,000 sources of one interval for three rounds:
// each runs once a round, and the phases keep the pacer idle.
func TestSpreadOverTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{PerSecond: 20})
		spec := mustParse(t, "@every 30m", nil)
		all := tasks(10000, spec, ungrouped)
		for i := range all {
			all[i].Due = spec.Next(time.Now(), all[i].Key)
		}
		b.Set(all)
		b.run()
		b.after(90 * time.Minute)
		b.stop()
		checkPace(t, b.starts, 20)
		if got := len(b.starts); got != 30000 {
			t.Errorf("%d starts in three intervals of 10,000 tasks, want 30,000", got)
		}
	})
}

func TestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 3})
		b.work = takes(time.Second)
		b.Set(tasks(10, mustParse(t, "@every 1000h", nil), ungrouped))
		b.run()
		b.want("at once", b.after(-1), "")
		b.want("after the first have ended", b.after(1500*time.Millisecond), "4 5 6")
		if got, want := b.status(), (status{Tasks: 10, Running: 3, Waiting: 4}); got.Running != want.Running || got.Waiting != want.Waiting || got.Tasks != want.Tasks {
			t.Errorf("status %+v, want %+v", got, want)
		}
		b.after(time.Minute)
		b.stop()
		if b.most != 3 || len(b.starts) != 10 {
			t.Errorf("%d starts, %d at once; want 10, 3", len(b.starts), b.most)
		}
	})
}

// TestBlockedGroup holds that a host that never answers stands in nobody's way.
func TestBlockedGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 4, PerGroup: 2})
		b.work = func(ctx context.Context, id int64) time.Time {
			if id <= 50 {
				<-ctx.Done()
			}
			return time.Time{}
		}
		b.Set(tasks(60, mustParse(t, "@every 1h", nil), func(i int) string {
			if i < 50 {
				return "stuck.example"
			}
			return fmt.Sprint("host", i, ".example")
		}))
		b.run()
		b.after(0)
		b.stop()
		var ids []int64
		for _, s := range b.starts {
			ids = append(ids, s.id)
		}
		slices.Sort(ids)
		if got, want := fmt.Sprint(ids), "[1 2 51 52 53 54 55 56 57 58 59 60]"; got != want {
			t.Errorf("started %s, want %s", got, want)
		}
	})
}

func TestSpacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{PerGroup: 2, Spacing: 10 * time.Second})
		b.Set(tasks(6, mustParse(t, "@every 1h", nil), func(i int) string { return []string{"a", "b", ""}[i%3] }))
		b.run()
		b.want("in the first seconds", b.after(9*time.Second), "")
		b.want("after the spacing", b.after(2*time.Second), "4 5")
		b.stop()
		if got := len(b.starts); got != 6 {
			t.Errorf("%d starts, want 6", got)
		}
		time.Sleep(time.Minute)
		if got := len(b.groups); got != 2 {
			t.Errorf("%d groups, want a and b", got)
		}
		b.Set(nil)
		if len(b.groups) != 0 || len(b.tasks) != 0 || len(b.ready) != 0 || len(b.planned) != 0 {
			t.Errorf("without tasks the runner still holds %+v", b.status())
		}
	})
}

// TestOneCatchUp is a downtime of three days for a source of every hour.
func TestOneCatchUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{})
		spec := mustParse(t, "@every 1h", nil)
		b.Set([]Task{{ID: no(1), Key: "k", Spec: spec, Due: time.Now().Add(-72 * time.Hour)}})
		next := spec.Next(time.Now(), "k")
		b.run() // what was missed, once
		b.want("until then", b.after(time.Until(next)-time.Second), "")
		b.want("at the next firing", b.after(2*time.Second), "1")
		b.stop()
		if got := len(b.starts); got != 2 {
			t.Errorf("%d starts, want one for what was missed and one by the schedule", got)
		}
	})
}

// TestNextFromJob holds what the answer of a job means.
func TestNextFromJob(t *testing.T) {
	spec := mustParse(t, "@every 1h", nil)
	for _, test := range []struct {
		name string
		next func(now time.Time) time.Time
		want func(now time.Time) time.Time
	}{
		{"a time ahead", func(now time.Time) time.Time { return now.Add(90 * time.Minute) }, nil},
		{"a long wait", func(now time.Time) time.Time { return now.Add(MaxBackoff) }, nil},
		{"zero", func(time.Time) time.Time { return time.Time{} }, func(now time.Time) time.Time { return spec.Next(now, "k") }},
		{"the past", func(now time.Time) time.Time { return now.Add(-time.Hour) }, func(now time.Time) time.Time { return spec.Next(now, "k") }},
		{"now", func(now time.Time) time.Time { return now }, func(now time.Time) time.Time { return spec.Next(now, "k") }},
		{"beyond reason", func(now time.Time) time.Time { return now.AddDate(50, 0, 0) }, func(now time.Time) time.Time { return spec.Next(now, "k") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, Limits{})
			begin := time.Now()
			b.work = func(context.Context, int64) time.Time { return test.next(begin) }
			b.Set([]Task{{ID: no(1), Key: "k", Spec: spec}})
			b.run()
			b.after(-1)
			want := test.next(begin)
			if test.want != nil {
				want = test.want(begin)
			}
			if got := b.status().Next; !got.Equal(want) {
				t.Errorf("%s: next due %s, want %s", test.name, got, want)
			}
			b.stop()
		})
	}
}

func TestShutdownWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 2})
		ended := 0
		b.work = func(ctx context.Context, _ int64) time.Time {
			<-ctx.Done()
			time.Sleep(3 * time.Second) // to store what it has
			b.mu.Lock()
			defer b.mu.Unlock()
			ended++
			return time.Time{}
		}
		b.Set(tasks(5, mustParse(t, "@every 1h", nil), ungrouped))
		b.run()
		b.after(time.Minute)
		begin := time.Now()
		b.stop()
		if took := time.Since(begin); took != 3*time.Second || ended != 2 {
			t.Errorf("Run returned after %s with %d jobs ended, want 3s and 2", took, ended)
		}
		if got := len(b.starts); got != 2 {
			t.Errorf("%d starts, want none after the end", got)
		}
	})
}

func TestRunAfterEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{})
		b.Set(tasks(5, mustParse(t, "@every 1h", nil), ungrouped))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Run(ctx); err != nil || len(b.starts) != 0 {
			t.Errorf("with an ended context: %d starts, %v", len(b.starts), err)
		}
		if err := b.Cycle(ctx); err != context.Canceled || len(b.starts) != 0 {
			t.Errorf("Cycle with an ended context: %d starts, %v", len(b.starts), err)
		}
		b.run() // a Runner can be run again
		if err := b.Run(t.Context()); err == nil || err.Error() != "the runner runs already: one Run or Cycle at a time" {
			t.Errorf("a second Run at a time: %v", err)
		}
		b.stop()
		if len(b.starts) != 5 {
			t.Errorf("%d starts, want 5", len(b.starts))
		}
	})
}

func TestCycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 2})
		b.work = takes(2 * time.Second)
		all := tasks(7, mustParse(t, "@every 1s", nil), ungrouped) // due again while it lasts
		all[6].Due = time.Now().Add(time.Hour)
		all[5].Due = time.Now().Add(time.Hour)
		b.Set(all)
		b.Trigger(7)
		if err := b.Cycle(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.want("the cycle", b.after(0), "1 7 2 3 4 5")
		b.want("later", b.after(time.Minute), "")
		if err := newBench(t, Limits{}).Cycle(t.Context()); err != nil {
			t.Errorf("Cycle without tasks: %v", err)
		}
	})
}

func TestPanicsAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 1})
		b.work = func(_ context.Context, id int64) time.Time {
			switch id {
			case 1:
				panic("a bug in task 1")
			case 2:
				runtime.Goexit()
			}
			return time.Time{}
		}
		var told []string
		b.OnPanic = func(id ID, v any, stack []byte) {
			told = append(told, fmt.Sprint(id.Number, v, strings.Contains(string(stack), "TestPanicsAreReported")))
		}
		b.Set(tasks(3, mustParse(t, "@every 1h", nil), ungrouped))
		b.run()
		b.after(time.Hour)
		b.stop()
		if len(b.starts) != 6 {
			t.Errorf("%d starts, want 3 at once and 3 by the schedule", len(b.starts))
		}
		if got, want := fmt.Sprint(told), "[1a bug in task 1true 1a bug in task 1true]"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}
