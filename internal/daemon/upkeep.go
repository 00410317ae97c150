package daemon

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/format"
	"tributary/internal/schedule"
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

// repeat calls step until there is no more to do, and tells the operator how much is left.
// It returns how often there was more.
func (u *upkeep) repeat(ctx context.Context, step func() (more bool, err error), left func(context.Context) (int64, error)) (parts int, err error) {
	for ctx.Err() == nil {
		more, err := step()
		if err != nil || !more {
			return parts, err
		}
		parts++
		if n, err := left(ctx); err == nil {
			u.progress(n)
		}
	}
	return parts, ctx.Err()
}

// logError logs an error. It says nothing when there is none, nor when ctx has ended: then
// whatever was under way fails.
func (d *Daemon) logError(ctx context.Context, what string, err error, attrs ...any) {
	if err != nil && ctx.Err() == nil {
		d.opts.Log.Error(what, append(attrs, "error", err)...)
	}
}

// housekeeping checks the database once, and then every day folds old Fetch rows, relaxes
// the limits of hosts, and puts the full-text index in order.
func (d *Daemon) housekeeping(ctx context.Context) error {
	if err := d.db.Check(ctx); err != nil && ctx.Err() == nil {
		return err // nothing more is written to a damaged database
	}
	for {
		d.logError(ctx, "fold old fetches", d.fold(ctx))
		d.logError(ctx, "keep pace", d.renewPace(ctx))
		d.logError(ctx, "put the index of the search in order", d.tidyIndex(ctx))
		if !schedule.Sleep(ctx, 24*time.Hour) {
			return nil
		}
	}
}

// checkpointer copies what was stored from the log of the database into its file whenever
// that is due. It shares the semaphore with what writes, so as not to compete for the
// disk.
func (d *Daemon) checkpointer(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.db.CheckpointDue():
			d.cpu.do(func() { d.db.Checkpoint(ctx) })
		}
	}
}

// fold turns old Fetch rows into daily sums, in bounded steps.
func (d *Daemon) fold(ctx context.Context) error {
	for {
		n, err := d.db.FoldFetches(ctx, d.opts.Now())
		if n == 0 || err != nil {
			return err
		}
	}
}

// reread reads the stored bodies again if this version reads documents otherwise than the
// one that read them. It must be done before the first fetch: after that, what the new
// version reads otherwise could not be told from what the publisher changed.
func (d *Daemon) reread(ctx context.Context) {
	ids, err := d.db.OutdatedBodies(ctx, format.ReaderVersion)
	d.logError(ctx, "read stored documents again", err)
	u := d.upkeep("this version reads documents in a new way: those of the sources are read again")
	for i, id := range ids {
		u.progress(int64(len(ids) - i))
		src, ok := d.current.Load().sources[id]
		if !ok || ctx.Err() != nil {
			continue
		}
		d.logError(ctx, "read a stored document again", d.ingest.Reread(ctx, src), "source", src.Name)
	}
	if len(ids) > 0 {
		d.publishSoon()
	}
}

// resketch rebuilds the index that texts are compared by if an upgrade made that necessary,
// in small parts between the fetches. Until it is done, new entries are compared with
// those that are in it already.
func (d *Daemon) resketch(ctx context.Context) {
	u := d.upkeep("this version compares entries in a new way: the latest are prepared for it")
	parts, err := u.repeat(ctx, func() (bool, error) { return d.db.Resketch(ctx, d.matching(), d.opts.Now()) }, d.db.Unsketched)
	d.logError(ctx, "compare stored entries anew", err)
	if err == nil && parts > 0 {
		d.opts.Log.Info("stored entries can be compared with new ones")
	}
}

// indexer rebuilds the full-text index when that is necessary: it checks at the start, and
// after each reload, since one may have made a source private or public.
func (d *Daemon) indexer(ctx context.Context) error {
	for {
		d.reindex(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-d.applied:
		}
	}
}

// reindex rebuilds the full-text index if the store finds that necessary, in small parts
// between the fetches. Until it is done, searches say that they are incomplete.
func (d *Daemon) reindex(ctx context.Context) {
	u := d.upkeep("stored entries are indexed for the search, the latest first")
	step := func() (more bool, err error) {
		d.cpu.do(func() { more, err = d.db.Reindex(ctx) })
		return more, err
	}
	parts := 0
	more, err := step()
	if more && err == nil { // it only emptied the index
		parts, err = u.repeat(ctx, step, d.db.Unindexed)
	}
	d.logError(ctx, "index stored entries for the search", err)
	if err == nil && parts > 0 {
		d.opts.Log.Info("all stored entries can be searched")
	}
}

// tidyIndex puts the full-text index in order, in small steps that let others write.
func (d *Daemon) tidyIndex(ctx context.Context) error {
	for {
		more, err := d.db.TidyIndex(ctx)
		if !more || err != nil || !schedule.Sleep(ctx, tidyPause) {
			return err
		}
	}
}

// tidyPause lies between two steps.
const tidyPause = 50 * time.Millisecond
