package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// sky is an outage with a clock, and a network that a test makes.
type sky struct {
	outage
	now time.Time
}

func newSky(hosts int) *sky {
	s := &sky{outage: outage{good: map[string]bool{}}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	for i := 1; i <= hosts; i++ {
		s.good[hostName(i)] = true
	}
	return s
}

func hostName(i int) string { return fmt.Sprintf("h%d.example", i) }

// ask is an attempt on a host that took a second and ended so; a status of 0 is
// no answer.
func (s *sky) ask(host, failures int, o news.Outcome, status int) (ours bool) {
	started := s.now.Add(time.Millisecond)
	s.now = s.now.Add(time.Second)
	return s.record(int64(host), hostName(host), failures == 0, news.Fetch{Started: started, Outcome: o, Status: status}, s.now)
}

func TestOfflineIsTold(t *testing.T) {
	dns, timeout := news.OutcomeDNS, news.OutcomeTimeout
	for _, test := range []struct {
		name  string
		hosts int
		do    func(s *sky)
		want  bool
	}{
		{"one host proves nothing", 1, func(s *sky) { s.ask(1, 0, dns, 0) }, false},
		{"both of two", 2, func(s *sky) { s.ask(1, 0, dns, 0); s.ask(2, 0, dns, 0) }, true},
		{"two of three", 3, func(s *sky) { s.ask(1, 0, dns, 0); s.ask(2, 0, dns, 0) }, false},
		{"all of three", 3, func(s *sky) { s.ask(1, 0, dns, 0); s.ask(2, 0, dns, 0); s.ask(3, 0, dns, 0) }, true},
		{"four of a thousand", 1000, func(s *sky) { fail(s, 1, 4, dns) }, false},
		{"five of a thousand", 1000, func(s *sky) { fail(s, 1, 5, dns) }, true},
		{"one host five times", 1000, func(s *sky) {
			for range 5 {
				s.ask(1, 0, dns, 0)
			}
		}, false},
		{"in two ways", 1000, func(s *sky) { fail(s, 1, 3, dns); fail(s, 4, 6, timeout) }, false},
		{"broken servers are no outage", 1000, func(s *sky) {
			for i := range 20 {
				s.ask(i, 0, news.OutcomeHTTPError, 503)
			}
		}, false},
		{"pages that are no feeds", 1000, func(s *sky) {
			for i := range 20 {
				s.ask(i, 0, news.OutcomeNotAFeed, 200)
			}
		}, false},
		{"sources that failed before", 1000, func(s *sky) {
			for i := range 20 {
				s.ask(i, 7, dns, 0)
			}
		}, false},
		{"somebody answers between", 1000, func(s *sky) { fail(s, 1, 4, dns); s.ask(9, 0, news.OutcomeOK, 200); fail(s, 5, 8, dns) }, false},
		{"a 404 is an answer", 1000, func(s *sky) { fail(s, 1, 4, dns); s.ask(9, 0, news.OutcomeHTTPError, 404); fail(s, 5, 8, dns) }, false},
		{"wrong clock", 1000, func(s *sky) { fail(s, 1, 5, news.OutcomeTLS) }, true},
	} {
		s := newSky(test.hosts)
		test.do(s)
		if s.judge(s.now, false) {
			t.Errorf("%s: offline at once; want a moment of patience", test.name)
		}
		s.now = s.now.Add(settle)
		if got := s.judge(s.now, false); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func fail(s *sky, from, to int, o news.Outcome) {
	for i := from; i <= to; i++ {
		s.ask(i, 0, o, 0)
	}
}

// Those that were asked while others still answered tell nothing when they time
// out later: at the end of a run only the dead ones are left.
func TestOfflineIsNotTheEndOfARun(t *testing.T) {
	s := newSky(200)
	began := s.now
	s.ask(1, 0, news.OutcomeOK, 200)
	for i := range 40 {
		s.record(int64(i), fmt.Sprintf("dead%d.example", i), true, news.Fetch{Started: began, Outcome: news.OutcomeTimeout}, s.now.Add(30*time.Second))
	}
	if s.judge(s.now.Add(time.Hour), true) {
		t.Error("offline, want no outage")
	}
}

func TestOfflineProbesOneHostAtATime(t *testing.T) {
	s := newSky(100)
	fail(s, 1, 5, news.OutcomeDNS)
	s.now = s.now.Add(settle)
	if !s.judge(s.now, false) || s.String() == "" {
		t.Fatal("want an outage")
	}
	probes := map[string]int{}
	last := ""
	for range 600 { // ten minutes in which 100 sources are due each second
		s.now = s.now.Add(time.Second)
		for id := range 100 {
			host := hostName(id)
			if !s.admit(int64(id), host, s.now) {
				continue
			}
			if host == last {
				t.Errorf("%s was asked twice in a row", host)
			}
			probes[host]++
			last = host
			if !s.record(int64(id), host, false, news.Fetch{Started: s.now, Outcome: news.OutcomeDNS}, s.now) {
				t.Errorf("%s was blamed for our outage", host)
			}
		}
	}
	n := 0
	for _, count := range probes {
		n += count
	}
	if n < 12 || n > 14 {
		t.Errorf("got %d probes in ten minutes, want one every %v", n, probeEvery)
	}
	s.letThrough(42)
	if !s.admit(42, "h42.example", s.now) || s.admit(42, "h42.example", s.now) {
		t.Error("what a person asks for goes through once")
	}
	if !s.admit(1, "h1.example", s.now.Add(-time.Hour)) {
		t.Error("the clock went back: want a probe")
	}

	s.record(7, "h7.example", true, news.Fetch{Started: s.now, Outcome: news.OutcomeUnchanged, Status: 304}, s.now)
	ids, ended := s.end()
	if !ended || len(ids) != 5 || s.String() != "" {
		t.Errorf("after an answer: ended %v, %d sources to forgive, %q; want the five", ended, len(ids), s.String())
	}
	if _, again := s.end(); again {
		t.Error("an outage ends once")
	}
	if !s.admit(1, "h1.example", s.now) {
		t.Error("online: want every source admitted")
	}
}

// Three sources fail one after the other in the course of hours, because that is
// how rarely they are asked: that nothing answered in between tells it.
func TestOfflineWithFewSources(t *testing.T) {
	s := newSky(3)
	s.ask(3, 0, news.OutcomeOK, 200)
	for round := range 3 {
		for host := 1; host <= 3; host++ {
			s.now = s.now.Add(20 * time.Minute)
			s.ask(host, round, news.OutcomeRefused, 0)
		}
	}
	if !s.judge(s.now, false) {
		t.Error("want an outage")
	}
	if ids := s.ids; len(ids) != 3 {
		t.Errorf("got %v, want all three to be forgiven", ids)
	}
}

// A source that never worked proves nothing, and is not waited for.
func TestOfflineWithSourcesThatNeverWorked(t *testing.T) {
	s := newSky(2) // of four, two never answered
	s.ask(3, 1, news.OutcomeDNS, 0)
	s.ask(4, 1, news.OutcomeDNS, 0)
	if s.judge(s.now, true) {
		t.Error("two sources that were written wrongly made an outage")
	}
	fail(s, 1, 2, news.OutcomeDNS)
	if !s.judge(s.now, true) {
		t.Error("all that worked before fail: want an outage")
	}
}

// Through the whole program: what failed in an outage is recorded, blamed on
// nobody, and due at once.
func TestOfflineForgives(t *testing.T) {
	up := feedtest.New(t)
	here := source(up, "one", "/a", "")
	there := strings.Replace(source(up, "two", "/b", ""), "127.0.0.1", "localhost", 1)
	h := newHome(t, "sources:", here, there)
	round := func() map[string]news.SourceState {
		t.Helper()
		d := h.cycle()
		defer d.Close()
		states, err := d.db.States(t.Context())
		if err != nil || len(states) != 2 {
			t.Fatalf("got %d sources, %v", len(states), err)
		}
		return map[string]news.SourceState{"one": states[0], "two": states[1]}
	}
	up.Handle("/a", feedtest.Response{Body: rss("A1")})
	up.Handle("/b", feedtest.Response{Body: rss("B1")})
	round()

	dead := feedtest.Response{Fault: feedtest.HangUp}
	up.Handle("/a", dead)
	up.Handle("/b", dead)
	for name, s := range round() {
		if s.Failures != 0 || s.NextDue.After(time.Now()) || s.Health(time.Now()) != news.HealthOK || s.Last.Outcome != news.OutcomeRefused {
			t.Errorf("%s: %d failures, due %v, %s, last %s; want it forgiven, and the attempt recorded",
				name, s.Failures, s.NextDue, s.Health(time.Now()), s.Last.Outcome)
		}
	}
	if n := len(h.log.records(t, "offline")); n != 1 {
		t.Errorf("told %d times that we are offline, want once", n)
	}

	// One host that answers makes the failure of the other its own.
	up.Handle("/b", feedtest.Response{Body: rss("B1", "B2")})
	states := round()
	if s := states["one"]; s.Failures != 1 {
		t.Errorf("one: got %d failures, want 1", s.Failures)
	}
	if s := states["two"]; s.Failures != 0 || s.Entries != 2 {
		t.Errorf("two: got %d failures and %d entries, want what it brought", s.Failures, s.Entries)
	}
}
