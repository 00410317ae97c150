package schedule

import (
	"strings"
	"testing"
	"time"
)

func calendarOf(t *testing.T, expr string, local *time.Location) Calendar {
	t.Helper()
	c, err := mustParse(t, expr, local).Calendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Last is the other side of Next: between the two of any time nothing fires.
func TestCalendarLastAndNext(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, expr := range []string{"0 7 * * *", "30 2 * * *", "* * * * *", "*/20 6-22 * * 1-5", "0 0 1 1 *", "0 12 29 2 *", "59 23 31 12 *", "@weekly", "@hourly", "15,45 0,3 1-7 * sun"} {
		c := calendarOf(t, expr, berlin)
		for _, begin := range []time.Time{
			time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC),
			time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2103, 2, 1, 0, 0, 0, 0, time.UTC),
		} {
			for i := range 60 {
				at := begin.Add(time.Duration(i) * 7 * time.Minute).Add(3 * time.Millisecond)
				last, next := c.Last(at), c.Next(at)
				switch {
				case last.IsZero() || last.After(at) || !next.After(at):
					t.Fatalf("%s at %v: last %v, next %v", expr, at, last, next)
				case !c.Next(last).Equal(next):
					t.Fatalf("%s at %v: after %v comes %v, want %v", expr, at, last, c.Next(last), next)
				case !c.Last(last).Equal(last) || !c.Last(next).Equal(next) || !c.Last(next.Add(-time.Nanosecond)).Equal(last):
					t.Fatalf("%s at %v: the last of %v and %v are %v and %v", expr, at, last, next, c.Last(last), c.Last(next))
				case last.Location() != berlin || next.Second() != 0 || next.Nanosecond() != 0:
					t.Fatalf("%s at %v: %v and %v", expr, at, last, next)
				}
			}
		}
	}
}

// A calendar has no offset, and no times of an interval.
func TestCalendarIsExact(t *testing.T) {
	c := calendarOf(t, "CRON_TZ=America/New_York 0 7 * * *", time.UTC)
	if got, want := c.Next(yearStart), time.Date(yearStart.Year(), 1, 1, 12, 0, 0, 0, time.UTC); !got.Equal(want) || c.String() != "CRON_TZ=America/New_York 0 7 * * *" {
		t.Errorf("%s: got %v, want %v", c, got, want)
	}
	for _, expr := range []string{"@every 24h", "auto"} {
		if _, err := mustParse(t, expr, nil).Calendar(); err == nil || !strings.Contains(err.Error(), "names no times of day") {
			t.Errorf("%s: got %v, want that it names no times of day", expr, err)
		}
	}
}
