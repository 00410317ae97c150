package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// 410 stops a source until somebody asks for it or it gets another address.
func TestPullStopsAtGone(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)}, feedtest.Response{Status: http.StatusGone}, feedtest.Response{Body: rss(1, 4)})
	r.pull(src)
	r.wait(time.Hour)
	if got := r.pull(src); !got.NextDue.Equal(schedule.Never()) {
		t.Errorf("next due: got %v, want never", got.NextDue)
	}
	if state := r.state(src); !state.NextDue.Equal(schedule.Never()) {
		t.Errorf("stored: got %v, want never", state.NextDue)
	}
	if n := len(r.held(src)); n != 3 {
		t.Errorf("%d entries held, want 3", n)
	}
	r.wait(time.Hour)
	if got, want := r.pull(src).NextDue, src.Schedule.Next(r.clock(), src.Key()); !got.Equal(want) {
		t.Errorf("back again: next due %v, want %v", got, want)
	}

	r.upstream.Handle("/feed", feedtest.Response{Status: http.StatusGone})
	r.pull(src)
	src.URL = r.upstream.URL + "/elsewhere"
	src = r.configure(src)[0]
	if state := r.state(src); !state.NextDue.IsZero() {
		t.Errorf("at another address: next due %v, want at once", state.NextDue)
	}
}

// A publisher's hints in the document still apply while the answers are 304 and contain no hints.
func TestPullRemembersHintsOverNotModified(t *testing.T) {
	r := newRig(t)
	src := r.configure(r.feed("/feed"))[0]
	const hints = "<channel><ttl>180</ttl><skipHours><hour>16</hour><hour>17</hour></skipHours>"
	r.upstream.Handle("/feed", feedtest.Response{Body: bytes.Replace(rss(1, 3), []byte("<channel>"), []byte(hints), 1), ETag: `"a"`})
	for n := range 3 {
		got := r.pull(src)
		if n > 0 && got.Fetch.Status != http.StatusNotModified {
			t.Fatalf("pull %d: got %+v, want a 304", n, got.Fetch)
		}
		wait := got.NextDue.Sub(r.clock())
		if hour := got.NextDue.Hour(); wait < 3*time.Hour || wait > 6*time.Hour || hour == 16 || hour == 17 {
			t.Errorf("pull %d at %s: next due %s, after %s; want 3 hours or more, and not in hours 16 and 17", n, r.clock(), got.NextDue, wait)
		}
		r.wait(wait)
	}
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), ETag: `"b"`})
	if got := r.pull(src); got.NextDue.Sub(r.clock()) > time.Hour {
		t.Errorf("the document takes its hints back: next due %s after %s", got.NextDue, r.clock())
	}
}

// The interval of auto follows the source, is stored, and survives failures.
func TestPullFollowsTheRhythm(t *testing.T) {
	r := newRig(t)
	src := r.feed("/feed")
	src.Schedule = schedule.Auto(0, 0)
	src = r.configure(src)[0]
	daily := func(newest int) feedtest.Response { // the entries of rss are an hour apart
		var items []item
		for n := newest; n > newest-15; n-- {
			items = append(items, item{n: n})
		}
		body := string(rssOf(items...))
		for n := newest; n > newest-15; n-- {
			hourly := start.Add(time.Duration(n-1000) * time.Hour).Format(time.RFC1123Z)
			body = strings.Replace(body, hourly, start.Add(time.Duration(n-1000)*24*time.Hour).Format(time.RFC1123Z), 1)
		}
		return feedtest.Response{Body: []byte(body), ETag: fmt.Sprint(`"`, newest, `"`)}
	}
	interval := func(when string, want time.Duration) {
		t.Helper()
		sums, err := r.db.FetchSums(t.Context())
		if err != nil || sums[src.ID].Interval != want {
			t.Errorf("%s: the interval is %s (%v), want %s", when, sums[src.ID].Interval, err, want)
		}
	}
	r.upstream.Handle("/feed", daily(1000))
	got := r.pull(src)
	interval("a daily source", 12*time.Hour)
	if wait := got.NextDue.Sub(r.clock()); wait < 6*time.Hour || wait > 18*time.Hour {
		t.Errorf("next due after %s, want about 12 hours", wait)
	}
	r.wait(24 * time.Hour)
	r.upstream.Handle("/feed", feedtest.Response{Status: 500})
	r.pull(src)
	interval("a failure", 12*time.Hour)
	r.upstream.Handle("/feed", daily(1001))
	r.pull(src)
	interval("the next entry", 12*time.Hour)
	r.wait(6 * 24 * time.Hour)
	r.pull(src) // 304
	interval("silent for six days", 16*time.Hour)
	r.wait(60 * 24 * time.Hour)
	r.pull(src)
	interval("silent for two months", 24*time.Hour)
	r.upstream.Handle("/feed", daily(1067))
	r.pull(src)
	interval("back in its rhythm", 12*time.Hour)
}

// from is an honest Getter whose responses claim another server address.
type from struct {
	remote netip.AddrPort
	url    string
	answer fetch.Response
}

func (f from) Get(_ context.Context, r fetch.Request) fetch.Response {
	got := f.answer
	got.Remote, got.URL, got.Validators = f.remote, f.url, r.Validators
	return got
}

// 429 applies to the host, 503 to the URL, and a private host is never limited as a host.
func TestPullHeedsWhoLimits(t *testing.T) {
	public, private := netip.MustParseAddrPort("93.184.216.34:443"), netip.MustParseAddrPort("10.1.2.3:80")
	tests := []struct {
		name   string
		remote netip.AddrPort
		url    string
		status int
		wait   time.Duration
		want   string // the host and how long
	}{
		{"429", public, "https://feeds.example.org/a", 429, 30 * time.Minute, "example.org 30m0s"},
		{"429 after a redirect", public, "https://cdn.example.net/a", 429, 30 * time.Minute, "example.net 30m0s"},
		{"429 without a wish", public, "https://feeds.example.org/a", 429, 0, "example.org " + schedule.Backoff(schedule.MinBackoff, 1, "example.org").String()},
		{"503", public, "https://feeds.example.org/a", 503, 30 * time.Minute, ""},
		{"429 of a private host", private, "http://nas.example.org/a", 429, 30 * time.Minute, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			src := r.configure(r.feed("/feed"))[0]
			r.ingester.Client = from{tt.remote, tt.url, fetch.Response{
				Fetch:      news.Fetch{Started: r.clock(), Status: tt.status, Outcome: news.OutcomeLimited, Error: "wait"},
				RetryAfter: tt.wait,
			}}
			got := r.pull(src)
			said := ""
			if got.Host != nil {
				said = fmt.Sprint(got.Host.Name, " ", got.Host.NotBefore.Sub(r.clock()))
			}
			if said != tt.want {
				t.Errorf("told %q, want %q", said, tt.want)
			}
			hosts, err := r.db.Hosts(t.Context())
			if err != nil || (len(hosts) == 1) != (tt.want != "") {
				t.Fatalf("stored %v (%v)", hosts, err)
			}
			if len(hosts) == 1 && (!hosts[0].NotBefore.Equal(got.Host.NotBefore) || hosts[0].Limited != 1 || hosts[0].Spacing != 2*time.Second || !hosts[0].LimitedAt.Equal(r.clock())) {
				t.Errorf("stored %+v, want what was told: %+v", hosts[0], got.Host)
			}
			if got.NextDue.Before(r.clock().Add(max(tt.wait, schedule.MinBackoff))) {
				t.Errorf("the source itself is due %s", got.NextDue)
			}
			if sums, err := r.db.FetchSums(t.Context()); err != nil || sums[src.ID].Limited != 1 {
				t.Errorf("counted %+v (%v), want limited once", sums[src.ID], err)
			}
		})
	}
}

// A server that is silent for a while is reported, once.
func TestPullTellsWhoStalls(t *testing.T) {
	r := newRig(t)
	limits := patient
	limits.Stall = 20 * time.Millisecond
	r.ingester.Client = r.client(limits)
	stalled := make(chan int64, 10)
	r.ingester.Stalled = func(id int64) { stalled <- id }
	src := r.configure(r.feed("/feed"))[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3), Fault: feedtest.SlowHeader, Pause: 300 * time.Millisecond})
	r.pull(src)
	if len(stalled) != 1 || <-stalled != src.ID {
		t.Errorf("%d told, want one", len(stalled))
	}
}
