package publish

import (
	"encoding/xml"
	"path/filepath"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/store"
	"tributary/internal/story"
)

// start is the time at which the tests begin; none of them reads the clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var site = news.Site{Title: "River", URL: "https://river.example/news"}

// river is a store, a publisher and a clock, wired as in the daemon.
type river struct {
	t       testing.TB
	path    string // of the database
	now     time.Time
	db      *store.DB
	pub     *Publisher
	site    news.Site
	order   []news.Source // as configured
	sources map[string]news.Source
	feeds   []news.Feed
}

func newRiver(t testing.TB, feeds ...news.Feed) *river {
	t.Helper()
	r := &river{t: t, now: start, site: site, path: filepath.Join(t.TempDir(), "tributary.db")}
	r.open(&Folder{Path: filepath.Join(t.TempDir(), "feeds")})
	t.Cleanup(func() { r.db.Close() })
	if len(feeds) == 0 {
		feeds = []news.Feed{feed("all")}
	}
	r.configure([]news.Source{source("a"), source("b"), {Name: "seeds", Kind: news.KindSeeds, URL: "seeds/*", Public: true}}, feeds...)
	return r
}

func feed(name string) news.Feed {
	return news.Feed{Name: name, Title: "Feed " + name, Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour}
}

func source(name string) news.Source {
	return news.Source{Name: name, Kind: news.KindFeed, URL: "https://" + name + ".example/feed", Public: true}
}

// open opens the database with an empty shelf, as a starting process does.
func (r *river) open(folder *Folder) {
	r.t.Helper()
	db, err := store.Open(r.t.Context(), r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	r.db = db
	r.pub = &Publisher{Store: db, Shelf: NewShelf(), Folder: folder, Now: func() time.Time { return r.now }}
}

// restart ends the process and starts another.
func (r *river) restart() {
	r.t.Helper()
	if err := r.db.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open(r.pub.Folder)
	r.configure(r.order, r.feeds...)
}

func (r *river) configure(sources []news.Source, feeds ...news.Feed) {
	r.t.Helper()
	r.order = sources
	stored, err := r.db.SyncSources(r.t.Context(), sources, r.now)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.feeds, err = r.db.SyncFeeds(r.t.Context(), feeds, stored, r.now); err != nil {
		r.t.Fatal(err)
	}
	r.sources = map[string]news.Source{}
	for _, s := range stored {
		r.sources[s.Name] = s
	}
	r.pub.Shelf.Outdate()
}

// fetch stores entries from a source; it does not publish.
func (r *river) fetch(name string, entries ...news.Entry) {
	r.t.Helper()
	r.save(name, nil, entries...)
}

func (r *river) save(name string, seeds *news.SeedState, entries ...news.Entry) {
	r.t.Helper()
	s := r.sources[name]
	lease, err := r.db.Begin(r.t.Context(), s.ID, "test", r.now, r.now.Add(time.Minute))
	if err != nil {
		r.t.Fatal(err)
	}
	d := &news.Document{Format: "rss20", Title: "Source " + name, Entries: entries}
	_, err = r.db.Save(r.t.Context(), &story.Harvest{
		Source: s, Epoch: lease.Epoch, Document: d, Arrivals: story.Arrive(s, d), Seeds: seeds,
		Fetch: news.Fetch{Started: r.now, Outcome: news.OutcomeOK, Status: 200},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// subscriptions returns what the daemon passes for the OPML of a feed.
func (r *river) subscriptions() ([]news.Listed, error) {
	states, err := r.db.States(r.t.Context())
	var subs []news.Listed
	for _, s := range states {
		if s.Kind == news.KindFeed && s.Public {
			subs = append(subs, news.Listed{Title: s.Title, URL: s.URL})
		}
	}
	return subs, err
}

// publish brings every feed up to date and returns the first error.
func (r *river) publish() error {
	r.t.Helper()
	var first error
	for _, f := range r.feeds {
		finish, err := r.pub.Feed(r.t.Context(), r.site, f, r.subscriptions)
		if finish != nil {
			err = finish.Do(r.t.Context())
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (r *river) mustPublish() {
	r.t.Helper()
	if err := r.publish(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *river) document(name, ext string) *Document {
	r.t.Helper()
	d := r.pub.Shelf.Document(name, ext)
	if d == nil {
		r.t.Fatalf("no document %s", fileName(name, ext))
	}
	return d
}

// formats are the extensions of everything that a feed is rendered to.
var formats = []string{"atom", "rss", "json", "opml", ""}

// documents are all representations of the feed "all", by extension.
func (r *river) documents() map[string]Document {
	r.t.Helper()
	all := map[string]Document{}
	for _, ext := range formats {
		all[ext] = *r.document("all", ext)
	}
	return all
}

// entry returns an entry of a source, published that many hours before start.
func entry(source, name string, hours int) news.Entry {
	return news.Entry{
		GUID: "https://" + source + ".example/" + name, Link: "https://" + source + ".example/" + name,
		Title: "Title of " + name, Content: "<p>The text of " + name + ".</p>", Published: start.Add(-time.Duration(hours) * time.Hour),
	}
}

// atomFeed is what the tests read of an Atom document.
type atomFeed struct {
	ID      string `xml:"id"`
	Updated string `xml:"updated"`
	Entries []struct {
		ID        string `xml:"id"`
		Title     string `xml:"title"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Links     []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
	} `xml:"entry"`
}

func (r *river) atom() atomFeed {
	r.t.Helper()
	var f atomFeed
	if err := xml.Unmarshal(r.document("all", "atom").Body, &f); err != nil {
		r.t.Fatal(err)
	}
	return f
}
