package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// farm is a bench whose tasks with an ID up to stalled get no answer: they say
// so after two seconds and give up after half a minute. The others take 300 ms.
type farm struct {
	*bench
	healthy []time.Duration // from the beginning to the end of each
	open    map[string]int  // by group, both lanes
	most    map[string]int
}

func newFarm(t *testing.T, l Limits, stalled, all int, group func(id int64) string) *farm {
	f := &farm{bench: newBench(t, l), open: map[string]int{}, most: map[string]int{}}
	begin := time.Now()
	f.work = func(ctx context.Context, id int64) time.Time {
		g := group(id)
		f.mu.Lock()
		f.open[g]++
		f.most[g] = max(f.most[g], f.open[g])
		f.mu.Unlock()
		if id > int64(stalled) {
			takes(300*time.Millisecond)(ctx, id)
		} else {
			takes(2*time.Second)(ctx, id)
			f.Stall(id)
			takes(28*time.Second)(ctx, id)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.open[g]--
		if id > int64(stalled) {
			f.healthy = append(f.healthy, time.Since(begin))
		}
		return time.Time{}
	}
	var list []Task
	spec := mustParse(t, "@every 1000h", nil)
	for id := int64(1); id <= int64(all); id++ {
		list = append(list, Task{ID: no(id), Key: fmt.Sprint(id), Group: group(id), Spec: spec})
	}
	f.Set(list)
	return f
}

// lanes are the limits of the daemon.
var lanes = Limits{InFlight: 32, PerGroup: 2, PerSecond: 20, Spacing: time.Second, Slow: 256, SlowPerGroup: 4, Extra: 5}

// TestStalledHostsDelayNobody is the promise: 200 hosts that take a connection
// and say nothing, all of them asked first, delay 1,000 healthy ones by less
// than a tenth. Without the slow lane it would be by minutes.
func TestStalledHostsDelayNobody(t *testing.T) {
	last := func(l Limits, stalled int) (whole, median time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			f := newFarm(t, l, stalled, stalled+1000, func(id int64) string { return fmt.Sprint(id) })
			if err := f.Cycle(t.Context()); err != nil || len(f.healthy) != 1000 {
				t.Fatalf("%d healthy ones ended, %v", len(f.healthy), err)
			}
			slices.Sort(f.healthy)
			whole, median = f.healthy[999], f.healthy[500]
			if s := f.status(); s.Running != 0 || s.Slow != 0 || f.Runner.running != 0 {
				t.Errorf("afterwards: %+v", s)
			}
			checkPace(t, f.starts, l.PerSecond+l.Extra)
		})
		return whole, median
	}
	alone, aloneMedian := last(lanes, 0)
	with, withMedian := last(lanes, 200)
	none := lanes
	none.Slow = 1
	without, _ := last(none, 200)
	t.Logf("1,000 healthy sources alone: %s; beside 200 stalled ones: %s with the slow lane, %s with one place in it", alone, with, without)
	if with > alone*11/10 {
		t.Errorf("beside 200 stalled hosts %s, alone %s: more than a tenth longer", with, alone)
	}
	if withMedian > aloneMedian+10*time.Second {
		t.Errorf("in the middle %s, alone %s", withMedian, aloneMedian)
	}
	if without < 2*alone {
		t.Errorf("without the slow lane it takes %s: this test proves nothing", without)
	}
}

// TestCreditIsNotKept: starts that stalled are made up for only while somebody
// waits for them.
func TestCreditIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFarm(t, lanes, 100, 100, func(id int64) string { return fmt.Sprint(id) })
		f.run()
		f.after(10 * time.Minute) // all stalled, and ended
		f.mu.Lock()
		f.starts = nil
		f.mu.Unlock()
		f.work = nil
		for id := range int64(100) {
			f.Trigger(id + 1)
		}
		f.after(10 * time.Minute)
		f.stop()
		if len(f.starts) != 100 {
			t.Fatalf("%d starts, want 100", len(f.starts))
		}
		checkPace(t, f.starts, lanes.PerSecond)
	})
}

// TestStallWithinAGroup: a host whose every answer stalls gets the connections
// of the limits and of the lane, no more, and its other feeds go on.
func TestStallWithinAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFarm(t, lanes, 20, 40, func(int64) string { return "one" })
		if err := f.Cycle(t.Context()); err != nil || len(f.healthy) != 20 {
			t.Fatalf("%d healthy ones ended, %v", len(f.healthy), err)
		}
		if got, want := f.most["one"], lanes.PerGroup+lanes.SlowPerGroup; got != want {
			t.Errorf("%d connections to one host, want %d at most", got, want)
		}
	})
}

// TestSlowLaneIsBounded: who finds no room keeps the slot until there is some.
func TestSlowLaneIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Limits{InFlight: 2, Slow: 3}
		f := newFarm(t, l, 7, 8, func(id int64) string { return fmt.Sprint(id) })
		f.run()
		f.after(time.Second) // two slots
		f.want("which stall", f.after(2*time.Second), "3 4")
		f.want("room for one of two", f.after(2*time.Second), "5")
		f.want("for none", f.after(20*time.Second), "")
		if s := f.status(); s.Slow != 3 || s.Running != 5 || s.Waiting != 3 {
			t.Errorf("got %+v, want 3 in the slow lane and 2 beside, 3 waiting", s)
		}
		f.want("when the first end", f.after(6*time.Second), "6 7")
		f.after(2 * time.Minute)
		f.stop()
		if f.bench.most != 5 || len(f.healthy) != 1 {
			t.Errorf("%d at once, want 5; %d healthy ones ended", f.bench.most, len(f.healthy))
		}
	})
}

// TestStallOfNobody: unknown, waiting and stalled tasks, and those taken away
// while they wait, upset no count.
func TestStallOfNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Limits{InFlight: 1, PerGroup: 1})
		b.work = takes(time.Minute)
		spec := mustParse(t, "@every 1000h", nil)
		b.Set([]Task{{ID: no(1), Key: "1", Group: "a", Spec: spec}, {ID: no(2), Key: "2", Group: "a", Spec: spec}})
		b.run()
		b.Stall(2) // waits
		b.Stall(9)
		b.want("one slot", b.after(time.Second), "")
		b.Stall(1)
		b.Stall(1)
		b.want("given back once", b.after(time.Second), "2")
		b.Set(nil) // both run, one in the slow lane
		b.Stall(2)
		if s := b.status(); s.Running != 2 || s.Slow != 2 {
			t.Errorf("got %+v, want two in the slow lane", s)
		}
		b.Set([]Task{{ID: no(1), Key: "1", Group: "b", Spec: spec}})
		b.Trigger(1)
		b.want("never twice at once", b.after(50*time.Second), "")
		b.want("again when it has ended", b.after(10*time.Second), "1")
		b.after(2 * time.Minute)
		b.Set(nil)
		b.stop()
		if b.Runner.running != 0 || b.slow != 0 || len(b.stalled) != 0 || len(b.groups) != 0 {
			t.Errorf("left: %d running, %d slow, %d stalled, groups %v", b.Runner.running, b.slow, len(b.stalled), b.groups)
		}
	})
}

// TestAnyOrderOfHoldsAndStalls does random things for hours: in the end every
// count is back at zero, every task ran, and no group was ever over its limits.
func TestAnyOrderOfHoldsAndStalls(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			l := Limits{
				InFlight: 1 + random.IntN(6), PerGroup: 1 + random.IntN(2), PerSecond: 5, Spacing: time.Second,
				Slow: 1 + random.IntN(6), SlowPerGroup: 1 + random.IntN(3), Extra: 2,
			}
			f := newFarm(t, l, 20, 60, func(id int64) string { return fmt.Sprint(id % 7) })
			f.run()
			for range 300 {
				id, group := int64(1+random.IntN(60)), fmt.Sprint(random.IntN(9))
				pause := time.Duration(random.IntN(20_000)) * time.Millisecond
				switch random.IntN(6) {
				case 0:
					f.Hold(group, f.wall().Add(pause*4))
				case 1:
					f.Space(group, pause/10)
				case 2:
					f.jump(pause*20 - 200*time.Second)
				case 3:
					f.Stall(id)
				default:
					f.Trigger(id)
				}
				f.after(pause)
			}
			for group := range 9 {
				f.Space(fmt.Sprint(group), 0)
			}
			f.after(4 * time.Hour)
			ran := map[int64]bool{}
			for _, s := range f.starts {
				ran[s.id] = true
			}
			if s := f.status(); s.Running != 0 || s.Slow != 0 || s.Waiting != 0 || len(ran) != 60 {
				t.Errorf("seed %d: in the end %+v, %d of 60 tasks ran", seed, s, len(ran))
			}
			for group, most := range f.most {
				if most > l.PerGroup+l.SlowPerGroup {
					t.Errorf("seed %d: %d at once in group %s, limits %+v", seed, most, group, l)
				}
			}
			if f.bench.most > l.InFlight+l.Slow {
				t.Errorf("seed %d: %d at once, limits %+v", seed, f.bench.most, l)
			}
			checkPace(t, f.starts, l.PerSecond+l.Extra)
			f.Set(nil)
			f.after(time.Minute)
			f.stop()
			if f.Runner.running != 0 || f.slow != 0 || len(f.stalled) != 0 || len(f.holds) != 0 || len(f.groups) != 0 {
				t.Errorf("seed %d: left %d running, %d slow, %d stalled, %d holds, groups %v", seed, f.Runner.running, f.slow, len(f.stalled), len(f.holds), f.groups)
			}
		})
	}
}
