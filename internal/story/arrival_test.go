package story

import (
	"testing"

	"tributary/internal/news"
)

// TestArriveKnowsTheHomePage checks that a short feed on another host than the site to
// which it belongs still speaks for that site.
func TestArriveKnowsTheHomePage(t *testing.T) {
	source := news.Source{URL: "https://feeds.proxy.example/bote"}
	document := &news.Document{
		Link:    "https://www.bote.example/",
		Entries: []news.Entry{{Link: "https://www.bote.example/fluss", Title: "Der Fluss steigt"}},
	}
	arrivals := Arrive(source, document)
	if len(arrivals) != 1 {
		t.Fatalf("got %d arrivals, want 1", len(arrivals))
	}
	if got, want := arrivals[0].Evidence.Outlet, "bote.example"; got != want {
		t.Errorf("outlet: got %q, want %q", got, want)
	}
	if got, want := arrivals[0].Evidence.Page, Own; got != want {
		t.Errorf("page: got %v, want %v", got, want)
	}
}
