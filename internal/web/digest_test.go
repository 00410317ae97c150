package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// newDigests is newClub with a public feed "morning" and a private feed "club" that show digests,
// both closed once: of live stories of the public source a and the private source inner, and of a
// seed.
func newDigests(t *testing.T) *bench {
	b := newClub(t)
	spec, err := schedule.Parse("0 7 * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	daily, err := spec.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	b.now = daily.Next(b.now.AddDate(0, 0, 1)).Add(-2 * time.Hour) // tomorrow, so that no deadline has passed
	morning, club := feed("morning"), b.feeds[1]
	morning.Digest, morning.Content = daily, news.SummaryOnly
	club.Digest, club.Content, club.Duplicates = daily, news.SummaryOnly, news.Group
	var sources []news.Source
	for _, name := range []string{"a", "seeds", "inner", "deep", "notes"} {
		sources = append(sources, b.sources[name])
	}
	b.configure(sources, feed("all"), club, morning, b.feeds[2])
	later := func() time.Time { return b.now.Add(time.Hour) }
	b.web.Now = later
	b.publish()
	b.fetch("a", news.Entry{GUID: "https://a.example/two", Link: "https://a.example/two", Title: "Two", Content: "<p>The text of two.</p>"})
	b.fetch("inner", news.Entry{GUID: "https://inner.example/3", Link: "https://inner.example/3", Title: "Insiders again", Content: "<p>Inside.</p>"})
	b.publish()
	return b
}

// close ends the period of the digests.
func (b *bench) close() {
	b.t.Helper()
	b.now = b.now.Add(2 * time.Hour)
	b.publish()
}

// digestKey is the key of the latest digest of a feed.
func (b *bench) digestKey(feed string) string {
	b.t.Helper()
	for _, p := range []interface{ Edition(string) *news.Edition }{b.pub.Shelf, b.closed.Shelf} {
		if e := p.Edition(feed); e != nil && len(e.Shown) > 0 {
			return e.Shown[0].StoryKey
		}
	}
	b.t.Fatalf("feed %s has no digest", feed)
	return ""
}

func TestADigestHasAPage(t *testing.T) {
	b := newDigests(t)
	base := b.serve()
	wantText(t, "before", asked(t, base, "https://a.example/two"), "Shown in Feed all")
	b.close()
	public, private := b.digestKey("morning"), b.digestKey("club")
	b.web.within = time.Minute
	for more := true; more; {
		var err error
		if more, err = b.db.Reindex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	page := ask(t, "GET", base+"/stories/"+public)
	if page.status != http.StatusOK {
		t.Fatalf("status %d", page.status)
	}
	wantText(t, "its page", mainText(t, page.body), "Feed morning, ", "Two", "The text of two.")
	for _, c := range []struct {
		what, path string
		status     int
		holds      string
		lacks      string
	}{
		{"the public one", "/stories/" + public, 200, b.site.URL + "/feeds/morning/", "Insiders"},
		{"for a subscriber of another feed", "/private/" + anna + "/stories/" + public, 200, "Two", "Insiders"},
		{"the private one for a subscriber", "/private/" + anna + "/stories/" + private, 200, "Insiders again", b.web.Mask},
		{"for everybody", "/stories/" + private, 404, "", "Insiders"},
		{"for another subscriber", "/private/" + other + "/stories/" + private, 404, "", "Insiders"},
		{"for who was one", "/private/" + gone1 + "/stories/" + private, 410, "", "Insiders"},
		{"the private feed", "/private/" + anna + "/club.json", 200, "Insiders again", `"source":"inner"`},
		{"the public feed", "/feeds/morning.json", 200, `"source":"a"`, "Insiders"},
		{"the front page", "/", 200, "1 digest", "Insiders"},
		{"a search in it", "/feeds/morning.atom?q=two", 200, "https://a.example/two", "Insiders"},
	} {
		a := ask(t, "GET", base+c.path)
		if a.status != c.status || !bytes.Contains(a.body, []byte(c.holds)) || bytes.Contains(a.body, []byte(c.lacks)) {
			t.Errorf("%s: status %d, want %d with %q and without %q:\n%s", c.what, a.status, c.status, c.holds, c.lacks, a.body)
		}
	}
}

func TestWhyOfDigests(t *testing.T) {
	b := newDigests(t)
	var sources []news.Source
	for _, name := range []string{"a", "seeds", "inner", "deep", "notes"} {
		sources = append(sources, b.sources[name])
	}
	morning := b.feeds[2]
	b.configure(sources, morning, b.feeds[1])
	b.publish()
	base := b.serve()
	wantText(t, "before", asked(t, base, "https://a.example/two"), "In the next digest of Feed morning at ", ", 07:00 UTC, unless that has no room for it.")
	b.close()
	got := asked(t, base, "https://a.example/two")
	if wantText(t, "after", got, "Feed morning"); strings.Contains(got, "In the next digest") || strings.Contains(got, "In no feed") {
		t.Errorf("after: %q", got)
	}
}

// The latest stories on the front page include no digests, which would repeat stories.
func TestTheFrontPageShowsNoDigests(t *testing.T) {
	b := newDigests(t)
	base := b.serve()
	b.close()
	front := string(ask(t, "GET", base+"/").body)
	if key := b.digestKey("morning"); !strings.Contains(front, "1 digest") || strings.Contains(front, "/stories/"+key) {
		t.Errorf("got %s", front)
	}
}

// A digest in which nothing may be named any more is gone.
func TestAnEmptiedDigestIsGone(t *testing.T) {
	b := newDigests(t)
	base := b.serve()
	b.close()
	key := b.digestKey("morning")
	var sources []news.Source
	for _, name := range []string{"a", "seeds", "inner", "deep", "notes"} {
		s := b.sources[name]
		s.Public = false
		sources = append(sources, s)
	}
	b.configure(sources, b.feeds...)
	b.publish()
	if a := ask(t, "GET", base+"/stories/"+key); a.status != http.StatusGone || bytes.Contains(a.body, []byte("Two")) {
		t.Errorf("status %d, want 410:\n%s", a.status, a.body)
	}
	if e := b.pub.Shelf.Edition("morning"); len(e.Shown) != 0 {
		t.Errorf("the feed shows %+v", e.Shown)
	}
	if a := ask(t, "GET", base+"/private/"+anna+"/stories/"+b.digestKey("club")); a.status != http.StatusOK {
		t.Errorf("the private one: status %d", a.status)
	}
}
