package web

import (
	"net/http"
	"strings"
	"testing"

	"tributary/internal/news"
)

// The page of a story shows no more than the most generous feed does. The page of a seed always
// shows its full text, because there is no other place for it.
func TestTheStoryPageShowsWhatTheFeedsGiveOut(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	page := func(key string) string {
		t.Helper()
		a := ask(t, "GET", base+"/stories/"+key)
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d", key, a.status)
		}
		return string(a.body)
	}
	one, seed := b.story("One"), b.story("Seed")
	links, texts := feed("all"), feed("texts")
	links.Content = news.LinkOnly
	sources := []news.Source{b.sources["a"], b.sources["seeds"]}
	for _, c := range []struct {
		feeds []news.Feed
		given bool
	}{{[]news.Feed{links}, false}, {[]news.Feed{links, texts}, true}} {
		b.configure(sources, c.feeds...)
		b.publish()
		if got := strings.Contains(page(one), "The text of one"); got != c.given {
			t.Errorf("%d feeds: the text is there: %v, want %v", len(c.feeds), got, c.given)
		}
		if !strings.Contains(page(seed), "The text of a seed") {
			t.Errorf("%d feeds: the text of the seed is missing", len(c.feeds))
		}
	}
}
