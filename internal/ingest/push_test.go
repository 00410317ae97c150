package ingest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/ingest"
	"tributary/internal/news"
)

// push delivers a document for a source.
func (r *rig) push(s config.Source, body []byte) (ingest.Result, error) {
	return r.ingester.Push(r.t.Context(), s, news.Delivery{ContentType: "application/rss+xml", Body: body, Received: r.clock()})
}

// relative returns a feed that does not state its home, with entries whose texts have relative
// links.
func relative(ns ...int) []byte {
	var items []item
	for _, n := range ns {
		items = append(items, item{n: n})
	}
	doc := strings.Replace(string(rssOf(items...)), "<link>https://upstream.example/</link>", "", 1)
	return []byte(strings.ReplaceAll(doc, "which is", `which &lt;a href="more"&gt;is&lt;/a&gt;`))
}

// An entry is the same whether a hub or a fetch brings it: what was pushed is neither new nor
// changed when it is fetched.
func TestPushAndPullReadAlike(t *testing.T) {
	r := newRig(t)
	s := r.configure(r.feed("/moved"))[0]
	r.upstream.Handle("/moved", feedtest.Response{Redirect: "/here/feed"})
	r.upstream.Handle("/here/feed", feedtest.Response{Body: relative(6, 5, 4, 3, 2, 1), ETag: `"1"`})
	if got := r.pull(s).Fetch; got.New != 6 {
		t.Fatalf("got %+v", got)
	}
	r.wait(time.Minute)
	result, err := r.push(s, relative(7))
	if err != nil || result.Fetch.New != 1 || !result.Fetch.Pushed {
		t.Fatalf("got %+v, %v; want one new entry", result.Fetch, err)
	}
	if got, want := r.titles(s), "E7 E6 E5 E4 E3 E2 E1"; got != want {
		t.Errorf("got %q, want %q: what a delivery lacks is not gone", got, want)
	}
	r.wait(time.Hour)
	r.upstream.Handle("/here/feed", feedtest.Response{Body: relative(7, 6, 5, 4, 3, 2, 1), ETag: `"2"`})
	if got := r.pull(s).Fetch; got.Outcome != news.OutcomeOK || got.New != 0 || got.Changed != 0 {
		t.Errorf("fetched: got %+v, want nothing new and nothing changed", got)
	}
	if etag, _ := r.asked("/here/feed"); etag != `"1"` {
		t.Errorf("asked with %q, want the validator of the fetch before", etag)
	}
	lease, err := r.db.BeginPush(t.Context(), s.ID, "test", r.clock(), r.clock())
	if err != nil || lease.Outlet != "upstream.example" {
		t.Errorf("outlet of what was pushed: got %q, %v", lease.Outlet, err)
	}
}

func TestPushWaitsForItsTurn(t *testing.T) {
	r := newRig(t)
	s := r.configure(r.feed("/feed"))[0]
	if _, err := r.db.Begin(t.Context(), s.ID, "test", r.clock(), r.clock().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.push(s, rss(1, 1)); !errors.Is(err, news.ErrLeased) {
		t.Errorf("during a fetch of our own: got %v, want ErrLeased", err)
	}
	r.wait(2 * time.Minute)
	if _, err := r.push(s, rss(1, 1)); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// A delivery that cannot be stored leaves nothing behind, and the next fetch brings its entries.
func TestPushThatFails(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint("late ", late), func(t *testing.T) {
			r := newRig(t)
			s := r.configure(r.feed("/feed"))[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 2)})
			r.ingester.Store = &failing{DB: r.db, nth: 1, late: late}
			if _, err := r.push(s, rss(1, 1)); !errors.Is(err, errNth) {
				t.Fatalf("got %v, want the failure", err)
			}
			r.ingester.Store = r.db
			r.wait(2 * time.Minute)
			r.pull(s)
			if got, want := r.titles(s), "E2 E1"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestPushOfWhatIsNoFeed(t *testing.T) {
	r := newRig(t)
	s := r.configure(r.feed("/feed"))[0]
	result, err := r.push(s, []byte("<html><body>404</body></html>"))
	if err != nil || result.Fetch.Outcome != news.OutcomeNotAFeed || !result.Fetch.Pushed {
		t.Errorf("got %+v, %v", result.Fetch, err)
	}
	if state := r.state(s); state.Failures != 0 || !state.Last.Started.IsZero() {
		t.Errorf("got %+v, want a source that was never asked", state)
	}
}

// Polls are rare while a hub delivers, and as usual otherwise. A cron expression is the operator's
// decision.
func TestPollsRestWhileAHubDelivers(t *testing.T) {
	for _, test := range []struct {
		schedule    string
		lease       time.Duration
		least, most time.Duration // until the next fetch
	}{
		{"@every 1h", 10 * 24 * time.Hour, 3 * time.Hour, 4 * time.Hour},
		{"@every 12h", 10 * 24 * time.Hour, 12 * time.Hour, 24 * time.Hour},
		{"@every 48h", 10 * 24 * time.Hour, 0, 48 * time.Hour},
		{"@every 1h", -time.Minute, 0, time.Hour}, // the subscription has expired
		{"0 * * * *", 10 * 24 * time.Hour, 0, time.Hour + time.Minute},
	} {
		t.Run(fmt.Sprint(test.schedule, " ", test.lease), func(t *testing.T) {
			r := newRig(t)
			feed := r.feed("/feed")
			feed.Schedule = spec(t, test.schedule)
			s := r.configure(feed)[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 2)})
			r.pull(s)
			p := news.Push{ID: "id", SourceID: s.ID, State: news.PushAsked}
			if err := r.db.AddPush(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			err := r.db.ChangePush(t.Context(), "id", func(p *news.Push) error {
				p.State, p.LeaseUntil = news.PushActive, r.clock().Add(time.Hour+test.lease)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			r.wait(time.Minute)
			if _, err := r.push(s, rss(3, 3)); err != nil {
				t.Fatal(err)
			}
			r.wait(59 * time.Minute)
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)})
			if due := r.pull(s).NextDue.Sub(r.clock()); due < test.least || due > test.most {
				t.Errorf("fetched again after %v, want %v to %v", due, test.least, test.most)
			}
			r.wait(time.Minute)
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 4)}) // E4 was not pushed
			r.pull(s)
			r.wait(time.Minute)
			every := r.pull(s).NextDue.Sub(r.clock())
			if interval, ok := feed.Schedule.Every(); ok && every > interval {
				t.Errorf("fetched again after %v, although the hub had missed something", every)
			}
		})
	}
}
