package websub

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
)

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
