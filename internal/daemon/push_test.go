package daemon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// pushing is a daemon whose one source announces a hub.
type pushing struct {
	*running
	up    *feedtest.Server
	hub   *feedtest.Hub
	topic string
}

// announced is a feed that names a hub.
func announced(hub, self string, titles ...string) []byte {
	doc := string(rss(titles...))
	links := fmt.Sprintf(`<channel><atom:link rel="hub" href=%q/><atom:link rel="self" href=%q/>`, hub, self)
	doc = strings.Replace(doc, "<channel>", links, 1)
	return []byte(strings.Replace(doc, `<rss version="2.0">`, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">`, 1))
}

// pushed begins with a source that shows "A1" and is subscribed to.
func pushed(t testing.TB, more string) *pushing {
	t.Helper()
	p := &pushing{up: feedtest.New(t), hub: feedtest.NewHub(t)}
	p.topic = p.up.URL + "/a"
	p.up.Handle("/a", feedtest.Response{Body: announced(p.hub.URL, p.topic, "A1"), ETag: `"1"`})
	h := newHome(t)
	h.configure(p.lines(more)...)
	p.start(h)
	p.awaitTitles("all", "A1")
	p.await("the hub knows us", func() bool { return len(p.hub.Subscribed(p.topic)) == 1 })
	return p
}

// start serves, and lets the hub reach it: what it is asked before it can, waits.
func (p *pushing) start(h *home) {
	p.hub.Set(func(hub *feedtest.Hub) {
		p.running = h.serve()
		hub.Reach = p.url
	})
}

// lines are the configuration; what the hub and the upstream need stands in the
// defaults, so that a source that left can still be unsubscribed.
func (p *pushing) lines(more string) []string {
	u, _ := url.Parse(p.hub.URL)
	return []string{
		fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%d, %s]}", p.up.Port(), u.Port()),
		"sources:", fmt.Sprintf("  - {feed: %q, name: a%s}", p.topic, more),
	}
}

// one returns the one subscription that there is.
func (p *pushing) one() news.Push {
	p.t.Helper()
	all, err := p.db.Pushes(p.t.Context())
	if err != nil || len(all) != 1 {
		p.t.Fatalf("got %d subscriptions, %v; want one", len(all), err)
	}
	return all[0]
}

// deliver publishes through the hub, which must get the status.
func (p *pushing) deliver(want int, body []byte) {
	p.t.Helper()
	if got := p.hub.Publish(p.topic, "application/rss+xml", body); !slices.Equal(got, []int{want}) {
		p.t.Fatalf("delivered: got %v, want %d", got, want)
	}
}

// fetches are the attempts on the source, the latest first.
func (p *pushing) fetches() []news.Fetch {
	p.t.Helper()
	list, err := p.db.Fetches(p.t.Context(), p.one().SourceID, 100)
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

// admin returns what the operator sees at a path.
func (r *running) admin(path string) string {
	answer := httptest.NewRecorder()
	r.adminHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Body.String()
}

func TestPushedEntriesAppear(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	form := p.hub.Subscribed(p.topic)[0]
	callback := form.Get("hub.callback")
	if !strings.HasPrefix(callback, "http://river.example/websub/") || len(callback) < len("http://river.example/websub/")+26 {
		t.Errorf("callback %q, want one below the public site that nobody can guess", callback)
	}
	if secret := form.Get("hub.secret"); len(secret) < 32 || len(secret) >= 200 {
		t.Errorf("got a secret of %d bytes, want 32 to 199", len(secret))
	}
	if got, want := form.Get("hub.lease_seconds"), "864000"; got != want {
		t.Errorf("lease: got %s, want %s", got, want)
	}
	polls := p.up.Count("/a")

	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A2")) // A1 is not in it, and stays
	p.awaitTitles("all", "A1 A2")
	if n := p.up.Count("/a"); n != polls {
		t.Errorf("the publisher was asked %d times for what the hub had brought", n-polls)
	}
	fetches := p.fetches()
	if f := fetches[0]; !f.Pushed || f.Status != 0 || f.Outcome != news.OutcomeOK || f.New != 1 {
		t.Errorf("got %+v, want a push recorded", f)
	}
	state, err := p.db.State(t.Context(), "a")
	if err != nil || state.Last.Pushed || state.Last.Status != 200 {
		t.Errorf("the last fetch: got %+v, %v; want the poll", state.Last, err)
	}
	if status := p.admin("/status"); !strings.Contains(status, "pushed: 1 delivery") {
		t.Errorf("status: got %s, want what the hub does", status)
	}
	for _, line := range []string{`tributary_pushes{state="active"} 1`, "tributary_push_deliveries 1", "tributary_push_deliveries_refused 0"} {
		if figures := p.admin("/metrics"); !strings.Contains(figures, line+"\n") {
			t.Errorf("metrics: got %s, want %s", figures, line)
		}
	}
	lease, err := p.db.Begin(t.Context(), state.ID, "test", time.Now(), time.Now().Add(time.Minute))
	if err != nil || lease.Validators.ETag != `"1"` || !lease.PushUntil.After(time.Now().Add(9*24*time.Hour)) {
		t.Errorf("got %+v, %v; want the validators of the poll, and trust in the hub", lease, err)
	}
}

// A push is not lost because the source is being fetched, and waits for that.
func TestPushWaitsForAFetch(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	until := time.Now().Add(2 * time.Second)
	if _, err := p.db.Begin(t.Context(), p.one().SourceID, "somebody else", time.Now(), until); err != nil {
		t.Fatal(err)
	}
	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A1", "A2"))
	p.awaitTitles("all", "A1 A2")
	const rounded = 10 * time.Millisecond // more than the stored times are
	if f := p.fetches()[0]; !f.Pushed || f.Started.Add(f.Duration).Before(until.Add(-rounded)) {
		t.Errorf("got %+v, want a push that waited until %v", f, until)
	}
}

// What cannot be read, and a mere "something is new", makes the source due.
func TestPushThatCannotBeStoredIsFetched(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"thin": "", "damaged": "<html><body>500</body></html>"} {
		t.Run(name, func(t *testing.T) {
			p := pushed(t, "")
			p.up.Handle("/a", feedtest.Response{Body: announced(p.hub.URL, p.topic, "A1", "A2"), ETag: `"2"`})
			p.deliver(http.StatusAccepted, []byte(body))
			p.awaitTitles("all", "A1 A2")
			if p.one().Deliveries != 0 {
				t.Error("it counts as stored")
			}
		})
	}
}

// The process ends between taking a delivery and storing it.
func TestAcceptedDeliveryOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	push := p.one()
	err := p.db.ChangePush(t.Context(), push.ID, func(p *news.Push) error { // as websub does before it answers
		p.Waiting = time.Now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.end()
	p.up.Handle("/a", feedtest.Response{Body: announced(p.hub.URL, p.topic, "A1", "A2"), ETag: `"2"`})
	p.start(p.again())
	p.awaitTitles("all", "A1 A2")
	if !p.one().Waiting.IsZero() {
		t.Error("it still waits")
	}
}

// again is the same home with an empty log.
func (h *home) again() *home { return &home{t: h.t, dir: h.dir, path: h.path, log: &logbook{}} }

func TestRestartKeepsSubscriptions(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	before, asked := p.one(), len(p.hub.Asked())
	p.end()
	p.start(p.again())
	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A1", "A2"))
	p.awaitTitles("all", "A1 A2")
	if after := p.one(); after.ID != before.ID || !after.LeaseUntil.Equal(before.LeaseUntil) {
		t.Errorf("got %+v, want the subscription from before", after)
	}
	if n := len(p.hub.Asked()); n != asked {
		t.Errorf("the hub was asked %d times more", n-asked)
	}
}

// Who is no longer wanted is told so: without the source, without websub, with
// another site.
func TestReloadEndsSubscriptions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*pushing){
		"source removed": func(p *pushing) {
			p.configure(p.lines("")[0], "sources:", "  - {seeds: seeds/*}")
		},
		"websub off":     func(p *pushing) { p.configure(p.lines(", websub: off")...) },
		"source private": func(p *pushing) { p.configure(p.lines(", public: false")...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pushed(t, "")
			callback := p.hub.Subscribed(p.topic)[0].Get("hub.callback")
			change(p)
			p.await("the hub forgets us", func() bool { return len(p.hub.Subscribed(p.topic)) == 0 })
			if status := p.hub.Deliver(callback, "application/rss+xml", "", strings.NewReader("x")); status != http.StatusNotFound {
				t.Errorf("a delivery afterwards: got %d, want 404", status)
			}
		})
	}
}

func TestNewSiteAddressSubscribesAnew(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	old := p.one()
	p.write(strings.Replace(head, "river.example", "other.example", 1) + strings.Join(p.lines(""), "\n"))
	p.await("the hub knows the new address only", func() bool {
		subs := p.hub.Subscribed(p.topic)
		return len(subs) == 1 && strings.HasPrefix(subs[0].Get("hub.callback"), "http://other.example/websub/")
	})
	p.await("the old one is forgotten", func() bool {
		all, err := p.db.Pushes(t.Context())
		return err == nil && len(all) == 1 && all[0].ID != old.ID && all[0].Secret != old.Secret
	})
}

// A hub cannot reach localhost: nobody is asked, and that is told once.
func TestNoSubscriptionWithoutAPublicSite(t *testing.T) {
	t.Parallel()
	up, hub := feedtest.New(t), feedtest.NewHub(t)
	up.Handle("/a", feedtest.Response{Body: announced(hub.URL, up.URL+"/a", "A1")})
	h := newHome(t)
	h.write(strings.Replace(head, "http://river.example", "http://localhost:8080", 1) + "sources:\n" + source(up, "a", "/a", ""))
	r := h.serve()
	r.awaitTitles("all", "A1")
	const said = "push is off: hubs cannot reach us; set site: url: to a public address"
	r.await("it is told", func() bool { return len(r.log.records(t, said)) > 0 })
	r.reloaded()
	if n := len(r.log.records(t, said)); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	if n := len(hub.Asked()); n != 0 {
		t.Errorf("the hub was asked %d times", n)
	}
}

// A hub is an address that somebody else chose.
func TestHubInAForbiddenPlace(t *testing.T) {
	t.Parallel()
	up, hub := feedtest.New(t), feedtest.NewHub(t)
	up.Handle("/a", feedtest.Response{Body: announced(hub.URL, up.URL+"/a", "A1")})
	h := newHome(t, "sources:", source(up, "a", "/a", "")) // the port of the hub is not allowed
	r := h.serve()
	r.awaitTitles("all", "A1")
	r.await("it is refused", func() bool {
		all, err := r.db.Pushes(t.Context())
		return err == nil && len(all) == 1 && all[0].Failures == 1 && strings.Contains(all[0].Error, "not an allowed port")
	})
	if n := len(hub.Asked()); n != 0 {
		t.Errorf("the hub was asked %d times", n)
	}
}

// A poll that finds what was not pushed ends the trust in the hub, the next
// delivery renews it.
func TestTrustInAHub(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	id := p.one().SourceID
	if !p.one().Trusted().IsZero() {
		t.Error("trusted before it delivered anything")
	}
	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A1", "A2"))
	p.awaitTitles("all", "A1 A2")
	if p.one().Trusted().IsZero() {
		t.Error("not trusted after a delivery")
	}
	p.up.Handle("/a", feedtest.Response{Body: announced(p.hub.URL, p.topic, "A1", "A2", "A3")})
	p.trigger(id)
	p.awaitTitles("all", "A1 A2 A3")
	if !p.one().Trusted().IsZero() {
		t.Error("trusted although it had not brought everything")
	}
	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A3", "A4"))
	p.awaitTitles("all", "A1 A2 A3 A4")
	if p.one().Trusted().IsZero() {
		t.Error("not trusted after it delivered again")
	}
}

// What only the hub may know is on no page and in no log.
func TestSubscriptionsAreNotShown(t *testing.T) {
	t.Parallel()
	p := pushed(t, "")
	p.deliver(http.StatusAccepted, announced(p.hub.URL, p.topic, "A1", "A2"))
	p.awaitTitles("all", "A1 A2")
	push := p.one()
	p.hub.Deliver(push.Callback, "text/plain", "sha256=00", strings.NewReader("x"))
	shown := p.log.String()
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/all/", "/feeds/all.opml", "/sources.opml",
		"/sources/a", "/websub/", "/websub/x", "/healthz", "/readyz"} {
		_, body := p.get(path)
		shown += body
	}
	for _, path := range []string{"/status", "/metrics"} {
		shown += p.admin(path)
	}
	for _, secret := range []string{push.ID, push.Secret} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}
