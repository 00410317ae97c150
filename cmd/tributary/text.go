package main

import (
	"fmt"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/schedule"
)

// oneLine makes text from a feed safe to print. It returns at most 300 characters
// on one line, without control characters.
func oneLine(s string) string { return news.Truncate(clean.Line(s), 300) }

// sentence is oneLine for text of our own about an entry, which may name many
// addresses and outlets. It allows 2000 characters.
func sentence(s string) string { return news.Truncate(clean.Line(s), 2000) }

// count returns a number with its noun in the right form: "1 source", "2 sources", "2 entries".
func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(what, "y"))
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// printedURL returns the address of a source in a form that may be printed. It
// contains no secret, and for a source that is not public only the scheme and
// host.
func printedURL(s news.Source) string {
	if s.Kind != news.KindFeed || s.Public {
		return news.SafeURL(s.URL)
	}
	scheme, rest, _ := strings.Cut(s.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return news.SafeURL(scheme + "://" + host + "/…")
}

// minute formats a time in the local zone. Midnight UTC is a date that was stated
// without a time, and is formatted as that date in every zone.
func minute(t time.Time) string {
	switch {
	case t.IsZero():
		return "undated"
	case t.Equal(t.UTC().Truncate(24 * time.Hour)):
		return t.UTC().Format(time.DateOnly)
	}
	return t.Local().Format("2006-01-02 15:04")
}

// span formats a duration in one unit: "45s", "90m", "36h", "7d".
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

func stated(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ago returns how long before now t was, or the day of a t that lies ahead, because the clock was
// wrong when it was stored.
func ago(t *time.Time, now time.Time) string {
	switch {
	case t == nil:
		return "never"
	case t.Sub(now) > time.Minute:
		return t.Local().Format(time.DateOnly)
	}
	return span(max(0, now.Sub(*t))) + " ago"
}

func until(t *time.Time, now time.Time) string {
	switch {
	case t == nil || t.Before(now):
		return "now"
	case t.Equal(schedule.Never()):
		return "never"
	}
	return "in " + span(t.Sub(now))
}

// safeGUID returns a guid without secrets, for printing. Many guids are URLs.
func safeGUID(guid string) string {
	if strings.Contains(guid, "://") {
		return news.SafeURL(guid)
	}
	return guid
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04:05 -0700")
}
