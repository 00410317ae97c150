package fetch_test

import (
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// TestHead requests the type and length of files without their bodies.
func TestHead(t *testing.T) {
	upstream := feedtest.New(t)
	sound := feedtest.Response{Body: make([]byte, 1234), Header: map[string]string{"Content-Type": "audio/mpeg"}}
	upstream.Handle("/a.mp3", sound)
	upstream.Handle("/moved", feedtest.Response{Redirect: "/a.mp3", Status: 302})
	upstream.Handle("/empty", feedtest.Response{Header: map[string]string{"Content-Type": "audio/mpeg"}})
	upstream.Handle("/gone", feedtest.Response{Status: 410})
	upstream.Handle("/busy", feedtest.Response{Status: 429})
	upstream.Handle("/refuses", feedtest.Response{Status: 405})

	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range []struct {
		path   string
		want   news.Outcome
		length int64
	}{
		{"/a.mp3", news.OutcomeOK, 1234},
		{"/moved", news.OutcomeOK, 1234},
		{"/empty", news.OutcomeOK, 0},
		{"/gone", news.OutcomeGone, 0},
		{"/busy", news.OutcomeLimited, 0},
		{"/refuses", news.OutcomeHTTPError, 0},
		{"/nowhere", news.OutcomeHTTPError, 0},
	} {
		got := client.Get(t.Context(), fetch.Request{URL: upstream.URL + tt.path, Accept: "*/*", Head: true, Policy: upstream.Policy()})
		if got.Fetch.Outcome != tt.want || got.Length != tt.length || got.Body != nil || got.Fetch.Bytes != 0 {
			t.Errorf("%s: got %+v, length %d, %d bytes, want %s and %d", tt.path, got.Fetch, got.Length, len(got.Body), tt.want, tt.length)
		}
		if tt.want == news.OutcomeOK && got.ContentType != "audio/mpeg" {
			t.Errorf("%s: got type %q", tt.path, got.ContentType)
		}
	}
	for _, r := range upstream.Requests("") {
		if r.Method != "HEAD" || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("got %s %s, Accept-Encoding %q, want HEAD and identity", r.Method, r.Path, r.Header.Get("Accept-Encoding"))
		}
	}
	guarded := client.Get(t.Context(), fetch.Request{URL: upstream.URL + "/a.mp3", Head: true, Policy: netguard.Policy{AllowPorts: []uint16{upstream.Port()}}})
	if guarded.Fetch.Outcome != news.OutcomeBlocked {
		t.Errorf("a file on our own network: got %s, want blocked", guarded.Fetch.Outcome)
	}
}
