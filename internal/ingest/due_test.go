package ingest

import (
	"net/netip"
	"testing"
	"time"

	"tributary/internal/fetch"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// Monday, 2 March 2026, 12:00 UTC.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func mustSpec(t *testing.T, text string) schedule.Spec {
	t.Helper()
	s, err := schedule.Parse(text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hours returns the mask of the hours from from to to, inclusive.
func hours(from, to int) (mask uint32) {
	for h := from; h <= to; h++ {
		mask |= 1 << h
	}
	return mask
}

func TestPlanDue(t *testing.T) {
	const every, cron, auto = "@every 1h", "0 */2 * * *", "auto"
	const day = 24 * time.Hour
	weekend := uint8(1<<time.Saturday | 1<<time.Sunday)
	tests := []struct {
		name     string
		schedule string
		plan     plan
		from, to time.Duration // after noon
	}{
		{"every", every, plan{}, 0, time.Hour},
		{"every, max-age", every, plan{maxAge: 5 * time.Hour}, 5 * time.Hour, 6 * time.Hour},
		{"every, ttl", every, plan{hints: news.Hints{TTL: 5 * time.Hour}}, 5 * time.Hour, 6 * time.Hour},
		{"every, the longer of two", every, plan{maxAge: 2 * time.Hour, hints: news.Hints{TTL: 5 * time.Hour}}, 5 * time.Hour, 6 * time.Hour},
		{"every, a ttl of a month", every, plan{hints: news.Hints{TTL: 30 * day}}, fetch.MaxHint, fetch.MaxHint + time.Hour},
		{"auto", auto, plan{}, 54 * time.Minute, 2 * time.Hour},
		{"auto, ttl", auto, plan{hints: news.Hints{TTL: 5 * time.Hour}}, 5 * time.Hour, 6 * time.Hour},
		{"cron", cron, plan{}, 0, 2*time.Hour + time.Minute},
		{"cron does not obey", cron, plan{maxAge: 9 * time.Hour, hints: news.Hints{TTL: 9 * time.Hour, Hours: hours(12, 20), Days: weekend}}, 0, 2*time.Hour + time.Minute},

		{"closed until evening", every, plan{hints: news.Hints{Hours: hours(9, 17)}}, 6 * time.Hour, 7 * time.Hour},
		{"closed, and a ttl into the open", every, plan{hints: news.Hints{Hours: hours(9, 17), TTL: 8 * time.Hour}}, 8 * time.Hour, 9 * time.Hour},
		{"closed over midnight", every, plan{hints: news.Hints{Hours: hours(12, 23) | hours(0, 5)}}, 18 * time.Hour, 19 * time.Hour},
		{"closed on Mondays", every, plan{hints: news.Hints{Days: 1 << time.Monday}}, 12 * time.Hour, 13 * time.Hour},
		{"closed on a whole weekend, a day at most", every, plan{now: noon.AddDate(0, 0, 5), hints: news.Hints{Days: weekend}}, 5*day + 24*time.Hour, 5*day + 26*time.Hour},
		{"a daily source finds the open hour", "@every 24h", plan{hints: news.Hints{Hours: ^hours(4, 4) & hours(0, 23)}}, 4 * time.Hour, 48 * time.Hour},

		{"failed", every, plan{outcome: news.OutcomeHTTPError, failures: 1}, 5 * time.Minute, 68 * time.Minute},
		{"failed often", every, plan{outcome: news.OutcomeTimeout, failures: 50}, 16 * time.Hour, 25 * time.Hour},
		{"failed, cron", cron, plan{outcome: news.OutcomeDNS, failures: 5}, 80 * time.Minute, 4*time.Hour + time.Minute},
		{"never read", cron, plan{outcome: news.OutcomeHTTPError, failures: 1, unread: true}, 5 * time.Minute, 8 * time.Minute},
		{"Retry-After", every, plan{outcome: news.OutcomeLimited, failures: 1, retryAfter: 5 * time.Hour}, 5 * time.Hour, 6 * time.Hour},
		{"Retry-After, cron", cron, plan{outcome: news.OutcomeLimited, failures: 1, retryAfter: 5 * time.Hour}, 5 * time.Hour, 7 * time.Hour},
		{"a failure in closed hours", every, plan{outcome: news.OutcomeHTTPError, failures: 1, hints: news.Hints{Hours: hours(9, 17)}}, 6 * time.Hour, 7 * time.Hour},
	}
	for _, tt := range tests {
		for _, key := range []string{"https://a.example/", "https://b.example/", "https://c.example/", "d"} {
			p := tt.plan
			p.spec, p.key = mustSpec(t, tt.schedule), key
			if p.now.IsZero() {
				p.now = noon
			}
			if p.outcome == "" {
				p.outcome = news.OutcomeUnchanged
			}
			if got := p.due().Sub(noon); got < tt.from || got > tt.to {
				t.Errorf("%s, %s: due after %s, want %s to %s", tt.name, key, got, tt.from, tt.to)
			}
		}
	}
	gone := plan{now: noon, spec: mustSpec(t, cron), outcome: news.OutcomeGone, failures: 3, unread: true}
	if got := gone.due(); !got.Equal(schedule.Never()) {
		t.Errorf("after 410: due %s, want never", got)
	}
	stopped := plan{now: noon, spec: mustSpec(t, every), outcome: news.OutcomeInterrupted}
	if got := stopped.due(); !got.IsZero() {
		t.Errorf("after a stop: due %s, want still due", got)
	}
}

// Two hundred feeds of one host fail together, again and again. They do not retry at the same time.
func TestPlanDueSpreadsFailures(t *testing.T) {
	for failures := 1; failures <= 8; failures++ {
		perMinute := map[int64]int{}
		for i := range 200 {
			p := plan{now: noon, spec: mustSpec(t, "@every 1h"), key: "https://host.example/" + string(rune('a'+i%26)) + string(rune('a'+i/26)), outcome: news.OutcomeTimeout, failures: failures}
			perMinute[p.due().Unix()/60]++
		}
		for minute, n := range perMinute {
			if n > 20 {
				t.Errorf("after %d failures: %d of 200 are due in minute %d", failures, n, minute-noon.Unix()/60)
			}
		}
	}
}

func TestGroup(t *testing.T) {
	for address, want := range map[string]string{
		"https://news.example.co.uk/feed":       "example.co.uk",
		"http://FEEDS.Example.org:8080/a?b=c":   "example.org",
		"https://me.github.io/feed":             "me.github.io", // github.io is a public suffix
		"https://github.io/":                    "github.io",
		"http://192.0.2.7:9080/x":               "192.0.2.7",
		"http://[2001:db8::1]/x":                "2001:db8::1",
		"http://intranet/feed":                  "intranet",
		"http://bücher.example/":                "xn--bcher-kva.example",
		"/srv/seeds/*":                          "",
		"C:\\seeds\\*":                          "",
		"mailto:me@example.org":                 "",
		"https://user:secret@feeds.example.com": "example.com",
	} {
		if got := Group(address); got != want {
			t.Errorf("Group(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestPrivate(t *testing.T) {
	for address, want := range map[string]bool{
		"192.168.1.5:8080": true, "127.0.0.1:80": true, "[fd00::1]:443": true, "100.64.0.9:80": true, "[::ffff:10.0.0.1]:80": true,
		"93.184.216.34:443": false, "93.184.216.34:8080": false, "[2606:2800:220:1::1]:80": false,
	} {
		if got := private(netip.MustParseAddrPort(address)); got != want {
			t.Errorf("private(%s) = %v", address, got)
		}
	}
	if private(netip.AddrPort{}) {
		t.Error("an unknown address is private")
	}
}
