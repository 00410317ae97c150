package fetch_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/netguard"
	"tributary/internal/news"
)

// TestFaultNames uses name servers that fail, change their answers, or return fifty addresses. A
// name that recovers is resolved at once.
func TestFaultNames(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	policy := netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, AllowPorts: []uint16{upstream.Port()}}
	client := newClient(t, fetch.DefaultLimits())
	tests := []struct {
		host string
		want []news.Outcome // one fetch after the other
	}{
		{"unknown.test", []news.Outcome{news.OutcomeDNS, news.OutcomeDNS}},
		{"broken.test", []news.Outcome{news.OutcomeDNS, news.OutcomeDNS}},
		{unasked("flap"), []news.Outcome{news.OutcomeDNS, news.OutcomeOK, news.OutcomeOK}},
		{"many.test", []news.Outcome{news.OutcomeOK}},  // 49 private addresses before the one that is allowed
		{"mixed.test", []news.Outcome{news.OutcomeOK}}, // a private address beside it
		{unasked("rebind"), []news.Outcome{news.OutcomeBlocked}},
	}
	for _, tt := range tests {
		for i, want := range tt.want {
			got := client.Get(context.Background(), fetch.Request{URL: "http://" + tt.host + ":" + port(upstream) + "/feed", Policy: policy})
			if got.Fetch.Outcome != want {
				t.Errorf("%s, fetch %d: got %s %q, want %s", tt.host, i+1, got.Fetch.Outcome, got.Fetch.Error, want)
			}
		}
	}
}

// TestFaultSilence uses servers that accept and stay silent, or stop midway. Each fetch ends at its
// limit, and reports once that it stalled.
func TestFaultSilence(t *testing.T) {
	body := river(4 << 10)
	silent := feedtest.Silent(t)
	upstream := feedtest.New(t)
	handle := func(path string, fault feedtest.Fault) string {
		upstream.Handle(path, feedtest.Response{Body: body, Fault: fault, Pause: 20 * time.Millisecond})
		return upstream.URL + path
	}
	upstream.Handle("/sleep", feedtest.Response{Fault: feedtest.SlowHeader, Pause: time.Hour})
	tests := []struct {
		name, url string
		text      string
	}{
		{"accepts and sleeps", "http://" + silent + "/", "no answer within 500ms"},
		{"no handshake", "https://" + silent + "/", "no TLS handshake within 500ms"},
		{"sleeps with the request in hand", upstream.URL + "/sleep", "no answer within 500ms"},
		{"a header of single bytes", handle("/drip", feedtest.DripHeader), "no answer within 500ms"},
		{"half a body", handle("/half", feedtest.Stall), "no complete answer within 1s"},
		{"a body of single bytes", handle("/trickle", feedtest.Trickle), "no complete answer within 1s"},
	}
	policy := upstream.Policy()
	_, last, _ := strings.Cut(silent, ":")
	policy.AllowPorts = append(policy.AllowPorts, netip.MustParseAddrPort("0.0.0.0:"+last).Port())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := fetch.DefaultLimits() // only the limit under test is short
			limits.Stall = 50 * time.Millisecond
			if strings.HasSuffix(tt.text, "1s") {
				limits.Total = time.Second
			} else {
				limits.TLS, limits.Header = 500*time.Millisecond, 500*time.Millisecond
			}
			client := newClient(t, limits)
			var stalled atomic.Int32
			got := client.Get(context.Background(), fetch.Request{URL: tt.url, Policy: policy, Stalled: func() { stalled.Add(1) }})
			told := stalled.Load()
			if got.Fetch.Outcome != news.OutcomeTimeout || !strings.HasSuffix(got.Fetch.Error, tt.text) || told != 1 {
				t.Errorf("got %s %q and told %d times, want a timeout, %q, once", got.Fetch.Outcome, got.Fetch.Error, told, tt.text)
			}
		})
	}
}

// TestFaultSilenceOfMany runs 200 stalled fetches beside healthy ones. All of them report that they
// stalled, none delays the others, and no goroutine is leaked (see TestMain).
func TestFaultSilenceOfMany(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: river(4 << 10)})
	upstream.Handle("/sleep", feedtest.Response{Fault: feedtest.SlowHeader, Pause: time.Hour})
	limits := fetch.DefaultLimits()
	limits.Stall = 20 * time.Millisecond
	client := newClient(t, limits)
	ctx, stop := context.WithCancel(context.Background())
	var stalled atomic.Int32
	all := make(chan struct{})
	var slow, fast sync.WaitGroup
	for range 200 {
		slow.Go(func() {
			client.Get(ctx, fetch.Request{URL: upstream.URL + "/sleep", Policy: upstream.Policy(), Stalled: func() {
				if stalled.Add(1) == 200 {
					close(all)
				}
			}})
		})
	}
	for range 10 {
		fast.Go(func() {
			for range 20 {
				if got := get(t, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK {
					t.Errorf("beside silent servers: got %+v", got.Fetch)
				}
			}
		})
	}
	fast.Wait()
	<-all
	stop()
	slow.Wait()
}

// TestFaultLies holds that a response which is not what it claims is never taken for a complete new
// document, and that its validators are not kept.
func TestFaultLies(t *testing.T) {
	body := river(4 << 10)
	half := fmt.Sprintf("the body ended early, after %d bytes", len(body)/2)
	tests := []struct {
		name   string
		answer feedtest.Response
		want   news.Outcome
		text   string
	}{
		{"longer than it says", feedtest.Response{Fault: feedtest.ShortLength}, news.OutcomeOK, ""}, // the parser detects the missing end
		{"unreadable chunks", feedtest.Response{Fault: feedtest.BadChunks}, news.OutcomeTruncated, half},
		{"reset before the answer", feedtest.Response{Fault: feedtest.Reset}, news.OutcomeRefused, "the connection broke before an answer came"},
		{"reset in the body", feedtest.Response{Fault: feedtest.ResetBody}, news.OutcomeTruncated, half},
		{"shorter than it says", feedtest.Response{Fault: feedtest.CutLength}, news.OutcomeTruncated, half},
		{"no last chunk", feedtest.Response{Fault: feedtest.CutChunked}, news.OutcomeTruncated, half},
		{"HTTP/1.0 that ends early", feedtest.Response{Fault: feedtest.CutClose}, news.OutcomeOK, ""},
		{"a part", feedtest.Response{Status: 206, Body: body[:100]}, news.OutcomeTruncated, "status 206"},
		{"no content", feedtest.Response{Status: 204}, news.OutcomeNotAFeed, "status 204 with an empty body"},
		{"reset content", feedtest.Response{Status: 205}, news.OutcomeNotAFeed, "status 205 with an empty body"},
		{"empty", feedtest.Response{Status: 200}, news.OutcomeNotAFeed, "status 200 with an empty body"},
		{"gzip that is not declared", feedtest.Response{Body: feedtest.Gzip(body)}, news.OutcomeOK, ""},
		{"plain text declared as br", feedtest.Response{Body: body, Header: map[string]string{"Content-Encoding": "br"}}, news.OutcomeOK, ""},
		{"too many small header fields", feedtest.Response{Fault: feedtest.ManyHeaders}, news.OutcomeTooLarge, "the header of the answer is larger than 64 KiB"},
		{"interim answers without end", feedtest.Response{Fault: feedtest.Inform, Pause: time.Microsecond}, news.OutcomeTooLarge, "the header of the answer is larger than 64 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			upstream := feedtest.New(t)
			answer := tt.answer
			answer.ETag = `"1"`
			if answer.Fault != "" {
				answer.Body = body
			}
			upstream.Handle("/feed", answer)
			got := get(t, newClient(t, fetch.DefaultLimits()), upstream, "/feed")
			if got.Fetch.Outcome != tt.want || !strings.Contains(got.Fetch.Error, tt.text) {
				t.Fatalf("got %s %q, want %s %q", got.Fetch.Outcome, got.Fetch.Error, tt.want, tt.text)
			}
			if !bytes.HasPrefix(body, got.Body) {
				t.Errorf("got a body that is not the start of what was sent")
			}
			checkBody(t, got, body)
		})
	}
}

// TestFaultRedirects adds to TestGetRedirects the cases that need both protocols, and fifty hops.
func TestFaultRedirects(t *testing.T) {
	plain, secure := feedtest.New(t), feedtest.NewTLS(t)
	plain.Handle("/a", feedtest.Response{Redirect: secure.URL + "/b", Status: 301})
	secure.Handle("/b", feedtest.Response{Redirect: plain.URL + "/c", Status: 308})
	plain.Handle("/c", feedtest.Response{Redirect: "/feed", Status: 302})
	plain.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	secure.Handle("/private", feedtest.Response{Redirect: "http://10.0.0.1/feed", Status: 301})
	for i := range 50 {
		plain.Handle(fmt.Sprint("/", i), feedtest.Response{Redirect: fmt.Sprint("/", i+1), Status: 301})
	}
	policy := plain.Policy()
	policy.AllowPorts = append(policy.AllowPorts, secure.Port())
	client := fetch.New(fetch.Options{UserAgent: "test", Limits: fetch.DefaultLimits(), Now: time.Now, Roots: secure.Roots()})
	defer client.Close()
	tests := []struct {
		url       string
		want      news.Outcome
		permanent string
	}{
		{plain.URL + "/a", news.OutcomeOK, plain.URL + "/c"},
		{plain.URL + "/c", news.OutcomeOK, ""},
		{plain.URL + "/feed", news.OutcomeOK, ""},
		{secure.URL + "/private", news.OutcomeBlocked, "http://10.0.0.1/feed"},
		{plain.URL + "/0", news.OutcomeRedirects, plain.URL + "/6"},
	}
	for _, tt := range tests {
		got := client.Get(context.Background(), fetch.Request{URL: tt.url, Policy: policy})
		if got.Fetch.Outcome != tt.want || got.Permanent != tt.permanent {
			t.Errorf("%s: got %s %q to %q, want %s to %q", tt.url, got.Fetch.Outcome, got.Fetch.Error, got.Permanent, tt.want, tt.permanent)
		}
	}
	if n := plain.Count("/7"); n != 0 {
		t.Errorf("the chain was followed beyond its limit %d times", n)
	}
}

// TestOwn holds that our own listener cannot be reached, even if everything is allowed, and that a
// change applies to open connections.
func TestOwn(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	client := newClient(t, fetch.DefaultLimits())
	if got := get(t, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK {
		t.Fatalf("got %+v", got.Fetch)
	}
	for _, own := range []string{"127.0.0.1", "0.0.0.0", "::"} {
		client.SetOwn([]netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr(own), upstream.Port())})
		got := get(t, client, upstream, "/feed")
		if got.Fetch.Outcome != news.OutcomeBlocked || !strings.HasSuffix(got.Fetch.Error, ": it is where we listen ourselves") {
			t.Errorf("%s: got %+v", own, got.Fetch)
		}
	}
	client.SetOwn(nil)
	if got := get(t, client, upstream, "/feed"); got.Fetch.Outcome != news.OutcomeOK || upstream.Count("/feed") != 2 {
		t.Errorf("got %+v after %d requests", got.Fetch, upstream.Count("/feed"))
	}
}

// TestUserAgent tests the precedence: the source's header, then the request, then the client's
// latest.
func TestUserAgent(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte("<rss/>")})
	client := newClient(t, fetch.DefaultLimits())
	request := fetch.Request{URL: upstream.URL + "/feed", Policy: upstream.Policy()}
	client.Get(context.Background(), request)
	client.SetUserAgent("Tributary/1 (+https://example.org/; 7 subscribers)")
	client.Get(context.Background(), request)
	request.UserAgent = "Mine/1"
	client.Get(context.Background(), request)
	request.UserAgent = "Mine\r\nX: 1"
	if got := client.Get(context.Background(), request); got.Fetch.Outcome != news.OutcomeInternal {
		t.Errorf("a broken agent: got %+v", got.Fetch)
	}
	want := []string{"Tributary/test (+https://example.org/)", "Tributary/1 (+https://example.org/; 7 subscribers)", "Mine/1"}
	for i, r := range upstream.Requests("/feed") {
		if got := r.Header.Get("User-Agent"); got != want[i] {
			t.Errorf("request %d: got %q, want %q", i, got, want[i])
		}
	}
}
