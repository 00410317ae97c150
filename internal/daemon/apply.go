package daemon

import (
	"context"
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

// preparedConfig is a configuration with everything that putting it in force needs.
type preparedConfig struct {
	file    *config.Config // as read
	cfg     *config.Config // with the sources of its lists
	lists   []news.ListState
	sources []news.Source // in the order of cfg
	feeds   []news.Feed
	states  []news.SourceState
	answers map[int64]string // see store.Answered
	theme   *page.Theme
	pages   *web.Snapshot
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
	d.runner.Set(append(d.tasks(next.states, next.answers), d.listTasks(next.lists)...))
	if err := d.limitHosts(ctx); err != nil {
		return err
	}
	for _, task := range mended { // however long they were to be left alone
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
	s := preparedConfig{file: file}
	var err error
	if s.theme, err = d.newTheme(file); err != nil {
		return s, err
	}
	if s.cfg, s.lists, err = d.syncLists(ctx, file); err != nil {
		return s, err
	}
	plain := make([]news.Source, len(s.cfg.Sources))
	for i, src := range s.cfg.Sources {
		plain[i] = src.Source
	}
	if s.sources, err = d.db.SyncSources(ctx, plain, now); err != nil {
		return s, err
	}
	if s.feeds, err = d.db.SyncFeeds(ctx, s.cfg.Feeds, s.sources, now); err != nil {
		return s, err
	}
	if s.states, err = d.db.States(ctx); err != nil {
		return s, err
	}
	if s.answers, err = d.db.Answered(ctx); err != nil {
		return s, err
	}
	listing, err := d.db.Listing(ctx)
	if err != nil {
		return s, err
	}
	s.pages, err = d.snapshot(ctx, s.cfg, s.theme, s.feeds, listing)
	return s, err
}

// replace makes a configuration the one in force, and returns the tasks to do at once:
// those whose address it changed, and sources that fail and are asked in another way now.
func (d *Daemon) replace(next preparedConfig) (mended []schedule.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	failing := make(map[int64]bool)
	for _, s := range next.states {
		failing[s.ID] = s.Failures > 0 && s.Standing != news.OutcomeLimited && s.Standing != news.OutcomeGone
	}
	sources := make(map[int64]config.Source, len(next.sources))
	for i, s := range next.cfg.Sources {
		s.Source = next.sources[i]
		sources[s.ID] = s
		if old, ok := d.sources[s.ID]; ok && (old.URL != s.URL || failing[s.ID] && !old.AsksLike(s)) {
			mended = append(mended, sourceTask(s.ID))
		}
	}
	d.cfg, d.file, d.theme, d.sources = next.cfg, next.file, next.theme, sources
	d.publicFeeds, d.privateFeeds = splitByAccess(next.feeds)
	mended = append(mended, d.setLists(next.cfg, next.lists)...)
	d.outage.good = goodHosts(next.states)
	d.progress = newProgress(next.states)
	return mended
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
func (d *Daemon) snapshot(ctx context.Context, cfg *config.Config, theme *page.Theme, feeds []news.Feed, sources []news.Source) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	former, err := d.db.FormerNames(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{Site: cfg.Site, Theme: theme, Public: public(sources), Gone: map[string]bool{}, Moved: map[string]string{}, Read: d.firstReading}
	snap.Feeds, snap.Private = splitByAccess(feeds)
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
	snap.Sources, err = publish.Sources(cfg.Site.Title, Subscriptions(sources, nil))
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
