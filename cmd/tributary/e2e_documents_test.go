package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
)

// cabinet is a river with sources and feeds of all kinds, so that every kind of
// document it publishes is checked.
type cabinet struct {
	*river
	documents map[string][]byte // by path and query
}

// TestDocuments validates every document of a varied river: live, older and
// archived feeds, searches, podcasts, private feeds, the health feed and an empty
// one, with a hub. It also checks the accessibility of the pages.
func TestDocuments(t *testing.T) {
	t.Parallel()
	c := newCabinet(t)
	c.collect(t)
	t.Run("JSON Feed", c.testJSON)
	t.Run("RELAX NG", c.testSchema)
	t.Run("validator", func(t *testing.T) {
		xml := map[string][]byte{}
		for at, body := range c.documents {
			if !strings.Contains(at, ".json") {
				xml[siteURL+at] = body
			}
		}
		validate(t, xml)
	})
	t.Run("pages", c.testPages)
}

func newCabinet(t *testing.T) *cabinet {
	t.Helper()
	varied, cast := &outlet{file: "varied.atom"}, &outlet{file: "varied.rss"}
	varied.start(t, 2)
	cast.start(t, 3)
	chronik := newPaper(t, 4, "chronik", "rss")
	chronik.print(chapters(1, 230, time.Now().UTC().Add(-24*time.Hour).Truncate(time.Hour))...)
	missing := listen(t, 5, http.NotFoundHandler()) + "/feed.xml"
	var press strings.Builder // papers that all report one story
	ports := []string{port(t, varied.url), port(t, cast.url), port(t, chronik.url), port(t, missing)}
	for i, name := range []string{"agency", "kurier", "echo", "bote"} {
		p := newPaper(t, 6+i, name, "atom")
		p.print(copied(1, name, time.Now().UTC().Add(time.Duration(i-9)*time.Hour).Truncate(time.Hour)))
		fmt.Fprintf(&press, "  - {feed: %s, name: %s}\n", p.url, name)
		ports = append(ports, port(t, p.url))
	}
	c := &cabinet{documents: map[string][]byte{}}
	c.river = settle(t, build(t), fmt.Sprintf(`site: {title: "Prüf & Fluss", url: %s}
listen: 127.0.0.1:0
admin: 127.0.0.1:0
hub: on
limits: {spacing: 0s}
defaults: {schedule: %q, allow_networks: [127.0.0.0/8], allow_ports: [%s]}
sources:
  - {feed: %s, name: varied, title: "Odd & <ends>", tags: [text]}
  - {feed: %s, name: cast}
  - {feed: %s, name: chronik}
  - {feed: %s, name: missing}
  - {seeds: seeds/*, name: seeds, tags: [text]}
%sfeeds:
  - {name: all, title: "All <of> it & more", description: "A sentence.", author: Ilse}
  - {name: grouped, sources: [varied, cast, seeds, agency, kurier, echo, bote], duplicates: group, also_reported: true}
  - {name: short, content: summary, tags: [text]}
  - {name: links, content: link}
  - {name: plain, sources: [chronik], limit: 20, window: 0s}
  - {name: chronicle, sources: [chronik], archive: true, limit: 20, window: 0s, image: "https://river.example/logo.png"}
  - {name: arabic, title: "نهر", language: ar, where: 'language == "ar"'}
  - {name: empty, where: 'title == "none is called that"'}
  - {name: listen, kind: podcast, sources: [cast], language: en, description: Heard, author: Anna, image: "https://river.example/cover.jpg", email: anna@river.example, explicit: false, categories: [News > Politics, Society & Culture]}
  - {name: club, access: private, title: For members}
  - {name: heard, access: private, kind: podcast, sources: [cast], language: en, description: Heard, author: Anna, image: "https://river.example/cover.jpg", email: anna@river.example, categories: [News]}
  - {name: problems, access: private, kind: health}
`, siteURL, halfADayAway(), strings.Join(ports, ", "), varied.url, cast.url, chronik.url, missing, press.String()))
	if err := os.Remove(filepath.Join(c.dir, "seeds")); err != nil {
		t.Fatal(err)
	}
	copySeeds(t, filepath.Join(c.dir, "seeds"))
	c.command(t, "run", "--all")
	c.command(t, "run", "--rebuild-archive", "chronicle")
	return c
}

// collect gets every document that readers can subscribe to, and the documents
// that these link to.
func (c *cabinet) collect(t *testing.T) {
	t.Helper()
	var paths []string
	for _, ext := range []string{".atom", ".rss", ".json"} {
		for _, feed := range []string{"all", "grouped", "short", "links", "plain", "chronicle", "arabic", "empty", "listen"} {
			paths = append(paths, "/feeds/"+feed+ext)
		}
		for _, feed := range []string{"club", "heard", "problems"} {
			address, err := url.Parse(strings.TrimSpace(c.command(t, "token", "add", feed, "anna"+ext[1:])))
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, strings.TrimPrefix(strings.TrimSuffix(address.Path, ".atom"), "/water")+ext)
		}
		for _, q := range []string{"water", "wat*", `"nothing at all"`, "title:seals OR tag:things", "النهر"} {
			paths = append(paths, "/search"+ext+"?q="+url.QueryEscape(q), "/feeds/chronicle"+ext+"?q="+url.QueryEscape(q))
		}
	}
	c.serve(t)
	eventually(t, func() string {
		if resp, _ := c.get(t, "/readyz", nil); resp.StatusCode != http.StatusOK {
			return "it is not ready"
		}
		return ""
	})
	for ; len(paths) > 0; paths = paths[1:] {
		if c.documents[paths[0]] == nil {
			paths = append(paths, c.document(t, paths[0])...)
		}
	}
	if n := len(c.documents); n < 75 {
		t.Errorf("%d documents, want all of them", n)
	}
}

// paged matches the links to further documents of a feed.
var paged = regexp.MustCompile(`<(?:atom:)?link href="` + siteURL + `(/feeds/[^"]+)" rel="(?:next|previous|prev-archive|next-archive|current|self)"|"next_url":"` + siteURL + `(/feeds/[^"]+)"`)

// document gets a document, and waits while the daemon is busy. It returns the
// documents it links to.
func (c *cabinet) document(t *testing.T, at string) (more []string) {
	t.Helper()
	var body []byte
	eventually(t, func() string {
		resp, got := c.get(t, at, nil)
		if body = got; resp.StatusCode != http.StatusOK {
			return fmt.Sprintf("%s answers %d %.200s", at, resp.StatusCode, got)
		}
		at = strings.TrimPrefix(resp.Request.URL.RequestURI(), "/water") // a missing next page redirects to the live document
		return ""
	})
	c.documents[at] = body
	for _, found := range paged.FindAllSubmatch(body, -1) {
		more = append(more, strings.ReplaceAll(string(found[1])+string(found[2]), "&amp;", "&"))
	}
	return more
}

// testJSON checks every JSON Feed against the specification.
func (c *cabinet) testJSON(t *testing.T) {
	n := 0
	for at, body := range c.documents {
		if !strings.Contains(at, ".json") {
			continue
		}
		n++
		for _, problem := range feedtest.JSONFeed(body) {
			t.Errorf("%s: %s", at, problem)
		}
	}
	if n < 25 {
		t.Errorf("%d documents, want all of them", n)
	}
}

// testSchema validates every Atom document with jing against the schema of RFC
// 4287, appendix B. ATOM_RNC is a file with the schema; without it the test is
// skipped.
func (c *cabinet) testSchema(t *testing.T) {
	schema := os.Getenv("ATOM_RNC")
	if schema == "" {
		t.Skip("ATOM_RNC names no file with the schema of RFC 4287: it was not asked")
	}
	jing, folder := program(t, "jing"), t.TempDir()
	args := []string{"-c", schema}
	for at, body := range c.documents {
		if !strings.Contains(at, ".atom") {
			continue
		}
		name := fmt.Sprintf("%d.atom", len(args))
		write(t, folder, name, string(body))
		t.Logf("%s is %s", name, at)
		args = append(args, name)
	}
	run(t, folder, nil, jing, args...)
}
