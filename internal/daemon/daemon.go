// Package daemon builds everything from one configuration and runs it: the
// runner that pulls sources when they are due, the publisher, the web servers,
// and the watcher that notices a changed configuration. It owns reload and
// shutdown; nothing above it holds state.
//
// A reload reads and checks the whole file first. A bad file changes nothing;
// a good one becomes a new immutable set of sources, feeds and pages that
// replaces the old in one step, while fetches under way go on.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/schedule"
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
	Log        *slog.Logger
	Now        func() time.Time
}

// Daemon is everything at work. Make it with Open, end it with Close.
type Daemon struct {
	opts   Options
	lock   *store.Lock
	db     *store.DB
	client *fetch.Client
	ingest *ingest.Ingester
	runner *schedule.Runner
	shelf  *publish.Shelf
	server *web.Server
	push   *websub.Subscriber

	started time.Time
	due     chan struct{} // capacity 1: something is to be published

	relisted chan struct{} // capacity 1: a list names other sources than before

	mu       sync.Mutex
	cfg      *config.Config // with the sources of its lists
	file     *config.Config // as read
	sources  map[int64]config.Source
	lists    map[int64]config.List // by their tasks
	feeds    []news.Feed
	progress progress
	outage   outage
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
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	d := &Daemon{opts: o, lock: lock, db: db, shelf: publish.NewShelf(), started: o.Now(), due: make(chan struct{}, 1), relisted: make(chan struct{}, 1)}
	if err := d.build(ctx, cfg); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// load reads the configuration and tells the log of its warnings.
func load(o Options) (*config.Config, error) {
	cfg, warnings, err := config.Load(o.ConfigPath, o.Env)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		o.Log.Warn("configuration", "problem", w.String())
	}
	return cfg, nil
}

func (d *Daemon) build(ctx context.Context, cfg *config.Config) error {
	if err := d.db.ReleaseLeases(ctx); err != nil {
		return err
	}
	d.client = fetch.New(fetch.Options{UserAgent: UserAgent(d.opts.Version, cfg.Site, -1), Limits: cfg.Limits.Limits, Proxy: cfg.Proxy, Now: d.opts.Now})
	d.ingest = &ingest.Ingester{
		Client: d.client, Store: d.db, Owner: fmt.Sprintf("process %d", os.Getpid()), Now: d.opts.Now, Log: d.opts.Log,
		Robots: &fetch.Robots{Client: d.client, Now: d.opts.Now},
	}
	d.runner = schedule.NewRunner(pace(cfg.Limits), d.opts.Now, d.pull)
	d.ingest.Stalled = d.runner.Stall
	d.ingest.Own, d.ingest.Offline = d.published, d.offline
	d.runner.OnPanic = func(id int64, v any, stack []byte) {
		d.opts.Log.Error("a fetch panicked: this is a bug in tributary", "source", d.name(id), "panic", v, "stack", string(stack))
	}
	d.push = websub.New(d.client, d.db, &subscriber{Daemon: d}, d.opts.Now, d.opts.Log)
	if err := d.db.ResumePushes(ctx, d.opts.Now()); err != nil {
		return err
	}
	d.server = &web.Server{Shelf: d.shelf, Views: d.db, Readers: web.NewReaders(d.opts.Now), Push: d.push, Now: d.opts.Now, Log: d.opts.Log}
	return d.apply(ctx, cfg)
}

// apply puts a configuration in force: stored sources and feeds, tasks, pages.
func (d *Daemon) apply(ctx context.Context, cfg *config.Config) error {
	now := d.opts.Now()
	file := cfg
	cfg, held, err := d.syncLists(ctx, file)
	if err != nil {
		return err
	}
	plain := make([]news.Source, len(cfg.Sources))
	for i, s := range cfg.Sources {
		plain[i] = s.Source
	}
	stored, err := d.db.SyncSources(ctx, plain, now)
	if err != nil {
		return err
	}
	feeds, err := d.db.SyncFeeds(ctx, cfg.Feeds, stored, now)
	if err != nil {
		return err
	}
	states, err := d.db.States(ctx)
	if err != nil {
		return err
	}
	listing, err := d.db.Listing(ctx)
	if err != nil {
		return err
	}
	snap, err := d.snapshot(ctx, cfg, feeds, listing)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.cfg, d.file, d.feeds = cfg, file, feeds
	d.setLists(cfg, held)
	sources := map[int64]config.Source{}
	var moved []int64
	for i, s := range cfg.Sources {
		s.Source = stored[i]
		sources[s.ID] = s
		if old, ok := d.sources[s.ID]; ok && old.URL != s.URL {
			moved = append(moved, s.ID)
		}
	}
	d.sources = sources
	d.outage.good = goodHosts(states)
	d.progress = newProgress(states)
	d.mu.Unlock()
	d.identify()
	d.server.Show(snap)
	if err := d.unpublish(ctx); err != nil {
		d.opts.Log.Warn("feeds folder", "error", err)
	}
	d.shelf.Outdate() // a source may be private now, or be called another name
	d.runner.Set(append(d.tasks(states), d.listTasks(held)...))
	if err := d.heedHosts(ctx); err != nil {
		return err
	}
	for _, id := range moved { // another address is asked at once, however long the old one was to rest
		d.runner.Trigger(id)
	}
	d.nudge()
	d.push.Wake()
	return nil
}

func names(feeds []news.Feed) []string {
	all := make([]string, len(feeds))
	for i, f := range feeds {
		all[i] = f.Name
	}
	return all
}

// snapshot is what the pages show of a configuration.
func (d *Daemon) snapshot(ctx context.Context, cfg *config.Config, feeds []news.Feed, sources []news.Source) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{Site: cfg.Site, Feeds: feeds, Gone: map[string]bool{}, Read: d.read}
	for _, name := range removed {
		snap.Gone[name] = true
	}
	snap.Sources, err = publish.Sources(cfg.Site.Title, Subscriptions(sources, nil))
	return snap, err
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

// pull is the runner's job: one source or list, once.
func (d *Daemon) pull(ctx context.Context, id int64) time.Time {
	if id < 0 {
		return d.pullList(ctx, id)
	}
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

func (d *Daemon) name(id int64) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l, ok := d.lists[id]; ok {
		return l.Name
	}
	return d.sources[id].Name
}

// nudge says that there may be something to publish.
func (d *Daemon) nudge() {
	select {
	case d.due <- struct{}{}:
	default:
	}
}

// publishAll brings every feed up to date. One that fails does not keep the
// others from theirs.
func (d *Daemon) publishAll(ctx context.Context) error {
	d.mu.Lock()
	cfg, feeds := d.cfg, d.feeds
	d.mu.Unlock()
	return d.publish(ctx, cfg, feeds)
}

// publish brings the feeds of a configuration up to date.
func (d *Daemon) publish(ctx context.Context, cfg *config.Config, feeds []news.Feed) error {
	p := publish.Publisher{Store: d.db, Shelf: d.shelf, Folder: folder(cfg), Now: d.opts.Now}
	listing := sync.OnceValues(func() ([]news.Source, error) { return d.db.Listing(ctx) })
	var errs []error
	rendered := false
	for _, f := range feeds {
		subs := func() ([]format.Subscription, error) {
			all, err := listing()
			return Subscriptions(all, f.Selects), err
		}
		changed, err := p.Feed(ctx, cfg.Site, f, subs)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if changed {
			rendered = true
			d.opts.Log.Debug("published", "feed", f.Name)
		}
	}
	d.mu.Lock()
	replaced := d.cfg != cfg
	d.mu.Unlock()
	if rendered && !replaced {
		errs = append(errs, d.showAgain(ctx, cfg, feeds, listing))
	}
	if replaced { // by a reload meanwhile: what it removed may just have been written
		errs = append(errs, d.unpublish(ctx))
	}
	return errors.Join(errs...)
}

// showAgain shows on the pages what the sources are called by now: only their
// first document tells.
func (d *Daemon) showAgain(ctx context.Context, cfg *config.Config, feeds []news.Feed, listing func() ([]news.Source, error)) error {
	sources, err := listing()
	if err != nil {
		return err
	}
	snap, err := d.snapshot(ctx, cfg, feeds, sources)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cfg == cfg { // a reload shows its own
		d.server.Show(snap)
	}
	return nil
}

// unpublish takes feeds that are no longer configured off the shelf and out of
// the folder. A reload does so once its configuration is in force, and so does
// a round of publishing that it overtook: one of the two comes last.
func (d *Daemon) unpublish(ctx context.Context) error {
	d.mu.Lock()
	cfg, feeds := d.cfg, d.feeds
	d.mu.Unlock()
	d.shelf.Keep(names(feeds))
	removed, err := d.db.RemovedFeeds(ctx)
	return errors.Join(err, folder(cfg).Remove(removed))
}

func folder(cfg *config.Config) *publish.Folder {
	if cfg.Publish == "" {
		return nil
	}
	return &publish.Folder{Path: cfg.Publish}
}

// Close gives everything back. It is called once nothing runs any more.
func (d *Daemon) Close() error {
	if d.client != nil {
		d.client.Close()
	}
	return errors.Join(d.db.Close(), d.lock.Release())
}
