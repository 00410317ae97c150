package seed

import (
	"regexp"
	"strings"
	"time"
)

// layouts are the formats in which people write a time. Without a zone it is UTC, without a time of
// day midnight.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700",
	"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006-01-02", "2006/01/02", "20060102", "2.1.2006 15:04", "2.1.2006", "2. January 2006 15:04", "2. January 2006", "2 January 2006 15:04", "2 January 2006",
	"2 Jan 2006", "January 2, 2006 15:04", "January 2, 2006", "Jan 2, 2006", time.RFC1123, time.RFC1123Z,
}

// months translates the German parts of a date into English.
var months = strings.NewReplacer("Januar ", "January ", "Jänner ", "January ", "Februar ", "February ", "März ", "March ", "Mai ", "May ",
	"Juni ", "June ", "Juli ", "July ", "Oktober ", "October ", "Dezember ", "December ", " Uhr", "", ", um ", " ", " um ", " ")

// written matches a date at the start of a text, with a time of day if one follows directly.
var written = regexp.MustCompile(`^(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:(?:T|\s+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?(?:Z|UTC|GMT)\b|\s?[+-]\d{2}:?\d{2}\b)?)?` +
	`|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}(?:,?\s+\d{1,2}:\d{2}(?:\s+Uhr)?)?` +
	`|\d{1,2}\.?\s+[A-ZÄ][a-zä]{2,8}\s+\d{4}(?:,?\s+(?:um\s+)?\d{1,2}:\d{2}(?:\s+Uhr)?)?` +
	`|[A-Z][a-z]{2,8}\s+\d{1,2},\s+\d{4}(?:\s+\d{1,2}:\d{2})?)`)

// parseTime parses a time as people write it, in German or English. ok is false if s is not a time,
// or is before the year 1000. It is stricter than the parser for dates in feeds, whose input is
// known to be a date: here a wrong guess would remove words from a text.
func parseTime(s string) (t time.Time, ok bool) {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) < len("20060102") || len(s) > 60 {
		return time.Time{}, false
	}
	for _, spelling := range []string{s, months.Replace(s), strings.Replace(months.Replace(s), ",", "", 1), strings.ReplaceAll(s, ". ", ".")} {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, spelling); err == nil && t.Year() >= 1000 {
				return t.UTC(), true
			}
		}
	}
	return time.Time{}, false
}

// leadingTime parses the date that s starts with, which must end at the end of a word, and returns
// the rest.
func leadingTime(s string) (t time.Time, rest string, ok bool) {
	end := len(written.FindString(s))
	for end > 0 {
		if t, ok := parseTime(s[:end]); ok && wordEnds(s[end:]) {
			return t, s[end:], true
		}
		// The time of day may belong to the sentence: try the date alone.
		end = strings.LastIndexAny(s[:end], " T\t")
	}
	return time.Time{}, s, false
}
