package filter

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"

	"github.com/expr-lang/expr/ast"
)

// rewriter turns the tree of a rule into one that the library can run. Helpers become calls
// whose constant arguments are prepared. What could take long, allocate without bound, or
// is no part of the language is refused. So each node is evaluated at most once, and reads
// a text at most once.
type rewriter struct {
	opts Options
	uses map[string]bool // variables
	read []string        // what lists held, for the key of the rule
}

// failure is an error at a node. It is thrown as a panic to leave the recursion, and caught
// by run.
type failure struct{ err *Error }

// fail ends the rewriting with an error at a node.
func fail(n ast.Node, format string, args ...any) {
	panic(failure{&Error{At: n.Location().From, Text: fmt.Sprintf(format, args...)}})
}

// operators are those that remain as they are.
var operators = []string{"and", "or", "&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "matches"}

// searches are operators that look for terms.
var searches = map[string]mode{"contains": inside, "startsWith": begin, "endsWith": end}

// node rewrites a tree in place.
func (w *rewriter) node(at *ast.Node) {
	switch n := (*at).(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
	case *ast.IdentifierNode:
		w.variable(n)
	case *ast.UnaryNode:
		w.node(&n.Node)
	case *ast.ConditionalNode:
		w.node(&n.Cond)
		w.node(&n.Exp1)
		w.node(&n.Exp2)
	case *ast.ArrayNode:
		for i := range n.Nodes {
			w.node(&n.Nodes[i])
		}
	case *ast.BinaryNode:
		w.binary(at, n)
	case *ast.BuiltinNode:
		if n.Name != "len" || len(n.Arguments) != 1 {
			fail(n, "%s() is no part of where", n.Name)
		}
		w.node(&n.Arguments[0])
	case *ast.CallNode:
		w.call(at, n)
	case *ast.MemberNode, *ast.SliceNode, *ast.ChainNode:
		fail(n, "a variable has no parts here; write it alone, as in \"Anna\" in authors")
	case *ast.NilNode:
		fail(n, `nothing is nil here: what an entry lacks is "", 0 or an empty list`)
	default:
		fail(n, "this is no part of where; it knows comparisons, and, or, not, in, contains, matches and the helpers")
	}
}

func (w *rewriter) variable(n *ast.IdentifierNode) {
	switch {
	case examples[n.Value] != "":
		fail(n, "%s is a helper: write %s", n.Value, examples[n.Value])
	case !slices.Contains(variables, n.Value):
		panic(failure{&Error{At: n.Location().From, Text: "unknown name " + shortened(n.Value), Unknown: n.Value}})
	case !w.opts.Story && slices.Contains(storyVariables, n.Value):
		fail(n, "%s is known at a feed only: the where of a source judges each entry by itself", n.Value)
	}
	w.uses[n.Value] = true
}

func (w *rewriter) binary(at *ast.Node, n *ast.BinaryNode) {
	if m, ok := searches[n.Operator]; ok {
		w.search(at, m, n.Operator, n.Left, n.Right)
		return
	}
	if !slices.Contains(operators, n.Operator) {
		fail(n, "%s is no part of where; it knows %s and %s", n.Operator, strings.Join(operators[:2], ", "), strings.Join(operators[4:11], " "))
	}
	if n.Operator == "matches" {
		w.pattern(n.Right)
	}
	w.node(&n.Left)
	w.node(&n.Right)
	w.checkDay(n)
}

// pattern checks a regular expression. RE2 takes time that is linear in the text.
func (w *rewriter) pattern(n ast.Node) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		fail(n, `matches takes a regular expression in quotes, as in title matches "^Live"`)
	}
	if _, err := regexp.Compile(s.Value); err != nil {
		fail(n, "%v", err)
	}
}

// checkDay refuses to compare a weekday with what is none: the rule would never,
// or always, be true.
func (w *rewriter) checkDay(n *ast.BinaryNode) {
	left, right := n.Left, n.Right
	if !isWeekday(left) {
		left, right = right, left
	}
	if !isWeekday(left) {
		return
	}
	days := []ast.Node{right}
	if list, ok := right.(*ast.ArrayNode); ok {
		days = list.Nodes
	}
	for _, day := range days {
		if s, ok := day.(*ast.StringNode); ok && !slices.Contains(weekdays, s.Value) {
			panic(failure{&Error{At: s.Location().From, Text: fmt.Sprintf("%q is no day; weekday is one of %s", shortened(s.Value), strings.Join(weekdays, ", "))}})
		}
	}
}

func isWeekday(n ast.Node) bool {
	call, ok := n.(*ast.CallNode)
	return ok && call.Callee.String() == callWeekday
}

// Functions that only rewritten trees call.
const (
	callFind    = "(find)"
	callMedia   = "(media)"
	callWeekday = "(weekday)"
	callHour    = "(hour)"
)

// query is the prepared argument of callFind.
type query struct {
	variables []string
	terms     *terms
}

// find looks for terms in variables.
func find(v *view, q *query) bool {
	for _, name := range q.variables {
		texts := v.folded(name)
		for i := range texts {
			if q.terms.in(&texts[i]) {
				return true
			}
		}
	}
	return false
}

// search rewrites a question for terms into a call.
func (w *rewriter) search(at *ast.Node, m mode, how string, where, what ast.Node) {
	q := &query{variables: w.searched(how, where)}
	var err error
	if q.terms, err = newTerms(m, w.texts(how, what)); err != nil {
		fail(what, "%v", err)
	}
	w.replace(at, callFind, &ast.IdentifierNode{Value: "(this)"}, &ast.ConstantNode{Value: q})
}

// replace puts a call in the place of a node.
func (w *rewriter) replace(at *ast.Node, name string, args ...ast.Node) {
	call := &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args}
	for _, n := range append(args, call.Callee) {
		n.SetLocation((*at).Location())
	}
	ast.Patch(at, call)
}

// constant puts a value in the place of a node.
func (w *rewriter) constant(at *ast.Node, value any) {
	n := &ast.ConstantNode{Value: value}
	ast.Patch(at, n)
	n.SetType(reflect.TypeOf(value))
}

// searched returns the variables that a helper looks into: one, or a list of them.
func (w *rewriter) searched(how string, n ast.Node) []string {
	list := []ast.Node{n}
	if array, ok := n.(*ast.ArrayNode); ok {
		list = array.Nodes
	}
	var names []string
	for _, item := range list {
		id, ok := item.(*ast.IdentifierNode)
		if !ok {
			fail(item, "%s looks into a variable, or a list of them: write %s", how, examples[how])
		}
		w.variable(id)
		if slices.Contains(otherVariables, id.Value) {
			fail(item, "%s is no text: write %s", id.Value, examples[how])
		}
		names = append(names, id.Value)
	}
	if len(names) == 0 {
		fail(n, "%s looks into no variable: write %s", how, examples[how])
	}
	return names
}

// texts returns the terms of an argument: one, a list, or those of a file.
func (w *rewriter) texts(how string, n ast.Node) []string {
	switch n := n.(type) {
	case *ast.StringNode:
		return []string{n.Value}
	case *ast.ArrayNode:
		var all []string
		for _, item := range n.Nodes {
			all = append(all, w.texts(how, item)...)
		}
		if len(all) == 0 {
			fail(n, "%s looks for nothing: the list is empty", how)
		}
		return all
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok && id.Value == "list" {
			return w.list(n)
		}
	}
	fail(n, "%s looks for words in quotes, a list of them or list(\"file.txt\"): write %s", how, examples[how])
	return nil
}

// list reads the terms of a file.
func (w *rewriter) list(n *ast.CallNode) []string {
	path, ok := only[*ast.StringNode](n)
	if !ok {
		fail(n, "list takes the name of a file in quotes: write %s", examples["list"])
	}
	if w.opts.List == nil {
		fail(n, "there are no lists here")
	}
	found, err := w.opts.List(path.Value)
	if err != nil {
		fail(path, "list %q: %v", shortened(path.Value), err)
	}
	w.read = append(w.read, strings.Join(found, "\n"))
	return found
}

// only returns the one argument of a call, if it is of a type.
func only[T ast.Node](n *ast.CallNode) (arg T, ok bool) {
	if len(n.Arguments) != 1 {
		return arg, false
	}
	arg, ok = n.Arguments[0].(T)
	return arg, ok
}

// shortened keeps messages short.
func shortened(s string) string {
	return news.Truncate(s, 60)
}

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

func weekday(t time.Time, zone *time.Location) string {
	return strings.ToLower(t.In(zone).Weekday().String())
}
