// Package daemon builds everything from one configuration, runs it, reloads it and ends
// it. It holds the state of the process; the packages below it hold none.
//
// What runs beside each other, each with a file of its own:
//
//   - the runner (package schedule), which pulls sources and reads lists when they are
//     due: task.go, lists.go
//   - the publisher, which brings feeds up to date: publish.go
//   - the web servers: serve.go, admin.go
//   - the watcher, which notices a changed configuration and what commands ask for: watch.go
//   - the subscriber at the hubs of others, and our own hub: push.go, hub.go
//   - what completes enclosures, keeps the index of the search, writes the export and
//     keeps the database in order: files.go, export.go, upkeep.go
//
// An outage of our own network is told from the failures of others in outage.go.
//
// A reload reads and checks the whole file first (apply.go). A bad file changes nothing.
// A good one becomes a new set of sources, feeds and pages (inForce), which replaces the
// old one in one step while fetches under way go on. A list that names other sources than
// before has the same done with the file as it was last read.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/ingest"
	"tributary/internal/publish"
	"tributary/internal/schedule"
	"tributary/internal/store"
	"tributary/internal/web"
	"tributary/internal/websub"
)

// DatabasePath is where the database lies in the data folder.
func DatabasePath(data string) string { return filepath.Join(data, "tributary.db") }

// Options are what a Daemon is made with.
type Options struct {
	ConfigPath string
	Env        func(string) (string, bool) // variables of the configuration
	Version    string
	What       string // the command that runs, such as "tributary serve", for others that find the database locked
	Serving    bool   // Serve will be called, so there is a hub
	Log        *slog.Logger
	Now        func() time.Time
	Notice     func(line string) // is told what a cycle spends its time on; nil: the log is
}

// Daemon is everything at work. Make it with Open, end it with Close.
type Daemon struct {
	opts    Options
	started time.Time
	files   *config.Watch // from before they were read, so that no change is overlooked

	lock   *store.Lock
	db     *store.DB
	client *fetch.Client
	ingest *ingest.Ingester
	runner *schedule.Runner
	push   *websub.Subscriber // at the hubs of others
	hub    *websub.Hub        // our own
	server *web.Server
	tokens *web.Tokens

	publicShelf  *publish.Shelf
	privateShelf *publish.Shelf // of private feeds: no public route leads to it
	mask         string         // stands for the token in the documents on it

	cpu          semaphore     // for what keeps a processor busy
	upkeepNotice time.Duration // how long upkeep may take until the operator is told of it

	// Channels of capacity 1, each of which wakes one goroutine.
	publishDue chan struct{} // something may have to be published
	exportDue  chan struct{} // what is published changed
	filesDue   chan struct{} // a feed may show files of which the type or length is not known
	applied    chan struct{} // a configuration was put in force
	relisted   chan struct{} // a list names other sources than before

	current atomic.Pointer[inForce]

	resumed []resumed // see recall

	mu           sync.Mutex // guards what follows
	progress     progress   // of the first reading
	outage       outage
	paced        *paced    // which host each source counts for
	offlineSince time.Time // as the store has it; zero while we are online
}

// Open reads the configuration, claims the database and brings it in line. The
// error of an invalid configuration is *config.Problems, that of a database in
// use *store.HeldError.
func Open(ctx context.Context, o Options) (*Daemon, error) {
	files := config.NewWatch(o.ConfigPath, o.Env)
	cfg, err := load(o, config.Load)
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
	if store.NeedsMigration(ctx, path) {
		o.notify("the database is copied, then brought to the schema of this version", 0)
	}
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	d := &Daemon{
		opts: o, started: o.Now(), files: files, lock: lock, db: db, upkeepNotice: tellUpkeep,
		publicShelf: publish.NewShelf(), privateShelf: publish.NewShelf(), tokens: web.NewTokens(),
		publishDue: make(chan struct{}, 1), exportDue: make(chan struct{}, 1), filesDue: make(chan struct{}, 1),
		applied: make(chan struct{}, 1), relisted: make(chan struct{}, 1),
	}
	if o.Serving {
		d.cpu = newSemaphore()
	}
	if err := d.build(ctx, cfg); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// loader is config.Load or config.Reload.
type loader func(path string, env func(string) (string, bool)) (*config.Config, []config.Problem, error)

// load reads the configuration with its theme, and logs its warnings.
func load(o Options, read loader) (*config.Config, error) {
	cfg, warnings, err := read(o.ConfigPath, o.Env)
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

// build makes the parts of the daemon and puts the configuration in force.
func (d *Daemon) build(ctx context.Context, cfg *config.Config) error {
	if err := d.db.ReleaseLeases(ctx); err != nil {
		return err
	}
	d.client = fetch.New(fetch.Options{UserAgent: UserAgent(d.opts.Version, cfg.Site, -1), Limits: cfg.Limits.Limits, Proxy: cfg.Proxy, Now: d.opts.Now})
	d.ingest = &ingest.Ingester{
		Client: d.client, Store: d.db, Owner: fmt.Sprintf("process %d", os.Getpid()), Now: d.opts.Now, Log: d.opts.Log,
		Robots: &fetch.Robots{Client: d.client, Now: d.opts.Now}, Work: d.cpu.do,
	}
	if !d.opts.Serving {
		d.ingest.Settle = schedule.Sleep
	}
	d.runner = schedule.NewRunner(runnerLimits(cfg.Limits), d.opts.Now, d.runTask)
	d.ingest.Stalled = d.stall
	d.ingest.Own, d.ingest.Offline, d.ingest.Matching = d.ownFeeds, d.offline, d.matching
	d.runner.OnPanic = func(task schedule.ID, v any, stack []byte) {
		d.opts.Log.Error("a fetch panicked: this is a bug in tributary", task.Kind, d.taskName(task), "panic", v, "stack", string(stack))
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
	d.hub = websub.NewHub(d.client, d.db, &hubPublisher{Daemon: d, made: map[deliveryKey]websub.Content{}}, d.opts.Now, d.opts.Log)
	d.server = &web.Server{Shelf: d.publicShelf, Private: d.privateShelf, Mask: d.mask, Tokens: d.tokens, Views: d.db, Readers: web.NewReaders(d.opts.Now),
		Push: d.push, Hub: d.hub, Now: d.opts.Now, Log: d.opts.Log}
	return d.apply(ctx, cfg)
}

// Close closes the database and releases its lock. Nothing may run any more.
func (d *Daemon) Close() error {
	if d.client != nil {
		d.client.Close()
	}
	return errors.Join(d.db.Close(), d.lock.Release())
}
