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

// A feed that is renamed keeps its ids and its stories; its old addresses lead to
// the new ones, and its old files are gone.
func TestARenamedFeedKeepsItsSubscribers(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: old, title: News}")
	r := h.serve()
	r.awaitTitles("old", "A1 A2")
	feedID := regexp.MustCompile(`<id>urn:uuid:[^<]*</id>`)
	_, before := r.get("/feeds/old.atom")

	r.configure("sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: new, title: Other news, moved_from: [older, old]}")
	r.reloaded()
	r.awaitTitles("new", "A1 A2")
	_, after := r.get("/feeds/new.atom")
	if was, is := feedID.FindString(before), feedID.FindString(after); was == "" || was != is {
		t.Errorf("the feed was %s, is %s", was, is)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{
		"/feeds/old.atom": "/feeds/new.atom", "/feeds/older.rss": "/feeds/new.rss", "/feeds/old.json": "/feeds/new.json", "/feeds/old.opml": "/feeds/new.opml",
		"/feeds/old/": "/feeds/new/", "/feeds/old": "/feeds/new", "/feeds/old/archive/1.atom": "/feeds/new/archive/1.atom", "/feeds/old/older/5": "/feeds/new/older/5",
		"/feeds/old.atom?x=1": "/feeds/new.atom?x=1", "/feeds/old.atom?q=a1": "/feeds/new.atom?q=a1",
	} {
		resp, err := client.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusPermanentRedirect || got != want {
			t.Errorf("%s: got %d to %q, want 308 to %s", path, resp.StatusCode, got, want)
		}
	}
	r.await("a search of the old name finds the new one", func() bool { // a busy machine may give one up
		code, body := r.get("/search?q=a1&feed=old")
		return code == http.StatusOK && strings.Contains(body, "/feeds/new.atom?q=a1")
	})
	h.await("the old files are gone", func() bool {
		left, err := filepath.Glob(filepath.Join(h.dir, "feeds", "old*"))
		return err == nil && len(left) == 0
	})
	h.await("the new ones are there", func() bool {
		_, err := os.Stat(filepath.Join(h.dir, "feeds", "new.atom"))
		return err == nil
	})

	// Without the line nobody knows the old name any more; the feed stays what it is.
	r.configure("sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: new}")
	r.reloaded()
	if code, _ := r.get("/feeds/old.atom"); code != http.StatusNotFound {
		t.Errorf("without moved_from: got %d, want 404", code)
	}
	if _, again := r.get("/feeds/new.atom"); !strings.Contains(again, feedID.FindString(before)) {
		t.Error("the id of the feed changed without moved_from")
	}
}
