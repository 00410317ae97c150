package daemon

import (
	"context"
	"maps"
	"slices"

	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/schedule"
	"tributary/internal/web"
)

// inForce is a configuration that is in force, with the row numbers of what it names. It
// is never changed: a reload replaces it.
type inForce struct {
	file    *config.Config          // as it was read
	cfg     *config.Config          // and with the sources of its lists
	sources map[int64]config.Source // by row number
	lists   map[int64]config.List   // likewise
	public  []news.Feed
	private []news.Feed
	theme   *page.Theme // nil is the built-in one
}

// feeds returns the public feeds, and behind them the private ones.
func (c *inForce) feeds() []news.Feed { return slices.Concat(c.public, c.private) }

// preparedConfig is a configuration with everything that putting it in force needs.
type preparedConfig struct {
	*inForce
	listStates   []news.ListState
	sourceStates []news.SourceState
	answers      map[int64]string // by source, see store.DB.DocumentURLs
	pages        *web.Snapshot
}

// mended returns the tasks to do at once: those of sources and lists that have another address than
// before, and of sources that fail and are asked in another way now.
func (c *preparedConfig) mended(before *inForce) (tasks []schedule.ID) {
	failing := make(map[int64]bool)
	for _, s := range c.sourceStates {
		failing[s.ID] = s.Failures > 0 && s.Standing != news.OutcomeLimited && s.Standing != news.OutcomeGone
	}
	for _, id := range slices.Sorted(maps.Keys(c.sources)) {
		now := c.sources[id]
		if old, ok := before.sources[id]; ok && (old.URL != now.URL || failing[id] && !old.AsksLike(now)) {
			tasks = append(tasks, sourceTask(id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.lists)) {
		if old, ok := before.lists[id]; ok && old.URL != c.lists[id].URL {
			tasks = append(tasks, listTask(id))
		}
	}
	return tasks
}

// apply puts a configuration in force: the rows of sources and feeds, the tasks of the
// runner, and the pages.
func (d *Daemon) apply(ctx context.Context, file *config.Config) error {
	next, err := d.prepare(ctx, file)
	if err != nil {
		return err
	}
	mended := d.replace(next)
	d.updateUserAgent()
	d.server.Show(next.pages)
	d.publicShelf.Outdate() // a source may be private now, or be called another name
	d.privateShelf.Outdate()
	d.runner.Set(append(d.tasks(next.sourceStates, next.answers), d.listTasks(next.listStates)...))
	if err := d.limitHosts(ctx); err != nil {
		return err
	}
	for _, task := range mended { // however long they were to be left alone
		d.runner.Trigger(task)
	}
	d.publishSoon()
	schedule.Wake(d.applied)
	d.push.Wake()
	d.hub.Wake()
	return nil
}

// prepare makes the store's rows those of a configuration, and gathers what is
// needed to put it in force.
func (d *Daemon) prepare(ctx context.Context, file *config.Config) (preparedConfig, error) {
	now := d.opts.Now()
	s := preparedConfig{inForce: &inForce{file: file}}
	var err error
	if s.theme, err = d.newTheme(file); err != nil {
		return s, err
	}
	if s.cfg, s.listStates, err = d.syncLists(ctx, file); err != nil {
		return s, err
	}
	s.lists = make(map[int64]config.List, len(s.listStates))
	for i, held := range s.listStates {
		s.lists[held.ID] = s.cfg.Lists[i]
	}
	rows := make([]news.Source, len(s.cfg.Sources))
	for i, src := range s.cfg.Sources {
		rows[i] = src.Source
	}
	if rows, err = d.db.SyncSources(ctx, rows, now); err != nil {
		return s, err
	}
	s.sources = make(map[int64]config.Source, len(rows))
	for i, src := range s.cfg.Sources {
		src.Source = rows[i]
		s.sources[src.ID] = src
	}
	feeds, err := d.db.SyncFeeds(ctx, s.cfg.Feeds, rows, now)
	if err != nil {
		return s, err
	}
	s.public, s.private = splitByAccess(feeds)
	if s.sourceStates, err = d.db.States(ctx); err != nil {
		return s, err
	}
	if s.answers, err = d.db.DocumentURLs(ctx); err != nil {
		return s, err
	}
	listing, err := d.db.Listing(ctx)
	if err != nil {
		return s, err
	}
	s.pages, err = d.snapshot(ctx, s.inForce, listing)
	return s, err
}

// replace makes a configuration the one in force, and returns the tasks to do at once.
func (d *Daemon) replace(next preparedConfig) (mended []schedule.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.current.Load()
	d.current.Store(next.inForce)
	d.outage.good = goodHosts(next.sourceStates)
	d.progress = newProgress(next.sourceStates)
	if before == nil {
		return nil
	}
	return next.mended(before)
}

// matching returns the setting of which entries may be one story.
func (d *Daemon) matching() news.Matching { return d.current.Load().cfg.Stories }
