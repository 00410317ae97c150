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
	"net/url"
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
)

// Pace of the runner. research and advisories agree on these: two requests to
// a host at a time, a second apart, never a burst.
const (
	inFlight  = 32
	perHost   = 2
	perSecond = 20
	spacing   = time.Second
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

	started time.Time
	due     chan struct{} // capacity 1: something is to be published

	mu       sync.Mutex
	cfg      *config.Config
	sources  map[int64]config.Source
	feeds    []news.Feed
	progress progress
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
	d := &Daemon{opts: o, lock: lock, db: db, shelf: publish.NewShelf(), started: o.Now(), due: make(chan struct{}, 1)}
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
	d.client = fetch.New(fetch.Options{UserAgent: UserAgent(d.opts.Version, cfg.Site), Limits: fetch.DefaultLimits(), Now: d.opts.Now})
	d.ingest = &ingest.Ingester{
		Client: d.client, Store: d.db, Owner: fmt.Sprintf("process %d", os.Getpid()), Now: d.opts.Now, Log: d.opts.Log,
	}
	d.runner = schedule.NewRunner(schedule.Limits{
		InFlight: inFlight, PerGroup: perHost, PerSecond: perSecond, Spacing: spacing, MaxDelay: schedule.MaxBackoff,
	}, d.opts.Now, d.pull)
	d.runner.OnPanic = func(id int64, v any, stack []byte) {
		d.opts.Log.Error("a fetch panicked: this is a bug in tributary", "source", d.name(id), "panic", v, "stack", string(stack))
	}
	d.server = &web.Server{Shelf: d.shelf, Views: d.db, Now: d.opts.Now, Log: d.opts.Log}
	return d.apply(ctx, cfg)
}

// apply puts a configuration in force: stored sources and feeds, tasks, pages.
func (d *Daemon) apply(ctx context.Context, cfg *config.Config) error {
	now := d.opts.Now()
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
	snap, err := d.snapshot(ctx, cfg, feeds, states)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.cfg, d.feeds = cfg, feeds
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
	d.progress = newProgress(states)
	d.mu.Unlock()
	d.server.Show(snap)
	if err := d.unpublish(ctx); err != nil {
		d.opts.Log.Warn("feeds folder", "error", err)
	}
	d.shelf.Outdate() // a source may be private now, or be called another name
	d.runner.Set(d.tasks(states))
	for _, id := range moved { // another address is asked at once, however long the old one was to rest
		d.runner.Trigger(id)
	}
	d.nudge()
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
func (d *Daemon) snapshot(ctx context.Context, cfg *config.Config, feeds []news.Feed, states []news.SourceState) (*web.Snapshot, error) {
	removed, err := d.db.RemovedFeeds(ctx)
	if err != nil {
		return nil, err
	}
	snap := &web.Snapshot{Site: cfg.Site, Feeds: feeds, Gone: map[string]bool{}, Read: d.read}
	for _, name := range removed {
		snap.Gone[name] = true
	}
	snap.Sources, err = publish.Sources(cfg.Site.Title, Subscriptions(states, nil))
	return snap, err
}

// Subscriptions are the public feeds among sources, as an OPML list names
// them; selected is nil for all. An address that holds a secret is left out.
func Subscriptions(states []news.SourceState, selected func(news.Source) bool) []format.Subscription {
	var subs []format.Subscription
	for _, s := range states {
		if s.Kind != news.KindFeed || !s.Public || news.HasSecret(s.URL) || selected != nil && !selected(s.Source) {
			continue
		}
		if news.HasSecret(s.Site) {
			s.Site = ""
		}
		subs = append(subs, format.Subscription{Title: s.Title, URL: s.URL, Site: s.Site, Tags: s.Tags})
	}
	return subs
}

// tasks are the sources as the runner knows them.
func (d *Daemon) tasks(states []news.SourceState) []schedule.Task {
	tasks := make([]schedule.Task, 0, len(states))
	for _, s := range states {
		src := d.sources[s.ID]
		tasks = append(tasks, schedule.Task{ID: s.ID, Key: src.Key(), Group: host(src.Source), Spec: src.Schedule, Due: s.NextDue})
	}
	return tasks
}

// host is what shares the limits of politeness; a folder shares none.
func host(s news.Source) string {
	if s.Kind != news.KindFeed {
		return ""
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// pull is the runner's job: one source, once.
func (d *Daemon) pull(ctx context.Context, id int64) time.Time {
	d.mu.Lock()
	src, ok := d.sources[id]
	d.mu.Unlock()
	if !ok {
		return time.Time{}
	}
	result, err := d.ingest.Pull(ctx, src)
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return time.Time{} // told to stop before anything was fetched
	case err != nil:
		d.opts.Log.Error("pull", "source", src.Name, "error", err)
		return time.Time{}
	}
	d.mu.Lock()
	d.progress.note(id, src.Name, result.Fetch)
	d.mu.Unlock()
	if result.Fetch.New > 0 || result.Fetch.Changed > 0 {
		d.nudge()
	}
	return result.NextDue
}

func (d *Daemon) name(id int64) string {
	d.mu.Lock()
	defer d.mu.Unlock()
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
	states := sync.OnceValues(func() ([]news.SourceState, error) { return d.db.States(ctx) })
	var errs []error
	rendered := false
	for _, f := range feeds {
		subs := func() ([]format.Subscription, error) {
			all, err := states()
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
		errs = append(errs, d.showAgain(ctx, cfg, feeds))
	}
	if replaced { // by a reload meanwhile: what it removed may just have been written
		errs = append(errs, d.unpublish(ctx))
	}
	return errors.Join(errs...)
}

// showAgain shows on the pages what the sources are called by now: only their
// first document tells.
func (d *Daemon) showAgain(ctx context.Context, cfg *config.Config, feeds []news.Feed) error {
	states, err := d.db.States(ctx)
	if err != nil {
		return err
	}
	snap, err := d.snapshot(ctx, cfg, feeds, states)
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

// UserAgent says who we are and how to reach us (RFC 9110 section 10.1.5).
func UserAgent(version string, site news.Site) string {
	about := ""
	if u, err := url.Parse(site.URL); err == nil && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		about = "+" + site.URL
	}
	if site.Contact != "" {
		if about != "" {
			about += "; "
		}
		about += site.Contact
	}
	if about == "" {
		return "Tributary/" + version
	}
	return "Tributary/" + version + " (" + about + ")"
}

// Close gives everything back. It is called once nothing runs any more.
func (d *Daemon) Close() error {
	if d.client != nil {
		d.client.Close()
	}
	return errors.Join(d.db.Close(), d.lock.Release())
}
