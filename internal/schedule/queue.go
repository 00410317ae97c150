package schedule

import (
	"container/heap"
	"time"
)

// queueItem is what a priorityQueue holds: items with an order that know their index in it,
// so that each can be moved or removed in logarithmic time.
type queueItem[T any] interface {
	before(T) bool
	place() *int
}

// notQueued is the place of an item that is in no queue.
const notQueued = -1

// priorityQueue is a heap: the first item is at index 0.
type priorityQueue[T queueItem[T]] []T

func (p priorityQueue[T]) Len() int           { return len(p) }
func (p priorityQueue[T]) Less(i, j int) bool { return p[i].before(p[j]) }

func (p priorityQueue[T]) Swap(i, j int) {
	p[i], p[j] = p[j], p[i]
	*p[i].place(), *p[j].place() = i, j
}

// Push and Pop are for container/heap only; this package calls add and remove.
func (p *priorityQueue[T]) Push(x any) {
	t := x.(T)
	*t.place() = len(*p)
	*p = append(*p, t)
}

func (p *priorityQueue[T]) Pop() any {
	last := len(*p) - 1
	t := (*p)[last]
	*t.place() = notQueued
	clear((*p)[last:])
	*p = (*p)[:last]
	return t
}

func (p *priorityQueue[T]) add(t T)    { heap.Push(p, t) }
func (p *priorityQueue[T]) remove(t T) { heap.Remove(p, *t.place()) }
func (p *priorityQueue[T]) fix(t T)    { heap.Fix(p, *t.place()) }

// job is a Task as the Runner keeps it. It is planned (its due time lies
// ahead), queued in its group (due, and held back by a limit), or running.
type job struct {
	Task
	group   *group
	state   state
	at      int       // index in the queue that its state names
	urgent  int64     // number of the trigger that made it due; 0 for none
	again   bool      // triggered while running
	gone    bool      // no longer a task, but still running
	in      *group    // the group that it was started in, while it runs; Set may change group
	slow    bool      // running in the slow lane
	started time.Time // latest start; zero before
}

type state uint8

const (
	idle state = iota // in no queue: new, or between two others
	planned
	queued
	running
)

func (j *job) place() *int { return &j.at }

// before puts triggered jobs first, in the order of their triggers, then the
// one that has been due for longest.
func (j *job) before(o *job) bool {
	switch {
	case j.urgent != o.urgent:
		return j.urgent != 0 && (o.urgent == 0 || j.urgent < o.urgent)
	case !j.Due.Equal(o.Due):
		return j.Due.Before(o.Due)
	}
	return j.ID.compare(o.ID) < 0
}

// group is what shares a limit, usually a host. Only a group whose first job
// may start is ready, so that a blocked one holds up no other.
type group struct {
	name    string // empty for the private group of a job without limit
	queue   priorityQueue[*job]
	running int           // not in the slow lane
	slow    int           // in the slow lane
	members int           // jobs that belong to it, in whatever state
	resting bool          // a start was less than the spacing ago
	spacing time.Duration // longer than that of the limits; else 0
	hold    *hold         // nil: it may start
	at      int           // index in Runner.ready, else notQueued
}

func (g *group) place() *int          { return &g.at }
func (g *group) before(o *group) bool { return g.queue[0].before(o.queue[0]) }
