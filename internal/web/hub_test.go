package web

import (
	"fmt"
	"net/http"
	"testing"
)

// Hubs reach their handler below the path of the public URL and without it; no
// other route takes what they send.
func TestHubRoute(t *testing.T) {
	b := newBench(t)
	b.site.URL = "https://me.example/river/"
	b.web.Push = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Method, " ", r.PathValue("id"))
	})
	b.show()
	base := b.serve()
	for _, path := range []string{"/websub/abc", "/river/websub/abc"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if got := ask(t, method, base+path); got.status != http.StatusOK || string(got.body) != method+" abc" {
				t.Errorf("%s %s: got %d %q", method, path, got.status, got.body)
			}
		}
	}
	for _, path := range []string{"/websub", "/websub/", "/websub/a/b"} {
		if got := ask(t, http.MethodGet, base+path); got.status != http.StatusNotFound && got.status != http.StatusPermanentRedirect {
			t.Errorf("%s: got %d, want 404", path, got.status)
		}
	}
	if got := ask(t, http.MethodPost, base+"/feeds/all.atom"); got.status != http.StatusMethodNotAllowed {
		t.Errorf("a POST elsewhere: got %d, want 405", got.status)
	}
	if got := ask(t, http.MethodPost, newBench(t).serve()+"/websub/abc"); got.status != http.StatusNotFound {
		t.Errorf("without push: got %d, want 404", got.status)
	}
}
