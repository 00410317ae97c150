package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

// asked returns the answer of /why as text.
func asked(t *testing.T, base, address string) string {
	t.Helper()
	a := ask(t, "GET", base+"/why?url="+url.QueryEscape(address))
	if a.status != http.StatusOK {
		t.Fatalf("%s: status %d", address, a.status)
	}
	return mainText(t, a.body)
}

// mainText returns the text of a page without its frame.
func mainText(t *testing.T, page []byte) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Data != "main" {
			continue
		}
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func wantText(t *testing.T, what, got string, want ...string) {
	t.Helper()
	for _, one := range want {
		if !strings.Contains(got, one) {
			t.Errorf("%s: %q does not say %q", what, got, one)
		}
	}
}

// TestWhy asks for every kind of answer.
func TestWhy(t *testing.T) {
	b := newBench(t)
	b.configure([]news.Source{
		b.sources["a"], b.sources["seeds"], {Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true},
		{Name: "apart", Kind: news.KindFeed, URL: "https://apart.example/feed", Public: true},
		{Name: "silent", Kind: news.KindFeed, URL: "https://www.silent.example/feed.xml", Title: "The silent one", Public: true},
	}, news.Feed{Name: "all", Title: "Feed all", Sources: []string{"a", "seeds", "b"}, Duplicates: news.Collapse, Limit: 3},
		news.Feed{Name: "slow", Title: "Slow feed", Sources: []string{"b"}, Duplicates: news.Collapse, Limit: 100, Settle: 3 * time.Hour})
	b.publish()
	post := func(source, name string) news.Entry {
		return news.Entry{GUID: "https://" + source + ".example/" + name, Link: "https://" + source + ".example/" + name, Title: name + " of " + source, Content: "<p>The words of " + name + ".</p>"}
	}
	b.fetch("b", post("b", "first"))
	b.fetch("apart", post("apart", "lonely"))
	b.now = b.now.Add(time.Minute)
	copied := post("b", "copy")
	copied.Link = "https://a.example/one"
	b.fetch("b", post("b", "first"), copied, post("b", "third"), post("b", "fourth"), post("b", "fifth"))
	b.publish()
	b.fetch("b", post("b", "unpublished"))
	base := b.serve()

	page := ask(t, "GET", base+"/why")
	wantText(t, "nothing was asked", mainText(t, page.body), "Address of the post")
	if !strings.Contains(string(page.body), `name="robots" content="noindex"`) || page.header.Get("X-Robots-Tag") != "noindex" {
		t.Error("robots may index it")
	}
	for _, tt := range []struct {
		what, address string
		want          []string
	}{
		{"shown", "https://b.example/fifth", []string{"It is known here", "fifth of b", "Shown in Feed all, see its story.", "Brought by Source b", "last read"}},
		{"in another spelling", "http://www.b.example/fifth/?utm_source=x#top", []string{"fifth of b", "Looked for https://b.example/fifth"}},
		{"without a scheme", "b.example/fifth", []string{"fifth of b"}},
		{"of two sources", "https://a.example/one", []string{"“One” of Source a (same address).", "Brought by Source b", "Brought by Source a"}},
		{"by guid", "https://b.example/copy", []string{"copy of b"}},
		{"newer ones took its place", "https://a.example/one", []string{"Was shown in Feed all, where newer stories have taken its place; see its story."}},
		{"our own page", b.site.URL + "/stories/" + b.story("fifth of b"), []string{"fifth of b"}},
		{"its place on a feed", b.site.URL + "/feeds/all/#s-" + b.story("fifth of b"), []string{"fifth of b"}},
		{"in no feed", "https://apart.example/lonely", []string{"In no feed: none of the feeds here selects its source."}},
		{"held back", "https://b.example/unpublished", []string{"In no feed yet: it enters Feed all, Slow feed with the next round of publishing."}},
		{"not arrived", "https://b.example/never", []string{"It has not arrived", "Posts of b.example would come from here: Source b Well.", "next visit"}},
		{"of a source never read", "https://silent.example/post", []string{"It has not arrived", "The silent one Not read yet."}},
		{"the front page of a site", "https://b.example/", []string{"It has not arrived", "Source b"}},
		{"nobody's", "https://nowhere.example/x", []string{"It is not known here", "none is of nowhere.example."}},
		{"no address", "hello there", []string{"This is no address of a page on the web."}},
		{"another scheme", "ftp://b.example/x", []string{"This is no address of a page on the web."}},
		{"a script", "javascript:alert(1)", []string{"This is no address of a page on the web."}},
		{"much too long", "https://b.example/" + strings.Repeat("x", maxAsked), []string{"This address is too long."}},
	} {
		wantText(t, tt.what, asked(t, base, tt.address), tt.want...)
		b.web.asking = visitors{}
	}
	b.publish()
	if due, err := b.db.WaitsUntil(t.Context(), b.feeds[1], b.placement("https://b.example/unpublished").StoryID, b.web.Now()); err != nil || due.IsZero() {
		t.Fatalf("the slow feed holds nothing back (%v)", err)
	}
	b.configure([]news.Source{b.sources["a"], b.sources["b"]}, b.feeds[1])
	wantText(t, "held back", asked(t, base, "https://b.example/unpublished"), "Held back until ", ": Slow feed waits a while for copies and corrections.")
}

// TestWhyARuleLeavesItOut: why a rule, a limit or the kind of a feed excludes an entry is said of
// that entry, even where other entries of its story are shown.
func TestWhyARuleLeavesItOut(t *testing.T) {
	rule := func(text string) news.Rule {
		r, err := filter.Compile(text, filter.Options{Plain: clean.Text})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	b := newBench(t)
	sources := func() []news.Source {
		return []news.Source{
			{Name: "a", Kind: news.KindFeed, URL: "https://a.example/feed", Public: true, Where: rule("not paid")},
			{Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true},
			{Name: "pod", Kind: news.KindFeed, URL: "https://pod.example/feed", Public: true},
		}
	}
	daily, ruled, casts := feed("daily"), feed("ruled"), feed("casts")
	daily.Sources, daily.MaxPerSourceDay = []string{"b", "a"}, 2
	ruled.Sources = []string{"b"}
	casts.Sources, casts.Kind = []string{"pod"}, news.Podcast
	b.configure(sources(), daily, ruled, casts)
	b.publish()
	post := func(source, name, text string) news.Entry {
		link := "https://" + source + ".example/" + name
		return news.Entry{GUID: link, Link: link, Title: name + " of " + source, Content: "<p>" + text + "</p>", Published: b.now}
	}
	b.fetch("b", post("b", "flood", "A report of the flood."))
	copied := post("a", "copy", "A report of the flood.")
	copied.Title, copied.Link = "S+ "+copied.Title, "https://b.example/flood"
	alone := post("a", "alone", "The words of this one only.")
	alone.Title = "S+ " + alone.Title
	b.fetch("a", copied, alone)
	b.fetch("pod", post("pod", "note", "Nothing to be heard."))
	for i := range 3 {
		b.now = b.now.Add(time.Minute)
		b.fetch("b", post("b", fmt.Sprint("more", i), fmt.Sprint("The words of ", strings.Repeat("more ", i+1))))
		b.publish()
	}
	second := post("a", "second", "The words of more more ")
	second.Link = "https://b.example/more1"
	b.fetch("a", second)
	b.publish()
	base := b.serve()
	want := func(step, address string, want ...string) {
		t.Helper()
		text := asked(t, base, address)
		b.web.asking = visitors{}
		wantText(t, step, text, want...)
	}
	want("hidden in a story that is shown", "https://a.example/copy", "“flood of b” of Source b (same address). In no feed: our rule for its source leaves it out. Brought by Source a")
	want("hidden", "https://a.example/alone", "S+ alone of a In no feed: our rule for its source leaves it out.")
	want("no podcast", "https://pod.example/note", "In no feed: it has no sound or film, as the podcast that selects its source takes only.")
	want("too many that day", "https://b.example/more1", "Shown in Feed ruled, see its story. Left out of Feed daily, which shows at most 2 stories of a source a day.")
	want("in a story of which there are too many", "https://a.example/second", "second of a In one story with “more1 of b”", "Left out of Feed daily")
	wantText(t, "the page of the source", mainText(t, ask(t, "GET", base+"/sources/b").body), "Left out of Feed daily")

	ruled.Where, daily.Sources = rule(`title contains "more"`), []string{"a"}
	b.configure(sources(), daily, ruled, casts)
	b.publish()
	want("a changed rule drops it", "https://b.example/flood", "In no feed: the rule of the feed that selects its source leaves it out.")
}

// TestStoryPageShowsNoMoreThanAFeed: a story page shows only what a feed does, except for our own
// documents, which have no other place.
func TestStoryPageShowsNoMoreThanAFeed(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	for _, tt := range []struct {
		what    string
		extents []news.Extent
		one     bool // whether the text of one is shown
	}{
		{"a link", []news.Extent{news.LinkOnly}, false},
		{"a link and all", []news.Extent{news.LinkOnly, news.Full}, true},
		{"all", []news.Extent{""}, true},
	} {
		var feeds []news.Feed
		for i, e := range tt.extents {
			f := feed(fmt.Sprint("f", i))
			f.Content = e
			feeds = append(feeds, f)
		}
		b.configure([]news.Source{b.sources["a"], b.sources["seeds"]}, feeds...)
		b.publish()
		body := string(ask(t, "GET", base+"/stories/"+b.story("One")).body)
		if strings.Contains(body, "The text of one.") != tt.one {
			t.Errorf("%s: the text of one is shown: %v", tt.what, !tt.one)
		}
		if body := string(ask(t, "GET", base+"/stories/"+b.story("Seed")).body); !strings.Contains(body, "The text of a seed.") {
			t.Errorf("%s: the text of a seed is not shown", tt.what)
		}
	}
}

func (b *bench) placement(address string) news.Placement {
	b.t.Helper()
	found, err := b.db.FindPublic(b.t.Context(), address, "", "")
	if err != nil || len(found) == 0 {
		b.t.Fatalf("%s: %d entries (%v)", address, len(found), err)
	}
	return found[0]
}

// TestWhyKnowsNothingPrivate: private things get, word for word, the answer for what does not
// exist.
func TestWhyKnowsNothingPrivate(t *testing.T) {
	b, hidden := newSecretBench(t)
	base := b.serve()
	plain := func(address string) string {
		b.web.asking = visitors{}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		text := asked(t, base, address)
		text, _, _ = strings.Cut(text, "Looked for")
		return strings.ReplaceAll(text, u.Host, "HOST")
	}
	nothing := plain("https://nobody.example/1")
	wantText(t, "nobody", nothing, "It is not known here")
	for _, address := range []string{
		"https://" + canary + ".example/1", "https://" + canary + ".example/2", "https://" + canary + ".example/", "https://" + canary + ".example/feed",
		"https://was-" + canary + ".example/feed", "https://" + canary + ".example/4",
	} {
		if got := plain(address); got != nothing {
			t.Errorf("%s: %q, want the answer of nobody, %q", address, got, nothing)
		}
	}
	for _, key := range hidden[:2] {
		text := asked(t, base, b.site.URL+"/stories/"+key)
		wantText(t, key, text, "It is not known here")
	}
	text := asked(t, base, "https://a.example/one")
	wantText(t, "the public one of a shared story", text, "Brought by Source a")
	if leaks(text) || strings.Count(text, "Brought by") != 1 {
		t.Errorf("the private report of a public story is told of: %s", text)
	}
	if text := asked(t, base, "https://t.example/unknown"); leaks(text) || !strings.Contains(text, "T Well.") {
		t.Errorf("a source with a secret address: %s", text)
	}
}

// TestWhyIsNotForScraping: a visitor who asks too often must wait, others need not.
func TestWhyIsNotForScraping(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	get := func(who string) int {
		return ask(t, "GET", base+"/why?url=https://a.example/one", "X-Forwarded-For: "+who).status
	}
	var last int
	for range visitorBurst + 1 {
		last = get("192.0.2.1")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the %dth question: status %d, want 429", visitorBurst+1, last)
	}
	if got := get("192.0.2.2"); got != http.StatusOK {
		t.Errorf("somebody else: status %d, want 200", got)
	}
	if a := ask(t, "GET", base+"/why", "X-Forwarded-For: 192.0.2.1"); a.status != http.StatusOK {
		t.Errorf("the form: status %d, want 200", a.status)
	}
	if a := ask(t, "GET", base+"/why?url=x", "X-Forwarded-For: 192.0.2.1"); a.header.Get("Retry-After") == "" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the refusal has headers %v", a.header)
	}
}

// TestWhyBehindAProxyThatSaysNothing: one who asks much keeps nobody else from asking.
func TestWhyBehindAProxyThatSaysNothing(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	for i := range visitorBurst + 5 {
		if a := ask(t, "GET", base+"/why?url=https://a.example/one"); a.status != http.StatusOK {
			t.Fatalf("the %dth question of all: status %d, want 200", i+1, a.status)
		}
	}
}

func TestVisitors(t *testing.T) {
	var v visitors
	now := time.Now()
	for i := range visitorBurst + 3 {
		if got, want := v.allow("a", now), i < visitorBurst; got != want {
			t.Fatalf("question %d: %t, want %t", i+1, got, want)
		}
	}
	if !v.allow("a", now.Add(2*time.Second)) {
		t.Error("nothing is allowed two seconds later")
	}
	n := 0
	for i := range 1000 {
		if v.allow(fmt.Sprint(i), now) {
			n++
		}
	}
	if n > totalBurst {
		t.Errorf("%d questions of all at once, want at most %d", n, totalBurst)
	}
	for i := range 2 * maxVisitors {
		v.allow(fmt.Sprint("v", i), now)
	}
	if len(v.each) > maxVisitors {
		t.Errorf("%d visitors are remembered, want at most %d", len(v.each), maxVisitors)
	}
}

// TestSourcePage: the page says of every entry where it went, and charts the days.
func TestSourcePage(t *testing.T) {
	b := newBench(t)
	b.now = b.now.Add(time.Minute)
	b.fetch("a", news.Entry{GUID: "https://a.example/one", Link: "https://a.example/one", Title: "One", Content: "<p>The text of one.</p>"},
		news.Entry{GUID: "https://a.example/two", Link: "https://a.example/two", Title: "Two", Content: "<p>The text of two.</p>"})
	base := b.serve()
	a := ask(t, "GET", base+"/sources/a")
	wantText(t, "before publishing", mainText(t, a.body), "Two In no feed yet: it enters Feed all with the next round of publishing.", "One Shown in Feed all, see its story.")
	if n := strings.Count(string(a.body), "<svg class=\"chart\""); n != 0 {
		t.Errorf("%d charts on the first day, want none: they would be empty", n)
	}
	b.publish()
	wantText(t, "after it", mainText(t, ask(t, "GET", base+"/sources/a").body), "Two Shown in Feed all, see its story.")
	again, first := ask(t, "GET", base+"/sources/a"), ask(t, "GET", base+"/sources/a")
	if string(again.body) != string(first.body) {
		t.Error("the page changes while nothing does")
	}
	later := b.web.Now().AddDate(0, 0, 5)
	b.web.Now = func() time.Time { return later }
	a = ask(t, "GET", base+"/sources/a")
	wantText(t, "days later", mainText(t, a.body), "Entries a day 1 new entry in 28 days.", "Visits answered 2 visits in 28 days.")
	if n := strings.Count(string(a.body), "<svg class=\"chart\""); n != 2 {
		t.Errorf("%d charts, want 2", n)
	}
	seeds := ask(t, "GET", base+"/sources/seeds")
	if n := strings.Count(string(seeds.body), "<svg class=\"chart\""); n != 1 {
		t.Errorf("a folder has %d charts, want 1: its visits say nothing", n)
	}
}
