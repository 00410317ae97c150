package filter

import (
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// examples shows a right use of each helper, and of each operator that searches.
var examples = map[string]string{
	"word":       `word(title, "Müller")`,
	"contains":   `title contains "verkehr"`,
	"startsWith": `title startsWith "Live"`,
	"endsWith":   `title endsWith "Kommentar"`,
	"list":       `word(title, list("terms.txt"))`,
	"weekday":    `weekday(published, "Europe/Berlin") == "sunday"`,
	"hour":       `hour(published, "Europe/Berlin") >= 18`,
	"date":       `published >= date("2026-01-31")`,
	"days":       `age < days(2)`,
	"hours":      `age < hours(12)`,
	"minutes":    `age < minutes(30)`,
	"media":      `media("audio")`,
}

// helpers rewrite the calls that a rule may make. What they are told in quotes is
// read when the rule is compiled, so that it cannot fail later.
var helpers = map[string]func(*rewriter, *ast.Node, *ast.CallNode){
	"word":    (*rewriter).word,
	"list":    func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.constant(at, w.list(n)) },
	"weekday": func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.clock(at, n, callWeekday) },
	"hour":    func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.clock(at, n, callHour) },
	"date":    (*rewriter).date,
	"days":    func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.span(at, n, 24*time.Hour) },
	"hours":   func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.span(at, n, time.Hour) },
	"minutes": func(w *rewriter, at *ast.Node, n *ast.CallNode) { w.span(at, n, time.Minute) },
	"media":   (*rewriter).media,
}

// call rewrites a call of a helper.
func (w *rewriter) call(at *ast.Node, n *ast.CallNode) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		fail(n, "only helpers can be called, as in %s", examples["word"])
	}
	switch helper := helpers[id.Value]; {
	case helper != nil:
		helper(w, at, n)
	case id.Value == "now":
		fail(id, "there is no now: whether an entry is old is judged once, when it comes; write %s", examples["days"])
	case slices.Contains(variables, id.Value):
		fail(id, "%s is a variable; write it without ( )", id.Value)
	default:
		panic(failure{&Error{At: id.Location().From, Text: "unknown helper " + shortened(id.Value), Unknown: id.Value}})
	}
}

// word looks for whole words: word(title, "rat"), word([title, text], ["a", "b*"]).
func (w *rewriter) word(at *ast.Node, n *ast.CallNode) {
	if len(n.Arguments) != 2 {
		fail(n, "word takes a variable and what to look for: write %s", examples["word"])
	}
	w.search(at, whole, "word", n.Arguments[0], n.Arguments[1])
}

// clock reads a time on the clock of a place: UTC unless one is named.
func (w *rewriter) clock(at *ast.Node, n *ast.CallNode, name string) {
	helper := n.Callee.String()
	if len(n.Arguments) < 1 || len(n.Arguments) > 2 {
		fail(n, "%s takes published or updated, and a time zone: write %s", helper, examples[helper])
	}
	id, ok := n.Arguments[0].(*ast.IdentifierNode)
	if !ok || id.Value != "published" && id.Value != "updated" {
		fail(n.Arguments[0], "%s takes published or updated: write %s", helper, examples[helper])
	}
	w.variable(id)
	zone := time.UTC
	if len(n.Arguments) == 2 {
		zone = w.zone(helper, n.Arguments[1])
	}
	w.replace(at, name, id, &ast.ConstantNode{Value: zone})
}

func (w *rewriter) zone(helper string, n ast.Node) *time.Location {
	s, ok := n.(*ast.StringNode)
	if !ok || s.Value == "" || s.Value == "Local" {
		fail(n, "%s takes the name of a time zone in quotes: write %s", helper, examples[helper])
	}
	zone, err := time.LoadLocation(s.Value)
	if err != nil {
		fail(n, "%q is no time zone: write %s", shortened(s.Value), examples[helper])
	}
	return zone
}

// date is the beginning of a day in UTC, or a moment.
func (w *rewriter) date(at *ast.Node, n *ast.CallNode) {
	if s, ok := only[*ast.StringNode](n); ok {
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, s.Value); err == nil {
				w.constant(at, t)
				return
			}
		}
	}
	fail(n, `date takes a day in quotes: write %s, or date("2026-01-31T18:00:00+01:00")`, examples["date"])
}

// span is a length of time.
func (w *rewriter) span(at *ast.Node, n *ast.CallNode, unit time.Duration) {
	const most = 100 * 366 * 24 * time.Hour
	helper := n.Callee.String()
	number := -1.0
	if i, ok := only[*ast.IntegerNode](n); ok {
		number = float64(i.Value)
	} else if f, ok := only[*ast.FloatNode](n); ok {
		number = f.Value
	}
	if !(number >= 0 && number <= float64(most/unit)) {
		fail(n, "%s takes a number: write %s", helper, examples[helper])
	}
	w.constant(at, time.Duration(number*float64(unit)))
}

// media asks for a file of a kind: media("audio"), media("audio/mpeg").
func (w *rewriter) media(at *ast.Node, n *ast.CallNode) {
	s, ok := only[*ast.StringNode](n)
	if !ok || s.Value == "" {
		fail(n, "media takes a media type or its first half in quotes: write %s", examples["media"])
	}
	w.uses["enclosures"] = true
	w.replace(at, callMedia, &ast.IdentifierNode{Value: "(this)"}, &ast.StringNode{Value: strings.ToLower(s.Value)})
}

// hasMedia reports whether an enclosure is of a type, or of the kind before "/".
func hasMedia(v *view, kind string) bool {
	return slices.ContainsFunc(v.types, func(t string) bool { return t == kind || strings.HasPrefix(t, kind+"/") })
}
