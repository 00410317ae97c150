package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/pprof"
	"os"

	"github.com/VictoriaMetrics/metrics"

	"tributary/internal/news"
	"tributary/internal/page"
)

// adminHandler serves the operator: the status of every source with error
// texts, figures for Prometheus, profiles. It has a listener of its own,
// because a proxy in front of the public one would let everybody in.
func (d *Daemon) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", toStatus)
	mux.HandleFunc("GET /status/{$}", toStatus)
	mux.HandleFunc("GET /status", d.status)
	mux.HandleFunc("GET /metrics", d.metrics)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

func toStatus(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/status", http.StatusFound)
}

func (d *Daemon) status(w http.ResponseWriter, r *http.Request) {
	v, err := d.statusView(r)
	var b bytes.Buffer
	if err == nil {
		err = page.Builtin().Status(&b, v)
	}
	if err != nil {
		d.opts.Log.Error("status page", "error", err)
		http.Error(w, "the status cannot be read; the log says why", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", page.Builtin().CSP())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the operator left
}

func (d *Daemon) statusView(r *http.Request) (*page.StatusView, error) {
	states, err := d.db.States(r.Context())
	if err != nil {
		return nil, err
	}
	sums, err := d.db.FetchSums(r.Context())
	if err != nil {
		return nil, err
	}
	c := d.current.Load()
	feeds := c.feeds()
	notes, err := d.readerNotes(r.Context(), feeds)
	if err != nil {
		return nil, err
	}
	v := &page.StatusView{Site: c.cfg.Site, Now: d.opts.Now(), Version: d.opts.Version, Started: d.started, DatabaseBytes: d.databaseBytes(), Offline: d.outageText()}
	pushes, err := d.pushes(r.Context())
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		sum := sums[s.ID]
		s.Site = news.Publishable(s.Site)
		v.Sources = append(v.Sources, page.SourceRow{State: s, Push: pushes[s.ID], Requests: sum.Requests, NotModified: sum.NotModified, Bytes: sum.Bytes})
	}
	subscribed, err := d.db.SubscriptionCounts(r.Context(), d.opts.Now())
	if err != nil {
		return nil, err
	}
	for _, f := range feeds {
		row := page.FeedRow{Feed: f, Note: notes[f.ID], Subscriptions: subscribed[f.ID]}
		if e := d.shelfOf(f).Edition(f.Name); e != nil {
			row.Stories, row.Changed = len(e.Shown), e.Updated
		}
		v.Feeds = append(v.Feeds, row)
	}
	return v, nil
}

// metrics writes the figures of the store and of the process in the text
// format of Prometheus. A set is made for each request: nothing is global.
func (d *Daemon) metrics(w http.ResponseWriter, r *http.Request) {
	set := metrics.NewSet()
	if err := d.gauges(r.Context(), set); err != nil {
		d.opts.Log.Error("metrics", "error", err)
		http.Error(w, "the figures cannot be read; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// gauges puts the figures of the store into a set.
func (d *Daemon) gauges(ctx context.Context, set *metrics.Set) error {
	totals, err := d.db.Totals(ctx)
	if err != nil {
		return err
	}
	health, err := d.db.Healths(ctx, d.opts.Now())
	if err != nil {
		return err
	}
	var offline int64
	if d.outageText() != "" {
		offline = 1
	}
	gauge := func(name string, value int64) { set.NewGauge(name, func() float64 { return float64(value) }) }
	gauge("tributary_entries", totals.Entries)
	gauge("tributary_stories", totals.Stories)
	gauge("tributary_publications", totals.Publications)
	gauge("tributary_fetches", totals.Requests)
	gauge("tributary_fetches_unchanged", totals.Unchanged)
	gauge("tributary_fetches_failed", totals.Failures)
	gauge("tributary_fetched_bytes", totals.Bytes)
	gauge("tributary_database_bytes", d.databaseBytes())
	gauge("tributary_offline", offline)
	for _, h := range news.Healths() {
		gauge(fmt.Sprintf("tributary_sources{health=%q}", h), int64(health[h]))
	}
	return errors.Join(d.pushMetrics(ctx, gauge), d.hubMetrics(ctx, gauge))
}

// databaseBytes is the size of the database with its log.
func (d *Daemon) databaseBytes() int64 {
	path := DatabasePath(d.current.Load().cfg.Data)
	var n int64
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			n += info.Size()
		}
	}
	return n
}
