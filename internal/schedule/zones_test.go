package schedule

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// readZones loads the zones of testdata, one of each kind: zones whose clocks
// changed alike between from and to are the same to a schedule.
func readZones(t *testing.T, from, to time.Time) (zones []*time.Location, named int) {
	t.Helper()
	text, err := os.ReadFile("testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if strings.HasPrefix(name, "#") {
			continue
		}
		named++
		loc := mustZone(t, name)
		if kind := fmt.Sprint(changes(loc, from, to)); !seen[kind] {
			seen[kind] = true
			zones = append(zones, loc)
		}
	}
	return zones, named
}

// changes lists the offset at from, and every clock change until to.
func changes(loc *time.Location, from, to time.Time) [][2]int64 {
	var all [][2]int64
	for at := from.In(loc); at.Before(to); {
		_, offset := at.Zone()
		_, end := period(at)
		if len(all) == 0 || all[len(all)-1][1] != int64(offset) {
			all = append(all, [2]int64{at.Unix(), int64(offset)})
		}
		if end.IsZero() {
			break
		}
		at = end
	}
	return all
}

// days returns every local day between from and to that really came, found by
// looking at the clock every other hour.
func days(loc *time.Location, from, to time.Time) map[int]int {
	seen := make(map[int]int)
	for at := from.In(loc); at.Before(to); at = at.Add(2 * time.Hour) {
		seen[dayNumber(at)] = 0
	}
	seen[dayNumber(to.Add(-time.Minute).In(loc))] = 0
	return seen
}

func dayNumber(t time.Time) int { return t.Year()*1000 + t.YearDay() }

// dailyExpr is a time of day that moves from zone to zone, so that all of the
// 24 hours and the edges of midnight are tried.
func dailyExpr(i int) string {
	minutes := []int{0, 1, 15, 30, 45, 59}
	return fmt.Sprintf("%d %d * * *", minutes[i%6], i*5%24)
}

// TestDailyRunsOncePerLocalDay runs daily jobs through ten years in every kind of
// zone: each local day that came has exactly one run, offset included.
func TestDailyRunsOncePerLocalDay(t *testing.T) {
	t.Parallel()
	from, to := mustTime(t, "2010-01-01T00:00:00Z"), mustTime(t, "2020-01-01T00:00:00Z")
	if testing.Short() {
		from, to = mustTime(t, "2011-06-01T00:00:00Z"), mustTime(t, "2012-06-01T00:00:00Z")
	}
	zones, named := readZones(t, from, to)
	if named < 100 {
		t.Fatalf("testdata/zones.txt names %d zones, want at least 100", named)
	}
	runs := 0
	for i, loc := range zones {
		runs += checkDaily(t, loc, dailyExpr(i), days(loc, from, to), from, to)
	}
	t.Logf("%d zones of %d kinds, %d runs", named, len(zones), runs)
}

// TestBeyondTheTables runs schedules where zone tables have ended and rules go
// on, through leap years: on 31 December of those the standard library gives
// the end of a period that has passed.
func TestBeyondTheTables(t *testing.T) {
	from, to := mustTime(t, "2039-06-01T00:00:00Z"), mustTime(t, "2041-06-01T00:00:00Z")
	for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe", "Australia/Sydney", "America/Nuuk", "America/New_York", "Asia/Kathmandu", "UTC"} {
		loc := mustZone(t, name)
		present := days(loc, from, to)
		for _, expr := range []string{"0 0 * * *", "30 2 * * *", "30 23 * * *"} {
			checkDaily(t, loc, expr, present, from, to)
		}
		s := mustParse(t, "0 * * * *", loc)
		for last := s.base(from); last.Before(to); {
			next := s.base(last)
			if gap := next.Sub(last); gap > time.Hour || gap < 30*time.Minute {
				t.Fatalf("hourly in %s: %s from %s", name, gap, last.In(loc))
			}
			last = next
		}
	}
}

// TestDailyAroundChanges tries every time of day at quarter hours, and the last
// minute, around each clock change of every kind of zone.
func TestDailyAroundChanges(t *testing.T) {
	from, to := mustTime(t, "2008-01-01T00:00:00Z"), mustTime(t, "2028-01-01T00:00:00Z")
	step := 15
	if testing.Short() {
		from, to = mustTime(t, "2011-06-01T00:00:00Z"), mustTime(t, "2012-06-01T00:00:00Z")
		step = 30
	}
	zones, _ := readZones(t, from, to)
	tried := make(map[string]bool)
	for _, loc := range zones {
		var before int64
		for i, change := range changes(loc, from, to) {
			at := time.Unix(change[0], 0)
			// The same change at the same time of day is one case.
			kind := fmt.Sprint(at.In(loc).Format("15:04"), change[1]-before)
			before = change[1]
			if i == 0 || tried[kind] {
				continue
			}
			tried[kind] = true
			start, end := at.Add(-72*time.Hour), at.Add(72*time.Hour)
			present := days(loc, start, end)
			for minute := 0; minute < 24*60; minute += step {
				checkDaily(t, loc, fmt.Sprintf("%d %d * * *", minute%60, minute/60), present, start, end)
			}
			checkDaily(t, loc, "59 23 * * *", present, start, end)
			checkDaily(t, loc, "1 0 * * *", present, start, end)
		}
	}
	t.Logf("%d different clock changes", len(tried))
}

// checkDaily counts the runs on each of the present days; the first and last
// day, which from and to may cut, do not count.
func checkDaily(t *testing.T, loc *time.Location, expr string, present map[int]int, from, to time.Time) (runs int) {
	t.Helper()
	clear := make(map[int]int, len(present))
	s := mustParse(t, expr, loc)
	key := loc.String()
	for at := s.Next(from.In(loc), key); at.Before(to); at = s.Next(at, key) {
		clear[dayNumber(at)]++
		runs++
	}
	first, last := dayNumber(from.In(loc)), dayNumber(to.In(loc))
	for day := range present {
		if day == first || day == last || day == dayNumber(to.Add(-time.Minute).In(loc)) {
			continue
		}
		if clear[day] != 1 {
			t.Errorf("%q in %s: %d runs on day %d of the year %d, want 1", expr, loc, clear[day], day%1000, day/1000)
		}
	}
	for day := range clear {
		if _, ok := present[day]; !ok {
			t.Errorf("%q in %s: a run on day %d of the year %d, which never came", expr, loc, day%1000, day/1000)
		}
	}
	return runs
}

// TestHourlyNeverPauses follows schedules of every hour through all changes:
// no pause is longer than the longest of an ordinary day, and where clocks
// shift by whole hours none is shorter than the shortest.
func TestHourlyNeverPauses(t *testing.T) {
	from, to := mustTime(t, "2008-01-01T00:00:00Z"), mustTime(t, "2028-01-01T00:00:00Z")
	zones, _ := readZones(t, from, to)
	for _, test := range []struct {
		expr           string
		longest, least time.Duration
	}{
		{"0 * * * *", time.Hour, time.Hour},
		{"25 * * * *", time.Hour, time.Hour},
		{"*/20 * * * *", 20 * time.Minute, 20 * time.Minute},
		{"5,10 0-23 * * *", 55 * time.Minute, 5 * time.Minute},
	} {
		for _, loc := range zones {
			s := mustParse(t, test.expr, loc)
			for _, change := range changes(loc, from, to)[1:] {
				at := time.Unix(change[0], 0)
				last := s.base(at.Add(-3 * time.Hour))
				for last.Before(at.Add(3 * time.Hour)) {
					next := s.base(last)
					gap, whole := next.Sub(last), wholeHours(loc, at)
					if gap > test.longest || whole && gap < test.least {
						t.Errorf("%s in %s: %s from %s to %s", test.expr, loc, gap, last.In(loc), next.In(loc))
					}
					last = next
				}
			}
		}
	}
}

func wholeHours(loc *time.Location, change time.Time) bool {
	_, before := change.Add(-time.Second).In(loc).Zone()
	_, after := change.In(loc).Zone()
	return (after-before)%3600 == 0
}

// TestAgainstClockOnTheWall compares random schedules that name hours with a
// model which watches a clock minute by minute, and knows nothing of offsets or
// zone tables.
func TestAgainstClockOnTheWall(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct{ zone, day string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"},
		{"America/Sao_Paulo", "2018-11-04"}, {"America/Sao_Paulo", "2018-02-18"},
		{"Australia/Lord_Howe", "2026-10-04"}, {"Australia/Lord_Howe", "2026-04-05"},
		{"America/Nuuk", "2024-03-31"}, {"America/Nuuk", "2024-10-27"},
		{"America/St_Johns", "2010-03-14"}, {"America/St_Johns", "2010-11-07"},
		{"Atlantic/Azores", "2026-03-29"}, {"Africa/Casablanca", "2026-02-15"},
		{"Pacific/Apia", "2011-12-30"}, {"Asia/Pyongyang", "2018-05-05"}, {"America/Caracas", "2016-05-01"},
		{"Antarctica/Troll", "2026-10-25"}, {"Asia/Kathmandu", "2026-03-29"},
	} {
		loc := mustZone(t, test.zone)
		noon := mustTime(t, test.day+"T12:00:00Z")
		for range 8 {
			a, b := random.IntN(24), random.IntN(24)
			expr := fmt.Sprintf("%d,%d %d,%d * * *", random.IntN(60), random.IntN(60), a, b)
			s := mustParse(t, expr, loc)
			want := watch(s, loc, noon.Add(-48*time.Hour), noon.Add(48*time.Hour))
			got := firings(s, noon.Add(-48*time.Hour), noon.Add(48*time.Hour))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q in %s around %s:\n got %v\nwant %v", expr, test.zone, test.day, got, want)
			}
		}
	}
}

// watch is the model: it sees only what a clock shows from minute to minute.
// A firing is due when the clock shows a matching minute that it has not shown
// before, or when it leaps over one; then at once, or a minute earlier when
// the leap left the day to which the minute belongs.
func watch(s Spec, loc *time.Location, from, to time.Time) (fired []time.Time) {
	const layout = "2006-01-02 15:04"
	shown := make(map[string]bool)
	add := func(t time.Time) {
		if t.After(from) && (len(fired) == 0 || t.After(fired[len(fired)-1])) {
			fired = append(fired, t.UTC())
		}
	}
	matches := func(text string) bool {
		w, _ := time.Parse(layout, text)
		return s.calendar.Next(w.Add(-time.Second)).Equal(w)
	}
	last := ""
	for t := from.Add(-30 * time.Hour); !t.After(to); t = t.Add(time.Minute) {
		text := t.In(loc).Format(layout)
		for _, leapt := range leaps(last, text) {
			if shown[leapt] || !matches(leapt) {
				continue
			}
			switch leapt[:10] {
			case text[:10]:
				add(t)
			case last[:10]:
				add(t.Add(-time.Minute))
			}
		}
		if !shown[text] && matches(text) {
			add(t)
		}
		shown[text], last = true, text
	}
	return fired
}

// leaps lists the minutes between two readings of a clock, both excluded.
func leaps(last, text string) (skipped []string) {
	const layout = "2006-01-02 15:04"
	if last == "" {
		return nil
	}
	a, _ := time.Parse(layout, last)
	b, _ := time.Parse(layout, text)
	for w := a.Add(time.Minute); w.Before(b); w = w.Add(time.Minute) {
		skipped = append(skipped, w.Format(layout))
	}
	return skipped
}
