package web

import (
	"fmt"
	"net/http"
	"testing"
)

// Requests of hubs reach their handler with and without the path of the public URL. No other route
// accepts them.
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

// Our hub accepts requests with and without the path of the public URL. Documents name it, a 304
// included.
func TestOurHubIsRoutedAndNamed(t *testing.T) {
	b := newBench(t)
	b.site.URL, b.site.Hub = "https://me.example/river", "https://me.example/river/hub"
	b.web.Hub = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " hub") })
	b.publish()
	b.show()
	base := b.serve()
	const want = `<https://me.example/river/hub>; rel="hub", <https://me.example/river/feeds/all.rss>; rel="self"`
	first := ask(t, http.MethodGet, base+"/feeds/all.rss")
	again := ask(t, http.MethodHead, base+"/feeds/all.rss", "If-None-Match: "+first.header.Get("ETag"))
	for _, got := range []answer{first, again} {
		if links := got.header.Values("Link"); len(links) != 1 || links[0] != want {
			t.Errorf("%d: Link %q, want %q", got.status, links, want)
		}
	}
	if again.status != http.StatusNotModified {
		t.Errorf("asked again: got %d, want 304", again.status)
	}
	for _, path := range []string{"/feeds/all/", "/feeds/all.opml"} { // not offered for subscription
		if links := ask(t, http.MethodGet, base+path).header.Values("Link"); len(links) > 0 {
			t.Errorf("%s: Link %q, want none", path, links)
		}
	}
	for _, path := range []string{"/hub", "/river/hub"} {
		if got := ask(t, http.MethodPost, base+path); got.status != http.StatusOK || string(got.body) != "POST hub" {
			t.Errorf("%s: got %d %q", path, got.status, got.body)
		}
	}
	if got := ask(t, http.MethodPost, newBench(t).serve()+"/hub"); got.status != http.StatusNotFound {
		t.Errorf("without a hub: got %d, want 404", got.status)
	}
}
