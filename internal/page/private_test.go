package page

import (
	"bytes"
	"strings"
	"testing"

	"tributary/internal/news"
)

// A private feed is listed without an address, because nobody's token is known.
func TestStatusNamesAPrivateFeedWithoutAnAddress(t *testing.T) {
	site := news.Site{Title: "River", URL: "https://river.example"}
	var b bytes.Buffer
	err := builtin().Status(&b, &StatusView{Site: site, Feeds: []FeedRow{
		{Feed: news.Feed{Name: "all", Title: "All"}, Stories: 3, Note: "15 announced (Feedly 15)"},
		{Feed: news.Feed{Name: "club", Title: "Club", Private: true}, Stories: 2, Note: "private, 2 tokens, 1 in use"},
	}})
	text := b.String()
	for _, want := range []string{`<a href="https://river.example/feeds/all/">All</a> 3 stories; 15 announced (Feedly 15)`, `<li>Club 2 stories; private, 2 tokens, 1 in use</li>`} {
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("it lacks %q (%v):\n%s", want, err, text)
		}
	}
	if strings.Contains(text, "/private/") || strings.Contains(text, "/feeds/club") {
		t.Errorf("it has an address of the private feed:\n%s", text)
	}
}
