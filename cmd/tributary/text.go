package main

import (
	"fmt"
	"strings"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// oneLine makes a feed's text fit to be printed: one line, without anything
// that a terminal would obey.
func oneLine(s string) string { return cut(s, 300) }

// sentence is oneLine for what we say ourselves of an entry, which names addresses
// and outlets and is told whole.
func sentence(s string) string { return cut(s, 2000) }

func cut(s string, most int) string {
	s = clean.Line(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// count says how many, "1 source" or "2 sources".
func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(what, "y"))
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// printedURL is the address of a source as it may be printed: without a
// secret, and of one that is not public only the site.
func printedURL(s news.Source) string {
	if s.Kind != news.KindFeed || s.Public {
		return news.SafeURL(s.URL)
	}
	scheme, rest, _ := strings.Cut(s.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return news.SafeURL(scheme + "://" + host + "/…")
}

// minute writes a time for people, and a day that was stated without a time,
// which is midnight UTC, as that day wherever they are.
func minute(t time.Time) string {
	switch {
	case t.IsZero():
		return "undated"
	case t.Equal(t.UTC().Truncate(24 * time.Hour)):
		return t.UTC().Format(time.DateOnly)
	}
	return t.Local().Format("2006-01-02 15:04")
}

// span says how long, in the one unit that people would use.
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
