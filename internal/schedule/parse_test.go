package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ expr, text string }{
		{"*/20 6-22 * * *", ""},
		{"0 6 * jan,DEC mon-fri", ""},
		{"0 6 ? * 0", ""},
		{"59 23 31 12 *", ""},
		{"0 0 29 2 *", ""},
		{"@hourly", ""}, {"@daily", ""}, {"@midnight", ""}, {"@weekly", ""}, {"@monthly", ""}, {"@yearly", ""}, {"@annually", ""},
		{"@every 1s", ""}, {"@every 1h30m", ""},
		{"CRON_TZ=Europe/Berlin 0 6 * * *", ""},
		{"TZ=UTC @daily", ""},
		{"CRON_TZ=Asia/Tokyo @every 1h", ""},
		{"  0   6 *\t* *\n", "0 6 * * *"},
		{"@every  1h ", "@every 1h"},
	} {
		s, err := Parse(test.expr, time.UTC)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.expr, err)
			continue
		}
		want := test.text
		if want == "" {
			want = test.expr
		}
		if got := s.String(); got != want {
			t.Errorf("Parse(%q).String() = %q, want %q", test.expr, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const five = `minute hour day-of-month month day-of-week, as in "*/20 6-22 * * *"`
	const forms = ", also as lists (1,2), ranges (1-5) and steps (*/2)"
	for expr, want := range map[string]string{
		"":    `schedule is empty: write a cron expression such as "*/20 * * * *", or "@every 1h"`,
		" \n": `schedule is empty: write a cron expression such as "*/20 * * * *", or "@every 1h"`,

		"5 4 *":          `schedule "5 4 *": it has 3 of five fields: ` + five,
		"hourly":         `schedule "hourly": it has 1 of five fields: ` + five,
		"0 0 5 * * *":    `schedule "0 0 5 * * *": it has six fields: cron expressions here have no seconds, write five: ` + five,
		"0 0 31 2 *":     `schedule "0 0 31 2 *": it never fires: no month that it names has such a day`,
		"0 0 31 4,6,9 *": `schedule "0 0 31 4,6,9 *": it never fires: no month that it names has such a day`,

		"60 * * * *":    `schedule "60 * * * *": minute "60": write *, or 0-59` + forms,
		"* 24 * * *":    `schedule "* 24 * * *": hour "24": write *, or 0-23` + forms,
		"* * 0 * *":     `schedule "* * 0 * *": day-of-month "0": write *, or 1-31` + forms,
		"* * L * *":     `schedule "* * L * *": day-of-month "L": write *, or 1-31` + forms,
		"* * * Mai *":   `schedule "* * * Mai *": month "Mai": write *, or 1-12 or jan-dec` + forms,
		"0 6 * * 7":     `schedule "0 6 * * 7": day-of-week "7": write *, or 0-6 or sun-sat, Sunday is 0` + forms,
		"0 6 * * mon#2": `schedule "0 6 * * mon#2": day-of-week "mon#2": write *, or 0-6 or sun-sat, Sunday is 0` + forms,
		"*/0 * * * *":   `schedule "*/0 * * * *": minute "*/0": write *, or 0-59` + forms,
		", * * * *":     `schedule ", * * * *": minute ",": write *, or 0-59` + forms,
		"5-1 * * * *":   `schedule "5-1 * * * *": minute "5-1": write *, or 0-59` + forms,

		"@reboot": `schedule "@reboot": unknown name "@reboot": use @hourly, @daily, @weekly, @monthly, @yearly or @every`,
		"@Daily":  `schedule "@Daily": unknown name "@Daily": use @hourly, @daily, @weekly, @monthly, @yearly or @every`,

		"@every":        `schedule "@every": "" is no interval: write hours, minutes and seconds as in "@every 1h30m"; a day is 24h`,
		"@every 1d":     `schedule "@every 1d": "1d" is no interval: write hours, minutes and seconds as in "@every 1h30m"; a day is 24h`,
		"@every 1 hour": `schedule "@every 1 hour": "1 hour" is no interval: write hours, minutes and seconds as in "@every 1h30m"; a day is 24h`,
		"@every 0s":     `schedule "@every 0s": an interval of 0s is too short: the least is 1s`,
		"@every -5s":    `schedule "@every -5s": an interval of -5s is too short: the least is 1s`,
		"@every 500ms":  `schedule "@every 500ms": an interval of 500ms is too short: the least is 1s`,
		"@every 1.5s":   `schedule "@every 1.5s": an interval of 1.5s is too fine: write whole seconds`,

		"TZ=":                        `schedule "TZ=": TZ= takes a time zone, a space and a schedule, as in "TZ=Europe/Berlin 0 6 * * *"`,
		"TZ=0":                       `schedule "TZ=0": TZ= takes a time zone, a space and a schedule, as in "TZ=Europe/Berlin 0 6 * * *"`,
		"CRON_TZ=UTC":                `schedule "CRON_TZ=UTC": CRON_TZ= takes a time zone, a space and a schedule, as in "CRON_TZ=Europe/Berlin 0 6 * * *"`,
		"CRON_TZ= 0 6 * * *":         `schedule "CRON_TZ= 0 6 * * *": CRON_TZ= takes a time zone, a space and a schedule, as in "CRON_TZ=Europe/Berlin 0 6 * * *"`,
		"CRON_TZ=Mars/X 0 6 * * *":   `schedule "CRON_TZ=Mars/X 0 6 * * *": unknown time zone "Mars/X": write an IANA name such as "Europe/Berlin" or "UTC"`,
		"TZ=../../etc/passwd @daily": `schedule "TZ=../../etc/passwd @daily": unknown time zone "../../etc/passwd": write an IANA name such as "Europe/Berlin" or "UTC"`,
		"TZ=UTC TZ=":                 `schedule "TZ=UTC TZ=": it has 1 of five fields: ` + five,
		"TZ=UTC TZ=UTC 0 6 * *":      `schedule "TZ=UTC TZ=UTC 0 6 * *": minute "TZ=UTC": write *, or 0-59` + forms,
	} {
		s, err := Parse(expr, time.UTC)
		switch {
		case err == nil:
			t.Errorf("Parse(%q) = %v, want an error", expr, s)
		case err.Error() != want:
			t.Errorf("Parse(%q):\n got %s\nwant %s", expr, err, want)
		}
	}
}

func TestParseWithoutZoneIsUTC(t *testing.T) {
	s := mustParse(t, "0 6 * * *", nil)
	if got, want := s.base(mustTime(t, "2026-11-22T17:00:00+09:00")), mustTime(t, "2026-11-23T06:00:00Z"); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEqual(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	a := mustParse(t, "0 6 * * *", berlin)
	for _, test := range []struct {
		expr string
		loc  *time.Location
		want bool
	}{
		{"0  6 * * *", berlin, true},
		{"0 6 * * *", time.UTC, false},
		{"0 7 * * *", berlin, false},
	} {
		if got := a.Equal(mustParse(t, test.expr, test.loc)); got != test.want {
			t.Errorf("%q in %s: equal is %v, want %v", test.expr, test.loc, got, test.want)
		}
	}
}

// FuzzParse holds that no text panics or hangs, that errors are one line, and
// that whatever parses prints, parses again to the same, and only moves ahead.
func FuzzParse(f *testing.F) {
	for _, expr := range []string{
		"*/20 6-22 * * *", "@every 1h", "CRON_TZ=Europe/Berlin 30 2 29 2 mon", "TZ=", "TZ=0", "0 0 31 2 *",
		"@every 1.5s", "1-59/2,3 ? */2 jan-mar *", ", , , , ,", "TZ=UTC TZ=UTC * * * *", "@every 9223372036s", "@yearly",
	} {
		f.Add(expr, int64(1792890000000), "https://example.org/feed")
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, expr string, milli int64, key string) {
		s, err := Parse(expr, berlin)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("Parse(%q): an error of several lines: %v", expr, err)
			}
			return
		}
		again, err := Parse(s.String(), berlin)
		if err != nil || !again.Equal(s) {
			t.Fatalf("Parse(%q) prints %q, which parses to %v, %v", expr, s, again, err)
		}
		after := time.UnixMilli(milli % (1 << 43)) // up to the year 2248, and back as far
		last := after
		for range 3 {
			next := s.Next(last, key)
			if !next.After(last) || next.Nanosecond()%int(time.Millisecond) != 0 {
				t.Fatalf("%q: Next(%s) = %s", s, last, next)
			}
			last = next
		}
		if got := s.NextAfter(after, key, last); !got.Equal(last) {
			t.Fatalf("%q: NextAfter(%s, %s) = %s", s, after, last, got)
		}
	})
}
