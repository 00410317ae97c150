package schedule

import "slices"

// Stall says that a running job only waits for somebody who does not answer.
// It moves to the slow lane: there it no longer counts among the jobs in flight,
// nor among those of its group, and another start makes up for its own. It goes
// on and ends as usual, and is not started a second time meanwhile.
//
// The lane is bounded (Limits.Slow, Limits.SlowPerGroup). A job that finds no
// room in it keeps its slot until there is some.
func (r *Runner) Stall(id ID) {
	r.withLock(func() {
		j := r.tasks[id]
		if j == nil || j.state != running || j.slow || slices.Contains(r.stalled, j) {
			return
		}
		r.stalled = append(r.stalled, j)
		r.fillSlowLane()
	})
}

// fillSlowLane moves stalled jobs into the slow lane as long as it has room.
func (r *Runner) fillSlowLane() {
	kept := r.stalled[:0]
	for _, j := range r.stalled {
		g := j.in
		if r.limits.Slow > 0 && r.slow >= r.limits.Slow || r.limits.SlowPerGroup > 0 && g.name != "" && g.slow >= r.limits.SlowPerGroup {
			kept = append(kept, j)
			continue
		}
		j.slow = true
		r.running--
		g.running--
		r.slow++
		g.slow++
		r.credit++
		r.updateGroup(g)
	}
	clear(r.stalled[len(kept):])
	r.stalled = kept
}

// leaveLane takes a job that ends out of its lane.
func (r *Runner) leaveLane(j *job) {
	g := j.in
	if j.slow {
		r.slow--
		g.slow--
		j.slow = false
	} else {
		r.running--
		g.running--
		if i := slices.Index(r.stalled, j); i >= 0 {
			r.stalled = slices.Delete(r.stalled, i, i+1)
		}
	}
	j.in = nil
	r.fillSlowLane()
	r.updateGroup(g)
}
