package config

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
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

// anyText reads a text of any length.
func (r *reader) anyText(n node) (scalar, bool) {
	s, ok := r.scalar(n)
	if ok && s.tag != "!!str" {
		r.notText(n)
		return scalar{}, false
	}
	return s, ok
}

// optional reads one line of text, which may be empty.
func (r *reader) optional(n node) (string, bool) {
	s, ok := r.anyText(n)
	if !ok {
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

// parsed returns a reader of one line of text that parse makes a value of. An error of parse is
// recorded at the value.
func parsed[T any](r *reader, parse func(n node, text string) (T, error)) func(node) (T, bool) {
	return func(n node) (value T, ok bool) {
		text, ok := r.text(n)
		if !ok {
			return value, false
		}
		value, err := parse(n, text)
		if err != nil {
			r.errorf(n.Node, "%v", err)
		}
		return value, err == nil
	}
}

// oneOf returns a reader of one of several words.
func oneOf[T ~string](r *reader, words ...T) func(node) (T, bool) {
	read := parsed(r, func(n node, text string) (T, error) {
		if slices.Contains(words, T(text)) {
			return T(text), nil
		}
		known := make([]string, len(words))
		for i, word := range words {
			known[i] = string(word)
		}
		if on, ok := yesNo[strings.ToLower(text)]; ok && slices.Contains(known, "off") {
			text = map[bool]string{true: "on", false: "off"}[on]
		}
		return "", fmt.Errorf("%s %s is none of %s%s", n, shown(n.Value), strings.Join(known, ", "), r.suggest(text, known))
	})
	return func(n node) (T, bool) {
		if n.Tag == "!!bool" { // a word like any other here
			word := *n.Node
			word.Tag, n.Node = "!!str", &word
		}
		return read(n)
	}
}

// yesNo are the words that people write for true and false, and what they mean.
var yesNo = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false, "none": false}

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
	example := n.example
	if meant, ok := yesNo[strings.ToLower(n.Value)]; ok {
		example = fmt.Sprint(n, " ", meant)
	}
	r.errorf(n.Node, "%s is %s, not true or false; write %s", n, described(n), example)
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

// maxSecret is the maximum size of a file that holds a value.
const maxSecret = 64 << 10

// hasVariable reports whether a value contains ${…}, so that part of it comes
// from outside the file.
func hasVariable(raw string) bool {
	return strings.Contains(strings.ReplaceAll(raw, "$$", ""), "${")
}

// expand replaces ${VAR}, ${VAR:-fallback}, ${file:PATH} and $$ in a value. Any
// other dollar sign stands for itself. The text of a variable is not expanded
// again, and no error shows it.
func (r *reader) expand(raw string) (string, error) {
	var out strings.Builder
	for {
		at := strings.IndexByte(raw, '$')
		if at < 0 {
			out.WriteString(raw)
			return out.String(), nil
		}
		out.WriteString(raw[:at])
		raw = raw[at+1:]
		switch {
		case strings.HasPrefix(raw, "$"):
			out.WriteByte('$')
			raw = raw[1:]
		case strings.HasPrefix(raw, "{"):
			expression, rest, ok := strings.Cut(raw[1:], "}")
			if !ok {
				return "", errors.New(`"${" without "}"; write $$ for a dollar sign`)
			}
			value, err := r.variable(expression)
			if err != nil {
				return "", err
			}
			out.WriteString(value)
			raw = rest
		default:
			out.WriteByte('$')
		}
	}
}

// variable returns the text that the expression between ${ and } stands for. As
// in a shell, the fallback also replaces a variable that is set but empty.
func (r *reader) variable(expression string) (string, error) {
	if strings.Contains(expression, "${") {
		return "", errors.New("${…} cannot stand in another ${…}")
	}
	if path, ok := strings.CutPrefix(expression, "file:"); ok {
		return r.secretFile(path)
	}
	name, fallback, hasFallback := strings.Cut(expression, ":-")
	if !isVariableName(name) {
		return "", fmt.Errorf(`${%s} names no variable; write ${VAR}, ${VAR:-fallback}, ${file:PATH}, or $$ for a dollar sign`, clip(name))
	}
	value, set := r.env(name)
	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", fmt.Errorf("the variable %s is not set; set it, or give a fallback: ${%s:-…}", name, name)
	}
	return value, nil
}

// secretFile returns the text of a file without line breaks at its end.
func (r *reader) secretFile(path string) (string, error) {
	if path == "" {
		return "", errors.New("${file:} names no file; write ${file:secrets/token}")
	}
	file := r.resolvePath(path)
	r.others.files = append(r.others.files, file)
	data, err := ReadFile(file, maxSecret)
	if err != nil {
		return "", fmt.Errorf("${file:%s}: %w", clip(path), err)
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("${file:%s}: not UTF-8 text", clip(path))
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// resolvePath resolves a path relative to the folder of the file that contains it.
func (r *reader) resolvePath(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.dir, path)
}

// isVariableName reports whether s is a POSIX variable name: letters, digits and
// underscores, not beginning with a digit.
func isVariableName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// clip shortens a text from the file for a message, like shown, but without quotes.
func clip(s string) string {
	quoted := shown(s)
	return quoted[1 : len(quoted)-1]
}
