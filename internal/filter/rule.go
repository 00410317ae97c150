package filter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	"github.com/zeebo/xxh3"

	"tributary/internal/news"
)

// Bounds of a rule.
const (
	maxText  = 8 << 10 // bytes
	maxNodes = 1000
)

// version is part of every key: it is raised when rules come to be read, or texts
// folded, in another way.
const version = "2"

// Options are what Compile needs beside the text of a rule.
type Options struct {
	Plain func(html string) string            // returns the plain text of HTML
	List  func(path string) ([]string, error) // returns the terms in a file; nil: rules cannot use files
	Story bool                                // it is the rule of a feed, where stories are known
}

// Names returns all names that a rule may use.
func Names() []string {
	names := slices.AppendSeq(slices.Clone(variables), maps.Keys(helpers))
	slices.Sort(names)
	return names
}

// Rule is a compiled where expression. It is safe for concurrent use.
type Rule struct {
	text    string
	key     string
	opts    Options
	program *vm.Program
	uses    map[string]bool
	parts   []*Rule // of a rule that is made of several with "and"
	states  sync.Pool
}

var _ news.Rule = (*Rule)(nil)

// state is the memory that one evaluation needs; it is reused.
type state struct {
	view    view
	machine vm.VM
}

// Compile reads a rule. The error is an *Error.
func Compile(text string, opts Options) (*Rule, error) {
	if len(text) > maxText {
		return nil, &Error{Text: fmt.Sprintf("longer than %d bytes; put lists of words into files, as in %s", maxText, examples["list"])}
	}
	if strings.TrimSpace(text) == "" {
		return nil, &Error{Text: `empty; write language == "de", or leave it out`}
	}
	if opts.List != nil {
		opts.List = readOnce(opts.List)
	}
	r, texts, err := build(text, opts)
	if err != nil {
		return nil, err
	}
	r.text = strings.Join(strings.Fields(text), " ")
	if len(texts) == 1 {
		return r, nil
	}
	for _, part := range texts {
		p, _, err := build(part, opts)
		if err != nil {
			return nil, err
		}
		r.parts = append(r.parts, p)
	}
	return r, nil
}

// readOnce returns read with a cache, since a rule and its parts read the same lists.
func readOnce(read func(string) ([]string, error)) func(string) ([]string, error) {
	lists := map[string][]string{}
	return func(path string) ([]string, error) {
		if list, ok := lists[path]; ok {
			return list, nil
		}
		list, err := read(path)
		if err == nil {
			lists[path] = list
		}
		return list, err
	}
}

// conjuncts returns the texts of the parts that "and" joins at the top of a tree.
func conjuncts(n ast.Node, texts []string) []string {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "and" || b.Operator == "&&") {
		return conjuncts(b.Right, conjuncts(b.Left, texts))
	}
	return append(texts, n.String())
}

// build parses, rewrites, checks and compiles a rule. It also returns the texts of its parts.
func build(text string, opts Options) (r *Rule, parts []string, err error) {
	cfg := configuration()
	tree, err := parser.ParseWithConfig(text, cfg)
	if err != nil {
		return nil, nil, newError(err)
	}
	parts = conjuncts(tree.Node, nil)
	w := &rewriter{opts: opts, uses: map[string]bool{}}
	if err := w.run(tree); err != nil {
		return nil, nil, err
	}
	if _, err := checker.Check(tree, cfg); err != nil {
		return nil, nil, newError(err)
	}
	if err := optimizer.Optimize(&tree.Node, cfg); err != nil {
		return nil, nil, newError(err)
	}
	program, err := compiler.Compile(tree, cfg)
	if err != nil {
		return nil, nil, newError(err)
	}
	r = &Rule{text: text, key: keyOf(text, w.read), opts: opts, program: program, uses: w.uses}
	r.states.New = func() any { return new(state) }
	return r, parts, nil
}

// run rewrites a tree, and turns a failure into its error.
func (w *rewriter) run(tree *parser.Tree) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			err = p.err
		default:
			panic(p)
		}
	}()
	w.node(&tree.Node)
	return nil
}

// configuration returns what the expression library is to know: the variables, the functions
// that rewritten trees call, and the builtin len.
func configuration() *conf.Config {
	cfg := conf.CreateNew()
	for _, option := range []expr.Option{
		expr.Env(&view{}), expr.AsBool(), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins(), expr.EnableBuiltin("len"),
		expr.Function(callFind, func(args ...any) (any, error) { return find(args[0].(*view), args[1].(*query)), nil },
			new(func(*view, *query) bool)),
		expr.Function(callMedia, func(args ...any) (any, error) { return hasMedia(args[0].(*view), args[1].(string)), nil },
			new(func(*view, string) bool)),
		expr.Function(callWeekday, func(args ...any) (any, error) { return weekday(args[0].(time.Time), args[1].(*time.Location)), nil },
			new(func(time.Time, *time.Location) string)),
		expr.Function(callHour, func(args ...any) (any, error) { return args[0].(time.Time).In(args[1].(*time.Location)).Hour(), nil },
			new(func(time.Time, *time.Location) int)),
	} {
		option(cfg)
	}
	for name := range cfg.Disabled {
		delete(cfg.Builtins, name)
	}
	cfg.Check()
	return cfg
}

// keyOf returns the key of a rule, which depends on the contents of the lists that it read.
func keyOf(text string, read []string) string {
	return fmt.Sprintf("%016x", xxh3.HashString(strings.Join(append([]string{version, text}, read...), "\x00")))
}

// Match reports whether the rule is true of a subject. It is false when the rule cannot be
// evaluated, as with a division by zero.
func (r *Rule) Match(s news.Subject) bool {
	st := r.states.Get().(*state)
	defer func() {
		st.view = view{} // keeps no entry alive
		r.states.Put(st)
	}()
	st.view.fill(s, r.opts.Plain, r.uses)
	result, err := st.machine.Run(r.program, &st.view)
	matched, ok := result.(bool)
	return err == nil && ok && matched
}

// Explain returns the part of the rule that is false, if "and" joins several, and the values
// of the variables that it uses.
func (r *Rule) Explain(s news.Subject) string {
	for _, part := range r.parts {
		if !part.Match(s) {
			return part.text + part.values(s)
		}
	}
	return strings.TrimPrefix(r.values(s), " ")
}

// values returns the values of the variables that the rule uses, in brackets.
func (r *Rule) values(s news.Subject) string {
	v := new(view)
	v.fill(s, r.opts.Plain, r.uses)
	var told []string
	for _, name := range variables {
		if text := v.describe(name); r.uses[name] && text != "" {
			told = append(told, name+" is "+text)
		}
	}
	if told == nil {
		return ""
	}
	return " (" + strings.Join(told, ", ") + ")"
}

// Key names the rule with all that it read.
func (r *Rule) Key() string { return r.key }

// String is the rule in one line.
func (r *Rule) String() string { return r.text }

// Uses reports whether the rule looks at a variable.
func (r *Rule) Uses(name string) bool { return r.uses[name] }
