package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/web"
)

// TestTurnoverIsTold: how often readers come is noted from their requests and stored,
// and the operator is told who misses what.
func TestTurnoverIsTold(t *testing.T) {
	up := feedtest.New(t)
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all, limit: 1, window: 0}", "  - {name: more}")
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	for _, titles := range [][]string{{"A1"}, {"A1", "A2"}, {"A1", "A2", "A3"}} {
		up.Handle("/a", feedtest.Response{Body: rss(titles...)})
		if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	d.server.Readers = web.NewReaders(func() time.Time { return now })
	for range 3 {
		for _, feed := range []string{"all", "more"} {
			r := httptest.NewRequest(http.MethodGet, "/feeds/"+feed+".atom", nil)
			r.RemoteAddr = "203.0.113.1:1"
			r.Header.Set("User-Agent", "Reeder/5")
			r.Header.Set("If-None-Match", `"x"`)
			answer := httptest.NewRecorder()
			if d.server.Handler().ServeHTTP(answer, r); answer.Code != http.StatusOK {
				t.Fatalf("%s: got %d", feed, answer.Code)
			}
		}
		now = now.Add(12 * time.Hour)
		d.noteReaders(t.Context())
	}
	status := (&running{Daemon: d}).admin("/status")
	const want = "turns over faster than Reeder comes: up to 2 new stories in the 12 h between two visits; limit: 10 would show them"
	if strings.Count(status, want) != 1 {
		t.Errorf("got %s\nwant once %q", status, want)
	}
}
