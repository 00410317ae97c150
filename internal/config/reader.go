package config

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/internal/filter"
	"tributary/internal/schedule"
)

// maxValues bounds the number of values in a file, with repetitions by aliases.
// Ten thousand sources with every option have a third as many.
const maxValues = 1 << 19

// reader walks the nodes of a file and collects problems. It continues after each
// problem, so that one report has all of them.
type reader struct {
	main      string // path of config.yaml
	path, dir string // of the current file, which may be an included one
	data      []byte // of the current file
	env       func(string) (string, bool)
	problems  []Problem
	visited   int                      // values read; those repeated by aliases count each time
	suggested int                      // searches for suggestions
	schedules map[string]schedule.Spec // parsed schedules, by expression
	rules     map[ruleKey]*filter.Rule // compiled rules
	sections  []section                // all of them, for the report of an unknown key
	others    companions

	// The readers of a source's keys are made only once, because there may be
	// thousands of sources. They write to scratch, which is then copied.
	sourceKeys section
	scratch    *draft
}

// node is a value of the file.
type node struct {
	*yaml.Node
	key     string // the name that messages use for it
	example string // what could be written instead
}

// String returns the name of the value for messages.
func (n node) String() string {
	if strings.Contains(n.key, " ") {
		return n.key
	}
	return n.key + ":"
}

// into returns a field reader that stores a valid value in dst, and leaves dst alone otherwise.
func into[T any](dst *T, read func(node) (T, bool)) func(node) {
	return func(n node) {
		if v, ok := read(n); ok {
			*dst = v
		}
	}
}

// noting returns a field reader that also keeps the node of the value in at.
func noting(at **yaml.Node, read func(node)) func(node) {
	return func(n node) {
		*at = n.Node
		read(n)
	}
}

// gathering returns a field reader that also appends the value to list.
func gathering(list *[]node, read func(node)) func(node) {
	return func(n node) {
		*list = append(*list, n)
		read(n)
	}
}

// value returns a node with its name and example. An alias is resolved, but keeps its own
// position. It returns false once there are too many values, which is reported
// once.
func (r *reader) value(n *yaml.Node, key, example string) (node, bool) {
	if n.Kind == yaml.AliasNode {
		repeated := *n.Alias
		repeated.Line, repeated.Column = n.Line, n.Column
		n = &repeated
	}
	r.visited++
	if r.visited == maxValues {
		r.problems = nil // only this error is useful
		r.errorf(n, "more than %d values, those that an alias (*name) repeats counted each time; write fewer", maxValues)
	}
	return node{n, key, example}, r.visited < maxValues
}

// mapping reads the keys of a section. It returns false if n is no mapping or has
// unknown keys, so that missing keys need not be reported as well.
func (r *reader) mapping(n node, s section) bool {
	if !r.isKind(n, yaml.MappingNode) {
		return false
	}
	ok := true
	first := make(map[string]int, len(n.Content)/2)
	for key, value := range pairs(n.Node) {
		line, repeated := first[key.Value]
		field, known := s.field(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			r.errorf(key, "%s takes plain keys only; what sources share stands in defaults:", s.title)
			ok = false
		case repeated:
			r.errorf(key, "%q stands twice; first in line %d", key.Value, line)
		case !known:
			r.unknownKey(key, s)
			ok = false
		default:
			v, few := r.value(value, key.Value, field.written())
			if !few {
				return false
			}
			field.read(v)
		}
		if !repeated {
			first[key.Value] = key.Line
		}
	}
	return ok
}

// items reads each item of a list.
func (r *reader) items(n node, read func(node)) bool {
	if !r.isKind(n, yaml.SequenceNode) {
		return false
	}
	for _, item := range n.Content {
		v, few := r.value(item, itemOf+n.key, n.example)
		if !few {
			return false
		}
		read(v)
	}
	return true
}

// itemOf begins the name of an item of a list.
const itemOf = "an item of "

// list returns a reader of a list of values. An empty list is read as non-nil.
func list[T any](r *reader, read func(node) (T, bool)) func(node) ([]T, bool) {
	return func(n node) ([]T, bool) {
		values := []T{}
		ok := r.items(n, func(item node) {
			if v, ok := read(item); ok {
				values = append(values, v)
			}
		})
		return values, ok
	}
}

// isKind reports whether n is of a kind. If not, it records an error.
func (r *reader) isKind(n node, kind yaml.Kind) bool {
	if n.Kind == kind {
		return true
	}
	r.wrongType(n, map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}[kind])
	return false
}

// wrongType records that a value is of the wrong type, with a valid example.
func (r *reader) wrongType(n node, want string) {
	r.errorf(n.Node, "%s is %s, not %s; write %s", n, kindOf(n.Node), want, n.example)
}

// kindOf describes the kind or type of a node.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!str":
		return "text"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "empty"
	case "!!timestamp":
		return "a date"
	}
	return "of the unknown type " + n.Tag
}
