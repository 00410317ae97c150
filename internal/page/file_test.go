package page

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

// All pictures that a text does not show stand below it, each once, with what is said of them.
func TestPicturesBesideTheText(t *testing.T) {
	s := news.Shown{Publication: news.Publication{StoryKey: "k1"}, SourceTitle: "A", Entry: news.Entry{
		StoryKey: "k1", Title: "T", Summary: `<p>Text</p><p><img src="https://a.example/2.jpg" alt=""></p>`,
		Enclosures: []news.Enclosure{{URL: "https://a.example/1.jpg", Type: "image/jpeg"}, {URL: "https://a.example/1.pdf", Type: "application/pdf"},
			{URL: "magnet:?xt=urn:btih:c12f&dn=The+%3Cdam%3E", Type: news.Torrent}},
		Extra: news.Extra{Pictures: []news.Enclosure{{URL: "https://a.example/2.jpg"}, {URL: "https://a.example/3.jpg", Alt: `A "dam"`, Credit: "Eva", Adult: true}, {URL: "javascript:x"}}},
	}}
	var b strings.Builder
	var theme *Theme
	if err := theme.Twin(&b, &news.Edition{Site: news.Site{URL: "https://river.example"}, Feed: news.Feed{Name: "f"}, Shown: []news.Shown{s}}); err != nil {
		t.Fatal(err)
	}
	for want, times := range map[string]int{`src="https://a.example/1.jpg"`: 1, `src="https://a.example/2.jpg"`: 1, `src="https://a.example/3.jpg" alt="A &#34;dam&#34;"`: 1,
		"<small>Eva</small>": 1, "<details><summary>⚠ A &#34;dam&#34;</summary>": 1, "1.pdf</a>": 1, `<a href="magnet:?xt=urn:btih:c12f&amp;dn=The+%3Cdam%3E">The &lt;dam&gt;</a>`: 1, "javascript": 0} {
		if n := strings.Count(b.String(), want); n != times {
			t.Errorf("%s: found %d times, want %d in\n%s", want, n, times, b.String())
		}
	}
}
