package daemon

import (
	"fmt"
	"time"
)

// How long work that an upgrade left may take before the operator is told of it, and
// how often from then on.
const (
	tellUpkeep      = time.Second
	tellUpkeepAgain = 10 * time.Second
)

// upkeep is work that an upgrade left and that the end of a cycle, or a better answer,
// waits for.
type upkeep struct {
	d    *Daemon
	what string // what is done, as a sentence
	told time.Time
	wait time.Duration // from told on, until it is told again
}

func (d *Daemon) upkeep(what string) *upkeep {
	return &upkeep{d: d, what: what, told: time.Now(), wait: d.wonder}
}

// left says how much is left of it, about, and tells of it when it is time.
func (u *upkeep) left(n int64) {
	if now := time.Now(); now.Sub(u.told) >= u.wait {
		u.told, u.wait = now, tellUpkeepAgain
		u.d.opts.tell(u.what, n)
	}
}

// tell says what is done to whoever waits for a cycle, else to the log. left is about
// how much is to go, 0 when nobody knows.
func (o Options) tell(what string, left int64) {
	switch {
	case o.Notice != nil && left > 0:
		o.Notice(fmt.Sprintf("%s; about %d to go", what, left))
	case o.Notice != nil:
		o.Notice(what)
	case left > 0:
		o.Log.Info(what, "left", left)
	default:
		o.Log.Info(what)
	}
}
