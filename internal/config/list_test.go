package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/news"
)

// withLists is a configuration with two lists, the second of them private. A feed
// of the file is also on the lists.
const withLists = `
site: {url: https://river.example/r}
sources:
  - feed: https://own.example/feed
    name: own
    tags: [mine]
    schedule: "@daily"
  - opml: https://lists.example/a.opml
    name: a
    tags: [blogs]
    schedule: auto
    headers: {X-Key: secret}
  - opml: https://lists.example/b.opml
    name: b
    public: false
`

func parse(t *testing.T, text string) *Config {
	t.Helper()
	cfg, _, err := Parse("c.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// line returns what the tests compare of a source.
func line(s Source) string {
	private := ""
	if !s.Public {
		private = " private"
	}
	return fmt.Sprintf("%s %s %s%s %s %d", s.Name, strings.Join(s.Lists, "+"), strings.Join(s.Tags, ","), private, s.Schedule, len(s.Headers))
}

func linesOf(cfg *Config) []string {
	var out []string
	for _, s := range cfg.Sources {
		out = append(out, line(s))
	}
	return out
}

func TestWith(t *testing.T) {
	cfg := parse(t, withLists)
	full := cfg.With(map[string][]news.Listed{
		"a": {
			{URL: "http://own.example:80/feed", Title: "Not mine"},
			{URL: "https://one.example/feed", Title: "One", Site: "https://one.example/", Tags: []string{"Löwen & Katzen", "blogs"}},
			{URL: "https://lists.example/feeds/x.xml"},
			{URL: "https://river.example/r/feeds/all.atom", Title: "ourselves"},
			{URL: "https://river.example/r/blog.atom", Title: "a neighbour"},
			{URL: "file:///etc/passwd"},
		},
		"b": {
			{URL: "https://two.example/s3cr3t/feed", Tags: []string{"日本"}},
			{URL: "https://one.example/feed", Title: "Uno", Tags: []string{"b"}},
			{URL: "https://own.example/feed"},
		},
		"c": {{URL: "https://nobody.example/"}},
	})
	want := []string{
		"own a+b mine @daily 0",
		"one-example a+b blogs,loewen-katzen,b private auto 0",
		"lists-example-x a blogs auto 1",
		"river-example-r-blog a blogs auto 0",
		"two-example b 日本 private @every 1h 0",
	}
	if diff := cmp.Diff(want, linesOf(full)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	one := full.Sources[1]
	if one.Title != "One" || one.Site != "https://one.example/" || one.Kind != news.KindFeed || one.File != "c.yaml" {
		t.Errorf("got %+v", one)
	}
	if len(cfg.Sources) != 1 || cfg.Sources[0].Lists != nil {
		t.Errorf("the configuration of the file changed: %+v", cfg.Sources)
	}
}

// TestWithKeepsNames checks that a source of a list keeps its name whatever is
// added, removed or moved on the lists, unless a source of the file has the name.
func TestWithKeepsNames(t *testing.T) {
	names := func(cfg *Config) map[string]string {
		byURL := map[string]string{}
		for _, s := range cfg.Sources {
			byURL[s.URL] = s.Name
		}
		return byURL
	}
	cfg := parse(t, withLists)
	x, y := news.Listed{URL: "https://host.example/atom"}, news.Listed{URL: "https://host.example/rss"}
	lists := map[string][]news.Listed{"a": {y}}
	first := cfg.With(lists)
	if got := names(first)[y.URL]; got != "host-example" {
		t.Fatalf("got the name %q", got)
	}
	lists = first.Named(lists)
	lists = map[string][]news.Listed{"a": {x}, "b": lists["a"]} // it moves to another list, behind a new one
	second := cfg.With(lists)
	got := names(second)
	if got[y.URL] != "host-example" || !strings.HasPrefix(got[x.URL], "host-example-") {
		t.Errorf("got %v", got)
	}
	if again := names(cfg.With(second.Named(lists))); cmp.Diff(got, again) != "" {
		t.Errorf("got %v, then %v", got, again)
	}
	taken := parse(t, strings.Replace(withLists, "name: own", "name: host-example", 1))
	if got := names(taken.With(second.Named(lists))); got[y.URL] == "host-example" || got["https://own.example/feed"] != "host-example" {
		t.Errorf("got %v, want the name left to the file", got)
	}
	for _, bad := range []string{"Ä", "own", "a", strings.Repeat("x", 65), "~1"} {
		if got := names(cfg.With(map[string][]news.Listed{"a": {{URL: x.URL, Name: bad}}}))[x.URL]; got != "host-example" {
			t.Errorf("a stored name %q gives %q", bad, got)
		}
	}
}

// TestTakeLimits checks that a list cannot make us send requests to more servers,
// or more requests to one server, than the limits allow.
func TestTakeLimits(t *testing.T) {
	cfg := parse(t, withLists)
	var listed []news.Listed
	for i := range 3000 {
		listed = append(listed, news.Listed{URL: fmt.Sprintf("https://victim.example/%d", i)})
	}
	if got := cfg.Lists[0].Take(cfg.Site, listed); len(got) != maxPerHost {
		t.Errorf("took %d sources of one host, want %d", len(got), maxPerHost)
	}
	for i := range listed {
		listed[i].URL = fmt.Sprintf("https://host-%d.example/", i)
	}
	if got := cfg.Lists[0].Take(cfg.Site, listed); len(got) != MaxListed {
		t.Errorf("took %d sources, want %d", len(got), MaxListed)
	}
	small := cfg.Lists[0]
	small.Limit = 2
	if got := small.Take(cfg.Site, listed); len(got) != 2 || got[0].URL != "https://host-0.example/" {
		t.Errorf("took %v, want the first two", got)
	}
}

// TestListsInFeeds checks that the name of a list stands for its sources, and
// that tags may be folders of lists that are not known yet.
func TestListsInFeeds(t *testing.T) {
	cfg, warnings, err := Parse("c.yaml", []byte(withLists+"feeds: [{name: all, sources: [a], tags: [later]}]\n"), nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	full := cfg.With(map[string][]news.Listed{"a": {{URL: "https://one.example/"}}, "b": {{URL: "https://two.example/"}}})
	var selected []string
	for _, s := range full.Sources {
		if full.Feeds[0].Selects(s.Source) {
			selected = append(selected, s.Name)
		}
	}
	if !slices.Equal(selected, []string{"one-example"}) {
		t.Errorf("selects %v", selected)
	}
}

// BenchmarkWith10000Sources adds five full lists to the sources of the file.
func BenchmarkWith10000Sources(b *testing.B) {
	var text strings.Builder
	text.WriteString("sources:\n")
	lists := map[string][]news.Listed{}
	for l := range 5 {
		name := fmt.Sprintf("list-%d", l)
		fmt.Fprintf(&text, "  - {opml: https://lists.example/%s, name: %s}\n", name, name)
		for i := range MaxListed {
			lists[name] = append(lists[name], news.Listed{URL: fmt.Sprintf("https://host-%d-%d.example/feed", l, i), Tags: []string{"Folder"}})
		}
	}
	cfg, _, err := Parse("c.yaml", []byte(text.String()), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got := cfg.With(lists); len(got.Sources) != 5*MaxListed {
			b.Fatal(len(got.Sources))
		}
	}
}
