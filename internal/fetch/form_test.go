package fetch_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// TestPost sends a form as a WebSub subscriber does.
func TestPost(t *testing.T) {
	hub := feedtest.New(t)
	hub.Handle("/hub", feedtest.Response{Status: 202})
	hub.Handle("/text", feedtest.Response{Status: 200, Body: []byte("angenommen")})
	hub.Handle("/moved", feedtest.Response{Redirect: "/hub", Status: 308})
	hub.Handle("/away", feedtest.Response{Redirect: "/hub", Status: 307})
	hub.Handle("/seen", feedtest.Response{Redirect: "/hub", Status: 303})
	hub.Handle("/found", feedtest.Response{Redirect: "/hub", Status: 302})
	hub.Handle("/busy", feedtest.Response{Status: 429, Header: map[string]string{"Retry-After": "60"}})
	hub.Handle("/wrong", feedtest.Response{Status: 400, Body: []byte("Kanarienvogel42")})
	hub.Handle("/echo", feedtest.Response{Redirect: "http://Kanarienvogel42.unknown.test/", Status: 307})

	values := url.Values{"hub.mode": {"subscribe"}, "hub.secret": {"Kanarienvogel42"}}
	client := newClient(t, fetch.DefaultLimits())
	tests := []struct {
		path   string
		want   news.Outcome
		status int
		sent   int // how often the form reached the hub
	}{
		{"/hub", news.OutcomeOK, 202, 1},
		{"/text", news.OutcomeOK, 200, 0},
		{"/moved", news.OutcomeOK, 202, 1},
		{"/away", news.OutcomeOK, 202, 1},
		{"/seen", news.OutcomeRedirects, 303, 0},
		{"/found", news.OutcomeRedirects, 302, 0},
		{"/busy", news.OutcomeLimited, 429, 0},
		{"/wrong", news.OutcomeHTTPError, 400, 0},
		{"/echo", news.OutcomeBlocked, 307, 0},
	}
	for _, tt := range tests {
		before := hub.Count("/hub")
		got := client.Post(context.Background(), fetch.Form{URL: hub.URL + tt.path, Values: values, Policy: hub.Policy()})
		if got.Fetch.Outcome != tt.want || got.Fetch.Status != tt.status || hub.Count("/hub")-before != tt.sent {
			t.Errorf("%s: got %+v after %d forms, want %s", tt.path, got.Fetch, hub.Count("/hub")-before, tt.want)
		}
		if strings.Contains(strings.ToLower(got.Fetch.Error), "kanarienvogel") {
			t.Errorf("%s: the error %q repeats the secret", tt.path, got.Fetch.Error)
		}
	}
	for _, r := range hub.Requests("/hub") {
		if r.Method != "POST" || r.Body != values.Encode() || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("got %s of %q as %s", r.Method, r.Body, r.Header.Get("Content-Type"))
		}
	}
}

// TestPostDowngrade holds that a secret sent over https is not sent on unencrypted.
func TestPostDowngrade(t *testing.T) {
	secure, plain := feedtest.NewTLS(t), feedtest.New(t)
	secure.Handle("/hub", feedtest.Response{Redirect: plain.URL + "/hub", Status: 307})
	plain.Handle("/hub", feedtest.Response{Status: 202})
	policy := secure.Policy()
	policy.AllowPorts = append(policy.AllowPorts, plain.Port())
	client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: secure.Roots()})
	defer client.Close()
	got := client.Post(context.Background(), fetch.Form{URL: secure.URL + "/hub", Values: url.Values{"a": {"b"}}, Policy: policy})
	if got.Fetch.Outcome != news.OutcomeRedirects || plain.Count("/hub") != 0 || secure.Count("/hub") != 1 {
		t.Errorf("got %+v", got.Fetch)
	}
}

// TestPostIsGuarded holds that a form cannot bypass the guard.
func TestPostIsGuarded(t *testing.T) {
	hub := feedtest.New(t)
	hub.Handle("/hub", feedtest.Response{Status: 202})
	got := newClient(t, fetch.DefaultLimits()).Post(context.Background(), fetch.Form{URL: hub.URL + "/hub", Policy: netguard.Policy{AllowPorts: []uint16{hub.Port()}}})
	if got.Fetch.Outcome != news.OutcomeBlocked || hub.Count("") != 0 {
		t.Errorf("got %+v", got.Fetch)
	}
}
