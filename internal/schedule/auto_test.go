package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// year is a year of entries of a source, and what asking it by "auto" costs
// and gives.
type year struct {
	name    string
	entries []time.Time

	perEntry float64       // requests for each entry, at most
	delay    time.Duration // median from an entry to our seeing it, at most
	requests int           // in the whole year, at most
}

var yearStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// every returns a year of entries by gap, each shifted by up to jitter, where
// keep holds.
func every(gap, jitter time.Duration, keep func(time.Time) bool) []time.Time {
	random := rand.New(rand.NewPCG(uint64(gap), 7))
	var all []time.Time
	for at := yearStart; at.Before(yearStart.AddDate(1, 0, 0)); at = at.Add(gap) {
		if keep == nil || keep(at) {
			all = append(all, at.Add(time.Duration(random.Int64N(int64(jitter)))))
		}
	}
	return all
}

func years() []year {
	weekday := func(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }
	daytime := func(t time.Time) bool { return t.Hour() >= 7 && t.Hour() < 19 }
	var bursts []time.Time // five within twenty minutes, every other day
	for _, at := range every(48*time.Hour, time.Hour, nil) {
		for i := range 5 {
			bursts = append(bursts, at.Add(time.Duration(i)*5*time.Minute))
		}
	}
	var random []time.Time // one a day on average, by chance
	dice := rand.New(rand.NewPCG(3, 4))
	for at := yearStart; at.Before(yearStart.AddDate(1, 0, 0)); {
		random = append(random, at)
		at = at.Add(time.Duration(dice.ExpFloat64() * float64(24*time.Hour)))
	}
	const hour, day = time.Hour, 24 * time.Hour
	return []year{
		{"every five minutes", every(5*time.Minute, time.Minute, nil), 0.09, hour, 9000},
		{"hourly", every(hour, 10*time.Minute, nil), 1.1, hour, 9000},
		{"hourly by day", every(hour, 10*time.Minute, daytime), 2.2, hour, 9000},
		{"daily", every(day, 2*hour, nil), 2.3, 12 * hour, 800},
		{"on weekdays", every(day, 2*hour, weekday), 3.2, 12 * hour, 800},
		{"weekly", every(7*day, 5*hour, nil), 8, 24 * hour, 420},
		{"monthly", every(30*day, day, nil), 32, 24 * hour, 420},
		{"in bursts", bursts, 0.5, 24 * hour, 420},
		{"by chance", random, 4.5, 12 * hour, 1500},
		{"dead since January", every(day, hour, func(t time.Time) bool { return t.Before(yearStart.AddDate(0, 0, 20)) }), 22, 13 * hour, 420},
	}
}

// TestAutoOverAYear asks sources of every rhythm for a year: the requests for
// each entry and the time until it is seen stay within bounds.
func TestAutoOverAYear(t *testing.T) {
	for _, y := range years() {
		t.Run(y.name, func(t *testing.T) {
			requests, delays := ask(t, y.entries, Auto(0, 0))
			slices.Sort(delays)
			median, worst := delays[len(delays)/2], delays[len(delays)-1]
			perEntry := float64(requests) / float64(len(y.entries))
			t.Logf("%5d entries %5d requests %6.2f an entry, delay %8s median %8s at most", len(y.entries), requests, perEntry, median.Round(time.Minute), worst.Round(time.Minute))
			if perEntry > y.perEntry || requests > y.requests {
				t.Errorf("%d requests, %.2f an entry; want at most %d, %.2f", requests, perEntry, y.requests, y.perEntry)
			}
			if median > y.delay || worst > MaxInterval*2 {
				t.Errorf("an entry is seen after %s, at most %s; want %s, %s", median, worst, y.delay, MaxInterval*2)
			}
		})
	}
}

// ask follows a source for a year by its rhythm. It fails the test when two
// requests come sooner than the least interval allows.
func ask(t *testing.T, entries []time.Time, spec Spec) (requests int, delays []time.Duration) {
	t.Helper()
	const key = "https://example.org/feed"
	var seen []time.Time
	for at := yearStart; at.Before(yearStart.AddDate(1, 0, 2)); requests++ {
		for len(entries) > 0 && !entries[0].After(at) {
			delays = append(delays, at.Sub(entries[0]))
			seen = append(seen, entries[0])
			entries = entries[1:]
		}
		least, most := spec.Bounds()
		latest := seen[max(0, len(seen)-100):]
		next := spec.With(Rhythm(latest, least, at)).NextAfter(at, key, time.Time{})
		if gap := next.Sub(at); gap < least*9/10 || gap > most*2 {
			t.Fatalf("asked at %s and again after %s", at, gap)
		}
		at = next.Add(3 * time.Second) // a queue takes its time
	}
	if len(entries) > 0 {
		t.Fatalf("%d entries never seen", len(entries))
	}
	return requests, delays
}

func TestRhythm(t *testing.T) {
	now := yearStart
	back := func(hours ...float64) (times []time.Time) {
		for _, h := range hours {
			times = append(times, now.Add(-time.Duration(h*float64(time.Hour))))
		}
		return times
	}
	tests := []struct {
		name     string
		appeared []time.Time
		want     time.Duration
	}{
		{"nothing", nil, 0},
		{"zero times and the future do not count", append(back(-5), time.Time{}), 0},
		{"one entry just now", back(0), 0},
		{"one entry long ago", back(200), 20 * time.Hour},
		{"two entries", back(0, 30), 15 * time.Hour},
		{"any order", back(30, 0), 15 * time.Hour},
		{"the middle of three pauses", back(0, 4, 10, 100), 3 * time.Hour},
		{"the lower of two middles", back(0, 4, 10), 2 * time.Hour},
		{"a burst is one", back(0, 0.2, 0.4, 0.9, 24, 24.3, 24.5), 11*time.Hour + 48*time.Minute},
		{"all in one burst", back(0, 0.1, 0.2), 0},
		{"the same entry twice", back(0, 0, 10, 10, 20, 20), 5 * time.Hour},
		{"silence", back(100, 101.5, 103, 104.5), 10 * time.Hour},
		{"a new rhythm", append(back(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22), back(1000, 1002, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 11000, 12000, 13000, 14000)...), time.Hour},
	}
	for _, tt := range tests {
		if got := Rhythm(tt.appeared, time.Hour, now); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestAutoBounds(t *testing.T) {
	const h = time.Hour
	tests := []struct {
		least, most, rhythm, want time.Duration
	}{
		{0, 0, 0, h}, {0, 0, 20 * time.Minute, h}, {0, 0, 105 * time.Minute, 90 * time.Minute}, {0, 0, 119 * time.Minute, 2 * h}, {0, 0, 5 * h, 4 * h},
		{0, 0, 7 * h, 6 * h}, {0, 0, 20 * h, 16 * h}, {0, 0, 23 * h, 24 * h}, {0, 0, 100 * h, 24 * h}, {0, 0, 1 << 62, 24 * h},
		{10 * time.Minute, 0, 16 * time.Minute, 15 * time.Minute}, {10 * time.Minute, 0, 12 * time.Minute, 11*time.Minute + 15*time.Second},
		{5 * time.Minute, 0, time.Second, 5 * time.Minute}, {0, 3 * h, 10 * h, 3 * h}, {0, 100 * h, 100 * h, 96 * h}, {0, 100 * h, 1000 * h, 96 * h}, {5 * h, h, 2 * h, 5 * h},
	}
	for _, tt := range tests {
		s := Auto(tt.least, tt.most).With(tt.rhythm)
		if got, interval := s.Every(); got != tt.want || !interval || !s.Auto() || s.String() != "auto" {
			t.Errorf("%s to %s, rhythm %s: got %s as %q, want %s as auto", tt.least, tt.most, tt.rhythm, got, s, tt.want)
		}
	}
	if s := mustParse(t, "@every 2h", nil); !s.With(5*h).Equal(s) || s.With(5*h).every != 2*h {
		t.Error("a rhythm changes the interval of @every")
	}
	if !Auto(0, 0).With(5*h).Equal(mustParse(t, "auto", nil)) || Auto(0, 0).Equal(Auto(2*h, 0)) {
		t.Error("auto is equal by its bounds, not by its interval")
	}
}

// TestAutoPhases holds that a thousand sources which were all asked in one
// minute, as after a restart, are spread over the whole interval next.
func TestAutoPhases(t *testing.T) {
	spec := Auto(0, 0).With(8 * time.Hour)
	perHour := make(map[int]int)
	for i := range 1000 {
		at := yearStart.Add(time.Duration(i) * 50 * time.Millisecond)
		next := spec.NextAfter(at, fmt.Sprint("https://example.org/", i), time.Time{})
		if gap := next.Sub(at); gap < 4*time.Hour || gap > 12*time.Hour {
			t.Fatalf("asked again after %s, want 4 to 12 hours", gap)
		}
		perHour[int(next.Sub(yearStart)/time.Hour)]++
	}
	for hour := 4; hour < 12; hour++ {
		if n := perHour[hour]; n < 90 || n > 160 {
			t.Errorf("%d of 1000 sources in hour %d, want about 125: %v", n, hour, perHour)
		}
	}
}
