package filter

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/file"
)

// Error says what is wrong with a rule.
type Error struct {
	At      int    // where, in characters from 0
	Text    string // one line
	Unknown string // the unknown name that is the cause; one of Names may be meant
}

func (e *Error) Error() string { return e.Text }

// newError turns an error of the expression library into one of ours.
func newError(err error) *Error {
	var at *file.Error
	if !errors.As(err, &at) {
		return &Error{Text: rephrase(err.Error())}
	}
	return &Error{At: at.From, Text: rephrase(at.Message)}
}

// rephrase turns a message of the library into one for the author of a rule.
func rephrase(message string) string {
	message, _, _ = strings.Cut(message, "\n")
	if m := mismatch.FindStringSubmatch(message); m != nil {
		return mismatched(m[1], m[2], m[3])
	}
	for _, m := range []struct{ found, better string }{
		{`unexpected token EOF`, "something is missing at the end"},
		{`unexpected token Operator("=")`, `compare with "==", as in language == "de"`},
		{`unexpected token Operator("#")`, "a comment in a rule begins with //"},
		{`literal not terminated`, "this quote is never closed"},
		{`expected bool, but got`, `a rule is true or false, as in language == "de"`},
		{`exceeds maximum allowed nodes`, fmt.Sprintf("more than %d parts; put lists of words into files, as in %s", maxNodes, examples["list"])},
	} {
		if strings.Contains(message, m.found) {
			return m.better
		}
	}
	if m := unexpected.FindStringSubmatch(message); m != nil {
		for _, word := range words {
			if given := strings.Trim(m[1], `"`); strings.EqualFold(given, word) && given != word {
				return "write " + word + " instead of " + given
			}
		}
		return m[1] + " is not expected here"
	}
	if strings.HasPrefix(message, "unrecognized character") && strings.ContainsAny(message, "“”„‟‘’‚«»") {
		return "quotes are straight: write " + examples["contains"]
	}
	return message
}

// words are the operators that are words.
var words = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches"}

var unexpected = regexp.MustCompile(`^unexpected token \w+\((.*)\)$`)

var mismatch = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (\S+) and (\S+)\)`)

// mismatched returns the message for an operator between types that it cannot join.
func mismatched(operator, left, right string) string {
	names := map[string]string{"string": "text", "int": "a number", "float64": "a number", "bool": "true or false",
		"[]string": "a list", "[]interface": "a list", "[]any": "a list", "time.Time": "a time", "time.Duration": "a length of time"}
	help := ""
	switch {
	case operator == "in" && right == "string":
		help = "; in looks into a list: write " + examples["contains"]
	case left == "time.Duration" || right == "time.Duration":
		help = "; write " + examples["days"]
	case left == "time.Time" || right == "time.Time":
		help = "; write " + examples["date"]
	}
	return fmt.Sprintf("%s cannot join %s and %s%s", operator, cmp.Or(names[left], left), cmp.Or(names[right], right), help)
}
