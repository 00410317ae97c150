package daemon

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
	"tributary/internal/websub"
)

// pair is a daemon with a hub and another that subscribes to it, each of which the
// other reaches by the address of its site.
type pair struct {
	up    *feedtest.Server
	first *running // reads /a of up
	other *running // reads a feed of the first
}

// freeAddress is an address that a daemon can listen on, and its port.
func freeAddress(t testing.TB) (address, port string) {
	t.Helper()
	address, err := feedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = strings.Cut(address, ":")
	return address, port
}

// site is the head of a configuration that listens where its site is.
func site(address string, reach ...string) string {
	return fmt.Sprintf("listen: %s\nadmin: \"\"\nhub: on\nsite: {title: \"River %s\", url: \"http://%s\"}\n"+
		"defaults: {websub: on, allow_networks: [127.0.0.0/8], allow_ports: [%s]}\n", address, address, address, strings.Join(reach, ", "))
}

// newPair begins with an entry "A1" that both show, and a subscription.
func newPair(t testing.TB, format string) *pair {
	t.Helper()
	p := &pair{up: feedtest.New(t)}
	p.up.Handle("/a", feedtest.Response{Body: rss("A1")})
	one, onePort := freeAddress(t)
	two, twoPort := freeAddress(t)
	h := newHome(t)
	h.write(site(one, fmt.Sprint(p.up.Port()), twoPort) + "sources:\n  - {feed: \"" + p.up.URL + "/a\", name: a}\n")
	p.first = h.serve()
	p.first.awaitTitles("all", "A1")
	h = newHome(t)
	h.write(site(two, onePort) + "sources:\n  - {feed: \"http://" + one + "/feeds/all." + format + "\", name: first}\n")
	p.other = h.serve()
	p.other.awaitTitles("all", "A1")
	p.other.await("it is subscribed", func() bool { return len(p.first.subscriptions()) == 1 && p.first.subscriptions()[0].Active(time.Now()) })
	return p
}

// add has the first daemon find these titles at its source.
func (p *pair) add(titles ...string) {
	p.up.Handle("/a", feedtest.Response{Body: rss(titles...)})
	p.first.trigger(1)
}

func (r *running) subscriptions() []news.Subscription {
	r.t.Helper()
	all, err := r.db.DueSubscriptions(r.t.Context(), nil, time.Now()) // no feed is published: all of them
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// One Tributary subscribes to another, in each format: what is new comes by push.
func TestATributaryIsPushedByAnother(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"atom", "rss", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, format)
			s := p.first.subscriptions()[0]
			if s.Format != format || s.Secret == "" || s.LeaseUntil.Before(time.Now().Add(9*24*time.Hour)) {
				t.Errorf("got %+v", s)
			}
			polls := p.other.polls(t)
			p.add("A1", "A2", "A3")
			p.other.awaitTitles("all", "A1 A2 A3")
			if n := p.other.polls(t); n != polls {
				t.Errorf("the first was polled %d times for what it pushed", n-polls)
			}
			if _, body := p.first.get("/feeds/all.atom"); !strings.Contains(body, `rel="hub"`) {
				t.Errorf("no hub in the document")
			}
			p.first.await("it is acknowledged", func() bool { return p.first.subscriptions()[0].Deliveries >= 1 })
			if status := p.first.admin("/status"); !strings.Contains(status, ", 1 subscription<") {
				t.Errorf("status: got %s, want the subscription", status)
			}
			if moved := p.first.admin("/status/"); !strings.Contains(moved, `href="/status"`) {
				t.Errorf("status with a slash: got %s, want where it is", moved)
			}
			metrics := p.first.admin("/metrics")
			for _, line := range []string{`tributary_subscriptions{feed="all"} 1`, `tributary_subscriptions_failing{feed="all"} 0`,
				"tributary_hub_requests 1", "tributary_hub_requests_refused 0", "tributary_hub_deliveries_failed 0"} {
				if !strings.Contains(metrics, line+"\n") {
					t.Errorf("metrics: got %s, want %s", metrics, line)
				}
			}
			for _, r := range []*running{p.first, p.other} {
				for _, secret := range []string{s.Secret, s.Callback} {
					if strings.Contains(r.log.String(), secret) {
						t.Errorf("a log shows %q", secret)
					}
				}
			}
		})
	}
}

// Subscribers are reached where sources may be, and no further: neither a question nor a
// delivery goes to an address inside.
func TestTheHubReachesNothingInside(t *testing.T) {
	t.Parallel()
	p := newPair(t, "atom")
	inside := feedtest.New(t)
	inside.Handle("/push", feedtest.Response{})
	text := p.first.text()
	from := strings.Index(text, "defaults:")
	p.first.write(text[:from] + "defaults: {allow_ports: [" + fmt.Sprint(inside.Port()) + "]}\nsources:\n" + source(p.up, "a", "/a", "") + "\nfeeds: [{name: all}, {name: more}]\n")
	p.first.await("it is reloaded", func() bool { s, _ := p.first.get("/feeds/more.atom"); return s == http.StatusOK })
	topic := p.first.subscriptions()[0].Topic
	resp, err := http.PostForm(p.first.url+"/hub", url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {inside.URL + "/push"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("got %d, which tells who asked what we reach", resp.StatusCode)
	}
	p.first.await("the question is given up", func() bool { return len(p.first.log.records(t, "subscription not confirmed")) == 1 })
	p.add("A1", "A2")
	p.first.await("the delivery is refused", func() bool { return p.first.subscriptions()[0].Failures == 1 })
	if s := p.first.subscriptions(); len(s) != 1 || !strings.Contains(s[0].Error, "loopback") || p.other.titles("all") != "A1" {
		t.Errorf("got %+v, and %q there", s, p.other.titles("all"))
	}
	if n := inside.Count("/push"); n != 0 {
		t.Errorf("%d requests reached the inside", n)
	}
}

// Who is pushed a feed gets no more of it than who polls it: not what its page leaves
// out because the source has enough there.
func TestDeliveriesHoldWhatThePageShows(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all}", "  - {name: few, max_per_source: 2}")
	r := h.serve()
	r.awaitTitles("all", "A1")
	r.awaitTitles("few", "A1")
	hub := &hubPublisher{Daemon: r.Daemon, made: map[deliveryKey]websub.Content{}}
	topic := func(feed string) websub.Topic {
		_, topics, _ := hub.Published()
		return topics[slices.IndexFunc(topics, func(t websub.Topic) bool { return t.Feed == feed && t.Format == "atom" })]
	}
	before := map[string]int64{"all": topic("all").Change, "few": topic("few").Change}
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2", "A3", "A4")})
	r.trigger(1)
	r.awaitTitles("all", "A1 A2 A3 A4")
	r.await("few has changed", func() bool { return r.titles("few") != "A1" })
	for feed, want := range map[string]int{"all": 3, "few": 2} {
		got, err := hub.Content(t.Context(), topic(feed), before[feed])
		if err != nil || got.Change != topic(feed).Change || strings.Count(string(got.Body), "<entry") != want {
			t.Errorf("%s: from %d got up to %d (%v), want %d entries up to %d:\n%s", feed, before[feed], got.Change, err, want, topic(feed).Change, got.Body)
		}
	}
}

// JSON Feed is delivered as it is served, to the last byte: with the way to what came
// before, too.
func TestJSONIsDeliveredWhole(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1", "A2", "A3")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""), "feeds:", "  - {name: all, limit: 2, window: 0s}")
	r := h.serve()
	r.await("the feed is full", func() bool { _, body := r.get("/feeds/all.json"); return strings.Contains(body, "next_url") })
	hub := &hubPublisher{Daemon: r.Daemon, made: map[deliveryKey]websub.Content{}}
	_, topics, _ := hub.Published()
	topic := topics[slices.IndexFunc(topics, func(t websub.Topic) bool { return t.Format == "json" })]
	got, err := hub.Content(t.Context(), topic, 0)
	if _, served := r.get("/feeds/all.json"); err != nil || string(got.Body) != served || got.Change != topic.Change {
		t.Errorf("delivered up to %d of %d, %v:\n%s\nserved:\n%s", got.Change, topic.Change, err, got.Body, served)
	}
	later, err := hub.Content(t.Context(), topic, topic.Change-1)
	if err != nil || len(later.Body) == 0 || &later.Body[0] != &got.Body[0] {
		t.Errorf("who lags less gets %d bytes, %v; want the same ones, not a copy", len(later.Body), err)
	}
}

// What left a feed after it was delivered to some is delivered to nobody else, who was
// down until then.
func TestNothingThatLeftIsDelivered(t *testing.T) {
	up := feedtest.New(t)
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	h := newHome(t, "sources:", source(up, "a", "/a", ""))
	r := h.serve()
	r.awaitTitles("all", "A1")
	hub := &hubPublisher{Daemon: r.Daemon, made: map[deliveryKey]websub.Content{}}
	content := func() websub.Content {
		t.Helper()
		_, topics, _ := hub.Published()
		got, err := hub.Content(t.Context(), topics[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := content(); !strings.Contains(string(got.Body), "A1") {
		t.Fatalf("got %s", got.Body)
	}
	r.configure("sources:", source(up, "a", "/a", ", public: false"))
	r.reloaded()
	r.awaitTitles("all", "")
	r.await("the feed is empty", func() bool { s, _ := r.get("/feeds/all.json"); return s == http.StatusOK })
	if got := content(); len(got.Body) > 0 {
		t.Errorf("got %s", got.Body)
	}
}

// polls is how often the one source was fetched rather than pushed.
func (r *running) polls(t testing.TB) (n int) {
	t.Helper()
	list, err := r.db.Fetches(t.Context(), 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if !f.Pushed {
			n++
		}
	}
	return n
}

// The other stops: what comes meanwhile waits, is delivered afterwards, and restarts of
// the first lose none of it.
func TestSubscriptionsOutliveRestarts(t *testing.T) {
	t.Parallel()
	p := newPair(t, "atom")
	before := p.first.subscriptions()[0]
	p.other.end()
	p.add("A1", "A2")
	p.first.await("a delivery has failed", func() bool { return p.first.subscriptions()[0].Failures > 0 })
	p.first.end()
	p.other = p.other.again().serve()
	p.first = p.first.again().serve()
	if err := p.first.db.ChangeSubscription(t.Context(), before.ID, func(s *news.Subscription) error {
		s.Next = time.Time{} // not to wait for the retry
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.first.hub.Wake()
	p.other.awaitTitles("all", "A1 A2")
	p.first.await("it is acknowledged", func() bool { return p.first.subscriptions()[0].Failures == 0 })
	after := p.first.subscriptions()[0]
	if after.ID != before.ID || after.Position <= before.Position || !after.LeaseUntil.Equal(before.LeaseUntil) {
		t.Errorf("got %+v, want the subscription from before, further on", after)
	}
}

// A feed that is removed ends its subscriptions; who subscribed is told, and polls.
func TestRemovedFeedsAreDenied(t *testing.T) {
	t.Parallel()
	p := newPair(t, "atom")
	text := strings.Replace(p.first.text(), "sources:", "feeds: [{name: other}]\nsources:", 1)
	p.first.write(text)
	p.first.await("the subscription ends", func() bool { return len(p.first.subscriptions()) == 0 })
	p.other.await("the other knows", func() bool {
		all, err := p.other.db.Pushes(t.Context())
		return err == nil && len(all) == 1 && all[0].State == news.PushDenied && strings.Contains(all[0].Error, "not published any more")
	})
}

// text is the configuration as it stands.
func (h *home) text() string {
	h.t.Helper()
	data, err := os.ReadFile(h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(data)
}

// A public site has a hub without being told so, a private one has none, and what
// documents and answers say is the same.
func TestHubIsNamedWhereItWorks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		url, hub string
		named    bool
	}{
		"public":          {"http://river.example", "", true},
		"public, off":     {"http://river.example", "hub: off\n", false},
		"localhost":       {"http://localhost:8080", "", false},
		"private network": {"http://192.168.1.2", "hub: auto\n", false},
		"on":              {"http://river.lan/strom", "hub: on\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
			h.write(tt.hub + strings.Replace(head, "http://river.example", tt.url, 1) + "sources:\n  - {seeds: seeds/*, name: seeds}\n")
			r := h.serve()
			r.await("the seed is shown", func() bool { return r.titles("all") != "" })
			for format, says := range map[string]string{
				"atom": `<link href="` + tt.url + `/hub" rel="hub"`, "rss": `<atom:link href="` + tt.url + `/hub" rel="hub"`,
				"json": `"hubs":[{"type":"WebSub","url":"` + tt.url + `/hub"}]`,
			} {
				resp, err := http.Get(r.url + "/feeds/all." + format)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				want := ""
				if tt.named {
					want = "<" + tt.url + `/hub>; rel="hub", <` + tt.url + "/feeds/all." + format + `>; rel="self"`
				}
				if got := resp.Header.Get("Link"); got != want || len(resp.Header.Values("Link")) > 1 {
					t.Errorf("%s: Link is %q, want %q", format, got, want)
				}
				if _, body := r.get("/feeds/all." + format); strings.Contains(body, says) != tt.named {
					t.Errorf("%s names the hub: %v, want %v: %s", format, !tt.named, tt.named, body)
				}
			}
			status := http.StatusBadRequest
			if !tt.named {
				status = http.StatusNotFound
			}
			resp, err := http.PostForm(r.url+"/hub", url.Values{})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != status {
				t.Errorf("an empty form: got %d, want %d", resp.StatusCode, status)
			}
		})
	}
}

// Turned on while it runs, the hub is named and works at once.
func TestHubIsTurnedOnByReload(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.seed("a.txt", "Ein Titel\n\nUnd ein Satz, der darunter steht.")
	text := head + "sources:\n  - {seeds: seeds/*, name: seeds}\n"
	h.write("hub: off\n" + text)
	r := h.serve()
	r.await("the seed is shown", func() bool { return r.titles("all") != "" })
	h.write(text)
	r.await("the hub is named", func() bool {
		_, body := r.get("/feeds/all.atom")
		return strings.Contains(body, `rel="hub"`)
	})
}
