package discover

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

func TestHubs(t *testing.T) {
	const at = "https://example.org/blog/feed?format=atom"
	for name, test := range map[string]struct {
		at    string
		links []string
		doc   news.Document
		topic string
		hubs  []string
	}{
		"nothing":    {at: at},
		"a document": {at, nil, news.Document{Self: "https://example.org/self", Hubs: []string{"https://hub.example/"}}, "https://example.org/self", []string{"https://hub.example/"}},
		"a header": {at, []string{`<https://hub.example/>; rel="hub", </blog/feed>; rel="self"`}, news.Document{},
			"https://example.org/blog/feed", []string{"https://hub.example/"}},
		"the header goes first": {at, []string{`<https://a.example/>; rel=hub`, `<https://example.org/a>; rel=self`},
			news.Document{Self: "https://example.org/b", Hubs: []string{"https://b.example/"}}, "https://example.org/a", []string{"https://a.example/"}},
		"a header without self": {at, []string{`<https://a.example/>; rel=hub`}, news.Document{Self: "https://example.org/b"}, "https://example.org/b", []string{"https://a.example/"}},
		"no self at all":        {at, nil, news.Document{Hubs: []string{"https://hub.example/"}}, at, []string{"https://hub.example/"}},
		"several": {at, []string{`<https://a.example/>; rel="hub", <https://b.example/>; rel="hub", <https://a.example/>; rel="HUB"`}, news.Document{}, at,
			[]string{"https://a.example/", "https://b.example/"}},
		"too many":          {at, []string{strings.Repeat(`<https://a.example/>; rel=hub,`, 3) + manyHubs(20)}, news.Document{}, at, []string{"https://a.example/", "https://h0.example/", "https://h1.example/", "https://h2.example/", "https://h3.example/"}},
		"not a web address": {at, []string{`<javascript:alert(1)>; rel=hub`}, news.Document{Hubs: []string{"ftp://hub.example/", "https://", "x"}}, "", nil},
		"a user name":       {at, nil, news.Document{Hubs: []string{"https://me:pw@hub.example/"}}, "", nil},
		"a long address":    {at, nil, news.Document{Hubs: []string{"https://hub.example/" + strings.Repeat("x", maxAddress)}}, "", nil},
		"a secret topic":    {at, nil, news.Document{Self: "https://example.org/feed?token=abc", Hubs: []string{"https://hub.example/"}}, "", nil},
		"a secret source":   {at + "&key=abc", nil, news.Document{Self: "https://example.org/feed", Hubs: []string{"https://hub.example/"}}, "", nil},
		"a self alone":      {at, []string{`<https://example.org/a>; rel=self`}, news.Document{Self: "https://example.org/b"}, "", nil},
	} {
		got := Hubs(fetch.Response{URL: test.at, Header: http.Header{"Link": test.links}}, &test.doc)
		if got.Topic != test.topic || !slices.Equal(got.Hubs, test.hubs) {
			t.Errorf("%s: got %q %q, want %q %q", name, got.Topic, got.Hubs, test.topic, test.hubs)
		}
	}
}

func manyHubs(n int) string {
	var links []string
	for i := range n {
		links = append(links, "<https://h"+string(rune('0'+i%10))+".example/>; rel=hub")
	}
	return strings.Join(links, ", ")
}
