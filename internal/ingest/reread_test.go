package ingest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/story"
)

// readByOlder stores a body as an older reader would have left it: without the last entry, and with
// broken titles for the others.
func (r *rig) readByOlder(s config.Source, body []byte) {
	r.t.Helper()
	doc, err := format.Decode(body, format.Input{URL: s.URL})
	if err != nil {
		r.t.Fatal(err)
	}
	doc.Entries = doc.Entries[:len(doc.Entries)-1]
	for i := range doc.Entries {
		doc.Entries[i].Title = "Broken " + doc.Entries[i].Title
	}
	r.saveOlder(s, body, doc)
}

// saveOlder stores a body and what an older reader made of it.
func (r *rig) saveOlder(s config.Source, body []byte, doc *news.Document) {
	r.t.Helper()
	lease, err := r.db.Begin(r.t.Context(), s.ID, "test", r.clock(), r.clock().Add(time.Minute))
	if err != nil {
		r.t.Fatal(err)
	}
	_, err = r.db.Save(r.t.Context(), &story.Harvest{
		Source: s.Source, Epoch: lease.Epoch, NextDue: r.clock().Add(time.Hour),
		Fetch:    news.Fetch{Started: r.clock(), Outcome: news.OutcomeOK, Status: 200},
		Document: doc, Arrivals: story.Arrive(s.Source, doc),
		Body: &news.Body{URL: s.URL, Reader: format.ReaderVersion - 1, Data: body},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestRereadMendsThePastWithoutMovingIt(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.readByOlder(src, rss(1, 4))
	before, state := r.held(src), r.state(src)
	feed := r.publishFeed()
	shown := r.shown(feed)

	r.wait(24 * time.Hour)
	outdated, err := r.db.OutdatedBodies(t.Context(), format.ReaderVersion)
	if err != nil || !slices.Equal(outdated, []int64{src.ID}) {
		t.Fatalf("outdated: got %v, %v, want source %d", outdated, err, src.ID)
	}
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}

	if got, want := r.titles(src), "E4 E3 E2 E1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	after := r.held(src)
	for i, line := range before {
		if want := strings.Replace(line, "Broken ", "", 1); after[i] != want {
			t.Errorf("moved:\n got %s\nwant %s", after[i], want)
		}
	}
	now := r.state(src)
	if len(r.fetches(src)) != 1 || !now.NextDue.Equal(state.NextDue) || now.Failures != state.Failures {
		t.Errorf("got %d Fetch rows, state %+v; want no trace of a fetch", len(r.fetches(src)), now)
	}
	if left, err := r.db.OutdatedBodies(t.Context(), format.ReaderVersion); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v still to be read", left, err)
	}
	if n := r.upstream.Count(""); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}

	r.publishFeed()
	published := r.shown(feed)
	for guid, was := range shown {
		if published[guid] != was {
			t.Errorf("publication %s: got %+v, want %+v", guid, published[guid], was)
		}
	}
	if len(published) != 4 {
		t.Errorf("got %d publications, want 4", len(published))
	}
}

// A reader that knows where tracking links lead changes no identity: each entry keeps its link,
// with or without a guid.
func TestRereadOfCountedLinksKeepsIdentity(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	item := func(n, guid string) string {
		return `<item><title>E` + n + `</title>` + guid + `<link>http://count.example/~r/` + n + `</link><pubDate>Fri, 20 Nov 2026 0` + n + `:00:00 GMT</pubDate>
			<feedburner:origLink>http://paper.example/` + n + `</feedburner:origLink></item>`
	}
	body := []byte(`<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>C</title>` +
		item("1", "<guid>http://paper.example/1</guid>") + item("2", "") + item("3", "<guid>twice</guid>") + item("4", "<guid>twice</guid>") + `</channel></rss>`)
	doc, err := format.Decode(body, format.Input{URL: src.URL})
	if err != nil {
		t.Fatal(err)
	}
	for i := range doc.Entries {
		if links := doc.Entries[i].Extra.Links; len(links) != 1 || links[0].Rel != news.Canonical {
			t.Fatalf("entry %d leads to %v, want one page", i, links)
		}
		doc.Entries[i].Extra = news.Extra{}
	}
	r.saveOlder(src, body, doc)
	before := r.held(src)
	feed := r.publishFeed()
	shown := r.shown(feed)

	r.wait(24 * time.Hour)
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if after := r.held(src); len(after) != 4 || !slices.Equal(after, before) {
		t.Errorf("moved:\n got %v\nwant %v", after, before)
	}
	if published := r.shown(r.publishFeed()); !maps.Equal(published, shown) {
		t.Errorf("moved:\n got %v\nwant %v", published, shown)
	}
	// From now on the entry is found by both the old address and the new one.
	for _, address := range []string{"http://count.example/~r/2", "http://paper.example/2"} {
		if found, err := r.db.Find(t.Context(), address, clean.CanonicalURL(address)); err != nil || len(found) != 1 {
			t.Errorf("%s: got %d entries, %v; want one", address, len(found), err)
		}
	}
}

// A store that an older reader filled knows one picture of each post. The newer one adds the others,
// and nothing counts as updated.
func TestRereadOfGalleriesMovesNothing(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	body := []byte(`<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>C</title><item><guid>1</guid><description>Four of the dam</description>
		<pubDate>Fri, 20 Nov 2026 01:00:00 GMT</pubDate><media:content url="http://p.example/1.jpg" medium="image"><media:description>A dam</media:description></media:content>
		<media:content url="http://p.example/2.jpg" medium="image"/><media:content url="http://p.example/3.jpg" medium="image"/></item></channel></rss>`)
	doc, err := format.Decode(body, format.Input{URL: src.URL})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(doc.Entries[0].Extra.Pictures); n != 3 {
		t.Fatalf("got %d pictures, want 3", n)
	}
	doc.Entries[0].Extra.Pictures = nil
	r.saveOlder(src, body, doc)
	feed := r.publishFeed()
	shown := r.shown(feed)

	r.wait(24 * time.Hour)
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if published := r.shown(r.publishFeed()); len(published) != 1 || !maps.Equal(published, shown) {
		t.Errorf("moved:\n got %v\nwant %v", published, shown)
	}
	e, err := r.db.Edition(t.Context(), news.Site{URL: "http://river.example"}, feed)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Shown[0].Entry.Extra.Pictures; len(got) != 3 || got[0].Alt != "A dam" {
		t.Errorf("the publication has the pictures %+v, want all three", got)
	}
}

// A reread uses no network: fetches requested by a command or a hub, and pages that failed, are
// still pending afterwards.
func TestRereadAsksNobody(t *testing.T) {
	r := newRig(t)
	src := r.pages()
	r.upstream.Handle("/feed", feedtest.Response{Body: r.linked(1, 1)})
	r.upstream.Handle("/page/1", feedtest.Response{Status: 500})
	r.pull(src)
	r.wait(time.Hour)
	if err := r.db.Request(t.Context(), []string{src.Name}, r.clock()); err != nil {
		t.Fatal(err)
	}
	asked := r.upstream.Count("")
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if n := r.upstream.Count("") - asked; n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
	if ids, err := r.db.Requested(t.Context()); err != nil || !slices.Equal(ids, []int64{src.ID}) {
		t.Errorf("got %v, %v asked for, want source %d", ids, err, src.ID)
	}
}

// Only a fetch can show that the first document is complete.
func TestRereadDoesNotEndTheBacklog(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	whole := rss(1, 4)
	r.upstream.Handle("/feed", feedtest.Response{Body: whole[:len(whole)*3/4]})
	if got := r.pull(src).Fetch; got.Outcome != news.OutcomeTruncated || got.New == 0 {
		t.Fatalf("got %+v, want some of the entries", got)
	}
	if err := r.ingester.Reread(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if first := r.state(src).FirstOK; !first.IsZero() {
		t.Errorf("got a first whole document at %v, want none yet", first)
	}
}

// publication is what must never change in a Publication.
type publication struct {
	sequence                    int64
	entered, published, updated time.Time
}

// publishFeed brings a feed of everything up to date.
func (r *rig) publishFeed() news.Feed {
	r.t.Helper()
	feeds, err := r.db.SyncFeeds(r.t.Context(), []news.Feed{allFeed}, r.sources, r.clock())
	if err != nil {
		r.t.Fatal(err)
	}
	for more := true; more; {
		if _, more, err = r.db.Publish(r.t.Context(), feeds[0], r.clock()); err != nil {
			r.t.Fatal(err)
		}
	}
	return feeds[0]
}

func (r *rig) shown(f news.Feed) map[string]publication {
	r.t.Helper()
	e, err := r.db.Edition(r.t.Context(), news.Site{URL: "http://river.example"}, f)
	if err != nil {
		r.t.Fatal(err)
	}
	shown := map[string]publication{}
	for _, s := range e.Shown {
		shown[s.GUID] = publication{s.Sequence, s.Entered, s.Published, s.Updated}
	}
	return shown
}
