package ingest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/config"
	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// permanent returns a permanent redirect.
func permanent(status int, to string) feedtest.Response {
	return feedtest.Response{Status: status, Redirect: to}
}

// away starts a second upstream on another loopback address that the sources of r may reach.
func (r *rig) away() (*feedtest.Server, string) {
	up := feedtest.New(r.t)
	return up, strings.Replace(up.URL, "127.0.0.1", "localhost", 1)
}

func reach(src config.Source, up *feedtest.Server) config.Source {
	src.AllowPorts = append([]uint16{up.Port()}, src.AllowPorts...)
	return src
}

// visits pulls a source n times, an hour apart.
func (r *rig) visits(src config.Source, n int) {
	r.t.Helper()
	for range n {
		r.wait(time.Hour)
		r.pull(src)
	}
}

func (r *rig) health(src config.Source) news.Health { return r.state(src).Health(r.clock()) }

func TestPermanentRedirectIsAdoptedAtTheThirdSighting(t *testing.T) {
	for _, status := range []int{301, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			r := newRig(t)
			other, base := r.away()
			src := reach(r.feed("/feed"), other)
			src.Headers = map[string]string{"Authorization": "Bearer canary-token"}
			src = r.configure(src)[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990), ETag: `"old"`})
			r.pull(src)

			r.upstream.Handle("/feed", permanent(status, base+"/new"))
			other.Handle("/new", feedtest.Response{Body: rss(981, 991), ETag: `"new"`})
			r.visits(src, 2)
			if got := r.state(src).Move; got.Address != "" || got.Seen != 2 || r.health(src) != news.HealthOK {
				t.Errorf("after two: got %+v, %s; want nothing adopted", got, r.health(src))
			}
			r.visits(src, 1)
			if got := r.state(src).Move; got.Address != base+"/new" || r.health(src) != news.HealthMoved {
				t.Fatalf("after three: got %+v, %s; want the new address", got, r.health(src))
			}
			before := r.upstream.Count("/feed")
			other.Handle("/new", feedtest.Response{Body: rss(981, 992), ETag: `"newer"`})
			r.visits(src, 3)
			if n := r.upstream.Count("/feed") - before; n != 0 {
				t.Errorf("the old address got %d requests after it was left, want none", n)
			}
			if got := len(r.held(src)); got != 12 {
				t.Errorf("got %d entries, want 12: the same ones and what came since", got)
			}
			for _, request := range other.Requests("") {
				if request.Header.Get("Authorization") != "" {
					t.Error("the operator's header left for another origin")
				}
			}
			if state := r.state(src); state.URL != src.URL {
				t.Errorf("the configured URL: got %s, want %s", state.URL, src.URL)
			}
			if log := r.log.String(); !strings.Contains(log, `"msg":"moved"`) || strings.Contains(log, "canary") {
				t.Errorf("the log should tell of the move, and hold no secret:\n%s", log)
			}
		})
	}
}

// A 304 from the target counts as a sighting.
func TestPermanentRedirectOfAnUnchangedFeed(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990), ETag: `"1"`})
	r.upstream.Handle("/new", feedtest.Response{Body: rss(981, 990), ETag: `"1"`})
	r.pull(src)
	r.upstream.Handle("/feed", permanent(301, "/new"))
	r.visits(src, 3)
	if got := r.state(src).Move.Address; got != r.upstream.URL+"/new" {
		t.Errorf("got %q, want the new address", got)
	}
}

// A server that compares dates answers 304 for any old document, such as the page of whoever has
// the domain now. Only its document shows what is at the new address.
func TestRedirectToWhatWasNeverRead(t *testing.T) {
	const modified = "Sun, 01 Mar 2026 11:00:00 GMT"
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990), LastModified: modified})
	r.upstream.Handle("/parked", feedtest.Response{Body: []byte("<html><title>For sale</title>"), LastModified: modified})
	r.pull(src)
	r.upstream.Handle("/feed", permanent(301, "/parked"))
	r.visits(src, 4)
	if got := r.state(src); got.Move.Address != "" || r.health(src) != news.HealthFailing {
		t.Errorf("got moved to %q, health %s; want a failing source that stays", got.Move.Address, r.health(src))
	}
}

func TestRedirectsThatAreNotAdopted(t *testing.T) {
	const foreign = 400 // entries of another feed start here
	for _, test := range []struct {
		name   string
		answer func(r *rig)
		health news.Health
	}{
		{"temporary 302", func(r *rig) { r.upstream.Handle("/feed", permanent(302, "/new")) }, news.HealthOK},
		{"temporary 307", func(r *rig) { r.upstream.Handle("/feed", permanent(307, "/new")) }, news.HealthOK},
		{"another feed", func(r *rig) {
			r.upstream.Handle("/feed", permanent(301, "/new"))
			r.upstream.Handle("/new", feedtest.Response{Body: rss(foreign, foreign+10)})
		}, news.HealthMoved},
		{"a login page", func(r *rig) {
			r.upstream.Handle("/feed", permanent(301, "/login"))
			r.upstream.Handle("/login", feedtest.Response{Body: []byte("<!DOCTYPE html><title>Log in</title><form></form>")})
		}, news.HealthFailing},
		{"back and forth", func(r *rig) {
			there, home := permanent(301, "/new"), feedtest.Response{Body: rss(981, 990)}
			r.upstream.Handle("/feed", there, there, home, there, there, home)
		}, news.HealthOK},
		{"another place each time", func(r *rig) {
			r.upstream.Handle("/feed", permanent(301, "/new?1"), permanent(301, "/new?2"), permanent(301, "/new?3"), permanent(301, "/new?4"))
		}, news.HealthMoved}, // the last redirect is permanent, and it is the same feed
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			src := r.configure(r.feed("/feed"))[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990)})
			r.upstream.Handle("/new", feedtest.Response{Body: rss(981, 990)})
			r.pull(src)
			test.answer(r)
			r.visits(src, 5)
			if got := r.state(src).Move; got.Address != "" {
				t.Errorf("adopted %s, want none", got.Address)
			}
			if test.name == "another place each time" {
				return
			}
			if got := r.health(src); got != test.health {
				t.Errorf("health: got %s, want %s", got, test.health)
			}
		})
	}
}

// saying returns a feed of ten entries with an additional channel element.
func saying(element string) []byte {
	return []byte(strings.Replace(string(rss(981, 990)), "<channel>", "<channel>"+element, 1))
}

func TestDocumentThatMoved(t *testing.T) {
	const itunes = `<itunes:new-feed-url xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">%s</itunes:new-feed-url>`
	const self = `<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="%s"/>`
	for _, test := range []struct {
		name    string
		element string
		there   []byte // what the new address serves; nil for nothing
		adopted bool
		asked   int // requests to the new address in six visits
	}{
		{"new-feed-url", itunes, rss(981, 991), true, 4}, // one to check, then three visits
		{"self link", self, rss(981, 991), true, 4},
		{"new-feed-url of another feed", itunes, rss(500, 520), false, 2},
		{"self link that is wrong", self, nil, false, 2},
		{"self link to where it is", self, nil, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			other, base := r.away()
			src := r.configure(reach(r.feed("/feed"), other))[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: saying(fmt.Sprintf(test.element, base+"/new")), ETag: `"1"`})
			if test.asked == 0 { // the answer comes from elsewhere, temporarily
				r.upstream.Handle("/feed", permanent(302, base+"/cache"))
				other.Handle("/cache", feedtest.Response{Body: saying(fmt.Sprintf(test.element, src.URL))})
			}
			if test.there != nil {
				other.Handle("/new", feedtest.Response{Body: test.there})
			}
			before := r.upstream.Count("/feed")
			r.visits(src, 2)
			if n := other.Count("/new"); n != 0 {
				t.Errorf("the new address got %d requests at the second sighting, want none", n)
			}
			r.visits(src, 4)
			if got := r.state(src).Move.Address; (got != "") != test.adopted {
				t.Errorf("address: got %q, want adopted: %v", got, test.adopted)
			}
			if n := other.Count("/new"); n != test.asked {
				t.Errorf("the new address got %d requests, want %d", n, test.asked)
			}
			if n := r.upstream.Count("/feed") - before; test.asked == 0 && n != 6 {
				t.Errorf("the configured address got %d requests, want one a visit", n)
			}
			if got := len(r.held(src)); test.adopted && got != 11 || !test.adopted && got != 10 {
				t.Errorf("got %d entries", got)
			}
		})
	}
}

// A source that announced its move in the document leaves the old address working. That is no sign
// that it has moved back.
func TestDocumentThatMovedStaysMoved(t *testing.T) {
	r := newRig(t)
	other, base := r.away()
	src := r.configure(reach(r.feed("/feed"), other))[0]
	body := saying(`<itunes:new-feed-url xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">` + base + `/new</itunes:new-feed-url>`)
	r.upstream.Handle("/feed", feedtest.Response{Body: body, ETag: `"old"`})
	other.Handle("/new", feedtest.Response{Body: body, ETag: `"new"`})
	r.visits(src, 4)
	before := r.upstream.Count("/feed")
	r.wait(8 * 24 * time.Hour)
	r.visits(src, 2)
	if n := r.upstream.Count("/feed") - before; n != 1 {
		t.Errorf("the configured address got %d requests, want 1", n)
	}
	if got := r.state(src).Move.Address; got != base+"/new" {
		t.Errorf("got %q, want it to stay where it went", got)
	}
	for _, request := range other.Requests("/new") {
		if request.Header.Get("If-None-Match") == `"old"` {
			t.Error("the new address got the tag of the old one")
		}
	}
}

// moved returns a source that has moved from /feed to /new.
func moved(t *testing.T) (*rig, config.Source) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990)})
	r.pull(src)
	r.upstream.Handle("/feed", permanent(301, "/new"))
	r.upstream.Handle("/new", feedtest.Response{Body: rss(981, 990)})
	r.visits(src, 3)
	if r.state(src).Move.Address == "" {
		t.Fatal("not adopted")
	}
	return r, src
}

func TestMovedSourceGoesHome(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(r *rig)
		wait   time.Duration
		home   bool
		asked  int // whether /feed is asked at the visit
	}{
		{"not before a week", func(r *rig) { r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 990)}) }, 6 * 24 * time.Hour, false, 0},
		{"answers again", func(r *rig) { r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 991)}) }, 8 * 24 * time.Hour, true, 1},
		{"still leads there", func(*rig) {}, 8 * 24 * time.Hour, false, 1},
		{"a parked domain", func(r *rig) { r.upstream.Handle("/feed", feedtest.Response{Body: rss(700, 720)}) }, 8 * 24 * time.Hour, false, 1},
		{"not found", func(r *rig) { r.upstream.Handle("/feed", feedtest.Response{Status: 404}) }, 8 * 24 * time.Hour, false, 1},
		{"the new one is gone", func(r *rig) {
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 991)})
			r.upstream.Handle("/new", feedtest.Response{Status: 410})
		}, time.Hour, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, src := moved(t)
			test.answer(r)
			before := r.upstream.Count("/feed")
			r.wait(test.wait)
			got := r.pull(src)
			if got.Fetch.Outcome.Failed() {
				t.Errorf("got %s %s, want a document from one of the two", got.Fetch.Outcome, got.Fetch.Error)
			}
			if n := r.upstream.Count("/feed") - before; n != test.asked {
				t.Errorf("the configured address got %d requests, want %d", n, test.asked)
			}
			if got := r.state(src).Move.Address == ""; got != test.home {
				t.Errorf("home again: got %v, want %v", got, test.home)
			}
			for _, line := range r.held(src) {
				if strings.Contains(line, " E7") {
					t.Errorf("an entry of another feed was taken: %s", line)
				}
			}
		})
	}
}

// If the operator configures the new address, the row and its history stay, and the record of the
// move is cleared.
func TestWritingTheNewAddressKeepsTheHistory(t *testing.T) {
	r, src := moved(t)
	before := r.held(src)
	written := src
	written.Source = news.Source{Name: "renamed-as-well", Kind: news.KindFeed, URL: r.upstream.URL + "/new", Public: true}
	again := r.configure(written)[0]
	if again.ID != src.ID {
		t.Fatalf("got row %d, want %d", again.ID, src.ID)
	}
	if got := r.state(again).Move; got != (news.Move{}) {
		t.Errorf("got %+v, want no move", got)
	}
	r.visits(again, 1)
	if got := r.held(again); len(got) != len(before) || r.health(again) != news.HealthOK {
		t.Errorf("got %d entries, %s; want %d, ok", len(got), r.health(again), len(before))
	}
}

// 410 stops a source; a manual fetch is still possible, and another address starts afresh.
func TestGoneUntilConfiguredAnew(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(981, 983)}, feedtest.Response{Status: 410})
	r.visits(src, 2)
	if got := r.health(src); got != news.HealthGone {
		t.Errorf("got %s, want gone", got)
	}
	events, err := r.db.HealthEvents(t.Context(), src.ID, 10)
	if err != nil || len(events) != 1 || events[0].Was != news.HealthOK || events[0].Is != news.HealthGone || events[0].Cause == "" {
		t.Errorf("events: got %+v, %v; want one from ok to gone with its cause", events, err)
	}
	src.URL = r.upstream.URL + "/other"
	r.upstream.Handle("/other", feedtest.Response{Body: rss(981, 984)})
	src = r.configure(src)[0]
	if got := r.health(src); got != news.HealthOK {
		t.Errorf("with another address: got %s, want no judgement from the old one", got)
	}
	r.visits(src, 1)
	if got := len(r.held(src)); got != 4 {
		t.Errorf("got %d entries, want 4", got)
	}
}
