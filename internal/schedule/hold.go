package schedule

import "time"

// hold keeps a group from starting anything until a time.
type hold struct {
	group *group
	until time.Time
	at    int
}

func (h *hold) place() *int         { return &h.at }
func (h *hold) before(o *hold) bool { return h.until.Before(o.until) }

// Hold lets nothing of a group start before a time, triggered tasks included:
// what its server asked for with Retry-After. Due times stay; what becomes due
// meanwhile is caught up at the usual pace. Of two holds the longer one counts;
// none is longer than Limits.MaxDelay, since only a clock that was wrong can
// have made it so. The group "" cannot be held.
func (r *Runner) Hold(name string, until time.Time) {
	if name == "" {
		return
	}
	r.withLock(func() {
		now := r.now().Round(0)
		if latest := now.Add(r.limits.MaxDelay); until.After(latest) {
			until = latest
		}
		g := r.group(name)
		switch {
		case !until.After(now):
		case g.hold == nil:
			g.hold = &hold{group: g, until: until, at: notQueued}
			r.holds.add(g.hold)
		case until.After(g.hold.until):
			g.hold.until = until
			r.holds.fix(g.hold)
		}
		r.updateGroup(g)
	})
}

// Space sets the time between two starts in a group where that is longer than
// Limits.Spacing; zero ends it.
func (r *Runner) Space(name string, spacing time.Duration) {
	if name == "" {
		return
	}
	r.withLock(func() {
		g := r.group(name)
		g.spacing = 0
		if spacing > r.limits.Spacing {
			g.spacing = spacing
		}
		r.updateGroup(g)
	})
}

// Held reports until when a group is held; zero when it is not.
func (r *Runner) Held(name string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups[name]; g != nil && g.hold != nil {
		return g.hold.until
	}
	return time.Time{}
}

// endHolds ends the holds whose time is over.
func (r *Runner) endHolds() {
	for len(r.holds) > 0 && !r.holds[0].until.After(r.seen) {
		g := r.holds[0].group
		r.holds.remove(g.hold)
		g.hold = nil
		r.updateGroup(g)
	}
}

// heldJobs counts the queued jobs that are held for longer than a Cycle waits.
func (r *Runner) heldJobs() (n int) {
	for _, h := range r.holds {
		if h.until.Sub(r.seen) > clockCheck {
			n += len(h.group.queue)
		}
	}
	return n
}
