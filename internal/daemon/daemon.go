// Package daemon builds everything from one configuration and runs it: the
// runner that pulls sources and reads lists when they are due (task.go), the
// publisher, what asks about published files (files.go), the web servers, the subscriber at other people's hubs (push.go), our hub (hub.go),
// and the watcher that notices a changed configuration. It tells our own outage
// from the failures of others (offline.go). It owns reload and shutdown; nothing
// above it holds state.
//
// A reload reads and checks the whole file first. A bad file changes nothing;
// a good one becomes a new immutable set of sources, feeds and pages that
// replaces the old in one step, while fetches under way go on. A list that names
// other sources than before has the same done with the file as it was last read.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/page"
	"tributary/internal/publish"
	"tributary/internal/schedule"
	"tributary/internal/search"
	"tributary/internal/store"
	"tributary/internal/web"
	"tributary/internal/websub"
)

// DatabasePath is where the database lies in the data folder.
func DatabasePath(data string) string { return filepath.Join(data, "tributary.db") }

// Options make a Daemon.
type Options struct {
	ConfigPath string
	Env        func(string) (string, bool) // variables of the configuration
	Version    string
	What       string // how the process calls itself, for whoever finds the database locked
	Serving    bool   // Serve will be called, so that our hub answers
	Log        *slog.Logger
	Now        func() time.Time
	Notice     func(line string) // tells whoever waits for a cycle what keeps it; nil: the log does
}

// Daemon is everything at work. Make it with Open, end it with Close.
type Daemon struct {
	opts   Options
	lock   *store.Lock
	db     *store.DB
	client *fetch.Client
	ingest *ingest.Ingester
	runner *schedule.Runner
	turns  turns
	shelf  *publish.Shelf
	closed *publish.Shelf // of private feeds: no public route knows it
	mask   string         // stands for the token in them
	tokens *web.Tokens
	server *web.Server
	push   *websub.Subscriber
	hub    *websub.Hub

	started time.Time
	wonder  time.Duration // until upkeep is told of
	due     chan struct{} // capacity 1: something is to be published
	applied chan struct{} // capacity 1: another configuration is in force
	changed chan struct{} // capacity 1: what is published changed, so the export is behind
	shown   chan struct{} // capacity 1: a feed was rendered, and may show files that are to be asked about, or a podcast was judged

	relisted chan struct{} // capacity 1: a list names other sources than before

	mu       sync.Mutex
	cfg      *config.Config // with the sources of its lists
	file     *config.Config // as read
	sources  map[int64]config.Source
	lists    map[int64]config.List // by the numbers of their rows, as sources are
	feeds    []news.Feed           // the public ones: what is for everybody reads these
	private  []news.Feed           // and the others
	theme    *page.Theme           // nil is the built-in one
	progress progress
	outage   outage

	offlineSince time.Time // as recorded; zero while we are online
}

// Open reads the configuration, claims the database and brings it in line. The
// error of an invalid configuration is *config.Problems, that of a database in
// use *store.HeldError.
func Open(ctx context.Context, o Options) (*Daemon, error) {
	cfg, err := load(o)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return nil, fmt.Errorf("data folder: %w; make it writable or set data: to another folder", err)
	}
	path := DatabasePath(cfg.Data)
	lock, err := store.Acquire(path, o.What, o.Now())
	if err != nil {
		return nil, err
	}
	if store.Behind(ctx, path) {
		o.tell("the database is copied, then brought to the schema of this version", 0)
	}
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	d := &Daemon{opts: o, lock: lock, db: db, shelf: publish.NewShelf(), closed: publish.NewShelf(), tokens: web.NewTokens(), started: o.Now(), wonder: tellUpkeep,
		due: make(chan struct{}, 1), applied: make(chan struct{}, 1), changed: make(chan struct{}, 1), shown: make(chan struct{}, 1), relisted: make(chan struct{}, 1)}
	if o.Serving {
		d.turns = newTurns()
	}
	if err := d.build(ctx, cfg); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// load reads the configuration and tells the log of its warnings.
func load(o Options) (*config.Config, error) {
	cfg, warnings, err := config.Load(o.ConfigPath, o.Env)
	if err == nil {
		_, err = LoadTheme(cfg)
	}
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		o.Log.Warn("configuration", "problem", w.String())
	}
	cfg.Site.Hub = hubAddress(o, cfg)
	return cfg, nil
}

func (d *Daemon) build(ctx context.Context, cfg *config.Config) error {
	if err := d.db.ReleaseLeases(ctx); err != nil {
		return err
	}
	d.client = fetch.New(fetch.Options{UserAgent: UserAgent(d.opts.Version, cfg.Site, -1), Limits: cfg.Limits.Limits, Proxy: cfg.Proxy, Now: d.opts.Now})
	d.ingest = &ingest.Ingester{
		Client: d.client, Store: d.db, Owner: fmt.Sprintf("process %d", os.Getpid()), Now: d.opts.Now, Log: d.opts.Log,
		Robots: &fetch.Robots{Client: d.client, Now: d.opts.Now}, Work: d.turns.take,
	}
	if !d.opts.Serving {
		d.ingest.Settle = sleep
	}
	d.runner = schedule.NewRunner(pace(cfg.Limits), d.opts.Now, d.do)
	d.ingest.Stalled = d.stall
	d.ingest.Own, d.ingest.Offline, d.ingest.Matching = d.published, d.offline, d.matching
	d.runner.OnPanic = func(task schedule.ID, v any, stack []byte) {
		d.opts.Log.Error("a fetch panicked: this is a bug in tributary", task.Kind, d.about(task), "panic", v, "stack", string(stack))
	}
	d.push = websub.New(d.client, d.db, &subscriber{Daemon: d}, d.opts.Now, d.opts.Log)
	if err := d.db.ResumePushes(ctx, d.opts.Now()); err != nil {
		return err
	}
	var err error
	if err = d.openPrivate(ctx); err != nil {
		return err
	}
	if d.offlineSince, err = d.db.OfflineSince(ctx); err != nil {
		return err
	}
	d.hub = websub.NewHub(d.client, d.db, &hubPublisher{Daemon: d, parts: map[part]websub.Content{}}, d.opts.Now, d.opts.Log)
	d.server = &web.Server{Shelf: d.shelf, Private: d.closed, Mask: d.mask, Tokens: d.tokens, Views: d.db, Readers: web.NewReaders(d.opts.Now),
		Push: d.push, Hub: d.hub, Now: d.opts.Now, Log: d.opts.Log}
	return d.apply(ctx, cfg)
}

// setup is a configuration with what the store holds of it.
type setup struct {
	file    *config.Config // as read
	cfg     *config.Config // with the sources of its lists
	lists   []news.ListState
	sources []news.Source // in the order of cfg
	feeds   []news.Feed
	states  []news.SourceState
	theme   *page.Theme
	pages   *web.Snapshot
}

// apply puts a configuration in force: stored sources and feeds, tasks, pages.
func (d *Daemon) apply(ctx context.Context, file *config.Config) error {
	next, err := d.prepare(ctx, file)
	if err != nil {
		return err
	}
	readdressed := d.replace(next)
	d.identify()
	d.server.Show(next.pages)
	d.shelf.Outdate() // a source may be private now, or be called another name
	d.closed.Outdate()
	d.runner.Set(append(d.tasks(next.states), d.listTasks(next.lists)...))
	if err := d.heedHosts(ctx); err != nil {
		return err
	}
	for _, task := range readdressed { // another address is asked at once, however long the old one was to rest
		d.runner.Trigger(task)
	}
	d.nudge()
	signal(d.applied)
	d.push.Wake()
	d.hub.Wake()
	return nil
}

// prepare makes the store's rows those of a configuration, and gathers what is
// needed to put it in force.
func (d *Daemon) prepare(ctx context.Context, file *config.Config) (setup, error) {
	now := d.opts.Now()
	s := setup{file: file}
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
	listing, err := d.db.Listing(ctx)
	if err != nil {
		return s, err
	}
	s.pages, err = d.snapshot(ctx, s.cfg, s.theme, s.feeds, listing)
	return s, err
}

// replace takes a configuration as the one in force, and returns the tasks
// whose address it changed.
func (d *Daemon) replace(next setup) (readdressed []schedule.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sources := make(map[int64]config.Source, len(next.sources))
	for i, s := range next.cfg.Sources {
		s.Source = next.sources[i]
		sources[s.ID] = s
		if old, ok := d.sources[s.ID]; ok && old.URL != s.URL {
			readdressed = append(readdressed, sourceTask(s.ID))
		}
	}
	d.cfg, d.file, d.theme, d.sources = next.cfg, next.file, next.theme, sources
	d.feeds, d.private = split(next.feeds)
	readdressed = append(readdressed, d.setLists(next.cfg, next.lists)...)
	d.outage.good = goodHosts(next.states)
	d.progress = newProgress(next.states)
	return readdressed
}

func names(feeds []news.Feed) []string {
	all := make([]string, len(feeds))
	for i, f := range feeds {
		all[i] = f.Name
	}
	return all
}

// snapshot is what the pages show of a configuration.
func (d *Daemon) snapshot(ctx context.Context, cfg *config.Config, theme *page.Theme, feeds []news.Feed, sources []news.Source) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	former, err := d.db.FormerNames(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{Site: cfg.Site, Theme: theme, Public: public(sources), Gone: map[string]bool{}, Moved: map[string]string{}, Read: d.read}
	snap.Feeds, snap.Private = split(feeds)
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

// public are the sources that everybody may know of.
func public(sources []news.Source) []news.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s news.Source) bool { return !s.Public })
}

// Subscriptions are the public feeds among sources, as an OPML list names
// them; selected is nil for all. An address that holds a secret is left out.
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

// pull is the runner's job for a source.
func (d *Daemon) pull(ctx context.Context, id int64) time.Time {
	d.mu.Lock()
	src, ok := d.sources[id]
	d.mu.Unlock()
	if !ok {
		return time.Time{}
	}
	if !d.admit(src.Source) {
		return d.opts.Now().Add(whileOffline)
	}
	defer d.weather(ctx, false)
	result, err := d.ingest.Pull(ctx, src)
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return time.Time{} // told to stop before anything was fetched
	case errors.Is(err, news.ErrLeased):
		return d.opts.Now().Add(leasedPause)
	case err != nil:
		d.opts.Log.Error("pull", "source", src.Name, "error", err)
		return time.Time{}
	}
	if result.Host != nil {
		d.opts.Log.Warn("a host limits us", "host", result.Host.Name, "until", result.Host.NotBefore, "spacing", result.Host.Spacing)
		d.heed(*result.Host)
	}
	d.mu.Lock()
	d.progress.note(id, src.Name, result.Fetch)
	d.mu.Unlock()
	if result.Fetch.New > 0 || result.Fetch.Changed > 0 {
		d.nudge()
		d.push.Wake() // it may announce a hub
	}
	if result.NextDue.IsZero() && d.outageText() != "" {
		return d.opts.Now().Add(whileOffline)
	}
	return result.NextDue
}

// Close gives everything back. It is called once nothing runs any more.
func (d *Daemon) Close() error {
	if d.client != nil {
		d.client.Close()
	}
	return errors.Join(d.db.Close(), d.lock.Release())
}
