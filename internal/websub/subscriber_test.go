package websub

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

const hubA, hubB = "https://a.example/hub", "https://b.example/hub"

func announcement(hubs ...string) news.Announcement {
	return news.Announcement{SourceID: 1, Topic: topic, Hubs: hubs}
}

// let passes the time and waits until all is quiet.
func let(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestLeaseIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.hub = r.obliging(t, "864000")
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA))
		began := time.Now()
		let(time.Minute)
		first := r.one(t)
		if first.State != news.PushActive || r.seen().asked != 1 {
			t.Fatalf("got %+v after %d requests", first, r.seen().asked)
		}
		let(40 * 24 * time.Hour)
		if p := r.one(t); p.ID != first.ID || p.Secret != first.Secret || !p.LeaseUntil.After(time.Now()) {
			t.Errorf("after 40 days: got %+v", p)
		}
		seen := r.seen()
		if n := len(seen.at); n < 6 || n > 8 {
			t.Errorf("asked %d times in 40 days for leases of ten, want about seven", n)
		}
		last := began
		for _, at := range seen.at[1:] {
			if pause := at.Sub(last); pause > 7*24*time.Hour || pause < 5*24*time.Hour {
				t.Errorf("renewed after %v, want about two thirds of ten days", pause)
			}
			last = at
		}
	})
}

// A lease that is not renewed ends; then polls do the work again, and the hub is
// asked more and more rarely.
func TestLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.hub = r.obliging(t, "864000")
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA))
		let(time.Minute)
		id := r.one(t).ID
		r.mu.Lock()
		p := r.pushes[id]
		p.Stored = time.Now() // it delivered, so polls are rare
		r.pushes[id] = p
		r.hub = func(fetch.Form) int { return http.StatusInternalServerError }
		r.mu.Unlock()
		let(9 * 24 * time.Hour)
		if p := r.one(t); p.State != news.PushActive || p.Failures < 3 || p.Trusted().IsZero() || len(r.seen().polled) != 0 {
			t.Errorf("before the lease ends: got %+v, polled %v", p, r.seen().polled)
		}
		let(2 * 24 * time.Hour)
		if p := r.one(t); p.State != news.PushAsked || p.Error == "" || !p.Trusted().IsZero() {
			t.Errorf("after the lease: got %+v", p)
		}
		if polled := len(r.seen().polled); polled != 1 {
			t.Errorf("polled %d times when it ended, want once", polled)
		}
		asked := r.seen().asked
		let(10 * 24 * time.Hour)
		if n := r.seen().asked - asked; n < 8 || n > 16 {
			t.Errorf("asked %d times in ten days by a hub that is broken, want about once a day", n)
		}
		r.set(func() { r.hub = r.obliging(t, "864000") })
		let(25 * time.Hour)
		if p := r.one(t); p.State != news.PushActive || p.Error != "" || p.Failures != 0 {
			t.Errorf("after the hub was mended: got %+v", p)
		}
	})
}

// Of several hubs the first that works is used.
func TestNextHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		obliging := r.obliging(t, "864000")
		r.hub = func(form fetch.Form) int {
			if form.URL == hubA {
				return http.StatusNotFound
			}
			return obliging(form)
		}
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA, hubB))
		let(time.Minute)
		if p := r.one(t); p.State != news.PushActive || p.Hub != hubB {
			t.Errorf("got %+v, want the second hub", p)
		}
		if hubs := r.seen().hubs; !slices.Equal(hubs, []string{hubA, hubB}) {
			t.Errorf("asked %v", hubs)
		}
	})
}

// A hub that takes requests and never asks back does not count as one.
func TestSilentHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		obliging := r.obliging(t, "864000")
		r.hub = func(form fetch.Form) int {
			if form.URL == hubA {
				return http.StatusAccepted
			}
			return obliging(form)
		}
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA, hubB))
		let(2 * confirmTime)
		if p := r.one(t); p.State != news.PushActive || p.Hub != hubB {
			t.Errorf("got %+v, want the second hub", p)
		}
	})
}

func TestDeniedHubIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA))
		let(time.Minute)
		r.get(r.one(t).ID, query("hub.mode", "denied", "hub.reason", "closed"))
		if p := r.one(t); p.State != news.PushDenied || !strings.Contains(p.Error, "closed") {
			t.Errorf("got %+v", p)
		}
		let(6 * 24 * time.Hour)
		if n := r.seen().asked; n != 1 {
			t.Errorf("asked %d times within a week", n)
		}
		r.set(func() { r.hub = r.obliging(t, "864000") })
		let(2 * 24 * time.Hour)
		if p := r.one(t); p.State != news.PushActive {
			t.Errorf("after a week: got %+v, want another try", p)
		}
	})
}

// A hub that does not confirm a goodbye is asked a few times, then forgotten.
func TestGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.hub = r.obliging(t, "864000")
		stop := r.run()
		defer stop()
		r.announce(announcement(hubA))
		let(time.Minute)
		id := r.one(t).ID
		r.set(func() { r.hub = func(fetch.Form) int { return http.StatusBadGateway } })
		r.announce()
		let(time.Minute)
		if p := r.one(t); p.State != news.PushLeaving {
			t.Fatalf("got %+v", p)
		}
		if status := r.post(id, "sha256=00", "x"); status != http.StatusGone {
			t.Errorf("a delivery while leaving: got %d, want 410", status)
		}
		let(24 * time.Hour)
		if n := r.seen().pushes; n != 0 {
			t.Errorf("%d subscriptions are left", n)
		}
		if n := r.seen().asked; n != 1+maxUnsubscribes {
			t.Errorf("asked %d times, want once for it and %d times against it", n, maxUnsubscribes)
		}
		if status := r.post(id, "sha256=00", "x"); status != http.StatusNotFound {
			t.Errorf("a delivery afterwards: got %d, want 404", status)
		}
	})
}

// Hundreds of sources of one hub are asked for one after the other; those of
// other hubs do not wait for it.
func TestPaceOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		slow := func(form fetch.Form) int {
			if form.URL == hubA {
				time.Sleep(5 * time.Second)
			}
			return http.StatusAccepted
		}
		r.hub = slow
		stop := r.run()
		defer stop()
		var all []news.Announcement
		for i := range int64(20) {
			all = append(all, news.Announcement{SourceID: i + 1, Topic: topic, Hubs: []string{hubA}})
		}
		r.announce(append(all, news.Announcement{SourceID: 99, Topic: topic, Hubs: []string{hubB}})...)
		let(4 * time.Minute)
		seen := r.seen()
		if seen.asked != 21 {
			t.Errorf("%d requests, want 21", seen.asked)
		}
		last := map[string]time.Time{}
		for i, at := range seen.at {
			if pause := at.Sub(last[seen.hubs[i]]); pause < minRound {
				t.Errorf("request %d to %s came %v after the last", i, seen.hubs[i], pause)
			}
			last[seen.hubs[i]] = at
		}
		if i := slices.Index(seen.hubs, hubB); i < 0 || i > 2 {
			t.Errorf("the other hub was request %d", i)
		}
	})
}
