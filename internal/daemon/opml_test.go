package daemon

import (
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// The list of all sources calls them what their documents do as soon as these
// are read, not only after the next reload.
func TestListOfSourcesLearnsTheirTitles(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/feed.xml", feedtest.Response{Body: rss("One")})
	r := newHome(t, "sources:", source(up, "up", "/feed.xml", "")).serve()
	r.await("/sources.opml names the source by its title", func() bool {
		_, list := r.get("/sources.opml")
		return strings.Contains(list, `title="Upstream"`)
	})
}

// A list of subscriptions holds no address with a secret, and nothing private.
func TestSubscriptionsHideSecrets(t *testing.T) {
	source := func(url, site string, public bool) news.Source {
		return news.Source{Name: "n", Kind: news.KindFeed, Title: "T", URL: url, Site: site, Public: public}
	}
	got := listable([]news.Source{
		source("https://a.example/feed", "https://a.example/?token=geheim", true),
		source("https://b.example/feed?key=geheim", "https://b.example/", true),
		source("https://geheim.example/feed", "https://geheim.example/", false),
	}, nil)
	if len(got) != 1 || got[0].URL != "https://a.example/feed" || got[0].Site != "" {
		t.Errorf("got %+v, want the first alone, without its site", got)
	}
}
