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
	for path, want := range map[string]string{
		"/feeds/old.atom": "/feeds/new.atom", "/feeds/older.rss": "/feeds/new.rss", "/feeds/old.json": "/feeds/new.json", "/feeds/old.opml": "/feeds/new.opml",
		"/feeds/old/": "/feeds/new/", "/feeds/old": "/feeds/new", "/feeds/old/archive/1.atom": "/feeds/new/archive/1.atom", "/feeds/old/older/5": "/feeds/new/older/5",
		"/feeds/old.atom?x=1": "/feeds/new.atom?x=1", "/feeds/old.atom?q=a1": "/feeds/new.atom?q=a1",
	} {
		if code, got := location(t, r.url+path); code != http.StatusPermanentRedirect || got != want {
			t.Errorf("%s: got %d to %q, want 308 to %s", path, code, got, want)
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

	// Without the line the old names are remembered; the feed stays what it is.
	r.configure("sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: new}")
	r.reloaded()
	if code, to := location(t, r.url+"/feeds/old.atom"); code != http.StatusPermanentRedirect || to != "/feeds/new.atom" {
		t.Errorf("without moved_from: got %d to %q, want 308", code, to)
	}
	if _, again := r.get("/feeds/new.atom"); !strings.Contains(again, feedID.FindString(before)) {
		t.Error("the id of the feed changed without moved_from")
	}
}

// location asks for an address, and returns what it is told and where it is led.
func location(t *testing.T, url string) (code int, to string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// A feed that is renamed again and again is found by every name that it ever had,
// until it is gone: then they say so. A name that a feed has anew is that feed's.
func TestFormerNamesAreRemembered(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all}")
	r := h.serve()
	r.awaitTitles("all", "A1 A2")
	for _, step := range []struct {
		feeds string
		want  map[string]string // where a name leads; "" is gone, "here" itself
	}{
		{"  - {name: river, moved_from: [all]}", map[string]string{"all": "river", "river": "here"}},
		{"  - {name: stream, moved_from: [river]}", map[string]string{"all": "stream", "river": "stream", "stream": "here"}},
		{"  - {name: stream}", map[string]string{"all": "stream", "river": "stream", "stream": "here"}},
		{"  - {name: stream, access: private}", map[string]string{"all": "", "river": "", "stream": ""}},
		{"  - {name: stream}", map[string]string{"all": "stream", "river": "stream", "stream": "here"}},
		{"  - {name: other}", map[string]string{"all": "", "river": "", "stream": "", "other": "here"}},
		{"  - {name: other}\n  - {name: river}", map[string]string{"all": "", "river": "here", "stream": ""}},
		{"  - {name: other, moved_from: [stream]}", map[string]string{"all": "other", "river": "", "stream": "other", "other": "here"}},
	} {
		r.configure("sources:", source(up, "a", "/a", ""), "feeds:", step.feeds)
		r.reloaded()
		for name, want := range step.want {
			for _, path := range []string{".atom", ".rss", ".json", ".opml", "/", "", "/archive/1.atom", "/older/5"} {
				code, to := location(t, r.url+"/feeds/"+name+path)
				switch {
				case want == "here":
					if code == http.StatusGone || strings.HasPrefix(to, "/feeds/") && !strings.HasPrefix(to, "/feeds/"+name) {
						t.Errorf("%s: %s%s: got %d to %q, want the feed", step.feeds, name, path, code, to)
					}
				case want == "":
					if code != http.StatusGone {
						t.Errorf("%s: %s%s: got %d to %q, want 410", step.feeds, name, path, code, to)
					}
				case code != http.StatusPermanentRedirect || to != "/feeds/"+want+path:
					t.Errorf("%s: %s%s: got %d to %q, want 308 to %s", step.feeds, name, path, code, to, want)
				}
			}
		}
	}
}
