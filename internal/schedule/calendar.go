package schedule

import (
	"fmt"
	"time"
)

// Calendar is a cron expression whose times nobody else shares: it fires at them
// exactly, without the offset that keeps sources apart. Its times are in its zone.
type Calendar struct{ spec Spec }

// Calendar returns the exact times of a cron expression. The error says why an
// interval has none.
func (s Spec) Calendar() (Calendar, error) {
	if s.calendar == nil {
		return Calendar{}, fmt.Errorf(`schedule %q names no times of day: write a cron expression such as "0 7 * * *", or @daily`, s.expr)
	}
	return Calendar{s}, nil
}

// String returns the expression as it was written.
func (c Calendar) String() string { return c.spec.String() }

// Next returns the first time after after; zero for none.
func (c Calendar) Next(after time.Time) time.Time { return c.local(c.spec.base(after.Round(0))) }

// longestGap is more than lies between two times of any expression: 29 February on
// one day of the week comes every 28 years, and every 40 over a year like 2100.
const longestGap = 50 * 366 * 24 * time.Hour

// Last returns the latest time that is not after until; zero for none.
func (c Calendar) Last(until time.Time) time.Time {
	for back := time.Minute; back < 2*longestGap; back *= 2 {
		last := c.spec.base(until.Round(0).Add(-back))
		if last.IsZero() || last.After(until) {
			continue
		}
		for next := c.spec.base(last); !next.IsZero() && !next.After(until); next = c.spec.base(last) {
			last = next
		}
		return c.local(last)
	}
	return time.Time{}
}

func (c Calendar) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(c.spec.loc)
}
