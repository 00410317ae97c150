package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"
)

// stamp returns t as a <time> element with the given words. It does not escape them: they must be
// our own, never a feed's.
func stamp(t time.Time, words string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `">` + words + `</time>`)
}

// at returns t as "2 January 2006, 15:04 UTC", or "" for the zero time.
func (l *locale) at(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return stamp(t, l.date(t))
}

// within is at for a place inside a text in the given language, which may be another one, or "".
func (l *locale) within(tag string, t time.Time) template.HTML {
	if primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); t.IsZero() || tag == "" || primary == l.tag {
		return l.at(t)
	}
	return l.stamp(t, l.date(t))
}

// date returns t as plain text. Midnight UTC usually means a date without a time, so only the date
// is written.
func (l *locale) date(t time.Time) string {
	if midnight(t) {
		return l.FmtDateLong(t.UTC())
	}
	return l.moment(t)
}

// moment returns t as plain text, with the time of day.
func (l *locale) moment(t time.Time) string {
	t = t.UTC()
	return l.FmtDateLong(t) + t.Format(", 15:04 UTC")
}

// day returns t as "2 January". The year is the end of a long date in every language we write in.
func (l *locale) day(t time.Time) string {
	return strings.TrimSuffix(l.FmtDateLong(t.UTC()), t.UTC().Format(" 2006"))
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
func (l *locale) since(t, now time.Time) template.HTML {
	d := now.Sub(t)
	switch {
	case t.IsZero(), d > 30*24*time.Hour, d < -30*24*time.Hour:
		return l.at(t)
	case d > -time.Minute && d < time.Minute:
		return stamp(t, l.text("just now"))
	case d > 0:
		return stamp(t, l.ago(d))
	}
	return stamp(t, l.ahead(-d))
}

// ago returns how long ago something was, in the largest unit of d.
func (l *locale) ago(d time.Duration) string {
	switch {
	case d < time.Hour:
		return l.text("%d minute ago|%d minutes ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.text("%d hour ago|%d hours ago", int(d/time.Hour))
	}
	return l.text("%d day ago|%d days ago", int(d/(24*time.Hour)))
}

// ahead returns how far away something is, in the largest unit of d.
func (l *locale) ahead(d time.Duration) string {
	switch {
	case d < time.Hour:
		return l.text("in %d minute|in %d minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.text("in %d hour|in %d hours", int(d/time.Hour))
	}
	return l.text("in %d day|in %d days", int(d/(24*time.Hour)))
}

// size returns a number of bytes in decimal units (powers of 1,000), or "" if n is not positive.
func (l *locale) size(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_500:
		return l.FmtNumber(float64(n)/1e3, 0) + " kB"
	case n < 999_950_000:
		return l.FmtNumber(float64(n)/1e6, 1) + " MB"
	}
	return l.FmtNumber(float64(n)/1e9, 1) + " GB"
}

func midnight(t time.Time) bool { return t.Truncate(24 * time.Hour).Equal(t) }

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}
