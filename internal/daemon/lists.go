package daemon

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"time"

	"tributary/internal/config"
	"tributary/internal/fetch"
	"tributary/internal/format"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

// WithLists returns a configuration with the sources that its lists have
// brought so far.
func WithLists(ctx context.Context, db *store.DB, cfg *config.Config) (*config.Config, error) {
	if len(cfg.Lists) == 0 {
		return cfg, nil
	}
	held, err := db.Lists(ctx)
	if err != nil {
		return nil, err
	}
	return cfg.With(listed(held)), nil
}

// listed are the sources of lists by the names of the lists.
func listed(lists []news.ListState) map[string][]news.Listed {
	all := map[string][]news.Listed{}
	for _, l := range lists {
		all[l.Name] = l.Sources
	}
	return all
}

// syncLists makes the stored lists those of the configuration, and returns the
// configuration with what they brought so far. The names that its sources got
// are kept with them.
func (d *Daemon) syncLists(ctx context.Context, cfg *config.Config) (*config.Config, []news.ListState, error) {
	configured := make([]news.ListState, len(cfg.Lists))
	for i, l := range cfg.Lists {
		configured[i] = news.ListState{Name: l.Name, URL: l.URL}
	}
	held, err := d.db.SyncLists(ctx, configured)
	if err != nil || len(held) == 0 {
		return cfg, nil, err
	}
	full := cfg.With(listed(held))
	named := full.Named(listed(held))
	for i := range held {
		if reflect.DeepEqual(held[i].Sources, named[held[i].Name]) {
			continue
		}
		held[i].Sources = named[held[i].Name]
		if err := d.db.SaveList(ctx, held[i]); err != nil {
			return nil, nil, err
		}
	}
	return full, held, nil
}

// setLists remembers the lists of a configuration by their rows, and returns
// the tasks of those whose address it changed.
func (d *Daemon) setLists(cfg *config.Config, held []news.ListState) (readdressed []schedule.ID) {
	lists := make(map[int64]config.List, len(held))
	for i, l := range cfg.Lists {
		id := held[i].ID
		lists[id] = l
		if old, ok := d.lists[id]; ok && old.URL != l.URL {
			readdressed = append(readdressed, listTask(id))
		}
	}
	d.lists = lists
	return readdressed
}

// listTasks are the lists as the runner knows them.
func (d *Daemon) listTasks(held []news.ListState) []schedule.Task {
	var tasks []schedule.Task
	for _, h := range held {
		l := d.lists[h.ID]
		t := schedule.Task{ID: listTask(h.ID), Key: l.URL, Spec: l.Refresh, Due: h.NextDue}
		if !l.OnDisk {
			t.Group = ingest.Group(l.URL)
		}
		tasks = append(tasks, t)
	}
	return tasks
}

// pullList is the runner's job for a list: it is read once, and when it names
// other sources than before the configuration is put in force anew.
func (d *Daemon) pullList(ctx context.Context, id int64) time.Time {
	d.mu.Lock()
	l, ok := d.lists[id]
	d.mu.Unlock()
	all, err := d.db.Lists(ctx)
	at := slices.IndexFunc(all, func(h news.ListState) bool { return h.ID == id })
	switch {
	case err != nil:
		if ctx.Err() == nil {
			d.opts.Log.Error("list", "list", l.Name, "error", err)
		}
		return time.Time{}
	case !ok || at < 0:
		return time.Time{}
	}
	before := all[at]
	after := readList(ctx, reading{List: l, client: d.client, now: d.opts.Now, site: d.site(), stalled: func() { d.runner.Stall(listTask(id)) }}, before)
	if after.Last.Outcome == news.OutcomeInterrupted {
		return time.Time{} // still due
	}
	if err := d.db.SaveList(context.WithoutCancel(ctx), after); err != nil {
		d.opts.Log.Error("list", "list", l.Name, "error", err)
		return time.Time{}
	}
	d.reportList(before, after)
	if !sameSources(before.Sources, after.Sources) {
		signal(d.relisted)
	}
	return after.NextDue
}

func (d *Daemon) site() news.Site {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cfg.Site
}

// sameSources reports whether two states of a list name the same sources, in
// the same words and order.
func sameSources(a, b []news.Listed) bool {
	return slices.EqualFunc(a, b, func(a, b news.Listed) bool {
		return a.URL == b.URL && a.Title == b.Title && a.Site == b.Site && slices.Equal(a.Tags, b.Tags)
	})
}

// reportList tells the log what reading a list brought.
func (d *Daemon) reportList(before, after news.ListState) {
	level := slog.LevelInfo
	switch {
	case after.Failures > 0, after.Last.Error != "" && after.Last.Error != before.Last.Error:
		level = slog.LevelWarn
	case sameSources(before.Sources, after.Sources):
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{slog.String("list", after.Name), slog.String("outcome", string(after.Last.Outcome)), slog.Int("sources", len(after.Sources))}
	if after.Last.Error != "" {
		attrs = append(attrs, slog.String("error", after.Last.Error))
	}
	d.opts.Log.LogAttrs(context.Background(), level, "list read", attrs...)
}

// refreshLists reads the lists that are due, or with all every one, and puts
// the configuration in force anew when they changed.
func (d *Daemon) refreshLists(ctx context.Context, all bool) error {
	held, err := d.db.Lists(ctx)
	if err != nil || len(held) == 0 {
		return err
	}
	d.runner.Set(d.listTasks(held))
	for _, h := range held {
		if all || d.lists[h.ID].OnDisk {
			d.runner.Trigger(listTask(h.ID))
		}
	}
	if err := d.runner.Cycle(ctx); err != nil {
		return err
	}
	select {
	case <-d.relisted:
		return d.apply(ctx, d.file)
	default:
		return nil
	}
}

// relist puts the configuration in force anew after a list changed.
func (w *watcher) relist(ctx context.Context) { w.enforce(ctx, cmp.Or(w.undone, w.file)) }

// listFile tells two states of a list on disk apart.
type listFile struct {
	size     int64
	modified time.Time
}

// lookAtLists has the lists on disk read that changed since the last look.
func (w *watcher) lookAtLists() {
	w.mu.Lock()
	lists := w.Daemon.lists // replaced, never changed
	w.mu.Unlock()
	for id, l := range lists {
		if !l.OnDisk {
			continue
		}
		var now listFile
		if info, err := os.Stat(l.URL); err == nil {
			now = listFile{info.Size(), info.ModTime()}
		}
		if old, looked := w.lists[id]; !looked || old != now {
			w.lists[id] = now
			w.runner.Trigger(listTask(id))
		}
	}
}

// reading is what reading a list needs.
type reading struct {
	config.List
	client  *fetch.Client
	now     func() time.Time
	site    news.Site
	stalled func()
}

// TryList reads a list as the daemon would, and stores nothing.
func TryList(ctx context.Context, client *fetch.Client, l config.List, site news.Site) news.ListState {
	r := reading{List: l, client: client, now: time.Now, site: site, stalled: func() {}}
	return readList(ctx, r, news.ListState{Name: l.Name, URL: l.URL})
}

// readList reads a list once and returns what is held of it then. A list that
// cannot be read, is none or is suddenly empty keeps its last good state.
func readList(ctx context.Context, r reading, held news.ListState) news.ListState {
	data, got := r.load(ctx, held.Validators)
	held.Last = got.Fetch
	if got.Fetch.Outcome == news.OutcomeOK {
		r.take(data, got, &held)
	}
	now := r.now()
	switch held.Last.Outcome {
	case news.OutcomeOK, news.OutcomeUnchanged:
		held.Loaded, held.Failures, held.NextDue = held.Last.Started, 0, r.Refresh.Next(now, r.URL)
		return held
	}
	held.Failures++
	wait := max(got.RetryAfter, schedule.Backoff(schedule.MinBackoff, held.Failures, r.URL))
	held.NextDue = now.Add(wait)
	return held
}

// load gets the bytes of a list, from disk or through the same client as feeds.
func (r reading) load(ctx context.Context, v news.Validators) ([]byte, fetch.Response) {
	if !r.OnDisk {
		got := r.client.Get(ctx, fetch.Request{
			URL: r.URL, Validators: v, Headers: r.Each.Headers, UserAgent: r.Each.UserAgent, Stalled: r.stalled,
			Accept: "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
			Policy: r.Each.Policy(),
		})
		return got.Body, got
	}
	started := r.now()
	data, err := readListFile(r.URL)
	f := news.Fetch{Started: started, Duration: r.now().Sub(started), Bytes: int64(len(data)), Outcome: news.OutcomeOK}
	if err != nil {
		f.Outcome, f.Error = news.OutcomeRefused, err.Error()
	}
	return data, fetch.Response{Fetch: f}
}

// maxListFile bounds a list on disk.
const maxListFile = 16 << 20

// readListFile reads a list on disk. Its errors do not name the path.
func readListFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("the file of the list is no regular file") // a pipe could keep us for ever
	}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(f, maxListFile+1)); err == nil {
			return data, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the file of the list is not there")
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return nil, fmt.Errorf("the file of the list cannot be read: %w", err)
}

// take makes what was read the state of the list, if it is a list.
func (r reading) take(data []byte, got fetch.Response, held *news.ListState) {
	list, err := format.ReadOPML(bytes.NewReader(data))
	if err != nil {
		held.Last.Outcome, held.Last.Error = news.OutcomeOf(err), err.Error()
		return
	}
	if len(list.Feeds) == 0 && len(held.Sources) > 0 {
		held.Last.Outcome = news.OutcomeNotAFeed
		held.Last.Error = fmt.Sprintf("the list is suddenly empty; its %d sources stay, unless it is taken out of the configuration", len(held.Sources))
		return
	}
	names := map[string]string{}
	for _, s := range held.Sources {
		names[news.FeedKey(s.URL)] = s.Name
	}
	all := make([]news.Listed, 0, len(list.Feeds))
	for _, s := range list.Feeds {
		all = append(all, news.Listed{Name: names[news.FeedKey(s.URL)], URL: s.URL, Title: s.Title, Site: publicSite(s.Site), Tags: s.Tags})
	}
	held.Sources = r.Take(r.site, all)
	held.Validators = got.Validators
	if left := len(all) - len(held.Sources) + len(list.Skipped); left > 0 {
		held.Last.Error = fmt.Sprintf("%d of %d sources were left out: beyond limit: %d, too many of one host, our own, or without a usable address",
			left, len(all)+len(list.Skipped), r.Limit)
	}
}

// publicSite is a home page as far as it may be shown.
func publicSite(site string) string {
	if news.HasSecret(site) {
		return ""
	}
	return site
}
