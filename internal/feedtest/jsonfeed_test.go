package feedtest

import (
	"fmt"
	"strings"
	"testing"
)

// TestJSONFeed: what the specification allows passes, and each violation is reported with its
// place.
func TestJSONFeed(t *testing.T) {
	const item = `{"id": "1", "content_text": "x"`
	good := `{"version": "https://jsonfeed.org/version/1.1", "title": "T", "feed_url": "https://a.example/f.json", "next_url": "https://a.example/2.json",
		"authors": [{"name": "Eva", "url": "mailto:eva@a.example"}], "language": "de-AT", "expired": false, "hubs": [{"type": "WebSub", "url": "https://a.example/hub"}],
		"_a": {}, "items": [` + item + `, "tags": ["a"], "_b": {"c": 1}, "date_published": "2026-03-01T08:00:00+01:00",
		"attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 0}]}]}`
	if problems := JSONFeed([]byte(good)); len(problems) > 0 {
		t.Errorf("a good feed: got %q", problems)
	}
	for members, want := range map[string]string{
		`"items": []`: "feed has no title", `"title": "T"`: "feed has no items", `"title": 1, "items": []`: "feed.title is 1, which is no string",
		`"title": "T", "items": {}`:                                                                                                         "feed.items is no list",
		`"title": "T", "items": ["x"]`:                                                                                                      "feed.items[0] is no object",
		`"title": "T", "items": [{"content_text": ""}]`:                                                                                     "feed.items[0] has no id",
		`"title": "T", "items": [{"id": 1, "content_text": ""}]`:                                                                            "feed.items[0].id is 1, which is no string",
		`"title": "T", "items": [{"id": "1", "title": "only"}]`:                                                                             "feed.items[0] has neither content_html nor content_text",
		`"title": "T", "items": [` + item + `}, ` + item + `}]`:                                                                             "feed.items[1].id 1 is that of another item",
		`"title": "T", "items": [` + item + `, "url": "/1"}]`:                                                                               "feed.items[0].url is /1, which is no URL with a scheme",
		`"title": "T", "items": [` + item + `, "tags": "a"}]`:                                                                               "feed.items[0].tags is no list",
		`"title": "T", "items": [` + item + `, "_x": 1}]`:                                                                                   "feed.items[0]._x is neither",
		`"title": "T", "items": [` + item + `, "guid": "1"}]`:                                                                               "feed.items[0].guid is neither",
		`"title": "T", "items": [` + item + `, "authors": [{}]}]`:                                                                           "feed.items[0].authors[0] has neither name, url nor avatar",
		`"title": "T", "items": [` + item + `, "date_published": "Tue, 03 Mar 2026 08:00:00 GMT"}]`:                                         "feed.items[0].date_published is Tue",
		`"title": "T", "items": [` + item + `, "attachments": [{"url": "https://a.example/1"}]}]`:                                           "feed.items[0].attachments[0] has no mime_type",
		`"title": "T", "items": [` + item + `, "attachments": [{"url": "https://a.example/1", "mime_type": "mp3"}]}]`:                       "mime_type is mp3, which is no media type",
		`"title": "T", "items": [` + item + `, "attachments": [{"url": "https://a.example/1", "mime_type": "a/b", "size_in_bytes": "9"}]}]`: "size_in_bytes is 9, which is no number",
		`"title": "T", "items": [], "feed_url": "https://a.example/", "next_url": "https://a.example/"`:                                     "feed.next_url is the feed itself",
		`"title": "T", "items": [], "language": "german!"`:                                                                                  "feed.language is german!, which is no language", `"title": "T", "items": [], "expired": "no"`: "feed.expired is no, which is no true or false",
	} {
		problems := JSONFeed(fmt.Appendf(nil, `{"version": "https://jsonfeed.org/version/1.1", %s}`, members))
		if len(problems) != 1 || !strings.Contains(problems[0], want) {
			t.Errorf("%s: got %q, want %q alone", members, problems, want)
		}
	}
	for _, document := range []string{``, `[]`, `{"title": "T", "items": []}`, `{"version": "https://jsonfeed.org/version/1", "title": "T", "items": []}`} {
		if len(JSONFeed([]byte(document))) == 0 {
			t.Errorf("%q passes", document)
		}
	}
}
