package daemon

import (
	"fmt"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
	"tributary/internal/schedule"
	"tributary/internal/story"
)

// limited stores that a source's host answered 429, as a fetch of it would.
func limited(t *testing.T, d *Daemon, name, host string, until time.Time) {
	t.Helper()
	state, err := d.db.State(t.Context(), name)
	if err != nil || state == nil {
		t.Fatal(state, err)
	}
	now := time.Now()
	lease, err := d.db.Begin(t.Context(), state.ID, "test", now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Save(t.Context(), &story.Harvest{
		Source: state.Source, Epoch: lease.Epoch, Fetch: news.Fetch{Started: now, Outcome: news.OutcomeLimited, Status: 429},
		Host: &news.Host{Name: host, NotBefore: until, Spacing: 8 * time.Second, LimitedAt: now},
	}); err != nil {
		t.Fatal(err)
	}
}

// A host that said 429 is left alone by the next process as well, whoever asks,
// and the log says so. Another host is asked.
func TestHostIsLeftAloneAfterARestart(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte(`<rss version="2.0"><channel><title>A</title><item><title>One</title><guid>1</guid></item></channel></rss>`)})
	h := newHome(t, fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%d]}", upstream.Port()), "sources:",
		"  - {feed: "+upstream.URL+"/feed, name: held}",
		fmt.Sprintf("  - {feed: http://localhost:%d/feed, name: free}", upstream.Port()))
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(2 * time.Hour).Truncate(time.Millisecond)
	limited(t, d, "held", "127.0.0.1", until)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	d, err = Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got := d.runner.Held("127.0.0.1"); !got.Equal(until) {
		t.Errorf("held until %v, want %v", got, until)
	}
	states, err := d.RunOnce(t.Context(), Selection{All: true}, nil)
	if err != nil || len(states) != 1 || states[0].Name != "free" {
		t.Errorf("fetched %v, %v; want free alone", states, err)
	}
	told := h.log.records(t, "left alone, as the host asked")
	if len(told) != 1 || told[0]["host"] != "127.0.0.1" || told[0]["sources"] != 1.0 {
		t.Errorf("told %v, want the one host", told)
	}
	if n := upstream.Count("/feed"); n != 1 {
		t.Errorf("%d requests, want that of free", n)
	}
}

// A source counts for the host that answers it, after redirects, and waits when that
// host asks to be left alone.
func TestHostIsTheOneThatAnswers(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Body: []byte(`<rss version="2.0"><channel><title>A</title><item><title>One</title><guid>1</guid></item></channel></rss>`)})
	upstream.Handle("/away", feedtest.Response{Redirect: upstream.URL + "/feed"})
	h := newHome(t, fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%d]}", upstream.Port()), "sources:",
		fmt.Sprintf("  - {feed: http://localhost:%d/away, name: led}", upstream.Port()))
	d, err := Open(t.Context(), h.options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil {
		t.Fatal(err)
	}
	for id := range d.current.Load().sources {
		if group := d.paced.group(id); group != "127.0.0.1" {
			t.Errorf("after its first fetch the source counts for %s", group)
		}
	}
	limited(t, d, "led", "127.0.0.1", time.Now().Add(2*time.Hour))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(t.Context(), h.options()); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if states, err := d.RunOnce(t.Context(), Selection{All: true}, nil); err != nil || len(states) != 0 {
		t.Errorf("fetched %v, %v; want nothing", states, err)
	}
	if n := upstream.Count("/away"); n != 1 {
		t.Errorf("%d requests, want the one before the host was held", n)
	}
}

// A source that its publisher closed is asked again after a month, not before.
func TestGoneIsAskedOnceAMonth(t *testing.T) {
	upstream := feedtest.New(t)
	upstream.Handle("/feed", feedtest.Response{Status: 410})
	h := newHome(t, fmt.Sprintf("defaults: {allow_networks: [127.0.0.0/8], allow_ports: [%d]}", upstream.Port()), "sources:",
		"  - {feed: "+upstream.URL+"/feed, name: gone}")
	passed := time.Duration(0)
	options := h.options()
	options.Now = func() time.Time { return time.Now().Add(passed) }
	for _, visit := range []struct {
		after time.Duration
		want  int // requests so far
	}{{0, 1}, {time.Hour, 1}, {29 * 24 * time.Hour, 1}, {31 * 24 * time.Hour, 2}, {60 * 24 * time.Hour, 2}, {62 * 24 * time.Hour, 3}} {
		passed = visit.after
		d, err := Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.RunOnce(t.Context(), Selection{}, nil); err != nil {
			t.Error(err)
		}
		state, err := d.db.State(t.Context(), "gone")
		if err != nil || !state.NextDue.Equal(schedule.Never()) {
			t.Errorf("after %s: next due %v (%v), want never", visit.after, state.NextDue, err)
		}
		if n := upstream.Count("/feed"); n != visit.want {
			t.Errorf("after %s: %d requests, want %d", visit.after, n, visit.want)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A round of publishing in which no feed changed makes nobody wait who comes next.
func TestPauseBetweenRounds(t *testing.T) {
	for _, c := range []struct {
		rendered   bool
		took, want time.Duration
	}{
		{true, 10 * time.Millisecond, publishEvery},
		{false, 10 * time.Millisecond, lookEvery},
		{true, time.Second, publishShare * time.Second},
		{false, time.Second, publishShare * time.Second},
		{false, time.Minute, publishPause},
	} {
		if got := pause(c.rendered, c.took); got != c.want {
			t.Errorf("rendered %v in %v: got %v, want %v", c.rendered, c.took, got, c.want)
		}
	}
}
