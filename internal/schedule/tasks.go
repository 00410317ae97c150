package schedule

import (
	"cmp"
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

// Set replaces the tasks. What runs goes on; a task that is no longer there is
// not started again. A task that was there before (the same ID) keeps its due
// time, unless Due differs and lies after its latest start, or Spec differs: a
// new schedule plans anew what is not due yet. Of two tasks with one ID the
// last counts.
func (r *Runner) Set(tasks []Task) {
	r.withLock(func() {
		now := r.now().Round(0)
		kept := make(map[ID]bool, len(tasks))
		for _, t := range tasks {
			kept[t.ID] = true
			if j, ok := r.tasks[t.ID]; ok {
				r.update(j, t, now)
			} else {
				r.insert(t, now)
			}
		}
		for id, j := range r.tasks {
			if !kept[id] {
				r.drop(j)
			}
		}
	})
}

// Regroup moves a task into another group, with effect from its next start. It does
// nothing if the task is unknown or already in that group.
func (r *Runner) Regroup(id ID, group string) {
	r.withLock(func() {
		j := r.tasks[id]
		if j == nil || j.gone || j.Group == group {
			return
		}
		t := j.Task
		t.Group = group
		r.update(j, t, r.now().Round(0))
	})
}

// Trigger makes a task due now, ahead of all others that wait, but within the
// limits. While it runs, it is run once more afterwards. It returns false for
// an unknown ID.
func (r *Runner) Trigger(id ID) (known bool) {
	r.withLock(func() {
		j, ok := r.tasks[id]
		known = ok && !j.gone
		switch {
		case !known:
		case j.state == running:
			j.again = true
		case j.urgent == 0:
			r.unqueue(j)
			r.enqueueTriggered(j)
		}
	})
	return known
}

// insert adds a job for a new task.
func (r *Runner) insert(t Task, now time.Time) {
	t.Due = r.plausibleDue(t, t.Due, now)
	j := &job{Task: t, at: notQueued}
	r.tasks[t.ID] = j
	r.joinGroup(j)
	r.plan(j)
}

// update gives a job that exists its new Task. The due time of one that runs is
// decided when it ends.
func (r *Runner) update(j *job, t Task, now time.Time) {
	due := j.Due
	switch {
	case t.Due.After(j.started) && !t.Due.Equal(due):
		due = t.Due
	case !t.Spec.Equal(j.Spec) && due.After(now):
		due = orNever(t.Spec.Next(now, t.Key))
	}
	was, old := j.state, j.Group
	if was != running {
		r.unqueue(j)
	}
	t.Due = r.plausibleDue(t, due, now)
	j.Task, j.gone = t, false
	if old != t.Group {
		r.leaveGroup(j)
		r.joinGroup(j)
	}
	switch {
	case was == running:
	case j.urgent != 0, was == queued && !t.Due.After(now):
		r.enqueue(j)
	default:
		r.plan(j)
	}
}

// drop removes a job that is no longer a task; one that runs is removed when it ends.
func (r *Runner) drop(j *job) {
	if j.state == running {
		j.gone, j.again = true, false
		return
	}
	r.unqueue(j)
	r.forget(j)
}

func (r *Runner) forget(j *job) {
	delete(r.tasks, j.ID)
	r.leaveGroup(j)
}

// plan has an idle job wait for its due time; then enqueueDue takes it.
func (r *Runner) plan(j *job) {
	j.state = planned
	r.planned.add(j)
}

// enqueueTriggered enqueues an idle job ahead of those that are only due.
func (r *Runner) enqueueTriggered(j *job) {
	r.triggers++
	j.urgent, j.again = r.triggers, false
	r.enqueue(j)
}

// enqueue puts an idle job into the queue of its group.
func (r *Runner) enqueue(j *job) {
	j.state = queued
	r.queued++
	j.group.queue.add(j)
	r.updateGroup(j.group)
}

// unqueue takes a job out of the queue that it is in, and makes it idle.
func (r *Runner) unqueue(j *job) {
	switch j.state {
	case planned:
		r.planned.remove(j)
	case queued:
		r.queued--
		j.group.queue.remove(j)
		r.updateGroup(j.group)
	}
	j.state = idle
}

func (r *Runner) joinGroup(j *job) {
	j.group = r.group(j.Group)
	j.group.members++
}

// group finds or makes the group of a name. Each job without one gets its own.
func (r *Runner) group(name string) *group {
	g := r.groups[name]
	if g == nil {
		g = &group{name: name, at: notQueued}
		if name != "" {
			r.groups[name] = g
		}
	}
	return g
}

func (r *Runner) leaveGroup(j *job) {
	j.group.members--
	r.updateGroup(j.group)
}

// updateGroup must be called right after anything about a group changed: it puts the group
// among the ready ones or takes it out of them, and deletes it when nothing needs it any
// more. As ready groups are compared by their first jobs, the heap is out of order between
// the change and this call.
func (r *Runner) updateGroup(g *group) {
	open := len(g.queue) > 0 && (g.name == "" ||
		!g.resting && g.hold == nil && (r.limits.PerGroup <= 0 || g.running < r.limits.PerGroup))
	switch {
	case open && g.at == notQueued:
		r.ready.add(g)
	case open:
		r.ready.fix(g)
	case g.at != notQueued:
		r.ready.remove(g)
	}
	if g.members == 0 && g.running+g.slow == 0 && !g.resting && g.hold == nil && g.spacing == 0 {
		delete(r.groups, g.name)
	}
}

// plausibleDue returns due, or the next firing of the schedule if due is further ahead than
// the schedule and the longest delay allow: then it was made by a clock that was wrong.
func (r *Runner) plausibleDue(t Task, due, now time.Time) time.Time {
	if !due.After(now.Add(r.limits.MaxDelay)) || due.Equal(Never()) {
		return due
	}
	if latest := orNever(t.Spec.NextAfter(now, t.Key, now.Add(r.limits.MaxDelay))); due.After(latest) {
		return t.Spec.Next(now, t.Key)
	}
	return due
}

// Never is a due time that no clock will show: of a task that only Trigger
// starts.
func Never() time.Time { return time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC) }

// orNever turns the zero time, with which a Spec says never, into Never, so that it sorts
// last.
func orNever(t time.Time) time.Time {
	if t.IsZero() {
		return Never()
	}
	return t
}
