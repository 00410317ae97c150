package schedule

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

// ID names a task: what kind of thing it is about, and the number of that one
// among its kind. A Runner only tells IDs apart.
type ID struct {
	Kind   string
	Number int64
}

func (id ID) compare(o ID) int {
	return cmp.Or(cmp.Compare(id.Kind, o.Kind), cmp.Compare(id.Number, o.Number))
}

// Task is one thing to do again and again; here, to fetch a source.
type Task struct {
	ID    ID
	Key   string // stable name of the source, for Spec.Next
	Group string // what shares limits, usually the host; "" is not limited
	Spec  Spec
	Due   time.Time // when it is next due; zero is at once
}

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

// Status counts what a Runner has to do.
type Status struct {
	Tasks   int
	Running int       // in either lane
	Slow    int       // of them in the slow lane
	Waiting int       // due, and held back by a limit
	Next    time.Time // when the next of the others is due; zero without any
}

const (
	// look is how often the wall clock is read at least, because a timer does
	// not notice when it is set.
	look = time.Minute

	// window is the second in which PerSecond starts are allowed. The margin
	// is for those who count at the other end of a network.
	window = time.Second + 10*time.Millisecond

	// slew is how far the wall clock may go back without being a jump: time
	// servers correct it by less all day.
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
	spread   bool // Run does
	tasks    map[ID]*job
	groups   map[string]*group
	planned  pile[*job]
	ready    pile[*group] // groups whose first queued job may start
	holds    pile[*hold]
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
	if l.MaxDelay == 0 {
		l.MaxDelay = MaxBackoff
	}
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
		r.promote()
		return false
	})
}

// Cycle runs what is due now or was triggered, each task once, and returns when
// that is done, or with ctx's error when ctx ends before. What Hold keeps for
// more than a minute it leaves. There is nothing beside it to be kept waiting, so
// what may start starts at once.
func (r *Runner) Cycle(ctx context.Context) error {
	once := sync.OnceFunc(r.promote)
	err := r.loop(ctx, false, func() bool {
		once()
		return r.running+r.slow == 0 && r.queued == r.barred()
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// loop is the one place that starts jobs. Every round it lets plan queue what
// is due, and ends when that says so.
func (r *Runner) loop(ctx context.Context, spread bool, plan func() (done bool)) error {
	if !r.take(spread) {
		return errors.New("the runner runs already: one Run or Cycle at a time")
	}
	defer r.leave()
	timer := time.NewTimer(look)
	defer timer.Stop()
	for {
		wait, done := r.round(ctx, plan)
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

func (r *Runner) take(spread bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy {
		return false
	}
	r.busy, r.spread = true, spread
	return true
}

func (r *Runner) leave() {
	r.jobs.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = false
}

// round starts what may start, and returns how long nothing will be due.
func (r *Runner) round(ctx context.Context, plan func() bool) (wait time.Duration, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch()
	r.release()
	done = plan()
	for len(r.ready) > 0 && r.free() && ctx.Err() == nil {
		r.start(ctx, r.ready[0])
	}
	if r.queued == 0 {
		r.credit = 0 // nobody waits: there is nothing to make up for
	}
	wait = look
	if len(r.planned) > 0 && r.planned[0].Due.After(r.seen) { // Cycle leaves others for later
		wait = min(wait, r.planned[0].Due.Sub(r.seen))
	}
	if len(r.holds) > 0 {
		wait = min(wait, r.holds[0].until.Sub(r.seen))
	}
	return max(wait, time.Millisecond), done
}

// watch reads the wall clock and takes back what a clock set back makes wrong.
func (r *Runner) watch() {
	now := r.now().Round(0) // without the monotonic reading, which never jumps
	if back := r.seen.Sub(now); back > slew {
		r.rewind(now, back)
	}
	r.seen = now
}

// rewind plans everything anew after the clock went back. What was an hour
// ahead is an hour ahead again, and then at the next firing of its schedule, so
// that a wait which a server asked for is kept. The clock went back by more
// than was seen, because it had gone on since the last look: so the result may
// be short by that, but never skips a firing.
func (r *Runner) rewind(now time.Time, back time.Duration) {
	for _, j := range r.tasks {
		j.started = j.started.Add(-back)
	}
	for _, h := range r.holds {
		h.until = h.until.Add(-back) // as it shifts all alike, they keep their order
	}
	piled := r.planned
	r.planned = nil
	for _, j := range piled {
		if j.Due.After(r.seen) { // else it is due, whatever the clock says
			j.Due = ahead(j.Spec.NextAfter(now, j.Key, j.Due.Add(-back-look)))
		}
		r.put(j)
	}
}

// promote queues every planned job whose time has come.
func (r *Runner) promote() {
	for len(r.planned) > 0 && !r.planned[0].Due.After(r.seen) {
		j := r.planned[0]
		r.lift(j)
		r.enqueue(j)
	}
}

// free reports whether one more job may start, whatever its group.
func (r *Runner) free() bool {
	return !r.paused && (r.limits.InFlight <= 0 || r.running < r.limits.InFlight) &&
		(r.limits.PerSecond <= 0 || r.recent < r.limits.PerSecond || r.credit > 0 && r.extra < r.limits.Extra)
}

// start runs the first job of g, which is ready.
func (r *Runner) start(ctx context.Context, g *group) {
	j := g.queue[0]
	r.lift(j)
	j.state, j.urgent, j.started, j.in = running, 0, r.seen, g
	r.running++
	g.running++
	r.pace(g)
	r.settle(g)
	id := j.ID // Set may write j before the goroutine begins
	r.jobs.Go(func() { r.run(ctx, j, id) })
}

// pace counts a start for as long as the limits look back. To be spread, it keeps the
// next one off for half of the time between two at an even pace: what begins in one
// instant keeps all waiting that the process does besides. It uses timers and not the clock, which
// may be set meanwhile; they end by themselves and, after Run has returned, find
// nothing to start.
func (r *Runner) pace(g *group) {
	if r.limits.PerSecond > 0 {
		if r.spread {
			r.paused = true
			time.AfterFunc(window/2/time.Duration(r.limits.PerSecond), func() { r.change(func() { r.paused = false }) })
		}
		place := &r.recent
		if r.recent >= r.limits.PerSecond {
			place = &r.extra
			r.credit--
		}
		*place++
		time.AfterFunc(window, func() { r.change(func() { *place-- }) })
	}
	if rest := max(r.limits.Spacing, g.spacing); rest > 0 && g.name != "" {
		g.resting = true
		time.AfterFunc(rest, func() {
			r.change(func() {
				g.resting = false
				r.settle(g)
			})
		})
	}
}

// change does f under the lock and has the loop look at what came of it.
func (r *Runner) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run is the goroutine of one job.
func (r *Runner) run(ctx context.Context, j *job, id ID) {
	var next time.Time
	defer func() { // also when the job ends its goroutine
		r.change(func() { r.finish(j, next) })
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

func (r *Runner) finish(j *job, next time.Time) {
	r.vacate(j)
	j.state = idle
	if j.gone {
		r.forget(j)
	} else {
		now := r.now().Round(0)
		if !next.After(now) {
			next = ahead(j.Spec.Next(now, j.Key))
		}
		j.Due = r.sane(j.Task, next, now)
		if j.again {
			r.urge(j)
		} else {
			r.put(j)
		}
	}
}
