package fetch_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// TestSend sends messages as a WebSub hub does: redirects are failures, responses to deliveries are
// not read, and no part of the address appears in an error.
func TestSend(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/ok", feedtest.Response{Status: 200, Body: []byte("challenge")})
	up.Handle("/empty", feedtest.Response{Status: 204})
	up.Handle("/large", feedtest.Response{Status: 200, Body: bytes.Repeat([]byte("x"), 1<<20)})
	up.Handle("/moved", feedtest.Response{Redirect: "/ok", Status: 308})
	up.Handle("/gone", feedtest.Response{Status: 410})
	up.Handle("/busy", feedtest.Response{Status: 503, Header: map[string]string{"Retry-After": "60"}})
	tests := []struct {
		path string
		body []byte
		want news.Outcome
		text string
	}{
		{"/ok", nil, news.OutcomeOK, "challenge"},
		{"/ok", []byte("news"), news.OutcomeOK, ""},
		{"/ok", []byte{}, news.OutcomeOK, ""},
		{"/empty", nil, news.OutcomeOK, ""},
		{"/empty", []byte("news"), news.OutcomeOK, ""},
		{"/large", nil, news.OutcomeTooLarge, ""},
		{"/large", []byte("news"), news.OutcomeOK, ""},
		{"/moved", nil, news.OutcomeHTTPError, ""},
		{"/moved", []byte("news"), news.OutcomeHTTPError, ""},
		{"/gone", []byte("news"), news.OutcomeGone, ""},
		{"/busy", []byte("news"), news.OutcomeLimited, ""},
	}
	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range tests {
		before := len(up.Requests(tt.path))
		got := client.Send(context.Background(), fetch.Message{
			URL: up.URL + tt.path + "?key=Kanarienvogel42", Body: tt.body, Policy: up.Policy(),
			Header: map[string]string{"Content-Type": "application/atom+xml", "X-Hub-Signature": "sha256=00"},
		})
		if got.Fetch.Outcome != tt.want || string(got.Body) != tt.text {
			t.Errorf("%s %q: got %+v %q, want %s %q", tt.path, tt.body, got.Fetch, got.Body, tt.want, tt.text)
		}
		if strings.Contains(got.Fetch.Error, "Kanarienvogel") {
			t.Errorf("%s: the error %q repeats the secret", tt.path, got.Fetch.Error)
		}
		sent := up.Requests(tt.path)[before:]
		method := "POST"
		if tt.body == nil {
			method = "GET"
		}
		if len(sent) != 1 || sent[0].Method != method || sent[0].Body != string(tt.body) || sent[0].Header.Get("X-Hub-Signature") != "sha256=00" {
			t.Errorf("%s %q: got %+v, want one %s", tt.path, tt.body, sent, method)
		}
	}
	if up.Count("/ok") != 3 {
		t.Errorf("a redirect was followed")
	}
	if got := client.Send(context.Background(), fetch.Message{URL: up.URL + "/ok", Policy: netguard.Policy{}}); got.Fetch.Outcome != news.OutcomeBlocked {
		t.Errorf("to a place that is not allowed: got %+v", got.Fetch)
	}
}
