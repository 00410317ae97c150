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

// Problem is an error in the file or, if Warning is set, something that works but
// is hardly intended. Text never contains an expanded value.
type Problem struct {
	Path    string
	Line    int // from 1; 0 for the file as a whole
	Col     int // in characters, from 1
	Text    string
	Warning bool

	Excerpt string // the line of a rule or template that Text is about; "" for none
	Caret   int    // the position in Excerpt, in characters from 0
}

// String returns "path:line:col: text", which editors can jump to. An Excerpt
// follows on lines of its own, with a caret below it.
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

// Pointed returns the Excerpt with a caret below it, as two indented lines. Of a
// long Excerpt it returns only the part around the caret.
func (p Problem) Pointed() string {
	const width = 100
	chars := []rune(p.Excerpt)
	caret := min(max(p.Caret, 0), len(chars))
	begin := max(min(caret-width/2, len(chars)-width), 0)
	chars = chars[begin:min(begin+width, len(chars))]
	for i, c := range chars {
		if !unicode.IsGraphic(c) {
			chars[i] = ' '
		}
	}
	return "    " + string(chars) + "\n    " + strings.Repeat(" ", caret-begin) + "^"
}

// printable escapes control characters, which YAML escapes may produce, spaces other than
// the usual one, and characters that change the direction of writing.
func printable(s string) string {
	var out strings.Builder
	for _, c := range s {
		if !unicode.IsPrint(c) {
			quoted := strconv.QuoteRune(c)
			out.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}

// Problems is the error of Load and Parse. It lists all errors in the order of the file.
type Problems struct{ List []Problem }

// mostAlike is how many problems with the same text are told.
const mostAlike = 3

// Error returns the problems, one a line. Of those with the same text it tells only the
// first few, and how many more there are.
func (p *Problems) Error() string {
	alike, told := map[string]int{}, map[string]int{}
	for _, problem := range p.List {
		alike[problem.Text]++
	}
	var lines []string
	for _, problem := range p.List {
		told[problem.Text]++
		if told[problem.Text] > mostAlike {
			continue
		}
		if more := alike[problem.Text] - mostAlike; more > 0 && told[problem.Text] == mostAlike {
			problem.Text += fmt.Sprintf(" (and %d more like this)", more)
		}
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// errorf records an error at a node.
func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	r.note(n, false, fmt.Sprintf(format, args...))
}

// warnf records a warning at a node.
func (r *reader) warnf(n *yaml.Node, format string, args ...any) {
	r.note(n, true, fmt.Sprintf(format, args...))
}

func (r *reader) note(n *yaml.Node, warning bool, text string) {
	if r.visited >= maxValues && len(r.problems) > 0 {
		return // reading stopped early, so what seems to be missing may be there
	}
	r.problems = append(r.problems, Problem{Path: r.path, Line: n.Line, Col: n.Column, Text: text, Warning: warning})
}

// report sorts the problems by position, and returns errors and warnings apart.
// Problems repeated by an alias are returned once.
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

// byFile sorts problems by their position, those of the main file before those of the files
// that it includes.
func (r *reader) byFile(a, b Problem) int {
	file := func(p Problem) string {
		if p.Path == r.main {
			return ""
		}
		return p.Path
	}
	return cmp.Or(cmp.Compare(file(a), file(b)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// plainLetters escapes letters beyond ASCII, some of which look like letters of ASCII.
func plainLetters(s string) string {
	var out strings.Builder
	for _, c := range s {
		if c > unicode.MaxASCII {
			fmt.Fprintf(&out, "\\u%04x", c)
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}

// shown quotes a text from the file for a message. It shortens it, and hides the
// user information and query of an address, which may be secrets.
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

// withoutUser hides the user name and password in what may be an address, however
// misspelt. "https://host/@name" has none.
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

// maxSuggestions bounds how often suggestions are searched for. Comparing
// thousands of wrong names with thousands of right ones would take long and help
// nobody.
const maxSuggestions = 100

// suggest returns `; did you mean "x"?` for the candidate nearest to a wrong
// name, or "" if none is near.
func (r *reader) suggest(name string, candidates []string) string {
	if r.suggested >= maxSuggestions {
		return ""
	}
	r.suggested++
	if best := Nearest(name, candidates); best != "" {
		return didYouMean(shown(best))
	}
	return ""
}

// didYouMean returns the end of a message that suggests something better.
func didYouMean(better string) string { return "; did you mean " + better + "?" }

// Nearest returns the candidate that is most likely meant by a misspelt name, or
// "" if none is near: the one with the smallest distance, if that is at most one
// edit in three characters. The first of several equals wins.
func Nearest(name string, candidates []string) string {
	const longest = 64 // the maximum length of a name
	if len(name) > longest {
		return ""
	}
	name = strings.Map(oneByte, strings.ToLower(name))
	best, bestCost := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if diff := len(c) - len(name); diff >= bestCost || -diff >= bestCost {
			continue
		}
		if cost := distance(name, c); cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best
}

// oneByte makes a letter beyond ASCII, which may look like one of ours, a single wrong byte.
func oneByte(c rune) rune {
	if c > unicode.MaxASCII {
		return '?'
	}
	return c
}

// distance returns the number of insertions, deletions, substitutions and
// transpositions of neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
