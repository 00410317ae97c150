package main

import (
	"testing"
	"time"

	"tributary/internal/news"
)

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		before time.Duration
		want   string
	}{
		{0, "0s ago"},
		{90 * time.Second, "1m ago"},
		{-2 * time.Second, "0s ago"},
		{-365 * 24 * time.Hour, "2027-11-28"}, // stored while the clock was wrong
	} {
		if got := ago(stated(now.Add(-test.before)), now); got != test.want {
			t.Errorf("%v before now: %q, want %q", test.before, got, test.want)
		}
	}
	if got := ago(nil, now); got != "never" {
		t.Errorf("no time: %q, want never", got)
	}
}

// TestDueAfterTheClockWasSetBack: a due time stored while the clock was wrong is not shown as
// in a year.
func TestDueAfterTheClockWasSetBack(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	wrong := now.AddDate(1, 0, 0)
	line := newSourceLine(news.SourceState{Last: news.Fetch{Started: wrong}, NextDue: wrong.Add(5 * time.Minute)}, now)
	if got := until(line.Due, now); got != "in 5m" {
		t.Errorf("due %s, want in 5m", got)
	}
}
