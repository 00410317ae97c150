package feedtest

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"os"
	"testing"
)

func get(t *testing.T, client *http.Client, url string, header http.Header) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer, body, err
}

func TestServerAnswers(t *testing.T) {
	s := New(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.Handle("/feed", Response{Body: []byte("eins"), ETag: `"1"`, LastModified: "Wed, 03 Dec 2025 10:00:00 GMT"},
		Response{Body: []byte("zwei"), ETag: `"2"`})
	s.Handle("/moved", Response{Redirect: "/feed", Status: 301})

	tests := []struct {
		path   string
		header http.Header
		status int
		body   string
	}{
		{"/feed?a=1", nil, 200, "eins"},
		{"/feed", nil, 200, "zwei"},
		{"/feed", http.Header{"If-None-Match": {`"2"`}}, 304, ""},
		{"/feed", http.Header{"If-None-Match": {`"1"`}}, 200, "zwei"},
		{"/moved", nil, 301, ""},
		{"/nothing", nil, 404, "404 page not found\n"},
	}
	for _, tt := range tests {
		answer, body, err := get(t, client, s.URL+tt.path, tt.header)
		if err != nil || answer.StatusCode != tt.status || string(body) != tt.body {
			t.Errorf("%s: got %v %q %v, want %d %q", tt.path, answer, body, err, tt.status, tt.body)
		}
	}
	if got := s.Count("/feed"); got != 4 {
		t.Errorf("got %d requests for /feed, want 4", got)
	}
	if got := s.Requests("/feed")[0].Path; got != "/feed?a=1" {
		t.Errorf("got %q, want the query kept", got)
	}
	if got := s.Count(""); got != len(tests) {
		t.Errorf("got %d requests, want %d", got, len(tests))
	}
}

// TestFaultsHappen holds that no fault accidentally gives a healthy response, which would make the
// tests that rely on it meaningless.
func TestFaultsHappen(t *testing.T) {
	log.SetOutput(io.Discard) // net/http logs unsolicited data from servers
	defer log.SetOutput(os.Stderr)
	body := bytes.Repeat([]byte("Ein Satz. A sentence.\n"), 100)
	healthy := map[Fault]bool{SlowHeader: true, HugeHeader: true, DoubleGzip: true, Trickle: true}
	for fault := range faults {
		switch fault {
		case DripHeader, Stall, Huge, HugeLength, Trickle, Bomb, Inform:
			continue // endless or long: the client's tests time them
		}
		s := New(t)
		s.Handle("/", Response{Body: body, Fault: fault, Pause: 1})
		answer, got, err := get(t, http.DefaultClient, s.URL+"/", nil)
		if err == nil && bytes.Equal(got, body) && !healthy[fault] {
			t.Errorf("%s: got a healthy answer %v", fault, answer.Header)
		}
	}
}

func TestServerTLS(t *testing.T) {
	s := NewTLS(t)
	s.Handle("/", Response{Body: []byte("sicher")})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots()}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	if _, body, err := get(t, client, s.URL+"/", nil); err != nil || string(body) != "sicher" {
		t.Errorf("got %q %v", body, err)
	}
	if got := s.Requests("/")[0].Proto; got != "HTTP/2.0" {
		t.Errorf("got %s, want HTTP/2.0", got)
	}
}

func TestFirstDifference(t *testing.T) {
	tests := []struct {
		a, b     string
		line     int
		inA, inB string
	}{
		{"a\nb\n", "a\nc\n", 2, "b\n", "c\n"},
		{"a\n", "a", 1, "a\n", "a"},
		{"a\nb", "a\n", 2, "b", ""},
		{"a", "a\nb", 1, "a", "a\n"},
		{"", "", 0, "", ""},
	}
	for _, tt := range tests {
		line, inA, inB := firstDifference([]byte(tt.a), []byte(tt.b))
		if line != tt.line || inA != tt.inA || inB != tt.inB {
			t.Errorf("%q and %q: got %d %q %q, want %d %q %q", tt.a, tt.b, line, inA, inB, tt.line, tt.inA, tt.inB)
		}
	}
}
