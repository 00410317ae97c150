package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// longest is the maximum of any duration. It is far from the limits of time.Duration.
const longest = 366 * day

const day = 24 * time.Hour

// duration returns a reader of durations from least to most, in the notation of ParseDuration.
func (r *reader) duration(least, most time.Duration) func(node) (time.Duration, bool) {
	return func(n node) (time.Duration, bool) {
		if n.Tag == "!!int" {
			if n.Value == "0" && least == 0 {
				return 0, true
			}
			r.errorf(n.Node, "%s is a number without a unit; did you mean %s?", n, withUnit(n))
			return 0, false
		}
		return parsed(r, func(n node, text string) (time.Duration, error) {
			d, err := ParseDuration(text)
			switch {
			case err != nil:
				err = fmt.Errorf("%s %s is no duration; %s", n, shown(n.Value), durationHint(text, n))
			case d < least || d > most:
				err = fmt.Errorf("%s %s is not from %s; write %s", n, shown(n.Value), between(least, most), n.example)
			}
			return d, err
		})(n)
	}
}

// ParseDuration parses a duration in the notation of time.ParseDuration, which
// may begin with days: 90m, 7d, 1d12h. A day is always 24 hours, even when clocks
// change.
func ParseDuration(text string) (time.Duration, error) {
	number, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	days, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return 0, err
	}
	d := time.Duration(days) * day
	if rest == "" {
		return d, nil
	}
	if rest[0] < '0' || rest[0] > '9' { // excludes a second sign
		return 0, strconv.ErrSyntax
	}
	more, err := time.ParseDuration(rest)
	return d + more, err
}

// withUnit adds to a number the usual unit of its key, which is the last letter
// of the key's example. For keys in hours it offers minutes too.
func withUnit(n node) string {
	example := n.example
	unit := example[len(example)-1:]
	if unit == "h" {
		return n.Value + "h or " + n.Value + "m"
	}
	return n.Value + unit
}

// between words a range of durations.
func between(least, most time.Duration) string {
	if most == longest {
		return inWords(least) + " to " + inWords(most) + " (a year)"
	}
	return inWords(least) + " to " + inWords(most)
}

// inWords formats a duration without zero parts, 1h instead of 1h0m0s, and whole
// days from two on as days.
func inWords(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	if d >= 2*day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// durationHint corrects common mistakes: units of several letters, weeks, and spaces.
func durationHint(text string, n node) string {
	if close := strings.ReplaceAll(text, " ", ""); close != text && !hasVariable(n.Value) {
		if _, err := ParseDuration(close); err == nil {
			return fmt.Sprintf("did you mean %s?", close)
		}
	}
	var count int
	var unit string
	if _, err := fmt.Sscanf(text, "%d%s", &count, &unit); err == nil && count > 0 && count < 10000 {
		switch strings.TrimSuffix(strings.ToLower(unit), "s") {
		case "d", "day":
			return fmt.Sprintf("did you mean %dd?", count)
		case "w", "week":
			return fmt.Sprintf("did you mean %dd?", 7*count)
		}
	}
	return "write days, hours, minutes or seconds, as in " + n.example
}

// units are the units of sizes in lower case. Those of IEC 80000-13 are powers of
// 1024, and those of SI are powers of 1000.
var units = map[string]int64{"": 1, "b": 1, "kb": 1000, "mb": 1000_000, "gb": 1000_000_000, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}

// leastSize is the smallest size that makes sense. "10" is meant as 10 MiB.
const leastSize = 1 << 10

// size reads a number of bytes, as in 10 MiB.
func (r *reader) size(n node) (int64, bool) {
	s, ok := r.scalar(n)
	if !ok {
		return 0, false
	}
	number := strings.TrimRight(strings.TrimSpace(s.text), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, known := units[strings.ToLower(strings.TrimSpace(s.text)[len(number):])]
	count, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if !known || err != nil || count < 0 || count > math.MaxInt64/unit {
		r.errorf(n.Node, "%s is %s, not a size; write %s", n, described(n), n.example)
		return 0, false
	}
	if bytes := count * unit; 0 < bytes && bytes < leastSize {
		r.errorf(n.Node, "%s is %d bytes, less than any document; write %s", n, bytes, n.example)
		return 0, false
	}
	return count * unit, true
}
