package ingest_test

import (
	"slices"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// If a page is served in place of a feed, the error names the feed that the page links to, and what
// is held stays.
func TestAPageInPlaceOfAFeedNamesTheFeedItLinks(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)})
	r.pull(src)
	before := r.held(src)
	for _, c := range []struct{ link, want string }{
		{`<link rel="alternate" type="application/atom+xml" href="https://new.example/feed.atom">`, "; it links the feed https://new.example/feed.atom"},
		{`<link rel="alternate" type="application/atom+xml" href="https://new.example/?token=s3cret">`, "; it links the feed https://new.example/…"},
		{`<link rel="alternate" type="application/rss+xml" href="` + src.URL + `">`, ""},
		{``, ""},
	} {
		r.wait(24 * time.Hour)
		page := `<!DOCTYPE html><html><head><title>New site</title>` + c.link + `</head><body>x</body></html>`
		r.upstream.Handle("/feed", feedtest.Response{Body: []byte(page), Header: map[string]string{"Content-Type": "text/html"}})
		got := r.pull(src).Fetch
		if want := "an HTML page titled “New site”, not a feed" + c.want; got.Outcome != news.OutcomeNotAFeed || got.Error != want {
			t.Errorf("got  %s: %s\nwant %s: %s", got.Outcome, got.Error, news.OutcomeNotAFeed, want)
		}
	}
	if after := r.held(src); !slices.Equal(after, before) {
		t.Errorf("entries:\n got %q\nwant %q", after, before)
	}
}
