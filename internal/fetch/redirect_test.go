package fetch_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

func TestGetRedirects(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>"), ETag: `"1"`})
	for i := range 7 {
		upstream.Handle(fmt.Sprintf("/hop%d", i), feedtest.Response{Redirect: fmt.Sprintf("hop%d", i+1), Status: 301})
	}
	upstream.Handle("/hop7", feedtest.Response{Body: []byte("<rss/>"), ETag: `"1"`})
	upstream.Handle("/loop", feedtest.Response{Redirect: "/back"})
	upstream.Handle("/back", feedtest.Response{Redirect: upstream.URL + "/loop#again"})
	upstream.Handle("/bomb", feedtest.Response{Redirect: "/feed", Status: 302, Fault: feedtest.Bomb})
	upstream.Handle("/gone", feedtest.Response{Status: 410})
	for name, location := range targets {
		upstream.Handle("/"+name, feedtest.Response{Redirect: location, Status: 302})
	}

	tests := []struct {
		path string
		want news.Outcome
		hops int
		text string
	}{
		{"/hop2", news.OutcomeOK, 5, ""},
		{"/hop1", news.OutcomeRedirects, 6, "more than 5 redirects"},
		{"/loop", news.OutcomeRedirects, 2, "redirects in a circle"},
		{"/bomb", news.OutcomeOK, 1, ""},
		{"/none", news.OutcomeRedirects, 0, "status 302 without a Location"},
		{"/file", news.OutcomeRedirects, 0, "a redirect: the address begins with neither http:// nor https://"},
		{"/data", news.OutcomeRedirects, 0, "a redirect: the address begins with neither http:// nor https://"},
		{"/script", news.OutcomeRedirects, 0, "a redirect: the address begins with neither http:// nor https://"},
		{"/mail", news.OutcomeRedirects, 0, "a redirect: the address begins with neither http:// nor https://"},
		{"/broken", news.OutcomeRedirects, 0, "status 302 to something that is no address"},
		{"/empty", news.OutcomeRedirects, 0, "a redirect: the address has no host"},
		{"/user", news.OutcomeBlocked, 0, "a redirect: an address must not hold a user name or password"},
		{"/long", news.OutcomeRedirects, 0, "a redirect: the address begins with neither http:// nor https://"},
	}
	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range tests {
		got := get(t, client, upstream, tt.path)
		if got.Fetch.Outcome != tt.want || len(got.Redirects) != tt.hops || !strings.Contains(got.Fetch.Error, tt.text) {
			t.Errorf("%s: got %+v after %d hops, want %s %q after %d", tt.path, got.Fetch, len(got.Redirects), tt.want, tt.text, tt.hops)
		}
		if len(got.Fetch.Error) > 400 || strings.Contains(got.Fetch.Error, "geheim") || strings.ContainsAny(got.Fetch.Error, "\r\n\x1b") {
			t.Errorf("%s: got the error %q", tt.path, got.Fetch.Error)
		}
	}

	got := get(t, client, upstream, "/hop5")
	want := []fetch.Redirect{{Status: 301, URL: upstream.URL + "/hop6"}, {Status: 301, URL: upstream.URL + "/hop7"}}
	if !reflect.DeepEqual(got.Redirects, want) || got.URL != upstream.URL+"/hop7" {
		t.Errorf("got %v to %s, want %v", got.Redirects, got.URL, want)
	}
}

// TestGetCookies holds that a cookie set by a redirect is sent with the hops that follow it, to the
// hosts it is for, and never again by a later fetch.
func TestGetCookies(t *testing.T) {
	set := func(cookie string) map[string]string { return map[string]string{"Set-Cookie": cookie} }
	body := feedtest.Response{Body: []byte("<rss/>")}
	upstream := feedtest.New(t)
	upstream.Handle("/check", feedtest.Response{Redirect: "/check", Header: set("seen=1")}, body, body)
	upstream.Handle("/consent", feedtest.Response{Redirect: "/agree", Header: set("a=1; Path=/")}, body)
	upstream.Handle("/agree", feedtest.Response{Redirect: "/consent", Header: set("b=2; Path=/")})
	upstream.Handle("/stubborn", feedtest.Response{Redirect: "/stubborn", Header: set("seen=1")})
	upstream.Handle("/plain", feedtest.Response{Redirect: "/plain"})
	upstream.Handle("/suffix", feedtest.Response{Redirect: "/feed", Header: set("a=1; Domain=com")})
	upstream.Handle("/away", feedtest.Response{Redirect: "http://localhost:" + port(upstream) + "/feed", Header: set("a=1; Path=/")})
	upstream.Handle("/feed", body)

	tests := []struct {
		path string
		want news.Outcome
		sent []string // the Cookie of each request
	}{
		{"/check", news.OutcomeOK, []string{"", "seen=1"}},
		{"/check", news.OutcomeOK, []string{""}},
		{"/consent", news.OutcomeOK, []string{"", "a=1", "a=1; b=2"}},
		{"/stubborn", news.OutcomeRedirects, []string{"", "seen=1"}},
		{"/plain", news.OutcomeRedirects, []string{""}},
		{"/suffix", news.OutcomeOK, []string{"", ""}},
		{"/away", news.OutcomeOK, []string{"", ""}},
	}
	client := newClient(t, fetch.DefaultLimits())
	for _, tt := range tests {
		before := upstream.Count("")
		got := get(t, client, upstream, tt.path)
		var sent []string
		for _, r := range upstream.Requests("")[before:] {
			sent = append(sent, r.Header.Get("Cookie"))
		}
		if got.Fetch.Outcome != tt.want || !slices.Equal(sent, tt.sent) {
			t.Errorf("%s: got %+v with the cookies %q, want %s with %q", tt.path, got.Fetch, sent, tt.want, tt.sent)
		}
	}
}

// TestGetCookiesOfTheOperator holds that cookies of redirects are added to a configured one.
func TestGetCookiesOfTheOperator(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Redirect: "/feed", Header: map[string]string{"Set-Cookie": "seen=1"}},
		feedtest.Response{Body: []byte("<rss/>")})
	newClient(t, fetch.DefaultLimits()).Get(t.Context(), fetch.Request{URL: upstream.URL + "/feed", Policy: upstream.Policy(),
		Headers: map[string]string{"Cookie": "login=anna"}})
	requests := upstream.Requests("/feed")
	if len(requests) != 2 || requests[1].Header.Get("Cookie") != "login=anna; seen=1" {
		t.Errorf("got %+v, want both cookies with the second request", requests)
	}
}

// targets are addresses that no client should follow.
var targets = map[string]string{
	"none":   "",
	"file":   "file:///etc/passwd",
	"data":   "data:text/xml,<rss/>",
	"script": "javascript:alert(1)",
	"mail":   "mailto:redaktion@example.org",
	"broken": "http://[::1/feed",
	"empty":  "http:///feed",
	"user":   "http://anna:geheim@example.org/feed",
	"long":   strings.Repeat("x", 5000) + ":y",
}

// TestGetKeepsHeadersHome follows redirects between two origins and checks which requests carry the
// operator's headers.
func TestGetKeepsHeadersHome(t *testing.T) {
	home, away := feedtest.New(t), feedtest.New(t)
	home.Handle("/within", feedtest.Response{Redirect: "/feed"})
	home.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	home.Handle("/out", feedtest.Response{Redirect: away.URL + "/feed"})
	home.Handle("/round", feedtest.Response{Redirect: away.URL + "/return"})
	home.Handle("/name", feedtest.Response{Redirect: "http://localhost:" + port(home) + "/feed"})
	away.Handle("/feed", feedtest.Response{Status: 401})
	away.Handle("/return", feedtest.Response{Redirect: home.URL + "/feed"})

	policy := home.Policy()
	policy.AllowPorts = append(policy.AllowPorts, away.Port())
	client := newClient(t, fetch.DefaultLimits())
	tests := []struct {
		path    string
		carried []bool // by the requests in order of arrival, at home and then away
	}{
		{"/within", []bool{true, true}},
		{"/out", []bool{true, false}},
		{"/round", []bool{true, false, false}},
		{"/name", []bool{true, false}}, // another host, though only by name
	}
	for _, tt := range tests {
		before, beforeAway := home.Count(""), away.Count("")
		got := client.Get(context.Background(), fetch.Request{URL: home.URL + tt.path, Policy: policy,
			Headers: map[string]string{"Authorization": "Bearer abcdef", "X-Key": "abcdef"}})
		var carried []bool
		for _, r := range append(home.Requests("")[before:], away.Requests("")[beforeAway:]...) {
			carried = append(carried, r.Header.Get("Authorization") != "" && r.Header.Get("X-Key") != "")
			if r.Header.Get("Referer") != "" {
				t.Errorf("%s: sent the Referer %q", tt.path, r.Header.Get("Referer"))
			}
		}
		if !reflect.DeepEqual(carried, tt.carried) {
			t.Errorf("%s: got %v, want %v", tt.path, carried, tt.carried)
		}
		if tt.path == "/out" && !strings.Contains(got.Fetch.Error, "headers were dropped at the redirect") {
			t.Errorf("got %q, want the reason for the 401", got.Fetch.Error)
		}
	}
}

// TestGetDowngrade holds that headers for https are not sent to the same host over http.
func TestGetDowngrade(t *testing.T) {
	secure, plain := feedtest.NewTLS(t), feedtest.New(t)
	secure.Handle("/feed", feedtest.Response{Redirect: plain.URL + "/feed"})
	plain.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	policy := secure.Policy()
	policy.AllowPorts = append(policy.AllowPorts, plain.Port())

	client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: secure.Roots()})
	defer client.Close()
	got := client.Get(context.Background(), fetch.Request{URL: secure.URL + "/feed", Policy: policy, Headers: map[string]string{"X-Key": "abcdef"}})
	if got.Fetch.Outcome != news.OutcomeOK || secure.Requests("/feed")[0].Header.Get("X-Key") == "" {
		t.Fatalf("got %+v", got.Fetch)
	}
	if plain.Requests("/feed")[0].Header.Get("X-Key") != "" {
		t.Error("the header went out in the clear")
	}
}

// TestGetCanary lets servers echo the operator's secrets in every way that could put them into an
// error.
func TestGetCanary(t *testing.T) {
	const canary = "Kanarienvogel42"
	upstream := feedtest.New(t)
	echo := "http://" + canary + ".unknown.test/?" + canary
	answers := map[string]feedtest.Response{
		"status line": {Fault: feedtest.EchoRequest},
		"location":    {Redirect: echo},
		"own name":    {Redirect: "http://unknown.test/" + canary},
		"scheme":      {Redirect: canary + ":x"},
		"port":        {Redirect: "http://127.0.0.1:1/" + canary},
		"user":        {Redirect: "http://" + canary + "@example.org/"},
		"coding":      {Header: map[string]string{"Content-Encoding": canary}, Body: []byte("x")},
		"retry":       {Status: 429, Header: map[string]string{"Retry-After": canary}},
		"not found":   {Status: 404, Body: []byte(canary)},
		"cut":         {Fault: feedtest.CutLength, Body: []byte(strings.Repeat(canary, 9))},
		"hang up":     {Fault: feedtest.HangUp},
	}
	client := newClient(t, fetch.DefaultLimits())
	for name, answer := range answers {
		upstream.Handle("/feed", answer)
		for _, policy := range []netguard.Policy{upstream.Policy(), {}} {
			got := client.Get(context.Background(), fetch.Request{
				URL: upstream.URL + "/feed?token=" + canary, Policy: policy,
				Headers: map[string]string{"Authorization": "Bearer " + canary, "X-Key": canary},
			})
			if got.Fetch.Error == "" || strings.Contains(strings.ToLower(got.Fetch.Error), strings.ToLower(canary)) {
				t.Errorf("%s: got %q, want an error without the secret", name, got.Fetch.Error)
			}
		}
	}
}

// TestGetSeparatesPolicies opens a connection under a permissive policy and repeats the request
// under a strict one, which must not reuse it.
func TestGetSeparatesPolicies(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	client := newClient(t, fetch.DefaultLimits())
	for range 3 {
		if got := get(t, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK {
			t.Fatalf("wide: got %+v", got.Fetch)
		}
		narrow := fetch.Request{URL: upstream.URL + "/feed", Policy: netguard.Policy{AllowPorts: []uint16{upstream.Port()}}}
		if got := client.Get(context.Background(), narrow); got.Fetch.Outcome != news.OutcomeBlocked {
			t.Fatalf("narrow: got %+v", got.Fetch)
		}
	}
	if got := upstream.Count("/feed"); got != 3 {
		t.Errorf("%d requests arrived, want those of the wide policy only", got)
	}
	// Beyond the number of policies kept, the first still works.
	for i := range uint16(40) {
		policy := upstream.Policy()
		policy.AllowPorts = append(policy.AllowPorts, 10000+i)
		if got := client.Get(context.Background(), fetch.Request{URL: upstream.URL + "/feed", Policy: policy}); got.Fetch.Outcome != news.OutcomeOK {
			t.Fatalf("policy %d: got %+v", i, got.Fetch)
		}
	}
	if got := get(t, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK {
		t.Errorf("after many policies: got %+v", got.Fetch)
	}
}
