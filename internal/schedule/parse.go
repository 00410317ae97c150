package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// minEvery is the shortest interval: the library would silently make one
// second of anything less.
const minEvery = time.Second

// Parse reads a schedule. Times are in local (nil is UTC) unless the expression
// names a zone itself. A text that is no schedule, or one that never fires, is
// an error of one line that says what would be right.
func Parse(expr string, local *time.Location) (Spec, error) {
	expr = strings.Join(strings.Fields(expr), " ")
	if expr == "" {
		return Spec{}, fmt.Errorf(`schedule is empty: write a cron expression such as "*/20 * * * *", or "@every 1h"`)
	}
	if local == nil {
		local = time.UTC
	}
	loc, body, err := cutZone(expr, local)
	if err != nil {
		return Spec{}, err
	}
	if expr == "auto" {
		return Auto(0, 0), nil
	}
	s := Spec{expr: expr, loc: loc}
	if text, ok := strings.CutPrefix(body, "@every"); ok {
		s.every, err = parseEvery(strings.TrimSpace(text))
	} else {
		s.calendar, s.hourly, err = parseCalendar(body)
	}
	if err != nil {
		return Spec{}, fmt.Errorf("schedule %q: %w", expr, err)
	}
	return s, nil
}

// cutZone splits a time zone off the front of expr. The library would do so
// itself, but panics when nothing follows the zone.
func cutZone(expr string, local *time.Location) (*time.Location, string, error) {
	prefix, rest, _ := strings.Cut(expr, "=")
	if prefix != "CRON_TZ" && prefix != "TZ" {
		return local, expr, nil
	}
	name, body, _ := strings.Cut(rest, " ")
	if name == "" || body == "" {
		return nil, "", fmt.Errorf(`schedule %q: %s= takes a time zone, a space and a schedule, as in "%[2]s=Europe/Berlin 0 6 * * *"`, expr, prefix)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, "", fmt.Errorf(`schedule %q: unknown time zone %q: write an IANA name such as "Europe/Berlin" or "UTC"`, expr, name)
	}
	return loc, body, nil
}

func parseEvery(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf(`%q is no interval: write hours, minutes and seconds as in "@every 1h30m"; a day is 24h`, text)
	case d < minEvery:
		return 0, fmt.Errorf("an interval of %s is too short: the least is 1s", text)
	case d%time.Second != 0:
		return 0, fmt.Errorf("an interval of %s is too fine: write whole seconds", text)
	}
	return d, nil
}

// parseCalendar reads a cron expression without its zone, and tells whether it
// fires in every hour of the days it names.
func parseCalendar(body string) (calendar cron.Schedule, hourly bool, err error) {
	if err := checkShape(body); err != nil {
		return nil, false, err
	}
	spec, err := parseFields(body)
	if err != nil {
		return nil, false, explain(body)
	}
	// Any date that exists comes within five years of this one, the start of
	// a leap year.
	if spec.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, false, fmt.Errorf("it never fires: no month that it names has such a day")
	}
	const allHours = 1<<24 - 1
	return spec, spec.Hour&allHours == allHours, nil
}

// fiveFields names them, with an example.
const fiveFields = `minute hour day-of-month month day-of-week, as in "*/20 6-22 * * *"`

// checkShape refuses what has not the outline of a cron expression.
func checkShape(body string) error {
	fields := strings.Fields(body)
	switch {
	case strings.HasPrefix(body, "@"):
		if _, err := parseFields(body); err != nil {
			return fmt.Errorf("unknown name %q: use @hourly, @daily, @weekly, @monthly, @yearly or @every", body)
		}
	case len(fields) == 6:
		return fmt.Errorf("it has six fields: cron expressions here have no seconds, write five: %s", fiveFields)
	case len(fields) != 5:
		return fmt.Errorf("it has %d of five fields: %s", len(fields), fiveFields)
	}
	return nil
}

// parseFields calls the library, whose parser is known to panic on some input.
func parseFields(body string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("no cron expression: %v", v)
		}
	}()
	parsed, err := cron.ParseStandard(body)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("no cron expression")
	}
	// A list of nothing, ",", parses and would be searched for in vain.
	for _, field := range []uint64{spec.Minute, spec.Hour, spec.Dom, spec.Month, spec.Dow} {
		if field == 0 {
			return nil, fmt.Errorf("an empty list")
		}
	}
	return spec, nil
}

// explain finds the field that the library refused and says what it may hold.
// Every field is tried alone, the others at "*".
func explain(body string) error {
	fields := [5]struct{ name, allowed string }{
		{"minute", "0-59"},
		{"hour", "0-23"},
		{"day-of-month", "1-31"},
		{"month", "1-12 or jan-dec"},
		{"day-of-week", "0-6 or sun-sat, Sunday is 0"},
	}
	for i, text := range strings.Fields(body) {
		alone := [5]string{"*", "*", "*", "*", "*"}
		alone[i] = text
		if _, err := parseFields(strings.Join(alone[:], " ")); err != nil {
			return fmt.Errorf("%s %q: write *, or %s, also as lists (1,2), ranges (1-5) and steps (*/2)", fields[i].name, text, fields[i].allowed)
		}
	}
	return fmt.Errorf("it is no cron expression")
}
