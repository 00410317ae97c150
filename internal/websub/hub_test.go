package websub

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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
		if m.Header["Link"] != want || m.Header["Content-Type"] != "application/atom" || !Signed(m.Header["X-Hub-Signature"], "s3cret", m.Body) ||
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
		if last := r.lastSent(); got[len(got)-1] != "1-3" || !Signed(last.Header["X-Hub-Signature"], "another", last.Body) {
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

// Changes within 300 ms come in one delivery, and none waits longer.
func TestBurstsAreJoined(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		began := time.Now()
		for range 25 {
			r.publish(1, 1)
			time.Sleep(40 * time.Millisecond)
		}
		time.Sleep(time.Second)
		got := r.deliveries()
		if len(got) < 3 || len(got) > 4 || !strings.HasPrefix(got[0], "1-") || !strings.HasSuffix(got[len(got)-1], "-25") {
			t.Errorf("delivered %q, want 25 changes of a second in three or four", got)
		}
		if first := r.messages()[1].at.Sub(began); first < joinTime || first > joinTime+2*roundGap {
			t.Errorf("the first came after %v, want about %v", first, joinTime)
		}
		if s := r.only(); s.Position != 25 {
			t.Errorf("position %d, want 25", s.Position)
		}
	})
}

// A failed delivery comes again, later and later, with everything that is new since.
func TestRetries(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe("hub.lease_seconds", fmt.Sprint(20*24*3600))
		r.set(func() { r.answer = refuse(500) })
		began := time.Now()
		r.publish(1, 1)
		time.Sleep(24 * time.Hour)
		r.publish(1, 1)
		time.Sleep(2 * time.Hour)
		var gaps []time.Duration
		before := began
		for _, s := range r.messages()[1:] {
			gaps = append(gaps, s.at.Sub(before))
			before = s.at
		}
		for i, gap := range gaps[1:] {
			least := min(firstRetry<<min(i, 20), lastRetry)
			if gap < least || gap > least*5/4+time.Second {
				t.Errorf("retry %d after %v, want %v to a quarter more", i+1, gap, least)
			}
		}
		if n := len(gaps); n < 25 || n > 35 {
			t.Errorf("%d attempts in 26 hours", n)
		}
		if s := r.only(); s.Failures != len(gaps) || s.Error == "" || s.Position != 0 {
			t.Errorf("got %+v", s)
		}
		r.set(func() { r.answer = nil })
		time.Sleep(2 * time.Hour)
		got := r.deliveries()
		if s := r.only(); got[len(got)-1] != "1-2" || s.Failures != 0 || s.Error != "" || s.Position != 2 {
			t.Errorf("delivered %q, got %+v", got[len(got)-1], s)
		}
		if n := strings.Count(r.log.String(), "delivery failed"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.set(func() {
			r.answer = func(fetch.Message) fetch.Response {
				got := answered(429, news.OutcomeLimited, "")
				got.RetryAfter = 3 * time.Hour
				return got
			}
		})
		r.publish(1, 1)
		time.Sleep(170 * time.Minute)
		if n := len(r.deliveries()); n != 1 {
			t.Errorf("%d attempts, want one in three hours", n)
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

// A part at a time: what was acknowledged does not come again.
func TestPartsAreAcknowledgedOneByOne(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		fails := 0
		r.set(func() {
			r.content = func(tp Topic, after int64) (Content, error) {
				return Content{Body: fmt.Append(nil, after+1), Change: after + 1}, nil
			}
			r.answer = func(m fetch.Message) fetch.Response {
				if string(m.Body) == "3" && fails == 0 {
					fails++
					return refuse(500)(m)
				}
				return oblige(m)
			}
		})
		r.publish(1, 5)
		time.Sleep(time.Hour)
		if got := strings.Join(r.deliveries(), " "); got != "1 2 3 3 4 5" {
			t.Errorf("delivered %s", got)
		}
	})
}

// What is gone before it was delivered is passed over.
func TestNothingToTell(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		r.set(func() {
			r.content = func(tp Topic, _ int64) (Content, error) { return Content{Change: tp.Change}, nil }
		})
		r.publish(1, 5)
		time.Sleep(time.Hour)
		if s := r.only(); len(r.deliveries()) != 0 || s.Position != 5 || s.Deliveries != 0 {
			t.Errorf("delivered %q, got %+v", r.deliveries(), s)
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
		r.set(func() { r.off = true })
		r.publish(1, 1)
		time.Sleep(time.Minute)
		if status, _ := r.post(form()); status != http.StatusNotFound {
			t.Errorf("a request: got %d, want 404", status)
		}
		if n := len(r.deliveries()); n != 0 || r.count() != 1 {
			t.Errorf("%d deliveries, %d subscriptions; want none and one", n, r.count())
		}
		r.set(func() { r.off = false })
		r.Wake()
		time.Sleep(time.Second)
		if got := r.deliveries(); !slices.Equal(got, []string{"1-1"}) {
			t.Errorf("delivered %q afterwards", got)
		}
	})
}

// Many that hang hold nobody else.
func TestSlowSubscribersHoldNobody(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		for i := range 200 {
			r.subscribe("hub.callback", fmt.Sprintf("https://slow%d.example/%d", i/20, i))
		}
		for i := range 50 {
			r.subscribe("hub.callback", fmt.Sprintf("https://quick%d.example/", i))
		}
		r.set(func() {
			r.wait = func(m fetch.Message) time.Duration {
				if strings.Contains(m.URL, "slow") {
					return time.Minute
				}
				return 20 * time.Millisecond
			}
		})
		quickest := func() (worst time.Duration) {
			began, n := time.Now(), len(r.messages())
			r.publish(1, 1)
			time.Sleep(3 * deliverWait)
			got := 0
			for _, s := range r.messages()[n:] {
				if s.Body != nil && strings.Contains(s.URL, "quick") {
					worst = max(worst, s.at.Sub(began))
					got++
				}
			}
			if got != 50 {
				t.Errorf("%d of the quick ones were delivered to, want 50", got)
			}
			return worst
		}
		first := quickest()
		second := quickest()
		if first > 3*deliverWait || second > time.Second {
			t.Errorf("a quick one waited %v at first and %v then; want less than a second once the slow ones are known", first, second)
		}
	})
}

// One delivery at a time to each: what comes meanwhile comes behind it.
func TestOneDeliveryAtATime(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.subscribe()
		under, most := 0, 0
		r.set(func() {
			r.answer = func(m fetch.Message) fetch.Response {
				r.set(func() { under++; most = max(most, under) })
				time.Sleep(1500 * time.Millisecond)
				r.set(func() { under-- })
				return oblige(m)
			}
		})
		for range 10 {
			r.publish(1, 1)
			time.Sleep(400 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		if got := r.deliveries(); most != 1 || got[0] != "1-1" || !strings.HasSuffix(got[len(got)-1], "-10") {
			t.Errorf("%d at a time, %q", most, got)
		}
	})
}

// The hub cannot be made to shoot at others.
func TestRequestsAreBounded(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.set(func() { r.answer = refuse(404) })
		statuses := map[int]int{}
		for i := range 1000 {
			status, _ := r.post(form("hub.callback", fmt.Sprintf("https://h%d.victim.example/?%d", i, i)))
			statuses[status]++
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(r.questions()); n > 72 || n < 60 || statuses[http.StatusTooManyRequests] < 900 {
			t.Errorf("a host was asked %d times in 10 s for %v", n, statuses)
		}
		for i := range 3000 {
			r.post(form("hub.callback", fmt.Sprintf("https://victim%d.example/", i)))
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(r.questions()); n > 300+10*41 {
			t.Errorf("%d questions in 40 s", n)
		}
	})
}

func TestFullHub(t *testing.T) {
	inTime(t, func(t *testing.T, r *hubRig) {
		r.limits = &news.HubLimits{All: 1}
		r.subscribe()
		if status, text := r.post(form("hub.callback", "https://b.example/")); status != http.StatusServiceUnavailable || !strings.Contains(text, "as many") {
			t.Errorf("got %d %s", status, text)
		}
		r.subscribe() // who is there may renew
	})
}

func TestHubAnswers(t *testing.T) {
	long := strings.Repeat("x", maxAddress)
	tests := map[string]struct {
		change func(f map[string][]string)
		status int
		says   string
	}{
		"right":           {func(f map[string][]string) {}, 202, "accepted"},
		"unknown keys":    {func(f map[string][]string) { f["hub.verify"] = []string{"sync"} }, 202, ""},
		"escaped topic":   {func(f map[string][]string) { f["hub.topic"] = []string{"HTTPS://River.example/feeds/%61ll.atom"} }, 202, ""},
		"no mode":         {func(f map[string][]string) { delete(f, "hub.mode") }, 400, "hub.mode must be subscribe or unsubscribe"},
		"publish":         {func(f map[string][]string) { f["hub.mode"] = []string{"publish"} }, 400, "hub.mode"},
		"denied":          {func(f map[string][]string) { f["hub.mode"] = []string{"denied"} }, 400, "hub.mode"},
		"no topic":        {func(f map[string][]string) { delete(f, "hub.topic") }, 400, "hub.topic"},
		"the twin":        {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all/"} }, 400, "hub.topic is no feed"},
		"the OPML":        {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all.opml"} }, 400, "hub.topic is no feed"},
		"with a query":    {func(f map[string][]string) { f["hub.topic"] = []string{"https://river.example/feeds/all.atom?x"} }, 400, "hub.topic is no feed"},
		"another site":    {func(f map[string][]string) { f["hub.topic"] = []string{"https://b.example/feeds/all.atom"} }, 400, "hub.topic is no feed"},
		"no callback":     {func(f map[string][]string) { delete(f, "hub.callback") }, 400, "hub.callback"},
		"two callbacks":   {func(f map[string][]string) { f["hub.callback"] = append(f["hub.callback"], "https://b.example/") }, 400, "hub.callback stands 2 times"},
		"ftp":             {func(f map[string][]string) { f["hub.callback"] = []string{"ftp://b.example/"} }, 400, "https://"},
		"relative":        {func(f map[string][]string) { f["hub.callback"] = []string{"/push"} }, 400, "https://"},
		"no host":         {func(f map[string][]string) { f["hub.callback"] = []string{"https:///push"} }, 400, "https://"},
		"user name":       {func(f map[string][]string) { f["hub.callback"] = []string{"https://me:x@b.example/"} }, 400, "user name"},
		"fragment":        {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/#x"} }, 400, "fragment"},
		"line break":      {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/\r\nX: y"} }, 400, "cannot be read"},
		"long callback":   {func(f map[string][]string) { f["hub.callback"] = []string{"https://b.example/" + long} }, 400, "hub.callback"},
		"long topic":      {func(f map[string][]string) { f["hub.topic"] = []string{"https://b.example/" + long} }, 400, "hub.topic"},
		"not UTF-8":       {func(f map[string][]string) { f["hub.secret"] = []string{"\xff"} }, 400, "hub.secret is not UTF-8"},
		"secret of 199":   {func(f map[string][]string) { f["hub.secret"] = []string{strings.Repeat("x", 199)} }, 202, ""},
		"secret of 200":   {func(f map[string][]string) { f["hub.secret"] = []string{strings.Repeat("x", 200)} }, 400, "less than 200"},
		"lease in words":  {func(f map[string][]string) { f["hub.lease_seconds"] = []string{"ten days"} }, 400, "hub.lease_seconds"},
		"negative lease":  {func(f map[string][]string) { f["hub.lease_seconds"] = []string{"-1"} }, 400, "hub.lease_seconds"},
		"a lot":           {func(f map[string][]string) { f["x"] = []string{strings.Repeat("x", maxRequest)} }, 413, "16 KiB"},
		"nothing at all":  {func(f map[string][]string) { clear(f) }, 400, "hub.mode"},
		"unsubscribe too": {func(f map[string][]string) { f["hub.mode"] = []string{"unsubscribe"} }, 202, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newHubRig(t)
			f := form()
			tt.change(f)
			status, text := r.post(f)
			if status != tt.status || !strings.Contains(text, tt.says) {
				t.Errorf("got %d %s, want %d with %q", status, text, tt.status, tt.says)
			}
			if kept := r.count(); kept != 0 && status != 202 || kept != 1 && status == 202 {
				t.Errorf("%d subscriptions after %d", kept, status)
			}
			for _, secret := range []string{"t0ken", "s3cret"} {
				if strings.Contains(text+r.log.String(), secret) {
					t.Errorf("%s is repeated", secret)
				}
			}
		})
	}
}

func TestHubTakesFormsOnly(t *testing.T) {
	r := newHubRig(t)
	for _, tt := range []struct {
		method, contentType, body string
		status                    int
	}{
		{"GET", "", "", 405},
		{"PUT", "application/x-www-form-urlencoded", form().Encode(), 405},
		{"POST", "", form().Encode(), 415},
		{"POST", "application/json", form().Encode(), 415},
		{"POST", "application/x-www-form-urlencoded", "%zz", 400},
		{"POST", "application/x-www-form-urlencoded; charset=utf-8", form().Encode(), 202},
	} {
		request := httptest.NewRequest(tt.method, "/hub?"+form().Encode(), strings.NewReader(tt.body)) // the query does not count
		request.Header.Set("Content-Type", tt.contentType)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if w.Code != tt.status || w.Header().Get("X-Content-Type-Options") != "nosniff" || (w.Code == 405) != (w.Header().Get("Allow") == "POST") {
			t.Errorf("%s %s: got %d %v, want %d", tt.method, tt.contentType, w.Code, w.Header(), tt.status)
		}
	}
}

// Stopped in the middle of a delivery, the hub does not count it: the next one repeats it.
func TestStoppedDeliveryIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newHubRig(t)
		stop := run(r.Run)
		r.subscribe()
		r.set(func() { r.wait = func(fetch.Message) time.Duration { return time.Hour } })
		r.publish(1, 1)
		time.Sleep(5 * time.Second)
		stop()
		if s := r.only(); s.Position != 0 || s.Failures != 0 {
			t.Errorf("got %+v, want it as it was", s)
		}
		r.set(func() { r.wait = nil })
		again := NewHub(r, r, r, time.Now, r.Hub.log)
		r.Hub = again
		defer run(again.Run)()
		time.Sleep(time.Second)
		if got := r.deliveries(); !slices.Equal(got, []string{"1-1", "1-1"}) {
			t.Errorf("delivered %q", got)
		}
	})
}

func TestLease(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": DefaultLease, "0": DefaultLease, "1": ShortestLease, "3600": time.Hour, "864000": DefaultLease, "2592000": LongestLease,
		"99999999": LongestLease, "9223372036854775807": LongestLease, "99999999999999999999999": LongestLease,
	} {
		if got, err := lease(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "1.5", "1e3", " 1", "0x10", "x"} {
		if got, err := lease(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
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
		if got := questionURL(s, "c"); got != want {
			t.Errorf("%s: got %s, want %s", callback, got, want)
		}
	}
}
