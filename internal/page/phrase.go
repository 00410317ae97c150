package page

import (
	"fmt"
	"html/template"
	"strconv"
	"time"
)

// stamp returns t as a <time> element with the given words. It does not escape them: they must be
// our own, never a feed's.
func stamp(t time.Time, words string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `">` + words + `</time>`)
}

// at returns t as "2 January 2006, 15:04 UTC", or "" for the zero time.
func at(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return stamp(t, date(t))
}

// date returns t as plain text. Midnight UTC usually means a date without a time, so only the date
// is written.
func date(t time.Time) string {
	t = t.UTC()
	if midnight(t) {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006, 15:04 UTC")
}

// clock returns t as shown below the heading of a day: the time of day, preceded by the date if
// that is another one. Midnight UTC usually means that the time is unknown, and is not shown.
func clock(t, day time.Time, c calendar) template.HTML {
	t = t.UTC()
	switch other := !sameDay(t, day.UTC()); {
	case !other && !midnight(t):
		return stamp(t, t.Format("15:04"))
	case !other: // the heading shows the day
		return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `" hidden></time>`)
	case !midnight(t):
		return c.stamp(t, c.FmtDateMedium(t)+", "+t.Format("15:04"))
	}
	return c.stamp(t, c.FmtDateMedium(t))
}

// since returns the distance between t and now: "12 minutes ago", "in 2 hours". Beyond 30 days it
// returns the date, which says more.
func since(t, now time.Time) template.HTML {
	d := now.Sub(t)
	switch {
	case t.IsZero(), d > 30*24*time.Hour, d < -30*24*time.Hour:
		return at(t)
	case d > -time.Minute && d < time.Minute:
		return stamp(t, "just now")
	case d > 0:
		return stamp(t, span(d)+" ago")
	}
	return stamp(t, "in "+span(-d))
}

// span returns d in its largest unit: "1 minute", "36 hours", "5 days".
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return count(int(d/time.Second), "second", "seconds")
	case d < time.Hour:
		return count(int(d/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour", "hours")
	}
	return count(int(d/(24*time.Hour)), "day", "days")
}

// count returns a number followed by its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped formats a number with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size returns a number of bytes in decimal units (powers of 1,000), or "" if n is not positive.
func size(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_500:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

func midnight(t time.Time) bool { return t.Truncate(24 * time.Hour).Equal(t) }

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}
