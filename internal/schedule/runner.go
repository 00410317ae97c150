package schedule

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

// Limits bound what a Runner starts. A zero field is no limit.
type Limits struct {
	InFlight  int           // jobs running at the same time
	PerGroup  int           // of them in one group
	PerSecond int           // starts in any second, wherever that second begins; Run spreads them over it
	Spacing   time.Duration // between two starts in one group

	Slow         int // jobs in the slow lane, see Stall
	SlowPerGroup int // of them in one group

	// Extra is how many starts in a second, beyond PerSecond, may make up for
	// stalled ones; zero is none. The others then lose no time to these either.
	Extra int

	// MaxDelay is the longest that a job may rightly put its task off beyond
	// the schedule (back-off, Retry-After); zero is MaxBackoff. A due time
	// further ahead was made by a clock that was wrong, and is planned anew.
	MaxDelay time.Duration
}

const (
	// clockCheck is how often the wall clock is read at least: a timer does not
	// notice when the clock is set.
	clockCheck = time.Minute

	// window is the second in which PerSecond starts are allowed, with a margin for
	// those who count at the other end of a network.
	window = time.Second + 10*time.Millisecond

	// slew is how far the wall clock may go back without being set back: time
	// servers correct it by less all the time.
	slew = time.Second
)

// Runner starts each of its tasks when it is due, never two runs of one task at
// once. A task that was due several times while nothing ran, runs once.
//
// Its methods may be called from several goroutines, before and while Run or
// Cycle works.
type Runner struct {
	// OnPanic is told of a job that panicked, from the goroutine of that job;
	// the task goes on by its schedule. Without it a panic is passed over in
	// silence. Set it before Run.
	OnPanic func(id ID, v any, stack []byte)

	limits Limits
	now    func() time.Time
	do     func(ctx context.Context, id ID) time.Time
	wake   chan struct{} // holds one token when there is something to look at
	jobs   sync.WaitGroup

	mu       sync.Mutex
	busy     bool // Run or Cycle works
	spread   bool // it is Run, which spreads the starts over a second
	tasks    map[ID]*job
	groups   map[string]*group
	planned  priorityQueue[*job]
	ready    priorityQueue[*group] // groups whose first queued job may start
	holds    priorityQueue[*hold]
	stalled  []*job // that found no room in the slow lane
	queued   int
	running  int   // not in the slow lane
	slow     int   // in the slow lane
	recent   int   // starts within the last window
	extra    int   // and those beyond PerSecond
	credit   int   // starts that stalled, and for which none has made up yet
	paused   bool  // after a start, for a moment
	triggers int64 // so far
	seen     time.Time
}

// NewRunner returns a Runner without tasks. It reads the wall clock from now.
//
// For a task that is due it calls do with the context of Run, in a goroutine
// that Run waits for. do returns when the task is due next, which it has stored
// already; a time that is zero or not ahead means by the schedule.
func NewRunner(l Limits, now func() time.Time, do func(ctx context.Context, id ID) (next time.Time)) *Runner {
	l.MaxDelay = cmp.Or(l.MaxDelay, MaxBackoff)
	return &Runner{
		limits: l, now: now, do: do,
		wake:   make(chan struct{}, 1),
		tasks:  make(map[ID]*job),
		groups: make(map[string]*group),
	}
}

// Run starts what is due until ctx ends; then it starts nothing more, waits for
// what runs and returns nil. It is an error to run a Runner twice at a time.
func (r *Runner) Run(ctx context.Context) error {
	return r.loop(ctx, true, func() bool {
		r.enqueueDue()
		return false
	})
}

// Cycle runs what is due now or was triggered, each task once, and returns when that is
// done, or with ctx's error when ctx ends before. It does not wait for what Hold keeps for
// more than a minute. Unlike Run it does not spread the starts over a second, since the
// process has nothing else to do.
func (r *Runner) Cycle(ctx context.Context) error {
	once := sync.OnceFunc(r.enqueueDue)
	err := r.loop(ctx, false, func() bool {
		once()
		return r.running+r.slow == 0 && r.queued == r.heldJobs()
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// loop starts the jobs, for Run and for Cycle. In every round it has plan enqueue what is
// due, and it returns when plan says that everything is done.
func (r *Runner) loop(ctx context.Context, spread bool, plan func() (done bool)) error {
	if !r.begin(spread) {
		return errors.New("the runner runs already: one Run or Cycle at a time")
	}
	defer r.end()
	timer := time.NewTimer(clockCheck)
	defer timer.Stop()
	for {
		wait, done := r.startReady(ctx, plan)
		if done {
			return nil
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-timer.C:
		}
	}
}

func (r *Runner) begin(spread bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy {
		return false
	}
	r.busy, r.spread = true, spread
	return true
}

func (r *Runner) end() {
	r.jobs.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = false
}

// startReady starts what may start, and returns how long it is until something else is
// due.
func (r *Runner) startReady(ctx context.Context, plan func() bool) (wait time.Duration, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readClock()
	r.endHolds()
	done = plan()
	for len(r.ready) > 0 && r.mayStart() && ctx.Err() == nil {
		r.start(ctx, r.ready[0])
	}
	if r.queued == 0 {
		r.credit = 0 // nobody waits: there is nothing to make up for
	}
	wait = clockCheck
	if len(r.planned) > 0 && r.planned[0].Due.After(r.seen) { // Cycle leaves others for later
		wait = min(wait, r.planned[0].Due.Sub(r.seen))
	}
	if len(r.holds) > 0 {
		wait = min(wait, r.holds[0].until.Sub(r.seen))
	}
	return max(wait, time.Millisecond), done
}

// enqueueDue enqueues the planned jobs that are due.
func (r *Runner) enqueueDue() {
	for len(r.planned) > 0 && !r.planned[0].Due.After(r.seen) {
		j := r.planned[0]
		r.unqueue(j)
		r.enqueue(j)
	}
}

// mayStart reports whether the limits on all jobs let one more start.
func (r *Runner) mayStart() bool {
	return !r.paused && (r.limits.InFlight <= 0 || r.running < r.limits.InFlight) &&
		(r.limits.PerSecond <= 0 || r.recent < r.limits.PerSecond || r.credit > 0 && r.extra < r.limits.Extra)
}

// start runs the first job of g, which is ready.
func (r *Runner) start(ctx context.Context, g *group) {
	j := g.queue[0]
	r.unqueue(j)
	j.state, j.urgent, j.started, j.in = running, 0, r.seen, g
	r.running++
	g.running++
	r.countStart(g)
	r.updateGroup(g)
	id := j.ID // Set may write j before the goroutine begins
	r.jobs.Go(func() { r.run(ctx, j, id) })
}

// countStart counts a start for as long as the limits look back. When starts are to be
// spread, it also pauses for half of the time between two starts at an even pace, because
// many starts in one instant would hold up whatever else the process does. It uses timers
// and not the clock, which may be set meanwhile. They end by themselves; after Run has
// returned they find nothing to start.
func (r *Runner) countStart(g *group) {
	if r.limits.PerSecond > 0 {
		if r.spread {
			r.paused = true
			time.AfterFunc(window/2/time.Duration(r.limits.PerSecond), func() { r.withLock(func() { r.paused = false }) })
		}
		place := &r.recent
		if r.recent >= r.limits.PerSecond {
			place = &r.extra
			r.credit--
		}
		*place++
		time.AfterFunc(window, func() { r.withLock(func() { *place-- }) })
	}
	if rest := max(r.limits.Spacing, g.spacing); rest > 0 && g.name != "" {
		g.resting = true
		time.AfterFunc(rest, func() {
			r.withLock(func() {
				g.resting = false
				r.updateGroup(g)
			})
		})
	}
}

// withLock calls f under the lock and then wakes the loop.
func (r *Runner) withLock(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	Wake(r.wake)
}

// run is the goroutine of one job.
func (r *Runner) run(ctx context.Context, j *job, id ID) {
	var next time.Time
	defer func() { // also when the job ends its goroutine
		r.withLock(func() { r.finish(j, next) })
	}()
	next = r.attempt(ctx, id)
}

// attempt calls do; a panic is reported and returns the zero time.
func (r *Runner) attempt(ctx context.Context, id ID) (next time.Time) {
	defer func() {
		if v := recover(); v != nil && r.OnPanic != nil {
			r.OnPanic(id, v, debug.Stack())
		}
	}()
	return r.do(ctx, id)
}

// finish plans a job anew that has ended, at next or by its schedule.
func (r *Runner) finish(j *job, next time.Time) {
	r.leaveLane(j)
	j.state = idle
	if j.gone {
		r.forget(j)
	} else {
		now := r.now().Round(0)
		if !next.After(now) {
			next = orNever(j.Spec.Next(now, j.Key))
		}
		j.Due = r.plausibleDue(j.Task, next, now)
		if j.again {
			r.enqueueTriggered(j)
		} else {
			r.plan(j)
		}
	}
}
