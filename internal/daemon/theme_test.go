package daemon

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/feedtest"
)

// TestThemeTakesEffect: a changed file of a theme is taken up without a signal, also
// by the feeds that did not change; one with problems changes nothing.
func TestThemeTakesEffect(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2")})
	h := newHome(t)
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(h.dir, "look", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("extra.css", "h1 { color: red }")
	h.configure("theme: look", "sources:", source(up, "a", "/a", ""))
	r := h.serve()
	r.awaitTitles("all", "A1 A2")
	_, before := r.get("/feeds/all/")
	if !strings.Contains(before, "h1 { color: red }</style>") {
		t.Error("the theme is not that of the twin")
	}

	put("front.html", `{{define "main"}}{{.Nothing}}{{end}}`)
	r.await("the problem is told", func() bool {
		return strings.Contains(r.log.String(), "front.html:1:20: <.Nothing>: can't evaluate field Nothing")
	})
	if _, now := r.get("/feeds/all/"); now != before {
		t.Error("a theme with problems changed the twin")
	}

	put("front.html", `{{define "main"}}<h1>Mine</h1>{{end}}`)
	put("extra.css", "h1 { color: blue }")
	r.await("the new theme is in force", func() bool {
		_, front := r.get("/")
		_, twin := r.get("/feeds/all/")
		return strings.Contains(front, "<h1>Mine</h1>") && strings.Contains(twin, "color: blue")
	})
	resp, err := http.Get(r.url + "/feeds/all/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	_, twin := r.get("/feeds/all/")
	hash := regexp.MustCompile(`sha256-[^'&]+`)
	stated := strings.ReplaceAll(twin, "&#43;", "+")
	if header := hash.FindString(resp.Header.Get("Content-Security-Policy")); header == "" || header != hash.FindString(stated) {
		t.Errorf("the policy of the header allows %s, that of the page %s", header, hash.FindString(stated))
	}

	h.configure("sources:", source(up, "a", "/a", ""))
	r.await("the theme is gone", func() bool {
		_, front := r.get("/")
		return strings.Contains(front, "Latest stories")
	})
}
