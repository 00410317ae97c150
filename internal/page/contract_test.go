package page

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tributary/internal/news"
)

// tree parses a page as a browser does.
func tree(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// all returns the elements with the name below n, in document order; "" means any.
func all(n *html.Node, name string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "" || d.Data == name) {
			found = append(found, d)
		}
	}
	return found
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, key string) string {
	v, _ := attribute(n, key)
	return v
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestTwinContract checks the markup of a feed's page that programs rely on, see Theme in
// docs/publishing.md.
func TestTwinContract(t *testing.T) {
	e := sampleEdition()
	root := tree(t, allPages(t)["twin"])
	articles := all(root, "article")
	if len(articles) != len(e.Shown) {
		t.Fatalf("%d articles, want %d", len(articles), len(e.Shown))
	}
	for i, a := range articles {
		s := e.Shown[i]
		if id := value(a, "id"); id != "s-"+s.StoryKey && !strings.HasPrefix(id, "s-"+s.StoryKey+"-") {
			t.Errorf("article %d is %q, want story %q: the order must be the edition's", i, id, s.StoryKey)
		}
		h2 := all(a, "h2")
		if len(h2) != 1 || h2[0].FirstChild == nil || h2[0].FirstChild.Data != "a" || text(h2[0]) != cmp.Or(s.Heading, s.Entry.Title) {
			t.Fatalf("article %d: want one h2 > a with %q", i, cmp.Or(s.Heading, s.Entry.Title))
		}
		want := s.Entry.Link
		if link(want) == "" {
			want = e.Site.StoryURL(s.StoryKey)
		}
		if got := value(h2[0].FirstChild, "href"); got != want {
			t.Errorf("article %d leads to %q, want %q", i, got, want)
		}
		times := all(a, "time")
		if len(times) != 1 || value(times[0], "datetime") != s.Published.UTC().Format("2006-01-02T15:04:05Z") {
			t.Errorf("article %d: want one time with %s", i, s.Published)
		}
		if !strings.Contains(text(a), s.SourceTitle) {
			t.Errorf("article %d does not name %q", i, s.SourceTitle)
		}
		for _, m := range s.Members {
			if name := m.SourceTitle; !strings.Contains(text(a), name) {
				t.Errorf("article %d does not name %q", i, name)
			}
		}
	}
	var alternates []string
	for _, l := range all(root, "link") {
		if value(l, "rel") == "alternate" {
			alternates = append(alternates, value(l, "type")+" "+value(l, "href"))
		}
	}
	if want := "application/atom+xml " + e.URL("atom"); len(alternates) != 1 || alternates[0] != want {
		t.Errorf("alternates %q, want %q alone", alternates, want)
	}
	for _, ext := range []string{"atom", "rss", "json", "opml"} {
		if !links(root, e.URL(ext)) {
			t.Errorf("no visible link to %s", e.URL(ext))
		}
	}
}

func links(root *html.Node, address string) bool {
	for _, a := range all(root, "a") {
		if value(a, "href") == address && text(a) != "" {
			return true
		}
	}
	return false
}

// TestEveryPage checks what must be true of every page, whatever a feed contains.
func TestEveryPage(t *testing.T) {
	for name, page := range allPages(t) {
		root := tree(t, page)
		checkIdentity(t, name, root)
		checkSafety(t, name, root)
		checkPictures(t, name, root)
		checkOutline(t, name, root)
		checkStyle(t, name, root)
	}
}

// checkIdentity: ids are unique, and references to ids have a target.
func checkIdentity(t *testing.T, name string, root *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range all(root, "") {
		id, ok := attribute(n, "id")
		if ok && (id == "" || ids[id]) {
			t.Errorf("%s: id %q is empty or used twice", name, id)
		}
		ids[id] = true
	}
	for _, n := range all(root, "") {
		if by := first(value(n, "aria-labelledby"), value(n, "for")); by != "" && !ids[by] {
			t.Errorf("%s: nothing has the id %q of a label", name, by)
		}
		if to, ok := strings.CutPrefix(value(n, "href"), "#"); ok && !ids[to] {
			t.Errorf("%s: nothing has the id %q of a link", name, to)
		}
	}
	for _, landmark := range []string{"main", "h1", "footer"} {
		if n := len(all(root, landmark)); n != 1 {
			t.Errorf("%s: %d <%s>, want 1", name, n, landmark)
		}
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// checkSafety: no scripts, no forms except those that ask this site, no style or event attributes,
// no addresses other than http or https.
func checkSafety(t *testing.T, name string, root *html.Node) {
	t.Helper()
	for _, n := range all(root, "") {
		switch n.Data {
		case "script", "iframe", "object", "embed", "base", "svg script":
			t.Errorf("%s: <%s>", name, n.Data)
		case "form": // asks its own page, or searches
			action, elsewhere := attribute(n, "action")
			searches := value(n, "role") == "search" && strings.HasPrefix(action, "/") && strings.HasSuffix(action, "/search")
			if value(n, "method") != "get" || elsewhere && !searches {
				t.Errorf("%s: a form that sends something, or leads elsewhere: %q", name, action)
			}
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "srcset" {
				t.Errorf("%s: attribute %s=%q of <%s>", name, a.Key, a.Val, n.Data)
			}
			if a.Key != "href" && a.Key != "src" && a.Key != "poster" {
				continue
			}
			u, err := url.Parse(a.Val)
			if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
				t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
			}
		}
	}
}

func checkPictures(t *testing.T, name string, root *html.Node) {
	t.Helper()
	for _, n := range all(root, "img") {
		_, alt := attribute(n, "alt")
		if !alt || value(n, "loading") != "lazy" || value(n, "referrerpolicy") != "no-referrer" {
			t.Errorf("%s: picture %s has no alt, is not lazy or sends a referrer", name, value(n, "src"))
		}
	}
	for _, kind := range []string{"audio", "video"} {
		for _, n := range all(root, kind) {
			if value(n, "preload") != "none" {
				t.Errorf("%s: %s %s loads by itself", name, kind, value(n, "src"))
			}
		}
	}
}

// checkOutline: headings start with h1 and never skip a level.
func checkOutline(t *testing.T, name string, root *html.Node) {
	t.Helper()
	last := 0
	for _, n := range all(root, "") {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		level := int(n.Data[1] - '0')
		if level > last+1 {
			t.Errorf("%s: <%s> %q after level %d", name, n.Data, text(n), last)
		}
		if text(n) == "" {
			t.Errorf("%s: an empty <%s>", name, n.Data)
		}
		last = level
	}
}

// checkStyle: there is one style sheet, and the policy allows it and no other.
func checkStyle(t *testing.T, name string, root *html.Node) {
	t.Helper()
	sheets := all(root, "style")
	if len(sheets) != 1 {
		t.Fatalf("%s: %d style sheets", name, len(sheets))
	}
	sum := sha256.Sum256([]byte(sheets[0].FirstChild.Data))
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	for _, n := range all(root, "meta") {
		if value(n, "http-equiv") == "Content-Security-Policy" && !strings.Contains(value(n, "content"), hash) {
			t.Errorf("%s: the policy in the page does not allow its own style", name)
		}
	}
	if !strings.Contains(builtin().CSP(), hash) || !strings.HasSuffix(builtin().CSP(), "frame-ancestors 'none'") {
		t.Errorf("%s: the policy of the header does not fit: %s", name, builtin().CSP())
	}
}

// TestGroup checks that a feed with grouping lists the headlines of other reports.
func TestGroup(t *testing.T) {
	e := sampleEdition()
	e.Feed.Duplicates = news.Group
	var b bytes.Buffer
	if err := builtin().Twin(&b, e); err != nil {
		t.Fatal(err)
	}
	if !links(tree(t, b.String()), "https://delta-courier.example/ferry") || !strings.Contains(b.String(), "Fähre liegt weiter fest") {
		t.Error("the other reports are not listed")
	}
}

// TestCanonical checks the canonical address of stories.
func TestCanonical(t *testing.T) {
	for name, want := range map[string]string{
		"story": "https://ufer.example/k1", "seed": sampleSite.StoryURL("k6"),
		"twin": "https://river.example/news/feeds/all/", "front": "https://river.example/news/",
	} {
		var got string
		for _, l := range all(tree(t, allPages(t)[name]), "link") {
			if value(l, "rel") == "canonical" {
				got = value(l, "href")
			}
		}
		if got != want {
			t.Errorf("%s: canonical %q, want %q", name, got, want)
		}
	}
}
