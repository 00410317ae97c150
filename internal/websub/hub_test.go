package websub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

func TestSubscriptionBegins(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.publish(1, 5)
		began := time.Now()
		r.subscribe("hub.lease_seconds", "7200")
		q := r.questions()
		if len(q) != 1 || q[0].Get("hub.mode") != "subscribe" || q[0].Get("hub.topic") != "https://river.example/feeds/all.atom" ||
			q[0].Get("hub.lease_seconds") != "7200" || len(q[0].Get("hub.challenge")) < 20 || q[0].Get("key") != "t0ken" {
			t.Fatalf("asked %v", q)
		}
		s := r.only()
		if s.Ask.Mode != "" || s.Secret != "s3cret" || s.LeaseUntil.Sub(began).Round(time.Second) != 2*time.Hour || s.Position != 5 || s.Host != "reader.example" {
			t.Errorf("got %+v", s)
		}
		if n := len(r.deliveries()); n != 0 {
			t.Errorf("%d deliveries of what was there before", n)
		}

		r.publish(1, 2)
		r.publish(2, 9) // another feed
		time.Sleep(time.Second)
		if got := r.deliveries(); !slices.Equal(got, []string{"6-7"}) {
			t.Fatalf("delivered %q, want what is new", got)
		}
		m := r.messages()[1].Message
		want := `<https://river.example/hub>; rel="hub", <https://river.example/feeds/all.atom>; rel="self"`
		if m.Header["Link"] != want || m.Header["Content-Type"] != "application/atom" || !isSigned(m.Header["X-Hub-Signature"], "s3cret", m.Body) ||
			!strings.HasPrefix(m.Header["X-Hub-Signature"], "sha256=") || m.URL != "https://reader.example/push?key=t0ken" {
			t.Errorf("sent %+v", m)
		}
		if s := r.only(); s.Position != 7 || s.Deliveries != 1 || s.Delivered.IsZero() {
			t.Errorf("got %+v", s)
		}
		for _, secret := range []string{"s3cret", "t0ken", "/push"} {
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("the log shows %s:\n%s", secret, r.log.String())
			}
		}
	})
}

func TestWithoutASecretNothingIsSigned(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe("hub.secret", "")
		r.publish(1, 1)
		time.Sleep(time.Second)
		if _, signed := r.messages()[1].Header["X-Hub-Signature"]; signed {
			t.Error("it is signed")
		}
	})
}

// Who did not mean it is not subscribed, and not asked again when it said so.
func TestUnconfirmedRequests(t *testing.T) {
	silent := func(fetch.Message) fetch.Response { return answered(0, news.OutcomeTimeout, "") }
	for name, tt := range map[string]struct {
		answer func(fetch.Message) fetch.Response
		asked  int
	}{
		"404":        {refuse(404), 1},
		"410":        {refuse(410), 1},
		"302":        {refuse(302), 1},
		"wrong echo": {func(fetch.Message) fetch.Response { return answered(200, news.OutcomeOK, "hello") }, 1},
		"part of it": {func(m fetch.Message) fetch.Response {
			return answered(200, news.OutcomeOK, queryOf(m).Get("hub.challenge")[:9])
		}, 1},
		"empty":          {func(fetch.Message) fetch.Response { return answered(200, news.OutcomeOK, "") }, 1},
		"a private host": {func(fetch.Message) fetch.Response { return answered(0, news.OutcomeBlocked, "") }, 1},
		"no answer":      {silent, maxTries},
		"500":            {refuse(500), maxTries},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(t *testing.T, r *hubRig) {
				r.answer = tt.answer
				r.subscribe()
				time.Sleep(time.Hour)
				if n := len(r.questions()); n != tt.asked || r.count() != 0 {
					t.Errorf("asked %d times, %d subscriptions left; want %d and none", n, r.count(), tt.asked)
				}
				r.publish(1, 1)
				time.Sleep(time.Second)
				if len(r.deliveries()) != 0 {
					t.Error("it is delivered to")
				}
			})
		})
	}
}

// A request that is not confirmed leaves everything as it was: section 5.1.
func TestUnconfirmedRequestsChangeNothing(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		before := r.only()
		r.set(func() { r.answer = refuse(404) })
		r.subscribe("hub.secret", "another", "hub.lease_seconds", "3600")
		r.subscribe("hub.mode", "unsubscribe")
		if after := r.only(); after != before {
			t.Errorf("got  %+v\nwant %+v", after, before)
		}
	})
}

// What is asked for while the subscriber still answers an earlier question is asked, too:
// the answer to the one is none to the other.
func TestARequestDuringAQuestion(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.set(func() { r.wait = func(fetch.Message) time.Duration { return 3 * time.Second } })
		r.subscribe()
		r.post(form("hub.secret", "another"))
		time.Sleep(time.Minute)
		if s := r.only(); len(r.questions()) != 2 || s.Secret != "another" || s.Ask != (news.Ask{}) {
			t.Errorf("asked %d times, got %+v", len(r.questions()), s)
		}
	})
}

// A hub cannot be made to ask one host more often than its budget allows, by requests
// that nobody answers either.
func TestQuestionsAgainAreBounded(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.set(func() { r.answer = func(fetch.Message) fetch.Response { return answered(0, news.OutcomeTimeout, "") } })
		const many = 60 // as many as the burst for one host
		for i := range many {
			if status, _ := r.post(form("hub.callback", fmt.Sprint("https://reader.example/", i))); status != http.StatusAccepted {
				t.Fatalf("request %d: got %d", i, status)
			}
		}
		time.Sleep(tryAgain + 2*time.Second)
		if n := len(r.questions()); n <= many || n > many+35 {
			t.Errorf("asked %d times within %v, want %d and one a second", n, tryAgain, many)
		}
		time.Sleep(time.Hour)
		if n := len(r.questions()); n != many*maxTries || r.count() != 0 {
			t.Errorf("asked %d times, %d left; want each asked %d times", n, r.count(), maxTries)
		}
	})
}

func TestUnsubscribe(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.subscribe("hub.mode", "unsubscribe", "hub.lease_seconds", "nonsense, which must be ignored")
		q := r.questions()
		if len(q) != 2 || q[1].Get("hub.mode") != "unsubscribe" || q[1].Get("hub.challenge") == q[0].Get("hub.challenge") || q[1].Has("hub.lease_seconds") {
			t.Errorf("asked %v", q)
		}
		if r.count() != 0 {
			t.Errorf("%d subscriptions left", r.count())
		}
		if status, _ := r.post(form("hub.mode", "unsubscribe", "hub.topic", "https://old.example/feeds/all.atom")); status != http.StatusNotFound {
			t.Errorf("of what never was: got %d, want 404", status)
		}
	})
}

// The lease ends, and with it the subscription; a renewal in time keeps the position.
func TestLeasesOfSubscriptions(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe("hub.lease_seconds", "3600")
		r.set(func() { r.answer = refuse(500) })
		r.publish(1, 3)
		time.Sleep(40 * time.Minute)
		r.set(func() { r.answer = nil })
		r.subscribe("hub.lease_seconds", "3600", "hub.secret", "another")
		got := r.deliveries()
		if last := r.lastSent(); got[len(got)-1] != "1-3" || !isSigned(last.Header["X-Hub-Signature"], "another", last.Body) {
			t.Errorf("after the renewal: %q, want what was missed at once, signed with the new secret", got)
		}
		time.Sleep(50 * time.Minute)
		if r.count() != 1 {
			t.Fatal("it ended before its time")
		}
		time.Sleep(15 * time.Minute)
		if r.count() != 0 {
			t.Error("its lease is over, and it is still there")
		}
		n := len(r.deliveries())
		r.publish(1, 1)
		time.Sleep(time.Minute)
		if len(r.deliveries()) != n {
			t.Error("it is delivered to after its lease")
		}
	})
}

// 410 ends a subscription: section 7.
func TestGone(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.set(func() { r.answer = refuse(410) })
		r.publish(1, 1)
		time.Sleep(time.Hour)
		if n := len(r.deliveries()); n != 1 || r.count() != 0 {
			t.Errorf("%d attempts, %d subscriptions; want one and none", n, r.count())
		}
	})
}

// A feed that is not published any more ends its subscriptions, and they are told.
func TestRemovedFeedEndsSubscriptions(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.subscribe("hub.topic", "https://river.example/feeds/de.rss")
		r.set(func() { r.topics = slices.DeleteFunc(r.topics, func(t Topic) bool { return t.Feed == "all" }) })
		r.Wake()
		time.Sleep(time.Second)
		q := r.questions()
		if last := q[len(q)-1]; len(q) != 3 || last.Get("hub.mode") != "denied" || last.Get("hub.topic") != "https://river.example/feeds/all.atom" || last.Get("hub.reason") == "" {
			t.Errorf("told %v", q)
		}
		if s := r.only(); s.FeedID != 2 {
			t.Errorf("left: %+v", s)
		}
	})
}

// Turned off, the hub takes nothing and delivers nothing; turned on again, it goes on
// where it was.
func TestHubTurnedOff(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.set(func() { r.answer = refuse(500) })
		r.subscribe("hub.callback", "https://b.example/") // not confirmed yet
		r.set(func() { r.off, r.answer = true, nil })
		r.publish(1, 1)
		time.Sleep(time.Minute)
		if status, _ := r.post(form()); status != http.StatusNotFound {
			t.Errorf("a request: got %d, want 404", status)
		}
		if n := len(r.deliveries()); n != 0 || r.count() != 1 {
			t.Errorf("%d deliveries, %d subscriptions; want none and the active one", n, r.count())
		}
		r.set(func() { r.off = false })
		r.Wake()
		time.Sleep(time.Second)
		if got := r.deliveries(); !slices.Equal(got, []string{"1-1"}) {
			t.Errorf("delivered %q afterwards", got)
		}
	})
}

func TestQuestionURL(t *testing.T) {
	s := news.Subscription{Topic: "https://r.example/a", Ask: news.Ask{Mode: news.AskUnsubscribe}}
	const ours = "hub.challenge=c&hub.mode=unsubscribe&hub.topic=https%3A%2F%2Fr.example%2Fa"
	for callback, want := range map[string]string{
		"https://b.example":             "https://b.example?" + ours,
		"https://b.example/x":           "https://b.example/x?" + ours,
		"https://b.example/x?":          "https://b.example/x?" + ours,
		"https://b.example/x?a=%20b&c":  "https://b.example/x?a=%20b&c&" + ours,
		"https://b.example/?hub.mode=x": "https://b.example/?hub.mode=x&" + ours,
	} {
		s.Callback = callback
		if got := verificationURL(s, "c"); got != want {
			t.Errorf("%s: got %s, want %s", callback, got, want)
		}
	}
}
