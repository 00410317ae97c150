package news

import (
	"testing"
	"time"
)

func TestHints(t *testing.T) {
	all := make([]int, 24)
	for i := range all {
		all[i] = i
	}
	week := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	tests := []struct {
		name string
		doc  Document
		want Hints
	}{
		{"nothing", Document{}, Hints{}},
		{"a ttl", Document{TTL: time.Hour}, Hints{TTL: time.Hour}},
		{"a ttl below zero", Document{TTL: -time.Hour}, Hints{}},
		{"hours and days", Document{SkipHours: []int{0, 3, 3, 24}, SkipDays: []time.Weekday{time.Sunday, time.Saturday}}, Hints{Hours: 1 | 1<<3, Days: 1 | 1<<6}},
		{"every hour", Document{SkipHours: all, SkipDays: week[:1]}, Hints{Days: 1}},
		{"every day", Document{SkipHours: all[1:], SkipDays: week}, Hints{Hours: allHours &^ 1}},
	}
	for _, tt := range tests {
		if got := tt.doc.Hints(); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// Whatever is skipped, the wait is a day at most, and ends in an open hour
// unless that would be longer.
func TestHintsOpens(t *testing.T) {
	begin := time.Date(2026, 3, 2, 12, 34, 56, 0, time.FixedZone("", 5400)) // hints are in UTC
	for hours := uint32(0); hours < 1<<24; hours += 99_991 {
		for days := range uint8(allDays) {
			h := Hints{Hours: hours, Days: days}
			opens := h.Opens(begin)
			wait := opens.Sub(begin)
			if wait <= 0 || wait > 24*time.Hour || h.Closed(opens) && wait < 23*time.Hour {
				t.Fatalf("%+v: opens %s after %s, closed %v", h, opens, begin, h.Closed(opens))
			}
		}
	}
	monday := Hints{Days: 1 << time.Monday}
	if got, want := monday.Opens(begin), time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("opens %s, want %s", got, want)
	}
}
