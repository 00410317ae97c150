package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/ingest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is the initial time of the tests' clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// allFeed shows everything.
var allFeed = news.Feed{Name: "all", Title: "All", Duplicates: news.Collapse, Limit: 1000, Window: 48 * time.Hour}

// patient has limits that no honest answer exceeds on a busy machine, and that fill no disk. hasty
// ends slow answers early.
var (
	patient = fetch.Limits{
		Dial: 30 * time.Second, TLS: 30 * time.Second, Header: 30 * time.Second, Total: 60 * time.Second,
		Wire: 2 << 20, Decoded: 4 << 20, Ratio: 200, Redirects: 5,
	}
	hasty = fetch.Limits{
		Dial: 30 * time.Second, TLS: 30 * time.Second, Header: 200 * time.Millisecond, Total: 400 * time.Millisecond,
		Wire: 2 << 20, Decoded: 4 << 20, Ratio: 200, Redirects: 5,
	}
)

// rig is the real store and the real client, with a clock set by the test and an upstream that
// misbehaves.
type rig struct {
	t        *testing.T
	upstream *feedtest.Server
	path     string // of the database
	db       *store.DB
	ingester *ingest.Ingester
	sources  []news.Source // as stored
	now      time.Time
	log      *bytes.Buffer
	mu       sync.Mutex
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, upstream: feedtest.New(t), path: filepath.Join(t.TempDir(), "tributary.db"), now: start, log: &bytes.Buffer{}}
	db, err := store.Open(t.Context(), r.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	r.db = db
	client := r.client(patient)
	r.ingester = &ingest.Ingester{
		Client: client, Robots: &fetch.Robots{Client: client, Now: r.clock}, Store: db, Owner: "test", Now: r.clock,
		Log: slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return r
}

// client returns the real client with these limits.
func (r *rig) client(limits fetch.Limits) *fetch.Client {
	c := fetch.New(fetch.Options{UserAgent: "Tributary/test", Limits: limits, Now: r.clock})
	r.t.Cleanup(c.Close)
	return c
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// wait advances the clock.
func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// feed returns a source at a path of the upstream, pulled every hour.
func (r *rig) feed(path string) config.Source {
	policy := r.upstream.Policy()
	return config.Source{
		Source:   news.Source{Name: "feed", Kind: news.KindFeed, URL: r.upstream.URL + path, Public: true},
		Schedule: spec(r.t, "@every 1h"), AllowNetworks: policy.AllowNetworks, AllowPorts: policy.AllowPorts,
	}
}

func spec(t *testing.T, text string) schedule.Spec {
	t.Helper()
	s, err := schedule.Parse(text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// configure makes sources the only ones of the store and returns them as stored.
func (r *rig) configure(sources ...config.Source) []config.Source {
	r.t.Helper()
	plain := make([]news.Source, len(sources))
	for i, s := range sources {
		plain[i] = s.Source
	}
	stored, err := r.db.SyncSources(r.t.Context(), plain, r.clock())
	if err != nil {
		r.t.Fatal(err)
	}
	r.sources = stored
	out := slices.Clone(sources)
	for i := range out {
		out[i].Source = stored[i]
	}
	return out
}

// pull pulls a source once; a failure of our own ends the test.
func (r *rig) pull(s config.Source) ingest.Result {
	r.t.Helper()
	result, err := r.ingester.Pull(r.t.Context(), s)
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

// held lists the entries of a source with everything about them that must not change unnoticed.
func (r *rig) held(s config.Source) []string {
	r.t.Helper()
	return heldIn(r.t, r.db, s.ID)
}

func heldIn(t *testing.T, db *store.DB, source int64) []string {
	t.Helper()
	latest, err := db.Latest(context.WithoutCancel(t.Context()), source, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, p := range latest {
		e := p.Entry
		list = append(list, fmt.Sprintf("%d %s %s %s %s %s", e.ID, e.StoryKey, e.Title,
			e.FirstSeen.Format(time.RFC3339), e.Published.Format(time.RFC3339), e.Updated.Format(time.RFC3339)))
	}
	slices.Sort(list)
	return list
}

// titles lists the titles of a source's entries, newest first.
func (r *rig) titles(s config.Source) string {
	r.t.Helper()
	latest, err := r.db.Latest(r.t.Context(), s.ID, 10_000)
	if err != nil {
		r.t.Fatal(err)
	}
	slices.SortFunc(latest, func(a, b news.Placement) int { return b.Entry.Published.Compare(a.Entry.Published) })
	var list []string
	for _, p := range latest {
		list = append(list, p.Entry.Title)
	}
	return strings.Join(list, " ")
}

// fetches returns the recorded attempts on a source, latest first.
func (r *rig) fetches(s config.Source) []news.Fetch {
	r.t.Helper()
	list, err := r.db.Fetches(r.t.Context(), s.ID, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *rig) state(s config.Source) news.SourceState {
	r.t.Helper()
	state, err := r.db.State(r.t.Context(), s.Name)
	if err != nil || state == nil {
		r.t.Fatalf("state of %s: %v, %v", s.Name, state, err)
	}
	return *state
}

// asked returns the conditions of the latest request for a path.
func (r *rig) asked(path string) (etag, since string) {
	r.t.Helper()
	all := r.upstream.Requests(path)
	if len(all) == 0 {
		r.t.Fatalf("no request for %s", path)
	}
	h := all[len(all)-1].Header
	return h.Get("If-None-Match"), h.Get("If-Modified-Since")
}

// item describes entry n of the tests: "E1", "E2", …; they are an hour apart.
type item struct {
	n    int
	text string
}

// rss returns a feed of the entries from from to n, newest first.
func rss(from, n int) []byte {
	var items []item
	for i := n; i >= from; i-- {
		items = append(items, item{n: i})
	}
	return rssOf(items...)
}

func rssOf(items ...item) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<rss version="2.0"><channel><title>Upstream</title><link>https://upstream.example/</link>`)
	for _, it := range items {
		text := it.text
		if text == "" {
			text = fmt.Sprintf("The text of entry %d, which is long enough to be one.", it.n)
		}
		fmt.Fprintf(&b, "\n<item><title>E%d</title><link>https://upstream.example/%d</link><guid>https://upstream.example/%d</guid>"+
			"<pubDate>%s</pubDate><description>%s</description></item>",
			it.n, it.n, it.n, start.Add(time.Duration(it.n-1000)*time.Hour).Format(time.RFC1123Z), text)
	}
	b.WriteString("\n</channel></rss>\n")
	return []byte(b.String())
}
