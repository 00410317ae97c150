package schedule

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the tests need zones also where the system has none
)

func mustParse(t testing.TB, expr string, loc *time.Location) Spec {
	t.Helper()
	s, err := Parse(expr, loc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func mustTime(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestPhaseIsFixed holds values that must never change: due times that are
// stored rest on them.
func TestPhaseIsFixed(t *testing.T) {
	for _, test := range []struct {
		key  string
		span time.Duration
		want time.Duration
	}{
		{"", time.Hour, 3372370 * time.Millisecond},
		{"a", time.Hour, 1837060 * time.Millisecond},
		{"https://example.org/feed.xml", time.Hour, 2697843 * time.Millisecond},
		{"https://example.org/feed.xmm", time.Hour, 1126414 * time.Millisecond},
		{"https://example.org/feed.xml", time.Minute, 44964 * time.Millisecond},
		{"seeds", 24 * time.Hour, 15897592 * time.Millisecond},
		{"Nachrichten für alle", 24 * time.Hour, 35995111 * time.Millisecond},
		{"seeds", time.Microsecond, 0},
		{"seeds", 0, 0},
		{"seeds", -time.Hour, 0},
	} {
		if got := Spread(test.key, test.span); got != test.want {
			t.Errorf("share(%q, %s) = %d ms, want %d ms", test.key, test.span, got.Milliseconds(), test.want.Milliseconds())
		}
	}
}

// TestPhaseSpreads puts 10,000 sources on one half hour, as an import does: no
// second may get much more than its 5.6.
func TestPhaseSpreads(t *testing.T) {
	for _, pattern := range []string{"https://example.org/%d/feed.xml", "https://blog%d.example.org/atom.xml", "https://example.org/?feed=%d"} {
		perSecond := make(map[int64]int)
		most := 0
		for i := range 10000 {
			second := int64(Spread(fmt.Sprintf(pattern, i), 30*time.Minute) / time.Second)
			perSecond[second]++
			most = max(most, perSecond[second])
		}
		if most > 20 || len(perSecond) < 1700 {
			t.Errorf("%s: %d sources in one second, %d of 1800 seconds used; want at most 20, at least 1700", pattern, most, len(perSecond))
		}
	}
}

func TestEveryIsAnchoredToTheEpoch(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 7 * time.Second, 90 * time.Minute, 24 * time.Hour, 1000 * time.Hour} {
		s := mustParse(t, "@every "+every.String(), nil)
		for _, after := range []string{"2026-11-22T17:00:00.0001Z", "1970-01-01T00:00:00Z", "1931-05-05T05:05:05.555Z", "2026-10-25T03:30:00+02:00", "2500-01-01T00:00:00Z"} {
			from := mustTime(t, after)
			at := s.Next(from, "k")
			if !at.After(from) || at.Sub(from) > every {
				t.Errorf("%s after %s: got %s", s, after, at)
			}
			if phase := Spread("k", every).Milliseconds(); (at.UnixMilli()-phase)%every.Milliseconds() != 0 {
				t.Errorf("%s after %s: %s is not at phase %d ms", s, after, at, phase)
			}
			if next := s.Next(at, "k"); next.Sub(at) != every {
				t.Errorf("%s: %s then %s", s, at, next)
			}
		}
	}
}

// firings lists the instants of a schedule in (from, to], without offsets,
// because its key is chosen to have next to none.
func firings(s Spec, from, to time.Time) []time.Time {
	var all []time.Time
	for at := s.base(from); !at.IsZero() && !at.After(to); at = s.base(at) {
		all = append(all, at)
	}
	return all
}

// TestClockChanges shows the rules of the package comment, one line each.
func TestClockChanges(t *testing.T) {
	const day = "2006-01-02"
	for _, test := range []struct {
		zone, expr, day string
		want            string // local times on that day
	}{
		{"Europe/Berlin", "30 2 * * *", "2026-03-29", "03:00+02"},
		{"Europe/Berlin", "0,30 2 * * *", "2026-03-29", "03:00+02"},
		{"Europe/Berlin", "30 2,3 * * *", "2026-03-29", "03:00+02 03:30+02"},
		{"Europe/Berlin", "0 2,3 * * *", "2026-03-29", "03:00+02"},
		{"Europe/Berlin", "30 2 * * *", "2026-10-25", "02:30+02"},
		{"Europe/Berlin", "0 3 * * *", "2026-10-25", "03:00+01"},
		{"Europe/Berlin", "0 1-4 * * *", "2026-10-25", "01:00+02 02:00+02 03:00+01 04:00+01"},
		{"Europe/Berlin", "0 */6 * * *", "2026-03-29", "00:00+01 06:00+02 12:00+02 18:00+02"},
		{"Europe/Berlin", "@daily", "2026-03-29", "00:00+01"},
		{"Europe/Berlin", "@weekly", "2026-03-29", "00:00+01"},
		// midnight itself is skipped, and happens twice
		{"America/Sao_Paulo", "0 0 * * *", "2018-11-04", "01:00-02"},
		{"America/Sao_Paulo", "0 0 * * 0", "2018-11-04", "01:00-02"},
		{"America/Sao_Paulo", "30 23 * * *", "2018-02-17", "23:30-02"},
		{"America/Sao_Paulo", "0 0 * * *", "2018-02-18", "00:00-03"},
		// the gap ends at midnight: the day that ends gets its firing before
		{"America/Nuuk", "30 23 * * *", "2024-03-30", "22:59-02"},
		{"America/Nuuk", "30 23 * * *", "2024-03-31", "23:30-01"},
		{"America/Nuuk", "0 0 * * *", "2024-03-31", "00:00-01"},
		// half an hour
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-04", "02:30+11"},
		{"Australia/Lord_Howe", "45 1 * * *", "2026-04-05", "01:45+11"},
		// a day that never was
		{"Pacific/Apia", "0 6 * * *", "2011-12-29", "06:00-10"},
		{"Pacific/Apia", "0 6 * * *", "2011-12-31", "06:00+14"},
		{"Pacific/Apia", "0 0 30 12 *", "2011-12-31", ""},
	} {
		loc := mustZone(t, test.zone)
		from, err := time.ParseInLocation(day, test.day, loc)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, at := range firings(mustParse(t, test.expr, loc), from.Add(-2*time.Hour), from.Add(26*time.Hour)) {
			if local := at.In(loc); local.Format(day) == test.day {
				got += local.Format(" 15:04-07")
			}
		}
		if want := test.want; got != want && got != " "+want {
			t.Errorf("%s in %s on %s: got%s, want %s", test.expr, test.zone, test.day, got, want)
		}
	}
}

// TestHourlyIsEven counts real minutes between the firings around a change.
func TestHourlyIsEven(t *testing.T) {
	for _, test := range []struct {
		zone, expr, from string
		want             string
	}{
		{"Europe/Berlin", "0 * * * *", "2026-03-28T23:30:00Z", "60 60 60 60"},
		{"Europe/Berlin", "10 * * * *", "2026-03-28T23:30:00Z", "60 60 60 60"},
		{"Europe/Berlin", "0 * * * *", "2026-10-24T23:30:00Z", "60 60 60 60"},
		{"Europe/Berlin", "*/20 * * * *", "2026-10-25T00:15:00Z", "20 20 20 20"},
		{"Europe/Berlin", "*/20 * * * *", "2026-03-29T00:15:00Z", "20 20 20 20"},
		{"Asia/Kathmandu", "0 * * * *", "2026-03-29T00:15:00Z", "60 60 60 60"},
		{"Australia/Lord_Howe", "0 * * * *", "2026-10-03T14:00:00Z", "60 30 60 60"},
		{"Australia/Lord_Howe", "10 * * * *", "2026-10-03T14:00:00Z", "50 40 60 60"},
		{"Australia/Lord_Howe", "0 * * * *", "2026-04-04T13:30:00Z", "60 30 60 60"},
		{"Australia/Lord_Howe", "0 * * * 1", "2026-04-04T13:30:00Z", "60 60 60 60"},
		{"Antarctica/Troll", "30 * * * *", "2026-03-28T23:45:00Z", "60 60 60 60"},
	} {
		s := mustParse(t, test.expr, mustZone(t, test.zone))
		got, last := "", s.base(mustTime(t, test.from))
		for i := range 4 {
			next := s.base(last)
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(int(next.Sub(last).Minutes()))
			last = next
		}
		if got != test.want {
			t.Errorf("%s in %s from %s: got %s, want %s", test.expr, test.zone, test.from, got, test.want)
		}
	}
}

func TestOffset(t *testing.T) {
	from := mustTime(t, "2026-11-22T17:00:30Z")
	for _, test := range []struct {
		expr string
		span time.Duration
	}{
		{"* * * * *", 6 * time.Second},
		{"*/5 * * * *", 30 * time.Second},
		{"*/20 * * * *", time.Minute},
		{"0 6 * * *", time.Minute},
		{"59 23 31 12 *", time.Minute},
		{"0,1 6 * * *", 6 * time.Second},
	} {
		s := mustParse(t, test.expr, time.UTC)
		base, most := s.base(from), time.Duration(0)
		from := base.Add(-time.Millisecond)
		for i := range 500 {
			at := s.Next(from, fmt.Sprint("source", i))
			if at.Before(base) || at.Sub(base) >= test.span {
				t.Fatalf("%s: %s is not within %s of %s", test.expr, at, test.span, base)
			}
			most = max(most, at.Sub(base))
		}
		if most < test.span*9/10 {
			t.Errorf("%s: the largest of 500 offsets is %s, want nearly %s", test.expr, most, test.span)
		}
	}
}

// TestNextIsOneSequence asks from every half second, and must always get the
// next of one fixed row of firings.
func TestNextIsOneSequence(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	from := mustTime(t, "2026-10-25T00:30:00Z")
	for _, expr := range []string{"* * * * *", "*/7 * * * *", "@every 11s", "30 2 * * *", "0-5,58 2,3 * * *"} {
		s := mustParse(t, expr, berlin)
		want := s.Next(from, "x")
		for at := from; at.Before(from.Add(3 * time.Hour)); at = at.Add(500 * time.Millisecond) {
			if !at.Before(want) {
				want = s.Next(want, "x")
			}
			if got := s.Next(at, "x"); !got.Equal(want) || !got.After(at) {
				t.Fatalf("%s: Next(%s) = %s, want %s", expr, at, got, want)
			}
		}
	}
}

func TestNextKeepsLocation(t *testing.T) {
	after := time.Date(2026, 11, 22, 17, 0, 0, 0, mustZone(t, "Asia/Tokyo"))
	for _, expr := range []string{"CRON_TZ=Europe/Berlin 0 6 * * *", "@every 1h"} {
		if got := mustParse(t, expr, nil).Next(after, "").Location(); got != after.Location() {
			t.Errorf("%s: location %s, want that of the argument", expr, got)
		}
	}
	want := "2026-11-23T06:00:00+01:00"
	s := mustParse(t, "CRON_TZ=Europe/Berlin 0 6 * * *", mustZone(t, "Asia/Tokyo"))
	if got := s.base(after); !got.Equal(mustTime(t, want)) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRareDays(t *testing.T) {
	s := mustParse(t, "0 0 29 2 *", time.UTC)
	for after, want := range map[string]string{
		"2024-02-29T00:00:00Z": "2028-02-29T00:00:00Z",
		"2096-02-29T12:00:00Z": "2104-02-29T00:00:00Z", // 2100 is no leap year
		"2099-06-01T12:00:00Z": "2104-02-29T00:00:00Z",
	} {
		if got := s.base(mustTime(t, after)); !got.Equal(mustTime(t, want)) {
			t.Errorf("29 February after %s: got %s, want %s", after, got, want)
		}
	}
}

func TestNextAfter(t *testing.T) {
	s := mustParse(t, "@every 1h", nil)
	now := mustTime(t, "2026-11-22T17:00:00Z")
	first := s.Next(now, "k")
	for _, test := range []struct {
		name      string
		notBefore time.Time
		want      time.Time
	}{
		{"long past", now.Add(-time.Hour), first},
		{"zero", time.Time{}, first},
		{"now", now, first},
		{"at the firing", first, first},
		{"just after it", first.Add(time.Nanosecond), first.Add(time.Hour)},
		{"far ahead", first.Add(23*time.Hour + time.Minute), first.Add(24 * time.Hour)},
	} {
		if got := s.NextAfter(now, "k", test.notBefore); !got.Equal(test.want) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	if got := s.NextAfter(first, "k", first); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("at a firing: got %s, want the following one", got)
	}
}

func TestZeroSpecNeverFires(t *testing.T) {
	var s Spec
	now := mustTime(t, "2026-11-22T17:00:00Z")
	if at := s.Next(now, "k"); !at.IsZero() {
		t.Errorf("Next = %s", at)
	}
	if at := s.NextAfter(now, "k", now.Add(time.Hour)); !at.IsZero() {
		t.Errorf("NextAfter = %s", at)
	}
	if !s.Equal(Spec{}) || s.Equal(mustParse(t, "@daily", nil)) {
		t.Error("Equal is wrong about the zero Spec")
	}
}

func TestBackoff(t *testing.T) {
	for _, test := range []struct {
		base      time.Duration
		failures  int
		low, high time.Duration
	}{
		{time.Hour, 0, 0, 1},
		{time.Hour, -3, 0, 1},
		{time.Second, 1, 5 * time.Minute, 450 * time.Second},
		{0, 2, 10 * time.Minute, 15 * time.Minute},
		{time.Hour, 1, time.Hour, 90 * time.Minute},
		{time.Hour, 3, 4 * time.Hour, 6 * time.Hour},
		{time.Hour, 6, 16 * time.Hour, MaxBackoff},
		{time.Hour, 1 << 40, 16 * time.Hour, MaxBackoff},
		{1<<63 - 1, 1, 16 * time.Hour, MaxBackoff},
		{-time.Hour, 1, MinBackoff, 450 * time.Second},
	} {
		seen := make(map[time.Duration]bool)
		for i := range 50 {
			key := fmt.Sprint("https://example.org/", i)
			got := Backoff(test.base, test.failures, key)
			if got < test.low || got >= test.high {
				t.Errorf("Backoff(%s, %d, %q) = %s, want in [%s, %s)", test.base, test.failures, key, got, test.low, test.high)
			}
			if got != Backoff(test.base, test.failures, key) {
				t.Errorf("Backoff(%s, %d, %q) is not stable", test.base, test.failures, key)
			}
			seen[got] = true
		}
		if test.failures > 0 && len(seen) < 45 {
			t.Errorf("Backoff(%s, %d): %d different values for 50 keys", test.base, test.failures, len(seen))
		}
	}
}
