package web

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tributary/internal/publish"
)

// An export follows what it finds, inside the site only and never into questions.
func TestExportFollowsTheSiteAlone(t *testing.T) {
	x := export{site: "http://river.example/fluss", seen: map[string]bool{}, older: map[string]int{}}
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
	for range 2 * olderPages {
		x.follow("/feeds/all/older/" + strings.Repeat("1", len(x.queue)+1) + ".atom")
	}
	if len(x.queue) != olderPages {
		t.Errorf("%d older pages, want %d", len(x.queue), olderPages)
	}
}

// asks are what a page asks of us.
var asks = regexp.MustCompile(`<form.*</form>|<li><a href="[^"]*/why">.*</li>`)

// What a static web server sends for a path is what we would, without what only we can
// answer; what we send ourselves has it still.
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
	words := func(page []byte) string { return strings.Join(strings.Fields(string(page)), " ") }
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
