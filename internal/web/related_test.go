package web

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

// TestAStoryNamesItsRelatives: other stories about the same page are linked, unless they are
// private or in no feed.
func TestAStoryNamesItsRelatives(t *testing.T) {
	b := newBench(t)
	sources := []news.Source{b.sources["a"]}
	for _, name := range []string{"secret", "friend", "elsewhere"} {
		sources = append(sources, news.Source{Name: name, Kind: news.KindFeed, URL: "https://" + name + ".example/feed", Public: name != "secret"})
	}
	b.configure(sources, news.Feed{Name: "all", Title: "All", Sources: []string{"a", "friend", "secret"}, Duplicates: news.Collapse, Limit: 100})
	for _, s := range sources {
		b.fetch(s.Name, news.Entry{GUID: s.Name, Link: "https://page.example/linked", Title: "What " + s.Name + " thinks",
			Content: "<p>Some words of " + s.Name + " about what stands there.</p>"})
	}
	b.publish()
	var keys []string // the keys of one story, which a private source told first
	for _, name := range []string{"secret", "friend"} {
		latest, err := b.db.Latest(t.Context(), b.sources[name].ID, 1)
		if err != nil || len(latest) != 1 {
			t.Fatalf("%d entries (%v), want 1", len(latest), err)
		}
		keys = append(keys, latest[0].StoryKey)
	}
	b.merge(keys...)
	base := b.serve()
	for from, to := range map[string]string{"a": "friend", "friend": "a"} {
		body := string(ask(t, "GET", base+"/stories/"+b.story("What "+from+" thinks")).body)
		_, related, found := strings.Cut(body, "Related stories")
		if !found || !strings.Contains(related, "/stories/"+b.story("What "+to+" thinks")+`"`) || !strings.Contains(related, "What "+to+" thinks") {
			t.Errorf("the page of %s names no story of %s:\n%s", from, to, body)
		}
		for _, hidden := range []string{"secret", "elsewhere"} {
			if strings.Contains(body, hidden) {
				t.Errorf("the page of %s names %s:\n%s", from, hidden, related)
			}
		}
	}
}
