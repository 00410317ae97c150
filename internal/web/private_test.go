package web

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tributary/internal/news"
)

// canary occurs in everything that must not become public.
const canary = "kanarienvogel"

// secretEntry is an entry whose every field holds the canary.
func secretEntry(n int) news.Entry {
	link := fmt.Sprintf("https://%s.example/%d", canary, n)
	return news.Entry{
		GUID: link, Link: link, Title: fmt.Sprintf("%s %d", canary, n),
		Summary: "<p>A " + canary + ".</p>", Content: fmt.Sprintf("<p>The %s sings for the %dth time.</p>", canary, n),
		Authors: []news.Person{{Name: canary}}, Categories: []news.Category{{Term: canary}},
		Enclosures: []news.Enclosure{{URL: link + ".mp3", Type: "audio/mpeg"}},
		Origin:     &news.Origin{Title: canary, URL: link},
	}
}

// newSecretBench adds three sources to the public ones: a private one, one whose address holds a
// token that its document repeats, and one that used to be public. It returns the stories that only
// a private source has.
func newSecretBench(t *testing.T) (*bench, []string) {
	b := newBench(t)
	private := news.Source{Name: "p-" + canary, Kind: news.KindFeed, URL: "https://" + canary + ".example/feed", Title: canary, Tags: []string{canary}}
	token := news.Source{Name: "t", Kind: news.KindFeed, URL: "https://t.example/feed?token=" + canary, Public: true}
	turned := news.Source{Name: "was-" + canary, Kind: news.KindFeed, URL: "https://was-" + canary + ".example/feed", Public: true}
	public := []news.Source{b.sources["a"], b.sources["seeds"]}
	configure := func() {
		all := append(slices.Clone(public), private, token, turned)
		for i := range all {
			all[i].ID = 0
		}
		b.configure(all, feed("all"))
	}
	configure()

	same := secretEntry(1) // the private report of a public story
	same.Link = "https://a.example/one"
	b.fetch(private.Name, same, secretEntry(2), secretEntry(3))
	b.fetch(turned.Name, secretEntry(4))
	b.save("t", nil, &news.Document{
		Format: "atom10", Title: "T", ID: token.URL, Link: token.URL,
		Entries: []news.Entry{{GUID: "https://t.example/1?token=" + canary, Link: "https://t.example/1", Title: "Of T", Content: "<p>Public.</p>"}},
	})
	b.publish()
	if body := b.pub.Shelf.Document("all", "atom").Body; !strings.Contains(string(body), canary) {
		t.Fatal("the source that is still public is nowhere: this test would prove nothing")
	}
	turned.Public = false
	configure()
	b.publish()
	b.show()

	var hidden []string
	for _, name := range []string{private.Name, turned.Name} {
		entries, err := b.db.Latest(t.Context(), b.sources[name].ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.StoryKey != b.story("One") {
				hidden = append(hidden, e.StoryKey)
			}
		}
	}
	if len(hidden) != 3 {
		t.Fatalf("%d hidden stories, want 3", len(hidden))
	}
	return b, hidden
}

var hrefs = regexp.MustCompile(`(?i)(?:href|url|src|id|htmlUrl|xmlUrl)="?([^"<> ]+)|<(?:link|guid|id)[^>]*>([^<]+)|"(http[^"]+)"`)

// crawl follows every address of ours in any answer, from the given ones, and returns all answers.
func crawl(t *testing.T, base string, site news.Site, todo []string) map[string]answer {
	seen := map[string]answer{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if _, ok := seen[path]; ok {
			continue
		}
		a := ask(t, "GET", base+path)
		seen[path] = a
		for _, m := range hrefs.FindAllStringSubmatch(string(a.body), -1) {
			found := m[1] + m[2] + m[3]
			if rest, ours := strings.CutPrefix(found, site.URL+"/"); ours {
				todo = append(todo, "/"+rest)
			}
		}
	}
	return seen
}

// TestNothingPrivateLeaves checks every public address and every file.
func TestNothingPrivateLeaves(t *testing.T) {
	b, hidden := newSecretBench(t)
	start := []string{"/", "/sources.opml", "/healthz", "/readyz", "/feeds/all", "/feeds/all/", "/none", "/feeds/old.atom", "/sources/t", "/sources/a", "/sources/seeds", "/why",
		"/why?url=https://a.example/one", "/why?url=https://t.example/none"}
	for _, ext := range []string{"atom", "rss", "json", "opml"} {
		start = append(start, "/feeds/all."+ext)
	}
	for _, key := range append(hidden, b.story("One")) {
		start = append(start, "/stories/"+key)
	}
	answers := crawl(t, b.serve(), b.site, start)
	for path, a := range answers {
		if text := fmt.Sprint(a.header) + string(a.body); leaks(text) {
			t.Errorf("%s names what is private:\n%s", path, around(text))
		}
	}
	for _, want := range []string{"/stories/" + b.story("One"), "/stories/" + b.story("Seed"), "/sources/t"} {
		if answers[want].status != http.StatusOK {
			t.Errorf("the crawl did not come past %s (%d): it proves little", want, answers[want].status)
		}
	}

	count := 0
	err := filepath.WalkDir(b.pub.Folder.Path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".gz") {
			body = gunzip(t, body)
		}
		if leaks(path + string(body)) {
			t.Errorf("%s names what is private:\n%s", path, around(string(body)))
		}
		count++
		return err
	})
	if err != nil || count < 10 {
		t.Errorf("%d files (%v), want 10", count, err)
	}
}

// leaks looks for the canary, plain and escaped.
func leaks(text string) bool {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	return strings.Contains(strings.ToLower(text+plain), canary)
}

func around(text string) string {
	at := strings.Index(strings.ToLower(text), canary)
	if at < 0 {
		return text
	}
	return "…" + text[max(0, at-100):min(len(text), at+100)] + "…"
}

// TestPrivateThingsDoNotExist: the answers do not reveal that they exist.
func TestPrivateThingsDoNotExist(t *testing.T) {
	b, hidden := newSecretBench(t)
	base := b.serve()
	check := func(when string) {
		t.Helper()
		for _, name := range []string{"p-" + canary, "was-" + canary} {
			if a := ask(t, "GET", base+"/sources/"+name); a.status != http.StatusNotFound {
				t.Errorf("%s: /sources/%s answers %d, want 404", when, name, a.status)
			}
		}
		for _, key := range hidden[:2] { // the third was public once
			if a := ask(t, "GET", base+"/stories/"+key); a.status != http.StatusNotFound {
				t.Errorf("%s: the private story %s answers %d, want 404", when, key, a.status)
			}
		}
	}
	check("configured")
	b.configure([]news.Source{b.sources["a"]}, feed("all"))
	b.publish()
	check("no longer configured")
}

// TestAStoryInNoFeedHasNoPage: a story is public only if a public feed shows it.
func TestAStoryInNoFeedHasNoPage(t *testing.T) {
	b := newBench(t)
	b.configure([]news.Source{b.sources["a"], {Name: "x", Kind: news.KindFeed, URL: "https://x.example/feed", Public: true}},
		news.Feed{Name: "all", Title: "All", Sources: []string{"a"}, Duplicates: news.Collapse, Limit: 100})
	b.fetch("x", news.Entry{GUID: "https://x.example/1", Link: "https://x.example/1", Title: "Unselected"})
	b.publish()
	entries, err := b.db.Latest(t.Context(), b.sources["x"].ID, 1)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries (%v), want 1", len(entries), err)
	}
	if a := ask(t, "GET", b.serve()+"/stories/"+entries[0].StoryKey); a.status != http.StatusNotFound {
		t.Errorf("got %d, want 404", a.status)
	}
}
