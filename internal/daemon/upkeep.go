package daemon

import (
	"fmt"
	"time"
)

// How long upkeep may take before the operator is told of it, and how often from then on.
const (
	tellUpkeep      = time.Second
	tellUpkeepAgain = 10 * time.Second
)

// upkeep is work on what is stored that became necessary by an upgrade. The operator is
// told of it when it takes long.
type upkeep struct {
	d    *Daemon
	what string // what is done, as a sentence
	told time.Time
	wait time.Duration // from told on, until it is told again
}

func (d *Daemon) upkeep(what string) *upkeep {
	return &upkeep{d: d, what: what, told: time.Now(), wait: d.upkeepNotice}
}

// progress is called while the work goes on, with about how much of it is left.
func (u *upkeep) progress(n int64) {
	if now := time.Now(); now.Sub(u.told) >= u.wait {
		u.told, u.wait = now, tellUpkeepAgain
		u.d.opts.notify(u.what, n)
	}
}

// notify says what is being done, to Notice if there is one, else to the log. left is about
// how much remains, 0 when that is not known.
func (o Options) notify(what string, left int64) {
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
