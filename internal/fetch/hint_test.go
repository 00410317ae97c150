package fetch

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2025, 12, 3, 12, 0, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"120", 2 * time.Minute},
		{" 120 ", 2 * time.Minute},
		{"-5", 0},
		{"1.5", 0},
		{"0x10", 0},
		{"86401", MaxHint},
		{"9223372036854775807", MaxHint},
		{"99999999999999999999999", MaxHint},
		{"Wed, 03 Dec 2025 12:30:00 GMT", 30 * time.Minute},
		{"Wednesday, 03-Dec-25 12:30:00 GMT", 30 * time.Minute}, // RFC 850
		{"Wed Dec  3 12:30:00 2025", 30 * time.Minute},          // asctime
		{"Wed, 03 Dec 2025 11:00:00 GMT", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", MaxHint},
		{"Mon, 01 Jan 0001 00:00:00 GMT", 0},
		{"bald", 0},
	}
	for _, tt := range tests {
		if got := retryAfter(http.Header{"Retry-After": {tt.value}}, noon); got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.value, got, tt.want)
		}
	}
}

func TestMaxAge(t *testing.T) {
	tests := []struct {
		cache, age, expires, date string
		want                      time.Duration
	}{
		{"", "", "", "", 0},
		{"max-age=600", "", "", "", 10 * time.Minute},
		{"public, MAX-AGE=600", "", "", "", 10 * time.Minute},
		{`max-age="600"`, "", "", "", 10 * time.Minute},
		{"max-age=600, max-age=60", "", "", "", 10 * time.Minute},
		{"s-maxage=600", "", "", "", 0},
		{"max-age=600", "200", "", "", 400 * time.Second},
		{"max-age=600", "700", "", "", 0},
		{"max-age=600", "viel", "", "", 10 * time.Minute},
		{"max-age=31536000", "", "", "", MaxHint},
		{"max-age=99999999999999999999", "99999999999999999999", "", "", 0},
		{"max-age=-1", "", "", "", 0},
		{"max-age=", "", "", "", 0},
		{"no-cache, max-age=600", "", "", "", 0},
		{"max-age=600, no-store", "", "", "", 0},
		{"", "", "Wed, 03 Dec 2025 12:10:00 GMT", "", 10 * time.Minute},
		{"", "", "Wed, 03 Dec 2025 12:10:00 GMT", "Wed, 03 Dec 2025 12:05:00 GMT", 5 * time.Minute},    // their clock is fast
		{"", "120", "Wed, 03 Dec 2025 12:10:00 GMT", "Wed, 03 Dec 2025 12:05:00 GMT", 3 * time.Minute}, // from a cache
		{"", "9999", "Wed, 03 Dec 2025 12:10:00 GMT", "", 0},
		{"", "9999", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0},
		{"max-age=60", "", "Wed, 03 Dec 2025 12:10:00 GMT", "", time.Minute},
		{"", "", "0", "", 0},
		{"", "", "Thu, 19 Nov 1981 08:52:00 GMT", "", 0},
	}
	for _, tt := range tests {
		h := http.Header{"Cache-Control": {tt.cache}, "Age": {tt.age}, "Expires": {tt.expires}, "Date": {tt.date}}
		if got := maxAge(h, noon); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}

// FuzzHints holds that hints are never negative and never exceed MaxHint.
func FuzzHints(f *testing.F) {
	f.Add("120", "max-age=600", "10", "Wed, 03 Dec 2025 12:10:00 GMT", "Wed, 03 Dec 2025 12:05:00 GMT")
	f.Add("Mon, 01 Jan 0001 00:00:00 GMT", "max-age=9999999999", "-1", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, retry, cache, age, expires, date string) {
		h := http.Header{"Retry-After": {retry}, "Cache-Control": {cache}, "Age": {age}, "Expires": {expires}, "Date": {date}}
		for name, got := range map[string]time.Duration{"retry": retryAfter(h, noon), "age": maxAge(h, noon)} {
			if got < 0 || got > MaxHint {
				t.Errorf("%s: got %v", name, got)
			}
		}
	})
}
