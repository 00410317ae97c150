package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Problem is one thing that is wrong with the file, or, as a Warning, one that
// works but hardly as meant. Text never holds an expanded value.
type Problem struct {
	Path    string
	Line    int // from 1; 0 when the whole file is meant
	Col     int // in characters, from 1
	Text    string
	Warning bool

	Excerpt string // the line of a rule that Text is about; empty for none
	Caret   int    // the place in it, in characters from 0
}

// String returns "path:line:col: text", the form that editors jump to. An Excerpt
// stands below it, and below that a caret.
func (p Problem) String() string {
	text := p.Text
	if p.Warning {
		text = "warning: " + text
	}
	if p.Line == 0 {
		return printable(p.Path + ": " + text)
	}
	said := printable(fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Col, text))
	if p.Excerpt == "" {
		return said
	}
	return said + "\n" + p.Pointed()
}

// Pointed is the Excerpt with a caret below it, in two indented lines.
func (p Problem) Pointed() string { return pointed(p.Excerpt, p.Caret) }

// pointed shows a line with a caret below the place in it, both indented. Of a long
// line it shows the part around.
func pointed(line string, caret int) string {
	const width = 100
	chars := []rune(line)
	caret = min(max(caret, 0), len(chars))
	begin := max(min(caret-width/2, len(chars)-width), 0)
	chars = chars[begin:min(begin+width, len(chars))]
	for i, c := range chars {
		if !unicode.IsGraphic(c) {
			chars[i] = ' '
		}
	}
	return "    " + string(chars) + "\n    " + strings.Repeat(" ", caret-begin) + "^"
}

// printable escapes what a terminal would obey or hide: YAML knows escapes for
// control characters, and a name may turn the direction of writing.
func printable(s string) string {
	var out strings.Builder
	for _, c := range s {
		if c != ' ' && !unicode.IsGraphic(c) {
			quoted := strconv.QuoteRune(c)
			out.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}

// Problems is the error of Load and Parse: everything that must be put right,
// in the order of the file.
type Problems struct{ List []Problem }

// Error returns one problem a line.
func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, problem := range p.List {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// errorf notes an error at a node.
func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	r.note(n, false, fmt.Sprintf(format, args...))
}

// warnf notes a warning at a node.
func (r *reader) warnf(n *yaml.Node, format string, args ...any) {
	r.note(n, true, fmt.Sprintf(format, args...))
}

func (r *reader) note(n *yaml.Node, warning bool, text string) {
	if r.visited >= maxValues && len(r.problems) > 0 {
		return // the file was not read to its end: what is missing in it is not known
	}
	r.problems = append(r.problems, Problem{Path: r.path, Line: n.Line, Col: n.Column, Text: text, Warning: warning})
}

// report sorts the problems by position and splits off the warnings. What an
// alias repeats is said once.
func (r *reader) report() (failures, warnings []Problem) {
	slices.SortStableFunc(r.problems, r.byFile)
	for _, p := range slices.Compact(r.problems) {
		if p.Warning {
			warnings = append(warnings, p)
		} else {
			failures = append(failures, p)
		}
	}
	return failures, warnings
}

func (r *reader) byFile(a, b Problem) int {
	return cmp.Or(r.compareFiles(a.Path, b.Path), byPlace(a, b))
}

// compareFiles puts the file that includes before those that it includes.
func (r *reader) compareFiles(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == r.main:
		return -1
	case b == r.main:
		return 1
	}
	return strings.Compare(a, b)
}

func byPlace(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// shown quotes text of the file for a message: short, and without what may be
// a secret in an address, its userinfo and its query.
func shown(s string) string {
	const longest = 60
	s = withoutUser(s)
	if at := strings.IndexByte(s, '?'); at >= 0 && at < len(s)-1 {
		s = s[:at+1] + "…"
	}
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest]) + "…"
	}
	return `"` + strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, `"`, `\"`).Replace(s) + `"`
}

// withoutUser hides a user name and password in what may be meant for an
// address, however it is misspelt. "https://host/@name" has none.
func withoutUser(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s
	}
	start := 0
	if scheme, rest, ok := strings.Cut(s[:at], ":"); ok && (strings.HasPrefix(rest, "/") || scheme == "http" || scheme == "https") {
		start = at - len(strings.TrimLeft(rest, "/"))
	}
	user := s[start:at]
	if strings.Contains(user, ":") || start > 0 && !strings.Contains(user, "/") {
		return s[:start] + "…" + s[at:]
	}
	return s
}
