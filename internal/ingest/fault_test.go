package ingest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// fault is a way in which the second fetch of a source fails.
type fault struct {
	name   string
	answer feedtest.Response
	want   news.Outcome
}

func faults() []fault {
	body := rss(1, 60)
	slow := func(f feedtest.Fault) feedtest.Response {
		return feedtest.Response{Body: body, ETag: `"bad"`, Fault: f, Pause: time.Minute}
	}
	bad := func(f feedtest.Fault) feedtest.Response {
		return feedtest.Response{Body: body, ETag: `"bad"`, Fault: f}
	}
	text := func(status int, contentType, body string) feedtest.Response {
		return feedtest.Response{Status: status, Header: map[string]string{"Content-Type": contentType}, Body: []byte(body), ETag: `"bad"`}
	}
	const page = `<!DOCTYPE html><html><head><title>Anmelden</title></head><body><form><input type="password"></form></body></html>`
	return []fault{
		{"slow header", slow(feedtest.SlowHeader), news.OutcomeTimeout},
		{"drip header", feedtest.Response{Fault: feedtest.DripHeader, Pause: 10 * time.Millisecond}, news.OutcomeTimeout},
		{"trickle", feedtest.Response{Body: body, Fault: feedtest.Trickle, Pause: 10 * time.Millisecond}, news.OutcomeTimeout},
		{"stall", slow(feedtest.Stall), news.OutcomeTimeout},
		{"huge header", bad(feedtest.HugeHeader), news.OutcomeTooLarge},
		{"bomb", bad(feedtest.Bomb), news.OutcomeTooLarge},
		{"huge", bad(feedtest.Huge), news.OutcomeTooLarge},
		{"huge length", bad(feedtest.HugeLength), news.OutcomeTooLarge},
		{"hang up", bad(feedtest.HangUp), news.OutcomeRefused},
		{"garbage", bad(feedtest.Garbage), news.OutcomeRefused},
		{"echo request", bad(feedtest.EchoRequest), news.OutcomeRefused},
		{"double gzip", bad(feedtest.DoubleGzip), news.OutcomeNotAFeed},
		{"page", text(200, "text/html", page), news.OutcomeNotAFeed},
		{"page called a feed", text(200, "application/rss+xml", page), news.OutcomeNotAFeed},
		{"login page with 401", text(401, "text/html", page), news.OutcomeHTTPError},
		{"empty", feedtest.Response{ETag: `"bad"`}, news.OutcomeNotAFeed},
		{"no content", feedtest.Response{Status: 204, ETag: `"bad"`}, news.OutcomeNotAFeed},
		{"words", text(200, "text/plain", "Datenbank nicht erreichbar"), news.OutcomeNotAFeed},
		{"too deep", text(200, "text/xml", `<rss version="2.0"><channel>`+"<item>"+strings.Repeat("<media:group>", 100_000)), news.OutcomeTooLarge},
		{"not found", feedtest.Response{Status: 404, Body: []byte("?")}, news.OutcomeHTTPError},
		{"server error", feedtest.Response{Status: 500}, news.OutcomeHTTPError},
		{"unavailable", feedtest.Response{Status: 503}, news.OutcomeHTTPError},
		{"gone", feedtest.Response{Status: 410}, news.OutcomeGone},
		{"limited", feedtest.Response{Status: 429, Header: map[string]string{"Retry-After": "120"}}, news.OutcomeLimited},
		{"loop", feedtest.Response{Redirect: "/feed"}, news.OutcomeRedirects},
		{"redirect to a file", feedtest.Response{Redirect: "file:///etc/passwd"}, news.OutcomeRedirects},
		{"redirect to another port", feedtest.Response{Redirect: "http://127.0.0.1:22/"}, news.OutcomeBlocked},
	}
}

// Every outside failure is recorded as a Fetch with an Outcome and a sentence, and changes nothing
// that is held.
func TestPullRecordsEveryFault(t *testing.T) {
	for _, tt := range faults() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			src := r.configure(r.feed("/feed"))[0]
			good := feedtest.Response{Body: rss(1, 3), ETag: `"good"`}
			r.upstream.Handle("/feed", good)
			r.pull(src)
			before := r.held(src)

			r.wait(time.Hour)
			r.upstream.Handle("/feed", tt.answer)
			honest := r.ingester.Client
			if tt.want == news.OutcomeTimeout {
				r.ingester.Client = r.client(hasty)
			}
			got := r.pull(src)
			r.ingester.Client = honest
			if got.Fetch.Outcome != tt.want || got.Fetch.Error == "" {
				t.Errorf("got %s %q, want %s and a sentence", got.Fetch.Outcome, got.Fetch.Error, tt.want)
			}
			if strings.ContainsAny(got.Fetch.Error, "\r\n\x1b") || len(got.Fetch.Error) > 1000 {
				t.Errorf("got %.2000q, want one line", got.Fetch.Error)
			}
			rows := r.fetches(src)
			if len(rows) != 2 || rows[0].Outcome != tt.want || rows[0].Error != got.Fetch.Error {
				t.Errorf("recorded: got %+v, want the attempt", rows)
			}
			if after := r.held(src); !slices.Equal(after, before) {
				t.Errorf("entries:\n got %q\nwant %q", after, before)
			}
			if state := r.state(src); state.Failures != 1 || !state.NextDue.Equal(got.NextDue) {
				t.Errorf("got %d failures, next due %v; want 1 and %v", state.Failures, state.NextDue, got.NextDue)
			}
			if earliest := r.clock().Add(schedule.MinBackoff); got.NextDue.Before(earliest) {
				t.Errorf("next due: got %v, want a back-off to %v at least", got.NextDue, earliest)
			}

			r.wait(24 * time.Hour)
			r.upstream.Handle("/feed", good)
			if got := r.pull(src).Fetch; got.Outcome != news.OutcomeUnchanged {
				t.Errorf("after the fault: got %s, want the validators of the good document kept", got.Outcome)
			}
			if state := r.state(src); state.Failures != 0 {
				t.Errorf("after the fault: got %d failures, want 0", state.Failures)
			}
		})
	}
}

// Half a document and a false label can be dealt with; the Outcome says so.
func TestPullMendsWhatCanBeMended(t *testing.T) {
	tests := []struct {
		fault feedtest.Fault
		want  news.Outcome
		all   bool
	}{
		{feedtest.CutLength, news.OutcomeTruncated, false},
		{feedtest.CutChunked, news.OutcomeTruncated, false},
		{feedtest.CutClose, news.OutcomeTruncated, false},
		{feedtest.CutGzip, news.OutcomeTruncated, false},
		{feedtest.BadGzip, news.OutcomeTruncated, true}, // it is unknown which bytes are wrong
		{feedtest.FalseGzip, news.OutcomeOK, true},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault), func(t *testing.T) {
			r := newRig(t)
			src := r.configure(r.feed("/feed"))[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 60), Fault: tt.fault})
			got := r.pull(src).Fetch
			if got.Outcome != tt.want || got.New == 0 || (got.New == 60) != tt.all {
				t.Errorf("got %s with %d of 60 entries, want %s and all: %v", got.Outcome, got.New, tt.want, tt.all)
			}
			if state := r.state(src); state.Failures != 0 {
				t.Errorf("got %d failures, want 0", state.Failures)
			}
		})
	}
}

// Untrusted certificates, and servers that cannot be reached at all.
func TestPullRecordsNoConnection(t *testing.T) {
	secure, elsewhere := feedtest.NewTLS(t), feedtest.New(t)
	tests := []struct {
		name, url string
		port      uint16
		want      news.Outcome
	}{
		{"certificate", secure.URL, secure.Port(), news.OutcomeTLS},
		{"nobody listens", strings.Replace(elsewhere.URL, "127.0.0.1", "127.0.0.77", 1), elsewhere.Port(), news.OutcomeRefused},
		{"user name", "http://user:pass@127.0.0.1/", 80, news.OutcomeBlocked},
		{"port", "http://127.0.0.1:22/", 80, news.OutcomeBlocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			src := r.feed("/feed")
			src.URL, src.AllowPorts = tt.url, []uint16{tt.port}
			src = r.configure(src)[0]
			got := r.pull(src).Fetch
			if got.Outcome != tt.want || got.Error == "" {
				t.Errorf("got %s %q, want %s", got.Outcome, got.Error, tt.want)
			}
			if rows := r.fetches(src); len(rows) != 1 {
				t.Errorf("got %d Fetch rows, want 1", len(rows))
			}
		})
	}
}

func TestPullNextDue(t *testing.T) {
	header := func(status int, name, value string) feedtest.Response {
		return feedtest.Response{Status: status, Body: rss(1, 4), Header: map[string]string{name: value, "Date": now(time.Hour)}}
	}
	ttl := func(minutes string) feedtest.Response {
		return feedtest.Response{Body: []byte(strings.Replace(string(rss(1, 4)), "<channel>", "<channel><ttl>"+minutes+"</ttl>", 1))}
	}
	const every, cron = "@every 1h", "0 */2 * * *"
	tests := []struct {
		name     string
		schedule string
		answer   feedtest.Response
		wait     time.Duration // minimum time to the next fetch; MinBackoff stands for the backoff
	}{
		{"every", every, header(200, "X-None", "1"), 0},
		{"every, max-age", every, header(200, "Cache-Control", "max-age=10800"), 3 * time.Hour},
		{"every, max-age of a year", every, header(200, "Cache-Control", "max-age=31536000"), 24 * time.Hour},
		{"every, Expires", every, header(200, "Expires", now(6*time.Hour)), 5 * time.Hour},
		{"every, ttl", every, ttl("360"), 6 * time.Hour},
		{"every, ttl of a month", every, ttl("43200"), 24 * time.Hour},
		{"cron", cron, header(200, "X-None", "1"), 0},
		{"cron is the operator's word", cron, header(200, "Cache-Control", "max-age=86400"), 0},
		{"cron, ttl", cron, ttl("360"), 0},
		{"every, failed", every, header(500, "X-None", "1"), schedule.MinBackoff},
		{"cron, failed", cron, header(500, "X-None", "1"), schedule.MinBackoff},
		{"every, Retry-After", every, header(429, "Retry-After", "18000"), 5 * time.Hour},
		{"every, Retry-After with 503", every, header(503, "Retry-After", now(8*time.Hour)), 7 * time.Hour},
		{"cron, Retry-After", cron, header(429, "Retry-After", "18000"), 5 * time.Hour},
		{"Retry-After of a month", every, header(429, "Retry-After", "2592000"), 24 * time.Hour},
		{"short Retry-After does not shorten", every, header(429, "Retry-After", "1"), schedule.MinBackoff},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			src := r.feed("/feed")
			src.Schedule = spec(t, tt.schedule)
			src = r.configure(src)[0]
			r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)}, tt.answer)
			r.pull(src)
			r.wait(time.Hour)
			wait := tt.wait
			if wait == schedule.MinBackoff {
				wait = schedule.Backoff(schedule.MinBackoff, 1, src.Key())
			}
			want := src.Schedule.NextAfter(r.clock(), src.Key(), r.clock().Add(wait))
			got := r.pull(src)
			if !got.NextDue.Equal(want) {
				t.Errorf("got %v, want %v: the first firing not before %v have passed", got.NextDue, want, wait)
			}
			if state := r.state(src); !state.NextDue.Equal(want) {
				t.Errorf("stored: got %v, want %v", state.NextDue, want)
			}
		})
	}
}

// now returns the time that long after start, as HTTP formats it.
func now(after time.Duration) string { return start.Add(after).Format(http.TimeFormat) }

// A source that was never read is waited for: its schedule does not apply yet, but Retry-After
// does.
func TestPullNextDueOfASourceNeverRead(t *testing.T) {
	r := newRig(t)
	src := r.feed("/feed")
	src.Schedule = spec(t, "0 3 1 1 *")
	src = r.configure(src)[0]
	r.upstream.Handle("/feed", feedtest.Response{Status: 500}, feedtest.Response{Status: 429, Header: map[string]string{"Retry-After": "7200"}})
	if got, want := r.pull(src).NextDue, start.Add(schedule.Backoff(schedule.MinBackoff, 1, src.Key())); !got.Equal(want) {
		t.Errorf("after a failure: got %v, want %v", got, want)
	}
	if got, want := r.pull(src).NextDue, start.Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("after Retry-After: got %v, want %v", got, want)
	}
}

func TestPullBacksOffFurtherWithEveryFailure(t *testing.T) {
	r := newRig(t)
	src := r.feed("/feed")
	src.Schedule = spec(t, "@every 1m")
	src = r.configure(src)[0]
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 3)}, feedtest.Response{Status: 500})
	r.pull(src)
	last := time.Duration(0)
	for n := 1; n <= 12; n++ {
		wait := r.pull(src).NextDue.Sub(r.clock())
		if least := schedule.Backoff(schedule.MinBackoff, n, src.Key()); wait < least || wait > least+time.Minute {
			t.Errorf("failure %d: got a wait of %v, want %v and up to a minute", n, wait, least)
		}
		if n < 6 && wait <= last || wait > schedule.MaxBackoff+time.Minute {
			t.Errorf("failure %d: got a wait of %v after one of %v", n, wait, last)
		}
		last = wait
		r.wait(wait)
	}
	if last < schedule.MaxBackoff/2 {
		t.Errorf("after 12 failures: got a wait of %v, want about a day", last)
	}
	r.upstream.Handle("/feed", feedtest.Response{Body: rss(1, 4)})
	if got, want := r.pull(src).NextDue, src.Schedule.Next(r.clock(), src.Key()); !got.Equal(want) {
		t.Errorf("once it is well: got %v, want %v by schedule", got, want)
	}
}
