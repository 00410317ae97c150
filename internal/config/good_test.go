package config

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// options compares schedules, rules and calendars by their text, and
// distinguishes nil from empty.
var options = cmp.Options{
	cmp.Comparer(func(a, b schedule.Spec) bool { return a.String() == b.String() && a.Auto() == b.Auto() }),
	cmp.AllowUnexported(url.Userinfo{}),
	cmpopts.EquateComparable(netip.Prefix{}),
	cmp.Comparer(func(a, b news.Rule) bool { return ruleText(a) == ruleText(b) }),
	cmp.Comparer(func(a, b news.Calendar) bool { return calendarText(a) == calendarText(b) }),
}

func ruleText(r news.Rule) string {
	if r == nil {
		return ""
	}
	return r.String()
}

// calendarText returns the text of a calendar, or "" for none.
func calendarText(c news.Calendar) string {
	if c == nil {
		return ""
	}
	return c.String()
}

func calendar(t *testing.T, expr string) news.Calendar {
	t.Helper()
	c, err := spec(t, expr).Calendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func rule(t *testing.T, text string) news.Rule {
	t.Helper()
	r, p := (&Config{Path: "testdata/x.yaml"}).Where(text)
	if p != nil {
		t.Fatal(p)
	}
	return r
}

func spec(t *testing.T, expr string) schedule.Spec {
	t.Helper()
	s, err := schedule.Parse(expr, time.Local)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(t *testing.T, path string) (*Config, []Problem) {
	t.Helper()
	cfg, warnings, err := Load(path, testEnv)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, warnings
}

// TestGood covers every option of the configuration, as it is set in conf.good.yaml.
func TestGood(t *testing.T) {
	const file, included = "testdata/conf.good.yaml", "testdata/members/"
	got, warnings := load(t, file)
	if len(warnings) > 0 {
		t.Errorf("warnings %v, want none", warnings)
	}
	hours := "CRON_TZ=Europe/Berlin 0 */2 * * *"
	defaults := Source{
		Source:   news.Source{Public: true, Apart: true, Where: rule(t, "not paid")},
		Schedule: spec(t, hours), MinInterval: 30 * time.Minute, MaxInterval: 12 * time.Hour,
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
		AllowPorts:    []uint16{80, 443, 8443}, Content: ContentPage, Selector: "article", Backlog: 50, UserAgent: "River/1", WebSub: Auto,
	}
	// source returns a source with the defaults, from a line of the file.
	source := func(file string, line int, s news.Source, change func(*Source)) Source {
		out := defaults
		out.Source, out.Line, out.File = s, line, file
		out.Apart, out.Where = defaults.Apart, defaults.Where
		change(&out)
		return out
	}
	svg, err := os.ReadFile("testdata/logo.svg")
	if err != nil {
		t.Fatal(err)
	}
	logo := "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg)
	same := func(*Source) {}
	seeds := func(s *Source) {
		s.Schedule, s.Content, s.Selector = spec(t, "@every 30s"), ContentFeed, ""
	}
	auto := func(s *Source) {
		s.Schedule = schedule.Auto(s.MinInterval, s.MaxInterval)
	}
	want := &Config{
		Path: file, Dir: "testdata",
		Site: news.Site{Title: "Mein Fluss: Ärger & Freude", URL: "https://river.example/strom", Contact: "mailto:me@river.example", Logo: logo, Language: "de",
			Intro: "Was am *Fluss* geschieht.\n\n- aus einer Datei",
			Links: []news.SiteLink{{Title: "Mitmachen", URL: "mailto:me@river.example"}, {Title: "Impressum", URL: "https://river.example/impressum"}}},
		Theme:  filepath.Join("testdata", "theme"),
		Listen: "[::1]:9080", Data: filepath.Join("testdata", "var", "db"), Publish: "out",
		Proxy: &url.URL{Scheme: "http", User: url.UserPassword("t0ken", "x"), Host: "proxy.example:3128"},
		Limits: Limits{
			Limits: fetch.Limits{
				Dial: 5 * time.Second, TLS: 6 * time.Second, Header: 7 * time.Second, Total: 90 * time.Second, Stall: 1500 * time.Millisecond,
				Wire: 4 << 20, Decoded: 9_000_000, Ratio: 100, Redirects: 3,
			},
			InFlight: 8, PerHost: 1, PerSecond: 5, Spacing: 2500 * time.Millisecond,
		},
		Stories:  news.Matching{Level: news.Strict, Window: 84 * time.Hour},
		Hub:      On,
		Defaults: defaults,
		Include:  []string{included + "*.yaml"},
		Sources: []Source{
			source(file, 51, news.Source{Name: "seeds", Kind: news.KindSeeds, URL: filepath.Join("testdata", "folder", "*.txt"), Title: "Saatgut",
				Outlet: "river.example", Tags: []string{"local", "de"}, Public: true}, func(s *Source) {
				seeds(s)
				s.Schedule = spec(t, "@every 5s")
				s.Apart, s.Where = false, nil
			}),
			source(file, 60, news.Source{Name: "example_1", Kind: news.KindFeed, URL: "https://example.org/atom.xml?edition=de",
				Title: "Beispiel kostet 5 $ oder $5", Outlet: "Example", Tags: []string{"news", "de"},
				Site: "https://example.org/de/", Icon: "https://example.org/icon.png", Author: "Anna Beispiel", Contact: "anna@example.org",
			}, func(s *Source) {
				s.Schedule = spec(t, "*/20 6-22 * * *")
				s.AllowNetworks, s.AllowPorts = []netip.Prefix{}, []uint16{8080}
				s.Headers = map[string]string{"Authorization": "Basic bWU6dDBrZW4=", "X-File": "aus einer Datei"}
				s.Content, s.Backlog, s.UserAgent = ContentFeed, 0, "Mozilla/5.0"
			}),
			source(file, 79, news.Source{Name: "river-example", Kind: news.KindFeed, URL: "http://river.example/secret/t0ken/feed.rss", Public: true},
				func(s *Source) {
					s.MinInterval, s.Selector = 10*time.Minute, "main, #text > p"
					auto(s)
				}),
			source(file, 84, news.Source{Name: "muenchen-example-stadt", Kind: news.KindFeed, URL: "https://www.münchen.example/stadt/rss.xml",
				Tags: []string{"local", "de"}, Public: true}, same),
			source(included+"anna.yaml", 1, news.Source{Name: "anna-example", Kind: news.KindFeed, URL: "https://anna.example/atom.xml",
				Title: "Annas Seite", Author: "Anna Beispiel", Contact: "anna@anna.example", Tags: []string{"members"}, Public: true}, same),
			source(included+"more.yaml", 2, news.Source{Name: "berta", Kind: news.KindFeed, URL: "https://berta.example/rss", Public: true}, same),
			source(included+"more.yaml", 4, news.Source{Name: "shared", Kind: news.KindSeeds, URL: filepath.Join("testdata", "folder", "*"),
				Title: "aus einer Datei", Public: true}, seeds),
		},
		Lists: []List{
			{Name: "lists-example-blogs", Title: "Blogs", URL: "https://lists.example/blogs.opml", Limit: 500, Refresh: spec(t, "@weekly"),
				Line: 85, File: file, Each: source(file, 85, news.Source{Tags: []string{"blogs"}}, func(s *Source) {
					auto(s)
					s.Headers, s.Content = map[string]string{"X-Key": "t0ken"}, ContentFeed
				})},
			{Name: "members", URL: filepath.Join("testdata", "members.opml"), OnDisk: true, Limit: MaxListed, Refresh: spec(t, "@every 24h"),
				Line: 94, File: file, Each: source(file, 94, news.Source{Public: true}, same)},
		},
		Feeds: []news.Feed{
			{Name: "all", Title: "Mein Fluss: Ärger & Freude", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Content: news.Full},
			{Name: "nachrichten", Title: "Nachrichten", Description: "Was am Fluss geschieht", Language: "de-de",
				Sources: []string{"seeds", "river-example", "members"}, Tags: []string{"news", "local"}, Duplicates: news.Group,
				Limit: 25, Window: 90 * time.Minute, MaxPerSource: 5, MaxPerSourceDay: 2, Content: news.SummaryOnly,
				Where: rule(t, `language == "de" and word(title, list("terms.txt"))`), Settle: 15 * time.Minute, AlsoReported: true, Archive: true,
				ItemTitle: "{source}: {title}", ItemFooter: `<p>Aus <a href="{home}">{source}</a>, {date}</p>`,
				ArchiveKeep: 500, MovedFrom: []string{"news", "old_news"},
				Author: "Anna Beispiel", Image: "https://me.example/bild.png"},
			{Name: "podcast", Title: "podcast", Language: "de", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Content: news.Full, Kind: news.Podcast,
				Image: "https://me.example/cover.jpg", Show: news.Show{Email: "show@me.example", Explicit: true,
					Categories: []news.ShowCategory{{Name: "News", Sub: "Politics"}, {Name: "History"}}}},
			{Name: "intern", Title: "intern", Private: true, Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Content: news.Full},
			{Name: "health", Title: "health", Kind: news.FeedOfHealth, Private: true, Sources: []string{"example_1"}, Duplicates: news.Collapse,
				Limit: 100, Window: 48 * time.Hour, Content: news.Full},
			{Name: "morgens", Title: "morgens", Language: "de", Duplicates: news.Collapse, Limit: 20, Window: 48 * time.Hour, Content: news.SummaryOnly,
				Digest: calendar(t, "CRON_TZ=Europe/Berlin 0 7 * * mon-sat")},
		},
	}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestSmall checks the defaults: a file with only sources: is complete.
func TestSmall(t *testing.T) {
	const file = "testdata/small.good.yaml"
	got, warnings := load(t, file)
	if len(warnings) > 0 {
		t.Errorf("warnings %v, want none", warnings)
	}
	hourly := spec(t, "@every 1h")
	want := &Config{
		Path: file, Dir: "testdata",
		Site:   news.Site{Title: "Tributary", URL: "http://localhost:8080"},
		Listen: "127.0.0.1:8080", Admin: "127.0.0.1:8081",
		Data: filepath.Join("testdata", "data"), Publish: filepath.Join("testdata", "feeds"),
		Limits:  Limits{Limits: fetch.DefaultLimits(), InFlight: 32, PerHost: 2, PerSecond: 20, Spacing: time.Second},
		Stories: news.Matching{Level: news.Normal, Window: 7 * 24 * time.Hour}, Hub: Auto,
		Defaults: Source{Source: news.Source{Public: true}, Schedule: hourly, MinInterval: time.Hour, MaxInterval: 24 * time.Hour,
			AllowNetworks: []netip.Prefix{}, AllowPorts: []uint16{80, 443}, Content: ContentFeed, WebSub: Auto},
		Sources: []Source{{
			Source:   news.Source{Name: "example-org", Kind: news.KindFeed, URL: "https://example.org/atom.xml", Public: true},
			Schedule: hourly, MinInterval: time.Hour, MaxInterval: 24 * time.Hour,
			AllowNetworks: []netip.Prefix{}, AllowPorts: []uint16{80, 443}, Content: ContentFeed, WebSub: Auto, Line: 2, File: file,
		}},
		Feeds: []news.Feed{{Name: "all", Title: "Tributary", Duplicates: news.Collapse, Limit: 100, Window: 48 * time.Hour, Content: news.Full}},
	}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestOddGoodFiles reads files that are unusual but valid.
func TestOddGoodFiles(t *testing.T) {
	for _, tt := range []struct {
		file, title, feed string
		sources           int
		warnings          []string
	}{
		{"crlf", "Tributary", "all", 1, nil},
		{"json", "JSON", "all", 1, nil},
		{"nothing", "Tributary", "all", 0, []string{"1:10: warning: sources: is an empty list, so there is nothing to read; write - feed: https://example.org/atom.xml"}},
		{"warnings", "Tributary", "a", 2, []string{
			"2:11: warning: feed: is made of a variable and will stand on public pages; write public: false if it is a secret, else public: true",
			`3:12: warning: seeds: "none/*" matches nothing: there is no such folder`,
			"4:9: warning: listen: is open to other machines while site has no url:, so feeds name an address of this machine; write url: https://me.example/river/",
			`5:8: warning: admin: "0.0.0.0:8081" can be reached by other machines, and the operator's pages ask for no password`,
			`8:12: warning: tags: no source has the tag "x"`,
		}},
	} {
		path := "testdata/" + tt.file + ".good.yaml"
		cfg, warnings := load(t, path)
		var got []string
		for _, w := range warnings {
			got = append(got, strings.TrimPrefix(w.String(), path+":"))
		}
		if diff := cmp.Diff(tt.warnings, got); diff != "" {
			t.Errorf("%s: warnings -want +got\n%s", tt.file, diff)
		}
		if cfg.Site.Title != tt.title || len(cfg.Sources) != tt.sources || cfg.Feeds[0].Name != tt.feed {
			t.Errorf("%s: got %q, %d sources, feed %q", tt.file, cfg.Site.Title, len(cfg.Sources), cfg.Feeds[0].Name)
		}
	}
}

// TestSchedules checks that the schedule in defaults: does not apply to seeds.
func TestSchedules(t *testing.T) {
	cfg, _, err := Parse("testdata/x.yaml", []byte("defaults: {schedule: '@daily'}\nsources:\n  - seeds: folder/*\n  - feed: https://example.org/\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Sources[0].Schedule.String() + " " + cfg.Sources[1].Schedule.String(); got != "@every 30s @daily" {
		t.Errorf("got %q, want @every 30s for seeds and @daily for the feed", got)
	}
}

// TestUnknownZone checks the environment's TZ: what names no time zone would silently mean UTC.
func TestUnknownZone(t *testing.T) {
	for zone, known := range map[string]bool{
		"": true, "UTC": true, "Asia/Kolkata": true, ":Europe/Berlin": true, "/etc/localtime": true,
		"Europe/Bärlin": false, "UTC-3": false, "../UTC": false,
	} {
		env := func(name string) (string, bool) { return zone, name == "TZ" }
		_, warnings, err := Parse("x.yaml", []byte("sources:\n  - feed: https://example.org/\n"), env)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if !known {
			want = []string{"x.yaml: warning: the variable TZ names no time zone, so local times are UTC; set it to a name such as Europe/Berlin"}
		}
		var got []string
		for _, w := range warnings {
			got = append(got, w.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("TZ=%s: -want +got\n%s", zone, diff)
		}
	}
}

func TestSiteURL(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080":   "http://localhost:8080",
		":8080":            "http://localhost:8080",
		"[::]:9000":        "http://localhost:9000",
		"0.0.0.0:80":       "http://localhost",
		"192.168.1.5:8080": "http://192.168.1.5:8080",
		"[2001:db8::1]:80": "http://[2001:db8::1]",
		"river.lan:8080":   "http://river.lan:8080",
		"127.0.0.1:0":      "http://localhost",
	} {
		if got := siteURL(listen); got != want {
			t.Errorf("siteURL(%q) = %q, want %q", listen, got, want)
		}
	}
}

// TestDerivedNames checks that a derived name depends on the address of the source alone.
func TestDerivedNames(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.org/atom.xml":                       "example-org",
		"https://www.example.org/":                           "example-org",
		"https://feeds.example.co.uk/news/world/rss.xml":     "feeds-example-co-uk-news-world",
		"https://example.org/blog/feed/":                     "example-org-blog",
		"https://example.org/~anna/index.rdf":                "example-org-anna",
		"https://EXAMPLE.org:8443/Straße.xml":                "example-org-strasse",
		"http://127.0.0.1:9000/feed/00017.xml":               "127-0-0-1-00017",
		"https://日本.example/":                                "example",
		"https://日本/":                                        "source",
		"https://example.org/" + strings.Repeat("lang/", 40): "example-org-lang-lang-lang-lang-lang-lang-lang-lang-lang-lang-la",
	} {
		d := &draft{Source: Source{Source: news.Source{Kind: news.KindFeed, URL: url}}}
		got := d.derived()
		if got != want {
			t.Errorf("name of %s is %q, want %q", url, got, want)
		}
		if !isName(got) {
			t.Errorf("name of %s, %q, is none", url, got)
		}
	}
}

// TestNamesAreUnique checks that given names are kept, and that a second source
// with the same derived name gets a suffix which depends on its own address only.
func TestNamesAreUnique(t *testing.T) {
	names := func(text string) string {
		cfg, _, err := Parse("c.yaml", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range cfg.Sources {
			out = append(out, s.Name)
		}
		return strings.Join(out, " ")
	}
	a, b, c := "  - feed: https://example.org/atom.xml\n", "  - feed: https://example.org/rss.xml\n", "  - feed: https://example.org/feed\n"
	d := "  - feed: https://river.example/\n    name: example-org\n"
	all := names("sources:\n" + a + b + c)
	if want := "example-org example-org-e0ac example-org-f4e5"; all != want {
		t.Errorf("got %q, want %q", all, want)
	}
	if got, want := names("sources:\n"+a+c), "example-org example-org-f4e5"; got != want {
		t.Errorf("without the second: got %q, want %q", got, want)
	}
	if got := names("sources:\n" + a + d); !strings.HasSuffix(got, " example-org") || strings.HasPrefix(got, "example-org ") {
		t.Errorf("got %q, want the given name kept and the derived one marked", got)
	}
}

// TestShipped checks that the shipped configuration has no problems.
func TestShipped(t *testing.T) {
	path := filepath.Join("..", "..", "config.yaml")
	cfg, warnings := load(t, path)
	if len(warnings) > 0 {
		t.Errorf("warnings %v, want none", warnings)
	}
	if len(cfg.Feeds) < 2 || len(cfg.Sources) < 6 || cfg.Sources[0].Kind != news.KindSeeds {
		t.Errorf("got %d feeds, %d sources, first of kind %s", len(cfg.Feeds), len(cfg.Sources), cfg.Sources[0].Kind)
	}
	checkShippedText(t, path)
}
