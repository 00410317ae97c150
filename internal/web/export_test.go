package web

import (
	"os"
	"path/filepath"
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

// What a static web server sends for a path is what we would.
func TestExportIsTheSite(t *testing.T) {
	b := newBench(t)
	base := b.serve()
	folder := &publish.Folder{Path: t.TempDir(), Key: "export"}
	files, err := b.web.Export(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	for path, file := range map[string]string{"/": "index.html", "/feeds/all.atom": "feeds/all.atom", "/feeds/all/": "feeds/all/index.html", "/sources/a": "sources/a.html"} {
		got, err := os.ReadFile(filepath.Join(folder.Path, file))
		if want := ask(t, "GET", base+path).body; err != nil || string(got) != string(want) {
			t.Errorf("%s: %v, got %d bytes, want %d", path, err, len(got), len(want))
		}
	}
	if len(files) < 6 {
		t.Errorf("wrote %q", files)
	}
}
