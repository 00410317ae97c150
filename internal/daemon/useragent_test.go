package daemon

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

func TestUserAgent(t *testing.T) {
	tests := []struct {
		site    news.Site
		readers int
		want    string
	}{
		{news.Site{URL: "https://river.example/"}, 12, "Tributary/1.2 (+https://river.example/; 12 subscribers)"},
		{news.Site{URL: "https://river.example/", Contact: "anna@river.example"}, 0, "Tributary/1.2 (+https://river.example/; anna@river.example; 0 subscribers)"},
		{news.Site{URL: "https://river.example/"}, -1, "Tributary/1.2 (+https://river.example/)"},
		{news.Site{URL: "http://localhost:8080"}, 1, "Tributary/1.2 (1 subscribers)"},
		{news.Site{URL: "http://localhost:8080"}, -1, "Tributary/1.2"},
		{news.Site{}, -1, "Tributary/1.2"},
	}
	for _, tt := range tests {
		if got := UserAgent("1.2", tt.site, tt.readers); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestPublishersLearnTheNumberOfReaders has one person read a feed, and looks at
// what a publisher is told before and after.
func TestPublishersLearnTheNumberOfReaders(t *testing.T) {
	t.Parallel()
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	up.Handle("/b", feedtest.Response{Body: rss("B1")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""))
	r := h.serve()
	r.await("the first fetch", func() bool { return up.Count("/a") > 0 })
	r.awaitTitles("all", "A1") // reads the feed
	r.configure("sources:", source(up, "a", "/a", ""), source(up, "b", "/b", ""))
	r.reloaded()
	r.await("the second fetch", func() bool { return up.Count("/b") > 0 })
	for path, want := range map[string]string{
		"/a": "Tributary/test (+http://river.example; 0 subscribers)",
		"/b": "Tributary/test (+http://river.example; 1 subscribers)",
	} {
		if got := up.Requests(path)[0].Header.Get("User-Agent"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// TestSourcesDoNotReachOurselves configures our own address as a source, with
// everything that would allow it.
func TestSourcesDoNotReachOurselves(t *testing.T) {
	h := newHome(t, "sources: []")
	h.seed("a.txt", "Titel\n\nEin Satz.")
	h.configure(seedsOnly)
	r := h.serve()
	_, port, _ := strings.Cut(strings.TrimPrefix(r.url, "http://"), ":")
	r.configure(fmt.Sprintf("sources: [{feed: %q, name: self, allow_networks: [127.0.0.0/8], allow_ports: [%s]}]", r.url+"/readyz", port))
	if status, _ := r.get("/readyz"); status != http.StatusOK && status != http.StatusServiceUnavailable {
		t.Fatalf("we do not answer ourselves: status %d", status)
	}
	r.reloaded()
	var last news.Fetch
	r.await("the fetch of ourselves", func() bool {
		s, err := r.db.State(t.Context(), "self")
		if err == nil && s != nil {
			last = s.Last
		}
		return last.Outcome != ""
	})
	if last.Outcome != news.OutcomeBlocked || !strings.Contains(last.Error, "it is where we listen ourselves") {
		t.Errorf("got %+v, want it blocked", last)
	}
}
