package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/schedule"
	"tributary/internal/web"
)

// publishSoon tells the publisher that there may be something to publish.
func (d *Daemon) publishSoon() { schedule.Wake(d.publishDue) }

// How often there is a round of publishing.
const (
	publishEvery = time.Second            // at least between two, so that a busy moment is one change of a feed
	lookEvery    = 100 * time.Millisecond // instead, after a round in which no feed changed, and after the first
	publishShare = 8                      // the pause after a round that took long is as many times as long,
	publishPause = 10 * time.Second       // but not longer than this
	retryPublish = 30 * time.Second       // after an error
	lookAgain    = time.Minute            // while something is awaited: timers stand still while a machine sleeps
)

// publisher brings the feeds up to date whenever something may have changed, or when a
// story, digest or page of an archive is due. A round that failed is repeated later: a full
// disk may have room by then.
func (d *Daemon) publisher(ctx context.Context) error {
	again := time.NewTimer(retryPublish)
	defer again.Stop()
	again.Stop()
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return nil
		case <-d.publishDue:
		case <-again.C:
		}
		began := time.Now()
		again.Stop()
		rendered, err := d.publishAll(ctx)
		wait, waits := retryPublish, true
		if err == nil {
			wait, waits, err = d.nextDue(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.opts.Log.Error("publish", "error", err)
			wait, waits = retryPublish, true
		}
		if waits {
			again.Reset(wait)
		}
		rest := pause(rendered, time.Since(began))
		if first { // it showed what was there before, if anything, and is no change of a feed
			rest = lookEvery
		}
		if !schedule.Sleep(ctx, rest) {
			return nil
		}
	}
}

// pause returns how long the publisher rests after a round. A round that found nothing to
// do is followed by the next one almost at once.
func pause(rendered bool, took time.Duration) time.Duration {
	least := publishEvery
	if !rendered {
		least = lookEvery
	}
	return min(max(least, publishShare*took), publishPause)
}

// nextDue returns how long it is until a story that a feed holds back, a digest, or a page
// of an archive is due, and whether there is any such thing.
func (d *Daemon) nextDue(ctx context.Context) (wait time.Duration, waits bool, err error) {
	now := d.opts.Now()
	for _, f := range d.current.Load().feeds() {
		held, err := d.db.NextDue(ctx, f, now)
		if err != nil {
			return 0, false, err
		}
		unpaged, err := d.db.ArchiveDue(ctx, f, now)
		if err != nil {
			return 0, false, err
		}
		for _, due := range []time.Time{held, unpaged} {
			if left := due.Sub(now); !due.IsZero() && (!waits || left < wait) {
				wait, waits = max(left, 0), true
			}
		}
	}
	return min(wait, lookAgain), waits, nil
}

// publishAll brings every feed up to date, and reports whether one changed. A feed that
// fails does not hold up the others.
func (d *Daemon) publishAll(ctx context.Context) (rendered bool, err error) {
	c := d.current.Load()
	judged := d.rejudge(ctx, c.sources)
	rendered, err = d.publish(ctx, c)
	return rendered, errors.Join(judged, err)
}

// rejudge applies the rules of sources that a reload changed to what is stored, in
// small parts beside the fetches.
func (d *Daemon) rejudge(ctx context.Context, sources map[int64]config.Source) error {
	ids, err := d.db.Unjudged(ctx)
	for _, id := range ids {
		s, ok := sources[id]
		for more := ok; more && err == nil; {
			more, err = d.db.Rejudge(ctx, s.Source, d.opts.Now())
		}
	}
	return err
}

// publish brings the feeds of a configuration up to date, and reports whether one changed.
func (d *Daemon) publish(ctx context.Context, c *inForce) (rendered bool, err error) {
	listing := sync.OnceValues(func() ([]news.Source, error) { return d.db.Listing(ctx) })
	rendered, err = d.publishFeeds(ctx, c, listing)
	errs := []error{err}
	replaced := d.current.Load() != c
	if rendered || slices.ContainsFunc(c.feeds(), func(f news.Feed) bool { return f.Kind == news.Podcast }) { // which may wait for an answer
		schedule.Wake(d.filesDue)
	}
	if rendered {
		schedule.Wake(d.exportDue)
	}
	if rendered && !replaced {
		errs = append(errs, d.showAgain(ctx, c, listing))
	}
	if replaced { // by a reload meanwhile: what it removed may just have been written
		errs = append(errs, d.unpublish(ctx))
	}
	return rendered, errors.Join(errs...)
}

// maxUnfinished is how many bytes of plain documents may wait in memory to be compressed
// while other feeds are rendered. A feed at its largest has 13 MB of them.
const maxUnfinished = 16 << 20

// publishFeeds renders the feeds that changed and serves them, and reports whether there
// were any. What else is to do for them comes after all are served, or when too much waits.
func (d *Daemon) publishFeeds(ctx context.Context, c *inForce, listing func() ([]news.Source, error)) (rendered bool, err error) {
	public := publish.Publisher{Store: d.db, Shelf: d.publicShelf, Folder: folder(c.cfg), Theme: c.theme, Now: d.opts.Now, Log: d.opts.Log}
	private := publish.Publisher{Store: d.db, Shelf: d.privateShelf, Mask: d.mask, Theme: c.theme, Now: d.opts.Now, Log: d.opts.Log}
	var errs []error
	var unfinished []*publish.Finish
	size := 0
	for _, f := range c.feeds() {
		subs := func() ([]news.Listed, error) {
			all, err := listing()
			return listable(all, f.Selects), err
		}
		p := public
		if f.Private {
			p = private
		}
		var rest *publish.Finish
		var err error
		d.cpu.do(func() { rest, err = p.Feed(ctx, c.cfg.Site, f, subs) })
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if rest == nil {
			continue
		}
		rendered = true
		d.hub.Wake()
		d.opts.Log.Debug("published", "feed", f.Name)
		unfinished = append(unfinished, rest)
		if size += rest.Size; size > maxUnfinished {
			errs = append(errs, d.finish(ctx, c, unfinished))
			unfinished, size = nil, 0
		}
	}
	errs = append(errs, d.finish(ctx, c, unfinished))
	return rendered, errors.Join(errs...)
}

// finish does what is left to do for feeds that are being served.
func (d *Daemon) finish(ctx context.Context, c *inForce, unfinished []*publish.Finish) error {
	var errs []error
	for _, rest := range unfinished {
		if d.current.Load() != c {
			break // a reload has everything made again
		}
		d.cpu.do(func() { errs = append(errs, rest.Do(ctx)) })
	}
	return errors.Join(errs...)
}

// showAgain gives the web server a new snapshot after feeds changed: what a source is
// called, for one, is only known from its first document.
func (d *Daemon) showAgain(ctx context.Context, c *inForce, listing func() ([]news.Source, error)) error {
	sources, err := listing()
	if err != nil {
		return err
	}
	var snap *web.Snapshot
	d.cpu.do(func() { snap, err = d.snapshot(ctx, c, sources) })
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current.Load() == c { // a reload shows its own
		d.server.Show(snap)
	}
	return nil
}

// unpublishOrWarn calls unpublish and only logs its error.
func (d *Daemon) unpublishOrWarn(ctx context.Context) {
	if err := d.unpublish(ctx); err != nil {
		d.opts.Log.Warn("feeds folder", "error", err)
	}
}

// unpublish removes feeds that are no longer configured, or no longer public, from the
// shelves and the folder. It is called at the start, after a resumed feed was read back
// under its old name, and after a reload. A round of publishing during which a reload
// happened calls it, too: whichever of the two comes last removes what was left.
func (d *Daemon) unpublish(ctx context.Context) error {
	c := d.current.Load()
	d.publicShelf.Keep(names(c.public))
	d.privateShelf.Keep(names(c.private))
	removed, err := d.db.RemovedFeeds(ctx)
	removed = append(removed, names(c.private)...) // what a lost database knows nothing of may lie there
	former, failed := d.db.FormerNames(ctx)
	removed = slices.AppendSeq(removed, maps.Keys(former))
	return errors.Join(err, failed, folder(c.cfg).Remove(removed))
}

// names returns the names of feeds.
func names(feeds []news.Feed) []string {
	all := make([]string, len(feeds))
	for i, f := range feeds {
		all[i] = f.Name
	}
	return all
}

// folder returns the folder that feeds are written to; nil when there is none.
func folder(cfg *config.Config) *publish.Folder {
	if cfg.Publish == "" {
		return nil
	}
	return &publish.Folder{Path: cfg.Publish}
}

// ownFeeds returns what we publish ourselves, so that no source brings it back.
func (d *Daemon) ownFeeds() ingest.Own {
	c := d.current.Load()
	own := ingest.Own{Site: c.cfg.Site}
	for _, f := range c.feeds() {
		own.Feeds = append(own.Feeds, f.UUID)
	}
	return own
}
