package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/publish"
)

// An export follows links within the site only, and none with a query.
func TestExportFollowsTheSiteAlone(t *testing.T) {
	x := export{site: "http://river.example/fluss", seen: map[string]bool{}}
	for reference, want := range map[string]string{
		"/fluss/feeds/all/":                          "/feeds/all/",
		"http://river.example/fluss/stories/abc#top": "/stories/abc",
		"archive/1.atom":                             "/feeds/all/archive/1.atom",
		"http://river.example/other/":                "",
		"http://elsewhere.example/fluss/feeds/all/":  "",
		"/fluss/search?q=x":                          "",
		"/fluss/feeds/../../etc":                     "",
		"/fluss/feeds/%2e%2e/x":                      "",
		"/fluss/feeds/.hidden":                       "",
		"javascript:alert(1)":                        "",
		"":                                           "/feeds/all/",
	} {
		if got := x.below("/feeds/all/", reference); got != want {
			t.Errorf("%q: got %q, want %q", reference, got, want)
		}
	}
	x.follow("/search", "/why", "/private/token/x.atom", "/hub", "/healthz", "relative", "")
	if len(x.queue) != 0 {
		t.Errorf("followed %q, want none", x.queue)
	}
}

// The text of an entry may link to any page of a feed's past. Such a link creates no file and does
// not use up the number of pages that our own documents lead to.
func TestStrangersDoNotLeafBack(t *testing.T) {
	b := newBench(t)
	past(b, false)
	var text strings.Builder
	for _, ext := range []string{"", ".atom", ".rss", ".json"} {
		for i := range 3 * olderPages {
			fmt.Fprintf(&text, `<a href="%s/feeds/all/older/%d%s">back</a> `, b.site.URL, math.MaxInt64-int64(i), ext)
		}
	}
	b.fetch("a", news.Entry{GUID: "https://a.example/links", Link: "https://a.example/links", Title: "Links", Content: "<p>" + text.String() + "</p>", Published: b.now})
	b.publish()
	files, err := b.web.Export(t.Context(), &publish.Folder{Path: t.TempDir(), Key: "export"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for e := b.pub.Shelf.Edition("all"); e.Older.Before > 0; {
		for _, ext := range []string{".html", ".atom", ".rss", ".json"} {
			want[fmt.Sprintf("feeds/all/older/%d%s", e.Older.Before, ext)] = true
		}
		if e, err = b.db.Older(t.Context(), b.site, b.feeds[0], e.Older.Before); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]bool{}
	for _, name := range files {
		if strings.Contains(name, "/older/") {
			got[name] = true
		}
	}
	if len(want) < 8 || !maps.Equal(got, want) {
		t.Errorf("the past is %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// endless is a store in which every feed has an endless past.
type endless struct{ Views }

func (v endless) Older(ctx context.Context, site news.Site, f news.Feed, before int64) (*news.Edition, error) {
	e, err := v.Views.Older(ctx, site, f, before)
	if err == nil {
		e.Older.Before = before - 1
	}
	return e, err
}

func TestExportLeafsBackSoFar(t *testing.T) {
	b := newBench(t)
	past(b, false)
	b.web.Views = endless{b.db}
	files, err := b.web.Export(t.Context(), &publish.Folder{Path: t.TempDir(), Key: "export"})
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]int{}
	for _, name := range files {
		if strings.Contains(name, "/older/") {
			pages[filepath.Ext(name)]++
		}
	}
	if want := map[string]int{".html": olderPages, ".atom": olderPages, ".rss": olderPages, ".json": olderPages}; !maps.Equal(pages, want) {
		t.Errorf("pages of the past: %v, want %v", pages, want)
	}
}

// Every link of ours leads to a file, also from where the export ends.
func TestExportHasNoDeadLinks(t *testing.T) {
	b := newBench(t)
	past(b, false)
	b.feeds[0].Limit = 250 // which older pages repeat, if one leafs back and then on again
	b.configure([]news.Source{b.sources["a"], b.sources["seeds"]}, b.feeds[0])
	b.publish()
	b.web.Views = endless{b.db}
	folder := &publish.Folder{Path: t.TempDir(), Key: "export"}
	files, err := b.web.Export(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	own, links := regexp.MustCompile(regexp.QuoteMeta(b.site.URL)+`(/[^"<>\s\\]*)?`), 0
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(folder.Path, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range own.FindAllSubmatch(text, -1) {
			links++
			at, isPage := string(m[1]), path.Ext(string(m[1])) == ""
			if at != "" && !slices.Contains(files, exportName(at, isPage)) {
				t.Errorf("%s links to %s, which is no file", name, at)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were looked at", links)
	}
}

// asks matches what asks the server something: the search form and the link to /why.
var asks = regexp.MustCompile(`<form.*</form>|<li><a href="[^"]*/why">.*</li>`)

// visits matches when a source was visited and will be, which a file says in other words than we.
var visits = regexp.MustCompile(`<div><dt>(Last|Next) visit</dt>.*</div>`)

// A static web server sends the same for a path as we do, except for what only we can answer. Our
// own pages still have that.
func TestExportIsTheSite(t *testing.T) {
	b := newBench(t)
	past(b, false)
	before := strconv.FormatInt(b.pub.Shelf.Edition("all").Older.Before, 10)
	base := b.serve()
	folder := &publish.Folder{Path: t.TempDir(), Key: "export"}
	files, err := b.web.Export(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	words := func(page []byte) string {
		return strings.Join(strings.Fields(string(visits.ReplaceAll(page, nil))), " ")
	}
	for path, want := range map[string]struct {
		file string
		asks int
	}{
		"/": {"index.html", 2}, "/feeds/all.atom": {"feeds/all.atom", 0}, "/feeds/all.json": {"feeds/all.json", 0}, "/feeds/all/": {"feeds/all/index.html", 2}, "/sources/a": {"sources/a.html", 1},
		"/stories/" + b.story("Seed"): {"stories/" + b.story("Seed") + ".html", 1}, "/feeds/all/older/" + before: {"feeds/all/older/" + before + ".html", 2},
	} {
		got, err := os.ReadFile(filepath.Join(folder.Path, want.file))
		live := ask(t, "GET", base+path).body
		if n := len(asks.FindAll(live, -1)); n != want.asks {
			t.Errorf("%s asks for %d things, want %d:\n%s", path, n, want.asks, live)
		}
		if err != nil || words(got) != words(asks.ReplaceAll(live, nil)) || want.asks == 0 && string(got) != string(live) {
			t.Errorf("%s: %v, got\n%s\nwant, without what is asked,\n%s", path, err, got, live)
		}
	}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(folder.Path, name))
		if err != nil || bytes.Contains(text, []byte("<form")) || bytes.Contains(text, []byte(`/why"`)) {
			t.Errorf("%s asks for what nobody answers (%v)", name, err)
		}
	}
	if len(files) < 6 {
		t.Errorf("wrote %q", files)
	}
}

// A file is read at any time. It does not say how long ago something was, and so it does not
// change because time passes.
func TestExportStandsStill(t *testing.T) {
	b := newBench(t)
	folder := &publish.Folder{Path: t.TempDir(), Key: "export"}
	read := func() map[string]string {
		files, err := b.web.Export(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		for _, name := range files {
			text, err := os.ReadFile(filepath.Join(folder.Path, name))
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(text)
		}
		return texts
	}
	before := read()
	if page := before["sources/a.html"]; !strings.Contains(page, "<dt>Last visit</dt>") || strings.Contains(page, "<dt>Next visit</dt>") {
		t.Errorf("the page of a source has no last visit, or a next one:\n%s", page)
	}
	now := b.web.Now
	b.web.Now = func() time.Time { return now().Add(17 * time.Minute) }
	for name, text := range read() {
		if text != before[name] {
			t.Errorf("%s changed with the time:\n%s", name, text)
		}
	}
}
