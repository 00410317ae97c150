package websub

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// FuzzReadRequest: whatever form comes, what is taken keeps our bounds, and the question
// that follows goes where the callback leads, with one challenge.
func FuzzReadRequest(f *testing.F) {
	for _, seed := range []string{
		form().Encode(),
		form("hub.mode", "unsubscribe").Encode(),
		form("hub.callback", "http://[::1]:80/?a=b&hub.challenge=x").Encode(),
		form("hub.callback", "https://xn--mnchen-3ya.example/%zz").Encode(),
		form("hub.callback", "https://b.example\\@c.example/").Encode(),
		form("hub.lease_seconds", "99999999999999999999").Encode(),
		"hub.mode=subscribe&hub.mode=unsubscribe", "hub.secret=%ff", "%", ";;&&==", "hub.callback=//b.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		r, err := readRequest(values)
		if err != nil {
			if text := err.Error(); text == "" || strings.ContainsAny(text, "\r\n") {
				t.Errorf("the refusal is %q", text)
			}
			return
		}
		if len(r.Secret) > maxSecret || len(r.Callback) > maxAddress || len(r.Topic) > maxAddress {
			t.Errorf("%d, %d, %d bytes were taken", len(r.Secret), len(r.Callback), len(r.Topic))
		}
		if r.Mode == news.AskSubscribe && (r.Lease < shortestLease || r.Lease > longestLease) || r.Lease%time.Second != 0 {
			t.Errorf("lease %v", r.Lease)
		}
		callback, err := url.Parse(r.Callback)
		if err != nil || callback.Scheme != "http" && callback.Scheme != "https" || callback.Hostname() == "" || callback.User != nil {
			t.Fatalf("callback %q, %v", r.Callback, err)
		}
		ask := verificationURL(news.Subscription{Topic: r.Topic, Callback: r.Callback, Ask: news.Ask{Mode: r.Mode, Lease: r.Lease}}, "0challenge")
		asked, err := url.Parse(ask)
		if err != nil || !strings.HasPrefix(ask, r.Callback) || asked.Host != callback.Host || asked.Path != callback.Path {
			t.Fatalf("%q is asked as %q, %v", r.Callback, ask, err)
		}
		// What the callback has of its own may hide ours from a lenient reader, but ours is last.
		challenges := asked.Query()["hub.challenge"]
		if len(challenges) == 0 || challenges[len(challenges)-1] != "0challenge" {
			t.Errorf("%q: challenges %q", ask, challenges)
		}
	})
}
