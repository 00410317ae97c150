package daemon

import (
	"context"
	"maps"
	"slices"
	"sync"

	"tributary/internal/config"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/schedule"
	"tributary/internal/search"
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

// readdressed returns the tasks of sources and lists that have another address than before.
func (c *inForce) readdressed(before *inForce) (tasks []schedule.ID) {
	for _, id := range slices.Sorted(maps.Keys(c.sources)) {
		if old, ok := before.sources[id]; ok && old.URL != c.sources[id].URL {
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

// preparedConfig is a configuration with everything that putting it in force needs.
type preparedConfig struct {
	*inForce
	listStates   []news.ListState
	sourceStates []news.SourceState
	answers      map[int64]string // see store.Answered
	pages        *web.Snapshot
}

// apply puts a configuration in force: the rows of sources and feeds, the tasks of the
// runner, and the pages.
func (d *Daemon) apply(ctx context.Context, file *config.Config) error {
	next, err := d.prepare(ctx, file)
	if err != nil {
		return err
	}
	readdressed := d.replace(next)
	d.updateUserAgent()
	d.server.Show(next.pages)
	d.publicShelf.Outdate() // a source may be private now, or be called another name
	d.privateShelf.Outdate()
	d.runner.Set(append(d.tasks(next.sourceStates, next.answers), d.listTasks(next.listStates)...))
	if err := d.limitHosts(ctx); err != nil {
		return err
	}
	for _, task := range readdressed { // a new address is fetched at once, however long the old one was to be left alone
		d.runner.Trigger(task)
	}
	d.publishSoon()
	signal(d.applied)
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
	if s.answers, err = d.db.Answered(ctx); err != nil {
		return s, err
	}
	listing, err := d.db.Listing(ctx)
	if err != nil {
		return s, err
	}
	s.pages, err = d.snapshot(ctx, s.inForce, listing)
	return s, err
}

// replace makes a configuration the one in force, and returns the tasks whose address it
// changed.
func (d *Daemon) replace(next preparedConfig) (readdressed []schedule.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.current.Load()
	d.current.Store(next.inForce)
	d.outage.good = goodHosts(next.sourceStates)
	d.progress = newProgress(next.sourceStates)
	if before == nil {
		return nil
	}
	return next.readdressed(before)
}

// names returns the names of feeds.
func names(feeds []news.Feed) []string {
	all := make([]string, len(feeds))
	for i, f := range feeds {
		all[i] = f.Name
	}
	return all
}

// snapshot returns what the web server knows of a configuration.
func (d *Daemon) snapshot(ctx context.Context, c *inForce, sources []news.Source) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	former, err := d.db.FormerNames(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{
		Site: c.cfg.Site, Theme: c.theme, Feeds: c.public, Private: c.private, Public: public(sources),
		Gone: map[string]bool{}, Moved: map[string]string{}, Read: d.firstReading,
	}
	present := map[int64]string{}
	for _, f := range snap.Feeds {
		present[f.ID] = f.Name
	}
	for name, id := range former {
		if to, there := present[id]; there {
			snap.Moved[name] = to
		} else {
			removed = append(removed, name)
		}
	}
	for _, name := range removed {
		snap.Gone[name] = true
	}
	snap.Names = sync.OnceValue(func() []search.SourceName {
		return searchNames(sources, func(s news.Source) bool { return s.Public })
	})
	snap.Inner = func(f news.Feed) []search.SourceName {
		return searchNames(sources, func(s news.Source) bool { return !s.Public && f.Selects(s) })
	}
	snap.Sources, err = publish.Sources(c.cfg.Site.Title, Subscriptions(sources, nil))
	return snap, err
}

// public returns the public ones of the sources.
func public(sources []news.Source) []news.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s news.Source) bool { return !s.Public })
}

// Subscriptions returns the public feeds among sources as entries of an OPML list, those
// for which selected is true or, when it is nil, all. A feed whose address holds a secret
// is left out.
func Subscriptions(sources []news.Source, selected func(news.Source) bool) []format.Subscription {
	var subs []format.Subscription
	for _, s := range sources {
		if s.Kind != news.KindFeed || !s.Public || news.HasSecret(s.URL) || selected != nil && !selected(s) {
			continue
		}
		if news.HasSecret(s.Site) {
			s.Site = ""
		}
		subs = append(subs, format.Subscription{Title: s.Title, URL: s.URL, Site: s.Site, Tags: s.Tags})
	}
	return subs
}
