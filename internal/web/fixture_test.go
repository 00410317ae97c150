package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
	"tributary/internal/search"
	"tributary/internal/store"
	"tributary/internal/story"
)

// bench is a store, a publisher and a server, wired as in the daemon.
type bench struct {
	t       testing.TB
	now     time.Time // of what is stored
	db      *store.DB
	pub     *publish.Publisher
	closed  *publish.Publisher // publisher of private feeds
	web     *Server
	log     bytes.Buffer
	site    news.Site
	sources map[string]news.Source
	feeds   []news.Feed
}

// newBench serves the feed "all" of a feed source and a folder of seeds, with one entry each. A
// feed "old" was removed.
func newBench(t testing.TB) *bench {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bench{t: t, db: db, now: time.Now().Add(-time.Hour), site: news.Site{Title: "River", URL: "http://river.example"}}
	folder := &publish.Folder{Path: filepath.Join(t.TempDir(), "feeds")}
	b.pub = &publish.Publisher{Store: db, Shelf: publish.NewShelf(), Folder: folder, Now: func() time.Time { return b.now }}
	mask, err := db.Mask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.closed = &publish.Publisher{Store: db, Shelf: publish.NewShelf(), Mask: mask, Now: b.pub.Now}
	later := time.Now().Add(time.Hour) // constant, so that pages are; ahead, so that no deadline passes
	b.web = &Server{Shelf: b.pub.Shelf, Private: b.closed.Shelf, Mask: mask, Tokens: NewTokens(), Views: db, Now: func() time.Time { return later }, Log: slog.New(slog.NewTextHandler(&b.log, nil))}
	sources := []news.Source{
		{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true},
		{Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Public: true},
	}
	b.configure(sources, feed("all"), feed("old"))
	b.configure(sources, feed("all"))
	b.fetch("a", news.Entry{GUID: "https://a.example/one", Link: "https://a.example/one", Title: "One", Content: "<p>The text of one.</p>"})
	b.scan(nil, news.Entry{GUID: "seed:1", Title: "Seed", Content: "<p>The text of a seed.</p>"})
	b.publish()
	return b
}

func feed(name string) news.Feed {
	return news.Feed{Name: name, Title: "Feed " + name, Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}
}

func (b *bench) configure(sources []news.Source, feeds ...news.Feed) {
	b.t.Helper()
	stored, err := b.db.SyncSources(b.t.Context(), sources, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.feeds, err = b.db.SyncFeeds(b.t.Context(), feeds, stored, b.now); err != nil {
		b.t.Fatal(err)
	}
	b.sources = map[string]news.Source{}
	for _, s := range stored {
		b.sources[s.Name] = s
	}
	b.pub.Shelf.Outdate()
	b.closed.Shelf.Outdate()
	b.show()
}

// show makes the configuration the one that is served.
func (b *bench) show() {
	b.t.Helper()
	removed, err := b.db.RemovedFeeds(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	snap := &Snapshot{Site: b.site, Gone: map[string]bool{}, Read: func() (int, int) { return 1, 1 }}
	for _, f := range b.feeds {
		if f.Private {
			snap.Private = append(snap.Private, f)
		} else {
			snap.Feeds = append(snap.Feeds, f)
		}
	}
	for _, name := range removed {
		snap.Gone[name] = true
	}
	for _, s := range b.sources {
		if s.Public {
			snap.Public = append(snap.Public, s)
		}
	}
	snap.Names = func() (names []search.SourceName) {
		for _, s := range b.sources {
			if s.Public {
				names = append(names, search.NewSourceName(s))
			}
		}
		return names
	}
	snap.PrivateNames = func(f news.Feed) (names []search.SourceName) {
		for _, s := range b.sources {
			if !s.Public && f.Selects(s) {
				names = append(names, search.NewSourceName(s))
			}
		}
		return names
	}
	subs, err := b.subscriptions()
	if err == nil {
		snap.Sources, err = publish.Sources(b.site.Title, subs)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.web.Show(snap)
}

func (b *bench) subscriptions() ([]news.Listed, error) {
	states, err := b.db.States(b.t.Context())
	var subs []news.Listed
	for _, s := range states {
		if s.Kind == news.KindFeed && s.Public && !news.HasSecret(s.URL) {
			subs = append(subs, news.Listed{Title: s.Title, URL: s.URL})
		}
	}
	return subs, err
}

// fetch stores entries of a feed.
func (b *bench) fetch(name string, entries ...news.Entry) {
	b.t.Helper()
	b.save(name, nil, &news.Document{Format: "rss20", Title: "Source " + name, Link: "https://" + name + ".example/", Entries: entries})
}

// scan stores the entries of a scan of the seeds.
func (b *bench) scan(seeds *news.SeedState, entries ...news.Entry) {
	b.t.Helper()
	b.save("seeds", seeds, &news.Document{Format: "seed", Entries: entries})
}

func (b *bench) save(name string, seeds *news.SeedState, d *news.Document) {
	b.t.Helper()
	s := b.sources[name]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err == nil {
		_, err = b.db.Save(b.t.Context(), &story.Harvest{
			Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Seeds: seeds,
			Fetch: news.Fetch{Started: b.now, Outcome: news.OutcomeOK, Status: 200},
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) publish() {
	b.t.Helper()
	for _, f := range b.feeds {
		p := b.pub
		if f.Private {
			p = b.closed
		}
		finish, err := p.Feed(b.t.Context(), b.site, f, b.subscriptions)
		if finish != nil {
			err = finish.Do(b.t.Context())
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// story returns the key of the story with this title in the feed "all".
func (b *bench) story(title string) string {
	b.t.Helper()
	for _, s := range b.pub.Shelf.Edition("all").Shown {
		if s.Entry.Title == title {
			return s.StoryKey
		}
	}
	b.t.Fatalf("no story %q", title)
	return ""
}

// serve listens on loopback until the test ends.
func (b *bench) serve() string {
	srv := httptest.NewServer(b.web.Handler())
	b.t.Cleanup(srv.Close)
	return srv.URL
}

// longStories returns stories of 50 KB each, which compress to half of that.
func longStories(source string, stories int) (all []news.Entry) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range stories {
		var text strings.Builder
		for text.Len() < 50_000 {
			fmt.Fprintf(&text, "%x ", rnd.Uint64())
		}
		link := fmt.Sprintf("https://%s.example/long/%d", source, i)
		all = append(all, news.Entry{GUID: link, Link: link, Title: fmt.Sprint("Long story ", i), Content: "<p>" + text.String() + "</p>"})
	}
	return all
}

// answer is a response as it came over the wire: not decompressed, no redirect followed.
type answer struct {
	status int
	header http.Header
	body   []byte
}

var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       20 * time.Second,
}

// ask sends a request; header holds "Name: value" lines.
func ask(t testing.TB, method, url string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := bytes.Cut([]byte(line), []byte(": "))
		if string(name) == "Host" {
			req.Host = string(value)
			continue
		}
		req.Header.Add(string(name), string(value))
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}
