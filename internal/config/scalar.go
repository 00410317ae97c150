package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// scalar is a single value with its variables expanded.
type scalar struct {
	text     string
	tag      string
	expanded bool // contains ${…}: text may be secret, and its type is what it looks like
}

// scalar reads a single value of any type.
func (r *reader) scalar(n node) (scalar, bool) {
	if !r.isKind(n, yaml.ScalarNode) {
		return scalar{}, false
	}
	text, err := r.expand(n.Value)
	if err != nil {
		r.errorf(n.Node, "%s: %v", n.key, err)
		return scalar{}, false
	}
	return scalar{text: text, tag: n.Tag, expanded: hasVariable(n.Value)}, true
}

// optional reads one line of text, which may be empty.
func (r *reader) optional(n node) (string, bool) {
	s, ok := r.scalar(n)
	if !ok {
		return "", false
	}
	if s.tag != "!!str" {
		r.notText(n)
		return "", false
	}
	text := strings.TrimSpace(s.text)
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		r.errorf(n.Node, "%s must be one line of text without control characters", n)
		return "", false
	}
	return text, true
}

// patterned are keys whose text cannot be a number, date or boolean, so that
// quotes would not help.
var patterned = []string{"schedule", "window", "url", "feed", "contact", "listen", "admin", "duplicates", "language", "allow_networks", "match", "settle", "where", "access", "kind", "image", "email", "categories", "content", "websub", "hub"}

// notText asks for quotes around a value that YAML reads as a number, date or boolean.
func (r *reader) notText(n node) {
	resolved := slices.Contains([]string{"!!int", "!!float", "!!bool", "!!timestamp"}, n.Tag)
	if !resolved || slices.Contains(patterned, strings.TrimPrefix(n.key, itemOf)) {
		r.wrongType(n, "text")
		return
	}
	r.errorf(n.Node, "%s is %s, not text; put it in quotes: %q", n, kindOf(n.Node), n.Value)
}

// text reads one line of text that is not empty.
func (r *reader) text(n node) (string, bool) {
	text, ok := r.optional(n)
	if ok && text == "" {
		r.errorf(n.Node, "%s is empty; write %s, or leave it out", n, n.example)
		return "", false
	}
	return text, ok
}

// oneOf returns a reader of one of several words.
func oneOf[T ~string](r *reader, words ...T) func(node) (T, bool) {
	return func(n node) (T, bool) {
		text, ok := r.text(n)
		if !ok || slices.Contains(words, T(text)) {
			return T(text), ok
		}
		known := make([]string, len(words))
		for i, word := range words {
			known[i] = string(word)
		}
		r.errorf(n.Node, "%s %s is none of %s%s", n, shown(n.Value), strings.Join(known, ", "), r.suggest(text, known))
		return "", false
	}
}

// boolean reads true or false.
func (r *reader) boolean(n node) (value, ok bool) {
	s, ok := r.scalar(n)
	if !ok {
		return false, false
	}
	if s.tag == "!!bool" || s.expanded {
		if b, err := strconv.ParseBool(strings.ToLower(s.text)); err == nil {
			return b, true
		}
	}
	r.errorf(n.Node, "%s is %s, not true or false; write %s", n, described(n), n.example)
	return false, false
}

// whole returns a reader of integers from least to most.
func (r *reader) whole(least, most int) func(node) (int, bool) {
	return func(n node) (int, bool) {
		s, ok := r.scalar(n)
		if !ok {
			return 0, false
		}
		if s.tag == "!!int" || s.expanded {
			if i, err := strconv.Atoi(s.text); err == nil && i >= least && i <= most {
				return i, true
			}
		}
		limits := fmt.Sprintf("from %d to %d", least, most)
		if most == math.MaxInt {
			limits = fmt.Sprintf("of at least %d", least)
		}
		r.errorf(n.Node, "%s is %s, not a whole number %s; write %s", n, described(n), limits, n.example)
		return 0, false
	}
}

// described describes a value as it is written in the file, with variables unexpanded.
func described(n node) string {
	if n.Value == "" || n.Kind != yaml.ScalarNode {
		return kindOf(n.Node)
	}
	if n.Tag == "!!str" {
		return "the text " + shown(n.Value)
	}
	return n.Value
}
