package ingest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/ingest"
	"tributary/internal/news"
)

// site is where the tests publish.
var site = news.Site{Title: "River", URL: "https://river.example"}

// publish publishes a feed of the rig's sources and returns what it shows, newest first.
func (r *rig) publish(f news.Feed) *news.Edition {
	r.t.Helper()
	feeds, err := r.db.SyncFeeds(r.t.Context(), []news.Feed{f}, r.sources, r.clock())
	if err != nil {
		r.t.Fatal(err)
	}
	for more := true; more; {
		if _, more, err = r.db.Publish(r.t.Context(), feeds[0], r.clock()); err != nil {
			r.t.Fatal(err)
		}
	}
	e, err := r.db.Edition(r.t.Context(), site, feeds[0])
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

// shown lists titles in the order of a feed.
func shown(e *news.Edition) string {
	var titles []string
	for _, s := range e.Shown {
		titles = append(titles, s.Entry.Title)
	}
	return strings.Join(titles, " ")
}

func TestBacklogGuard(t *testing.T) {
	for _, test := range []struct {
		backlog int
		want    string
	}{{0, "E6 E5 E4 E3 E2 E1"}, {2, "E6 E5"}, {6, "E6 E5 E4 E3 E2 E1"}, {100, "E6 E5 E4 E3 E2 E1"}} {
		r := newRig(t)
		src := r.feed("/feed")
		src.Backlog = test.backlog
		src = r.configure(src)[0]
		r.publish(allFeed)
		r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 6)})
		r.pull(src)
		if got := shown(r.publish(allFeed)); got != test.want {
			t.Errorf("backlog %d: got %s, want %s", test.backlog, got, test.want)
		}
		if n := len(r.held(src)); n != 6 {
			t.Errorf("backlog %d: got %d entries stored, want all 6", test.backlog, n)
		}
		// Later entries are news, and withheld ones stay withheld.
		r.wait(time.Hour)
		r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 8)})
		r.pull(src)
		if got, want := shown(r.publish(allFeed)), "E8 E7 "+test.want; got != want {
			t.Errorf("backlog %d, later: got %s, want %s", test.backlog, got, want)
		}
	}
}

// Without dates, the position in the document decides what is newest.
func TestBacklogGuardWithoutDates(t *testing.T) {
	r := newRig(t)
	src := r.feed("/feed")
	src.Backlog = 2
	src = r.configure(src)[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: undated("E9", "E3", "E7", "E1")})
	r.pull(src)
	got := strings.Fields(shown(r.publish(allFeed)))
	if slices.Sort(got); !slices.Equal(got, []string{"E3", "E9"}) {
		t.Errorf("got %v, want the first two of the document", got)
	}
}

func undated(titles ...string) []byte {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Upstream</title><link>https://upstream.example/</link>`)
	for _, title := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title><guid>https://upstream.example/%s</guid><link>https://upstream.example/%s</link>"+
			"<description>The text of entry %s, which is long enough to be told from others.</description></item>", title, title, title, title)
	}
	return []byte(b.String() + "</channel></rss>")
}

// A restored archive goes into the history; the news that came with it is on top.
func TestFloodGuard(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(951, 960)})
	r.pull(src)
	r.publish(allFeed)
	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(951, 970)}) // 10 at once: a busy day
	r.pull(src)
	r.publish(allFeed)

	r.wait(time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(600, 971)})
	got := r.pull(src).Fetch
	if got.New != 352 || !strings.Contains(got.Error, "old entries came at once") {
		t.Errorf("got %d new and %q, want 352 and a remark", got.New, got.Error)
	}
	titles := strings.Fields(shown(r.publish(allFeed)))
	if len(titles) < 22 || titles[0] != "E971" || titles[1] != "E970" || slices.Index(titles, "E960") > 11 {
		t.Errorf("got %v …, want the news on top and the archive below", titles[:22])
	}
	if at := slices.Index(titles, "E940"); at >= 0 && at < 21 {
		t.Errorf("E940, which is old, stands at place %d", at)
	}
}

// As many entries with recent dates are a busy night, or we were away: they keep their places.
func TestFloodGuardLetsNewsPass(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(700, 709)})
	r.pull(src)
	r.publish(allFeed)
	r.wait(90 * 24 * time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1000, 1100)})
	if got := r.pull(src).Fetch; got.New != 101 || got.Error != "" {
		t.Errorf("got %d new and %q, want 101 and no remark", got.New, got.Error)
	}
	titles := strings.Fields(shown(r.publish(allFeed)))
	if titles[0] != "E1100" || titles[100] != "E1000" {
		t.Errorf("got %v, want the news on top", titles)
	}
}

// A publisher that changes all dates, or all guids and links, changes nothing that subscribers saw.
func TestMassChangesMoveNothing(t *testing.T) {
	original := string(rss(951, 970))
	redate := func(s string) string {
		for i := 951; i <= 970; i++ {
			old := start.Add(time.Duration(i-1000) * time.Hour).Format(time.RFC1123Z)
			s = strings.ReplaceAll(s, old, start.Add(time.Duration(i-970)*time.Second).Format(time.RFC1123Z))
		}
		return s
	}
	for _, test := range []struct {
		name string
		body string
	}{
		{"dates", redate(original)},
		{"guids", strings.ReplaceAll(original, "<guid>https://upstream.example/", "<guid>tag:new,2026:")},
		{"guids and dates", redate(strings.ReplaceAll(original, "<guid>https://upstream.example/", "<guid>tag:new,2026:"))},
		{"guids and links", strings.ReplaceAll(original, "https://upstream.example/9", "https://moved.example/posts/9")},
		{"guids, links and dates", redate(strings.ReplaceAll(original, "https://upstream.example/9", "https://moved.example/posts/9"))},
	} {
		for _, duplicates := range []news.Duplicates{news.Collapse, news.Keep} {
			t.Run(test.name+" "+string(duplicates), func(t *testing.T) {
				r := newRig(t)
				feed := allFeed
				feed.Duplicates = duplicates
				src := r.configure(r.feed("/feed"))[0]
				r.upstream.Handle("/feed", feedtest.Response{Body: []byte(original)})
				r.pull(src)
				before := places(r.publish(feed))
				for range 2 {
					r.wait(time.Hour)
					r.upstream.Handle("/feed", feedtest.Response{Body: []byte(test.body)})
					if got := r.pull(src).Fetch; got.New != 0 {
						t.Errorf("got %d new entries, want none", got.New)
					}
				}
				if after := places(r.publish(feed)); !slices.Equal(after, before) {
					t.Errorf("what subscribers see moved:\n got %q\nwant %q", after, before)
				}
			})
		}
	}
}

// places lists what must never change in a feed.
func places(e *news.Edition) []string {
	var list []string
	for _, s := range e.Shown {
		list = append(list, fmt.Sprint(s.GUID, s.Sequence, s.Published.Unix(), s.Updated.Unix(), s.Entry.Title))
	}
	return list
}

func TestOwnFeedIsNotTaken(t *testing.T) {
	const id = "urn:uuid:00000000-0000-5000-8000-000000000001"
	own := ingest.Own{Site: news.Site{URL: "https://river.example/base"}, Feeds: []string{id}}
	atom := func(element string) []byte {
		return []byte(`<feed xmlns="http://www.w3.org/2005/Atom"><title>River</title>` + element +
			`<entry><id>tag:x,2026:1</id><title>T</title><updated>2026-01-01T00:00:00Z</updated><content>Text</content></entry></feed>`)
	}
	for _, test := range []struct {
		name string
		body []byte
		ours bool
	}{
		{"by its id, on any host", atom("<id>" + id + "</id>"), true},
		{"by its self link", atom(`<id>x:y</id><link rel="self" href="http://river.example/base/feeds/all.atom"/>`), true},
		{"by its self link, spelt otherwise", atom(`<id>x:y</id><link rel="self" href="https://RIVER.example:443/base/feeds/all.atom"/>`), true},
		{"our site's other feeds", atom(`<id>x:y</id><link rel="self" href="https://river.example/base/blog.atom"/>`), false},
		{"somebody else's", atom(`<id>x:y</id><link rel="self" href="https://other.example/feeds/all.atom"/>`), false},
	} {
		r := newRig(t)
		r.ingester.Own = func() ingest.Own { return own }
		src := r.configure(r.feed("/feed"))[0]
		r.upstream.Handle("/feed", feedtest.Response{Body: test.body})
		got := r.pull(src).Fetch
		if ours := got.Outcome == news.OutcomeBlocked && strings.Contains(got.Error, "our own"); ours != test.ours {
			t.Errorf("%s: got %s %q, want ours: %v", test.name, got.Outcome, got.Error, test.ours)
		}
		if n := len(r.held(src)); test.ours && n != 0 {
			t.Errorf("%s: %d entries were stored", test.name, n)
		}
	}
}

// Two Tributaries read each other and keep duplicates, which is the worst case: every story comes
// back under a guid that one of them made. The loop ends.
func TestTwoTributariesThatReadEachOther(t *testing.T) {
	type side struct {
		*rig
		sources []config.Source
		feed    news.Feed
	}
	keep := allFeed
	keep.Duplicates = news.Keep
	build := func(paths ...string) *side {
		s := &side{rig: newRig(t), feed: keep}
		for i, path := range paths {
			src := s.rig.feed(path)
			src.Name = fmt.Sprintf("s%d", i)
			s.sources = append(s.sources, src)
		}
		s.sources = s.configure(s.sources...)
		return s
	}
	a, b := build("/b", "/up"), build("/a", "/up")
	var sizes []int
	for range 8 {
		for _, s := range []*side{a, b} {
			s.upstream.Handle("/up", feedtest.Response{Body: rss(991, 993)})
			s.upstream.Handle("/a", feedtest.Response{Body: republished(a.publish(keep))})
			s.upstream.Handle("/b", feedtest.Response{Body: republished(b.publish(keep))})
			for _, src := range s.sources {
				s.pull(src)
			}
			s.wait(time.Hour)
		}
		sizes = append(sizes, len(a.publish(keep).Shown)+len(b.publish(keep).Shown))
	}
	if sizes[7] != sizes[4] {
		t.Errorf("the feeds grow for ever: %v", sizes)
	}
	echoed := slices.ContainsFunc(a.fetches(a.sources[0]), func(f news.Fetch) bool { return strings.Contains(f.Error, "publications of ours") })
	if !echoed {
		t.Error("no Fetch tells that a publication of ours came back")
	}
}

// republished returns the feed as the other Tributary reads it.
func republished(e *news.Edition) []byte {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>River</title><link>https://river.example/</link>`)
	for _, s := range e.Shown {
		fmt.Fprintf(&b, "<item><title>%s</title><guid>%s</guid><link>%s</link><pubDate>%s</pubDate><description>%s</description></item>",
			s.Entry.Title, s.GUID, s.Entry.Link, s.Published.Format(time.RFC1123Z), s.Entry.Body())
	}
	return []byte(b.String() + "</channel></rss>")
}

// If the state of a folder cannot be read, that is a failure of our own: it is returned and
// recorded, and the next scan is scheduled.
func TestSeedsOwnFailureIsRecorded(t *testing.T) {
	c := newCycle(t, 2, false) // the first call leases the source, the second reads what is known
	seeds := c.sources[2]
	if _, err := c.ingester.Pull(t.Context(), seeds); !errors.Is(err, errNth) {
		t.Fatalf("got %v, want the injected failure", err)
	}
	list := c.fetches(seeds)
	if len(list) != 1 || list[0].Outcome != news.OutcomeInternal || list[0].Error == "" {
		t.Errorf("got %+v, want one Fetch that tells it", list)
	}
	if _, err := c.db.Begin(t.Context(), seeds.ID, "another", c.clock(), c.clock().Add(time.Minute)); err != nil {
		t.Errorf("the lease was kept: %v", err)
	}
}
