package discover

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestLinks(t *testing.T) {
	const base = "https://fluss.example/blog/"
	tests := []struct {
		name, body string
		want       []Candidate
	}{
		{"nothing", `<p>Der Fluss steigt.</p>`, nil},
		{"announced, relative", `<head><link rel="alternate" type="application/rss+xml" title="Neues &amp; Altes" href="../feed.xml">`,
			[]Candidate{{URL: "https://fluss.example/feed.xml", Title: "Neues & Altes", Type: "application/rss+xml", Why: "announced by the page"}}},
		{"upper case, charset, other tokens", `<LINK REL="home Alternate" TYPE="application/atom+xml; charset=utf-8" HREF=/a>`,
			[]Candidate{{URL: "https://fluss.example/a", Type: "application/atom+xml", Why: "announced by the page"}}},
		{"rel feed without a type", `<link rel=feed href=/f>`, []Candidate{{URL: "https://fluss.example/f", Why: "announced by the page"}}},
		{"base element", `<base href="https://feeds.example/x/"><link rel=alternate type=application/feed+json href=y>`,
			[]Candidate{{URL: "https://feeds.example/x/y", Type: "application/feed+json", Why: "announced by the page"}}},
		{"comments last", `<link rel=alternate type=application/rss+xml href=/comments/feed/><link rel=alternate type=application/rss+xml href=/feed/>`,
			[]Candidate{{URL: "https://fluss.example/feed/", Type: "application/rss+xml", Why: "announced by the page"},
				{URL: "https://fluss.example/comments/feed/", Type: "application/rss+xml", Why: "announced by the page"}}},
		{"no feeds", `<link rel=alternate type=text/html hreflang=de href=/de><link rel="alternate stylesheet" type=text/xml href=/s>
			<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1><link rel=alternate type=application/json+oembed href=/oembed>
			<link rel=alternate type=application/rss+xml><link rel=alternate type=application/rss+xml href="javascript:alert(1)">
			<link rel=alternate type=application/rss+xml href="file:///etc/passwd">`, nil},
		{"said twice", `<link rel=alternate type=application/rss+xml href=/f><link rel=alternate type=application/atom+xml href=/f>`,
			[]Candidate{{URL: "https://fluss.example/f", Type: "application/rss+xml", Why: "announced by the page"}}},
		{"anchors", `<a href="/rss.xml"><img alt="">RSS &amp; mehr</a> <a href="/feedback">Feedback</a> <a href="https://x.example/atom/">Atom</a><a href=/about title=x>About</a>`,
			[]Candidate{{URL: "https://fluss.example/rss.xml", Title: "RSS & mehr", Why: "linked by the page"}, {URL: "https://x.example/atom/", Title: "Atom", Why: "linked by the page"}}},
		{"anchors by their query", `<a href="/?feed=rss2">a</a><a href="/index.php?format=feed&amp;type=atom">b</a><a href="/?q=feed&amp;format=pdf">c</a>`,
			[]Candidate{{URL: "https://fluss.example/?feed=rss2", Title: "a", Why: "linked by the page"}, {URL: "https://fluss.example/index.php?format=feed&type=atom", Title: "b", Why: "linked by the page"}}},
		{"anchors only as a fallback", `<a href="/rss.xml">RSS</a><link rel=feed href=/f>`, []Candidate{{URL: "https://fluss.example/f", Why: "announced by the page"}}},
		{"announced without a type", `<link rel=alternate title=RSS href=/feed.xml><link rel=alternate hreflang=de href=/de>`,
			[]Candidate{{URL: "https://fluss.example/feed.xml", Title: "RSS", Why: "announced by the page"}}},
		{"scheme of readers", `<link rel=alternate type=application/rss+xml href="feed://fluss.example/a"><link rel=feed href=" FEED:https://fluss.example/b">`,
			[]Candidate{{URL: "http://fluss.example/a", Type: "application/rss+xml", Why: "announced by the page"}, {URL: "https://fluss.example/b", Why: "announced by the page"}}},
		{"two base elements", `<base href="/x/"><base href="/y/"><link rel=feed href=f>`, []Candidate{{URL: "https://fluss.example/x/f", Why: "announced by the page"}}},
		{"in a script", `<script>document.write('<link rel=feed href=/f>')</script><!-- <link rel=feed href=/g> -->`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Links([]byte(tt.body), base); !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestLinksAreBounded(t *testing.T) {
	var page strings.Builder
	for i := range 10_000 {
		page.WriteString(`<link rel=feed href=/` + strings.Repeat("f", i%500) + ` title="` + strings.Repeat("ü", 500) + `">`)
	}
	got := Links([]byte(page.String()), "https://fluss.example/")
	if len(got) != maxLinks {
		t.Errorf("got %d links, want %d", len(got), maxLinks)
	}
	if n := len([]rune(got[0].Title)); n > 81 {
		t.Errorf("a title of %d characters, want at most 81", n)
	}
}

func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href="//x"><link rel=alternate type=application/rss+xml href="a b"><a href=/rss>`), "https://fluss.example/")
	f.Add([]byte("<link rel=feed href=\x00\xff title=\"\xff\u202e\">"), "::")
	f.Fuzz(func(t *testing.T, body []byte, base string) {
		for _, c := range Links(body, base) {
			u, err := url.Parse(c.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
				t.Errorf("link %q is no absolute web address", c.URL)
			}
			if strings.ContainsAny(c.Title, "\n\x00\u202e") {
				t.Errorf("title %q is not one plain line", c.Title)
			}
		}
	})
}

func TestPatterns(t *testing.T) {
	tests := map[string][]string{
		"https://www.youtube.com/channel/UCabc":                {"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"},
		"https://m.youtube.com/channel/UCabc/videos?view=0":    {"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"},
		"https://youtube.com/user/fluss":                       {"https://www.youtube.com/feeds/videos.xml?user=fluss"},
		"https://www.youtube.com/playlist?list=PLx_1":          {"https://www.youtube.com/feeds/videos.xml?playlist_id=PLx_1"},
		"https://www.youtube.com/watch?v=1&list=PL%261":        {"https://www.youtube.com/feeds/videos.xml?playlist_id=PL%261"},
		"https://www.youtube.com/@fluss":                       nil,
		"https://www.reddit.com/r/golang":                      {"https://www.reddit.com/r/golang/.rss"},
		"https://old.reddit.com/r/golang/top/?sort=top&t=week": {"https://www.reddit.com/r/golang/top/.rss?t=week"},
		"https://reddit.com/r/golang/.rss":                     {"https://www.reddit.com/r/golang/.rss"},
		"https://reddit.com/u/fluss":                           {"https://www.reddit.com/user/fluss/.rss"},
		"https://reddit.com/":                                  {"https://www.reddit.com/.rss"},
		"https://reddit.com/prefs":                             nil,
		"https://mastodon.example/@fluss":                      {"https://mastodon.example/@fluss.rss"},
		"https://mastodon.example/@fluss/112233":               {"https://mastodon.example/@fluss.rss"},
		"https://mastodon.example/@fluss@ufer.example":         {"https://ufer.example/@fluss.rss"},
		"https://mastodon.example/users/fluss":                 {"https://mastodon.example/users/fluss.rss"},
		"https://mastodon.example/tags/hochwasser":             {"https://mastodon.example/tags/hochwasser.rss"},
		"https://www.threads.net/@fluss":                       nil,
		"https://github.com/fluss/pegel":                       {"https://github.com/fluss/pegel/releases.atom", "https://github.com/fluss/pegel/commits.atom", "https://github.com/fluss/pegel/tags.atom"},
		"https://github.com/fluss/pegel.git":                   {"https://github.com/fluss/pegel/releases.atom", "https://github.com/fluss/pegel/commits.atom", "https://github.com/fluss/pegel/tags.atom"},
		"https://github.com/fluss/pegel/commits/main/docs/":    {"https://github.com/fluss/pegel/commits/main/docs.atom"},
		"https://github.com/fluss/pegel/commits":               {"https://github.com/fluss/pegel/commits.atom"},
		"https://github.com/fluss/pegel/tags":                  {"https://github.com/fluss/pegel/tags.atom"},
		"https://github.com/fluss":                             {"https://github.com/fluss.atom"},
		"https://github.com/topics/rss":                        nil,
		"https://gitlab.com/fluss/ufer/pegel/-/tree/main":      {"https://gitlab.com/fluss/ufer/pegel/-/releases.atom", "https://gitlab.com/fluss/ufer/pegel/-/tags?format=atom", "https://gitlab.com/fluss/ufer/pegel.atom"},
		"https://gitlab.com/-/x":                               nil,
		"https://codeberg.org/fluss/pegel":                     {"https://codeberg.org/fluss/pegel/releases.rss", "https://codeberg.org/fluss/pegel.rss"},
		"https://bsky.app/profile/fluss.example":               {"https://bsky.app/profile/fluss.example/rss"},
		"https://medium.com/@fluss/vom-ufer-123":               {"https://medium.com/feed/@fluss"},
		"https://fluss.medium.com/":                            {"https://fluss.medium.com/feed"},
		"https://fluss.substack.com/p/ufer":                    {"https://fluss.substack.com/feed"},
		"https://fluss.wordpress.com/2026/03/":                 {"https://fluss.wordpress.com/feed/"},
		"https://fluss.example/blog":                           nil,
		"https://fluss.example":                                nil,
		"fluss.example/@x":                                     nil,
		"ftp://mastodon.example/@fluss":                        nil,
		"https://%zz":                                          nil,
		"":                                                     nil,
	}
	for raw, want := range tests {
		if got := patterns(raw); !slices.Equal(got, want) {
			t.Errorf("patterns(%q)\n got %q\nwant %q", raw, got, want)
		}
	}
}

func patterns(raw string) (feeds []string) {
	for _, c := range known(raw) {
		feeds = append(feeds, c.URL)
	}
	return feeds
}

func FuzzPatterns(f *testing.F) {
	f.Add("https://github.com/a/b/commits//")
	f.Add("https://mastodon.example/@a@b@c")
	f.Fuzz(func(t *testing.T, raw string) {
		for _, feed := range patterns(raw) {
			if !strings.HasPrefix(feed, "http") {
				t.Errorf("patterns(%q) gave %q", raw, feed)
			}
		}
	})
}
