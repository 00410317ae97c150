package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// marker is part of every text, name and address of the private sources.
const marker = "m4rker"

const privateConfig = `
listen: 127.0.0.1:0
admin: 127.0.0.1:0
export: public/
site: {url: "http://river.example"}
limits: {spacing: 0s}
defaults: {allow_networks: [127.0.0.0/8], allow_ports: [$PORT]}
sources:
  - {feed: "$UP/open.xml", name: open}
  - {feed: "$UP/m4rker.xml", name: inner, title: "The m4rker", public: false, outlet: m4rker.example, author: m4rker,
     tags: [m4rker], site: "http://m4rker.example/", icon: "http://m4rker.example/icon.png", contact: m4rker@example.org}
  - {feed: "$UP/missing/m4rker.xml", name: innermissing, title: "The lost m4rker", public: false}
  - {seeds: "papers/*.txt", name: papers, title: "Papers of m4rker", public: false}
  - {feed: "$UP/minutes.xml", name: minutes, title: "Minutes of m4rker", public: false}
feeds:
  - {name: all, also_reported: true}
  - {name: grouped, duplicates: group}
  - {name: kept, duplicates: keep, archive: true}
  - {name: heard, kind: podcast}
  - {name: club, title: Club of the m4rker, description: about m4rker, access: private, also_reported: true, sources: [open, inner, innermissing, papers]}
  - {name: past, title: Past of the m4rker, access: private, sources: [minutes], archive: true, limit: 5, window: 0s}
  - {name: guests, access: private, sources: [open], archive: true}
  - {name: problems, access: private, kind: health}
`

// shared is the text of an article that both a public and a private source publish.
const shared = `The council of Lower Bridge decided on Tuesday evening to build a second bridge across the river, after the old one had been closed
	for lorries since spring. Eleven of nineteen members voted for it. Work is to begin in May and to cost four million, half of which the county pays.
	Shopkeepers on the northern bank had asked for it in a petition with two thousand names.`

// newPrivateUpstream serves a public feed and two private ones. The first private
// feed has an article of the public feed and two of its own.
func newPrivateUpstream(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/open.xml", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Open</title>
			<item><guid>urn:open:1</guid><title>Council decides to build a second bridge</title><link>http://open.example/1</link><description>`+shared+`</description></item>
			<item><guid>urn:open:2</guid><title>Another report</title><link>http://open.example/2</link><description>Of something else entirely, also at length.</description></item>
			</channel></rss>`)
	})
	mux.HandleFunc("/m4rker.xml", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Inner m4rker</title><link>http://m4rker.example/</link>
			<item><guid>urn:open:1</guid><title>Council decides to build a second bridge</title><link>http://open.example/1</link><dc:creator>Mister m4rker</dc:creator>
			<description>`+shared+` Says the m4rker.</description></item>`)
		for i, title := range []string{"How the m4rker came to town", "Bakers want longer nights, the m4rker says"} {
			fmt.Fprintf(w, `<item><guid>http://m4rker.example/%d</guid><title>%s</title><link>http://m4rker.example/%d</link>
				<dc:creator>Mister m4rker</dc:creator><category>About m4rker</category><description>%s: the text of the m4rker.</description>
				<enclosure url="http://m4rker.example/%d.mp3" type="audio/mpeg" length="9"/></item>`, i, title, i, title, i)
		}
		fmt.Fprint(w, `</channel></rss>`)
	})
	mux.HandleFunc("/minutes.xml", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Minutes</title>`)
		for i := range 130 {
			fmt.Fprintf(w, `<item><guid>http://m4rker.example/minutes/%d</guid><title>What the m4rker said, part %d</title><description>The Hinterzimmer%c%c of the m4rker.</description><pubDate>%s</pubDate></item>`,
				i, i, 'a'+i/26, 'a'+i%26, time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC).Format(time.RFC1123Z))
		}
		fmt.Fprint(w, `</channel></rss>`)
	})
	up := httptest.NewServer(mux)
	t.Cleanup(up.Close)
	return up
}

// TestNothingPrivateLeaves checks that nothing of a private source is in any
// public document, or in what programs can read from the operator's pages, while
// the private feeds show it. A token must not appear anywhere, not even in the
// database (promise 6 of docs/design.md).
func TestNothingPrivateLeaves(t *testing.T) {
	c := newCanary(t)
	upstream := newPrivateUpstream(t).URL
	c.write("config.yaml", pointed(privateConfig, upstream))
	if err := os.Mkdir(filepath.Join(filepath.Dir(c.config), "papers"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.write("papers/one.txt", "The m4rker was put on paper. Nobody is to read of the m4rker who has no key.\n")
	stop := c.serve()
	public, admin := c.awaitServing()
	club, problems := c.token("club"), c.token("problems")
	c.await("the private feed shows all of it", func() bool {
		text := read(t, public+club+"/club.atom")
		return strings.Count(text, "<entry") == 5 && strings.Contains(text, "put on paper")
	})
	c.await("everybody's feed is there", func() bool { return strings.Contains(read(t, public+"/feeds/all.atom"), "Another report") })
	c.await("the feed of problems tells of the lost source", func() bool {
		return strings.Contains(read(t, public+problems+"/problems.json"), "The lost m4rker (innermissing) is failing")
	})
	c.privately(public, club)
	past := c.token("past")
	c.historically(public, past)

	c.unfound(public, "/search", "all", "kept", "heard")
	c.unpushed(public, club, pointed("http://127.0.0.2:$PORT/", upstream)) // allowed, but nobody listens there
	guests := c.token("guests")
	c.await("the feed of the guests is there", func() bool { return strings.Contains(read(t, public+guests+"/guests.atom"), "Another report") })
	c.unfound(public, guests+"/search")
	c.asGuest(public, guests)

	routes := publicRoutes([]string{"all", "grouped", "kept", "heard", "club", "past", "guests", "problems"}, c.sources(),
		[]string{"bakers", "night*", "town", "author:mister", "source:inner", "tag:about", "paper", "bridge", "-nothing", "hinterzimmeraa", "*zimmer*", "source:minutes"})
	for _, key := range regexp.MustCompile(`id="s-([a-z0-9]+)`).FindAllStringSubmatch(read(t, public+club+"/club/"), -1) {
		routes = append(routes, "/stories/"+key[1], "/why?url=http://river.example/stories/"+key[1])
	}
	if walked := c.walk(public, routes); len(walked) < 50 {
		t.Errorf("walked %d routes, want them all: %v", len(walked), walked)
	}
	pages := 0
	for where, said := range c.said {
		if strings.HasPrefix(where, "GET "+public+"/stories/") && strings.Contains(said, "second bridge") {
			pages++
		}
	}
	if pages != 1 {
		t.Errorf("came past %d public pages of the story that a private source has too, want 1", pages)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1"} {
		c.get(admin + path)
	}
	c.command("export")
	stop()
	c.files("feeds")
	if code := run(t.Context(), []string{"run", "--config", c.config}, streams{strings.NewReader(""), io.Discard, io.Discard}); code != 0 {
		t.Fatalf("run, which exports the site, ended with %d", code)
	}
	c.files("public")
	for where := range c.said {
		if strings.Contains(where, "/public/private") || strings.Contains(where, "/public/feeds/club") || strings.Contains(where, "/public/feeds/problems") {
			t.Errorf("the export holds %s", where)
		}
	}
	c.find(marker, "GET "+public+"/feeds/all.atom")

	// The operator's commands name private sources, but never a token.
	for _, args := range [][]string{{"sources"}, {"sources", "--json"}, {"feeds"}, {"feeds", "--json"}, {"token", "list"}, {"token", "list", "--json"},
		{"check"}, {"export", "--private"}, {"why", "urn:open:1"}, {"why", public + club + "/club.atom"}} {
		c.command(args...)
	}
	c.database()
	for _, path := range []string{club, past, guests, problems} {
		c.find(strings.TrimPrefix(path, "/private/"), "tributary token list")
	}
	if tokens := c.said["tributary token list"]; !strings.Contains(tokens, "Go-http-client/1.1") {
		t.Errorf("want who read the private feed, got\n%s", tokens)
	}
}

// token makes a token for a feed and returns the prefix of the paths that it opens.
func (c *canary) token(feed string) string {
	c.t.Helper()
	var address string
	c.await("a token of "+feed, func() bool {
		var out, err bytes.Buffer
		run(c.t.Context(), []string{"token", "add", feed, "anna", "--config", c.config}, streams{strings.NewReader(""), &out, &err})
		address = strings.TrimSpace(out.String())
		return address != ""
	})
	u, err := url.Parse(address)
	if err != nil || !regexp.MustCompile(`^/private/[A-Z2-7]{26}/`+feed+`\.atom$`).MatchString(u.Path) {
		c.t.Fatalf("got %q, %v", address, err)
	}
	return strings.TrimSuffix(u.Path, "/"+feed+".atom")
}

// privately checks that the private feed has everything in each format, and that
// its list of sources names only public ones.
func (c *canary) privately(public, club string) {
	c.t.Helper()
	for _, file := range []string{"club.atom", "club.rss", "club.json", "club/"} {
		text := read(c.t, public+club+"/"+file)
		for _, want := range []string{"How the m4rker came to town", "nights, the m4rker says: the text of the m4rker", "http://m4rker.example/1", "Mister m4rker", "About m4rker", "m4rker.example/0.mp3",
			"m4rker was put on paper", "second bridge", "Club of the m4rker"} {
			if !strings.Contains(text, want) {
				c.t.Errorf("%s lacks %q", file, want)
			}
		}
		if strings.Contains(text, "/m4rker.xml") {
			c.t.Errorf("%s names the address of a private source", file)
		}
	}
	if list := read(c.t, public+club+"/club.opml"); !strings.Contains(list, "/open.xml") || strings.Contains(list, "m4rker.xml") || strings.Contains(list, club) {
		c.t.Errorf("got %s", list)
	}
	var feed struct{ Items []struct{ URL string } }
	if err := json.Unmarshal([]byte(read(c.t, public+club+"/club.json")), &feed); err != nil {
		c.t.Fatal(err)
	}
	for _, item := range feed.Items {
		if path, ours := strings.CutPrefix(item.URL, "http://river.example"); ours {
			if text := read(c.t, public+path); !strings.Contains(text, "put on paper") || !strings.Contains(text, club+"/club/") {
				c.t.Errorf("the page of a private seed, at %s, lacks its text or its feed:\n%s", path, text)
			}
			return
		}
	}
	c.t.Error("no item leads to a page of ours")
}

// historically checks that the archive of a private feed, its older pages and a
// search in it work with the token.
func (c *canary) historically(public, past string) {
	c.t.Helper()
	c.await("the feed with a past has its stories", func() bool { return strings.Contains(read(c.t, public+past+"/past.atom"), "What the m4rker said") })
	c.command("run", "--rebuild-archive", "past")
	c.await("a page is closed", func() bool { return strings.Contains(read(c.t, public+past+"/past.atom"), "prev-archive") })
	before := regexp.MustCompile(past + `/past/older/\d+`).FindString(read(c.t, public+past+"/past/"))
	for path, want := range map[string]int{
		past + "/past/archive/1.atom": 100, past + "/past/archive/1.json": 100, before: 100, before + ".rss": 100,
		past + "/past.json?q=hinterzimmeraa": 1, past + "/search?q=hinterzimmeraa": 1, past + "/search?q=*zimmer*": 50,
	} {
		text := c.patiently(public + path)
		if n := len(regexp.MustCompile(`What the (?:<mark>)?m4rker(?:</mark>)? said, part \d+(?:</a></h|</title|","content)`).FindAllString(text, -1)); n != want || !strings.Contains(text, past+"/past") {
			c.t.Errorf("%s shows %d stories, want %d:\n%.3000s", path, n, want, text)
		}
	}
}

// patiently is like read, but repeats a search that is given up because the machine is busy.
func (c *canary) patiently(address string) (text string) {
	c.t.Helper()
	c.await("there is time for a search", func() bool {
		text = read(c.t, address)
		return !strings.Contains(text, "take too long just now")
	})
	return text
}

// asGuest records what the holder of one private feed's token is told about other
// private feeds. The token itself is removed from the answers, where it is
// allowed.
func (c *canary) asGuest(public, guests string) {
	c.t.Helper()
	get := func(path string) string {
		text := c.get(public + guests + path)
		where := "GET " + public + guests + path
		c.said[where] = strings.ReplaceAll(c.said[where], strings.TrimPrefix(guests, "/private/"), "TOKEN")
		return text
	}
	for _, path := range []string{"/guests.atom", "/guests.rss", "/guests.json", "/guests.opml", "/guests/", "/guests/older/9223372036854775807", "/guests/older/9223372036854775807.atom",
		"/guests/archive/1.atom", "/past.atom", "/past/archive/1.atom", "/past/older/9223372036854775807", "/past.atom?q=said"} {
		get(path)
	}
	for _, q := range []string{"said", "hinterzimmeraa", "*zimmer*", "bakers", "source:minutes", "source:inner", "tag:about", "-nothing"} {
		get("/search?q=" + q)
		get("/search?sort=best&q=" + q)
		get("/guests.atom?q=" + q)
	}
	if text := get("/search?q=second"); !strings.Contains(text, ">1 story<") {
		c.t.Errorf("a guest finds something else than the one public story:\n%s", text)
	}
}

// unfound checks that a search for a word that only a private source has is
// answered like a search for a word that no source has. Apart from the word
// itself, the answers must be equal. The same must hold for a search in each of
// the given feeds.
func (c *canary) unfound(public, search string, feeds ...string) {
	c.t.Helper()
	const other = "n0where" // a word that nothing contains, as long as the marker
	paths := []string{"?q=%s", "?sort=best&q=%s", "?feed=all&q=%s", "?q=title:%s", "?q=text:%s", "?q=author:%s", "?q=tag:%s"}
	for i := range paths {
		paths[i] = search + paths[i]
	}
	paths = append(paths, "/why?url=http://%s.example/0", "/why?url=http://%s.example/1", "/why?url=http://%s.example/")
	for _, path := range paths {
		got, want := c.patiently(public+fmt.Sprintf(path, marker)), c.patiently(public+fmt.Sprintf(path, other))
		if got = strings.ReplaceAll(got, marker, other); got != want {
			c.t.Errorf("%s tells of what is private:\n%s\nwant\n%s", path, got, want)
		}
	}
	if len(feeds) == 0 {
		return
	}
	asked := []string{"/search.atom?q=", "/search.rss?q="}
	for _, name := range feeds {
		asked = append(asked, "/feeds/"+name+".atom?q=", "/feeds/"+name+".rss?q=")
	}
	for _, path := range asked {
		if text := c.patiently(public + path + marker); !strings.Contains(text, "What a search finds") || strings.Contains(text, "<entry") || strings.Contains(text, "<item") {
			c.t.Errorf("%s tells of what is private:\n%s", path, text)
		}
	}
	if text := c.patiently(public + "/search.json?q=" + marker); !strings.Contains(text, `"items":[]`) {
		c.t.Errorf("a search tells of what is private:\n%s", text)
	}
}

// unpushed checks that our hub takes no subscription of a private feed, and that
// none names the hub.
func (c *canary) unpushed(public, club, callback string) {
	c.t.Helper()
	for topic, want := range map[string]int{"/feeds/all.atom": http.StatusAccepted, club + "/club.atom": http.StatusBadRequest, "/feeds/club.atom": http.StatusBadRequest} {
		resp, err := http.PostForm(public+"/hub", url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"http://river.example" + topic}, "hub.callback": {callback}})
		if err != nil {
			c.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			c.t.Errorf("the hub answers %d for %s, want %d", resp.StatusCode, topic, want)
		}
	}
	for _, file := range []string{"club.atom", "club.rss", "club.json", "club/"} {
		resp, err := http.Get(public + club + "/" + file)
		if err != nil {
			c.t.Fatal(err)
		}
		resp.Body.Close()
		if text := read(c.t, public+club+"/"+file); resp.Header["Link"] != nil || strings.Contains(text, "river.example/hub") || strings.Contains(text, "/older/") {
			c.t.Errorf("%s names the hub, or pages that are not there: %v\n%s", file, resp.Header, text)
		}
	}
}

// database records all bytes of the database.
func (c *canary) database() {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(c.config), "data", "tributary.db*"))
	if err != nil || len(files) == 0 {
		c.t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			c.t.Fatal(err)
		}
		c.said[path] = string(data)
	}
}

// find reports every place where text was recorded. some is a place where
// something must have been recorded.
func (c *canary) find(text, some string) {
	c.t.Helper()
	if c.said[some] == "" {
		c.t.Errorf("nothing was said at %q: this proves little", some)
	}
	for where, said := range c.said {
		if at := strings.Index(said, text); at >= 0 {
			c.t.Errorf("%s: …%q…", where, said[max(0, at-150):min(len(said), at+80)])
		}
	}
}

// read returns the body of a response without recording it.
func read(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
