package schedule

import "time"

// readClock reads the wall clock, and plans everything anew when it was set back.
func (r *Runner) readClock() {
	now := r.now().Round(0) // without the monotonic reading, which never jumps
	if back := r.seen.Sub(now); back > slew {
		r.rewind(now, back)
	}
	r.seen = now
}

// Reckoned returns a due time that was planned at a time, both as stored, by the clock as it
// is now. If it was planned in the future, the clock was set back since, and the wait begins
// anew. It is for people, who are told when a task is due: a Runner plans for itself.
func Reckoned(due, planned, now time.Time) time.Time {
	back := planned.Sub(now)
	if back <= 0 || due.Equal(Never()) {
		return due
	}
	return due.Add(-back)
}

// rewind plans everything anew after the clock was set back. What was due in an hour is due
// in an hour again, or at the next firing of its schedule after that, so that a wait which
// a server asked for is kept. back is less than the clock was set back by, because the
// clock had gone on since it was last read. So a wait may turn out shorter by that much,
// but no firing is skipped.
func (r *Runner) rewind(now time.Time, back time.Duration) {
	for _, j := range r.tasks {
		j.started = j.started.Add(-back)
	}
	for _, h := range r.holds {
		h.until = h.until.Add(-back) // as it shifts all alike, they keep their order
	}
	jobs := r.planned
	r.planned = nil
	for _, j := range jobs {
		if j.Due.After(r.seen) { // else it was due before, and still is
			j.Due = orNever(j.Spec.NextAfter(now, j.Key, j.Due.Add(-back-clockCheck)))
		}
		r.plan(j)
	}
}
