package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

// ruleKey tells rules apart that mean different things: the same words name other
// files in another folder.
type ruleKey struct {
	text, dir string
	story     bool
}

// where makes a reader of rules; story says that they stand at a feed. "" is none.
func (r *reader) where(story bool) func(node) (news.Rule, bool) {
	return func(n node) (news.Rule, bool) {
		if isEmptyText(n) {
			return nil, true
		}
		s, ok := r.scalar(n)
		if !ok {
			return nil, false
		}
		if s.tag != "!!str" {
			r.notText(n)
			return nil, false
		}
		key := ruleKey{s.text, r.dir, story}
		if rule := r.rules[key]; rule != nil {
			return rule, true
		}
		rule, err := filter.Compile(s.text, filter.Options{Plain: clean.Text, List: r.termList, Story: story})
		if err != nil {
			r.badRule(n.Node, s, err)
			return nil, false
		}
		r.rules[key] = rule
		return rule, true
	}
}

// Where compiles a rule of a feed that stands in no file, as `feeds --try` gets it.
// Lists are looked for beside the configuration. A Problem of it has an Excerpt and
// no Line.
func (c *Config) Where(text string) (news.Rule, *Problem) {
	r := newReader(c.Path, nil, nil)
	rule, err := filter.Compile(text, filter.Options{Plain: clean.Text, List: r.termList, Story: true})
	var bad *filter.Error
	switch {
	case errors.As(err, &bad):
		p := &Problem{Text: r.ruleText(bad)}
		p.Excerpt, p.Caret = lineAt(text, bad.At)
		return nil, p
	case err != nil:
		return nil, &Problem{Text: "where: " + err.Error()}
	}
	return rule, nil
}

// badRule notes what is wrong with a rule, at the place in the file. What a variable
// stands for may be secret and is not shown.
func (r *reader) badRule(n *yaml.Node, s scalar, err error) {
	var bad *filter.Error
	switch {
	case !errors.As(err, &bad):
		r.errorf(n, "where: %v", err)
	case s.expanded:
		r.errorf(n, "where: what the variables in it make of it is no rule; write %s", examples["where"])
	default:
		r.errorIn(n, bad.At, r.ruleText(bad))
	}
}

// errorIn notes what is wrong at a place in a value, and shows it.
func (r *reader) errorIn(n *yaml.Node, place int, text string) {
	at := *n
	at.Line, at.Column = r.placeIn(n, place)
	before := len(r.problems)
	r.errorf(&at, "%s", text)
	if len(r.problems) > before {
		p := &r.problems[before]
		p.Excerpt, p.Caret = lineAt(n.Value, place)
	}
}

func (r *reader) ruleText(e *filter.Error) string {
	text := "where: " + e.Text
	if e.Unknown != "" {
		text += r.suggest(e.Unknown, filter.Names())
	}
	return text
}

// lineAt is the line of a text with the character at a place, and the place in it.
func lineAt(text string, at int) (line string, in int) {
	chars := []rune(text)
	at = min(at, len(chars))
	begin, end := at, at
	for begin > 0 && chars[begin-1] != '\n' {
		begin--
	}
	for end < len(chars) && chars[end] != '\n' {
		end++
	}
	return string(chars[begin:end]), at - begin
}

// Bounds of a file of words.
const (
	maxTermBytes = 1 << 20
	maxTerms     = 10_000
)

// termList reads a file of words, one term a line. It is watched, also while it
// cannot be read.
func (r *reader) termList(name string) ([]string, error) {
	if name == "" || strings.HasPrefix(name, "~") {
		return nil, errors.New("is no name of a file; paths are relative to this one")
	}
	path := r.resolvePath(name)
	r.terms = append(r.terms, path)
	data, err := readRegular(path, maxTermBytes)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, errors.New("is not UTF-8")
	}
	var terms []string
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		if term := strings.TrimSpace(string(line)); term != "" && term[0] != '#' {
			terms = append(terms, term)
		}
	}
	if len(terms) > maxTerms {
		return nil, fmt.Errorf("holds %d terms, more than %d", len(terms), maxTerms)
	}
	return terms, nil
}

// placeIn finds where the character at a place in a value stands in the file. The
// two are read side by side: quotes and escapes count in the file only, and lines
// that YAML folds are white space in both. Where they part, it is the beginning of
// the value.
func (r *reader) placeIn(n *yaml.Node, at int) (line, col int) {
	t := newText(r.data)
	start := t.offset(n.Line, n.Column)
	raw := []rune(string(r.data[min(start, len(r.data)):]))
	pos, ok := align(raw, []rune(n.Value), at, n.Style)
	if !ok {
		return n.Line, n.Column
	}
	line, col = n.Line, n.Column
	for _, c := range raw[:pos] {
		col++
		if c == '\n' {
			line, col = line+1, 1
		}
	}
	return line, col
}

// align returns the place in raw that belongs to a place in value.
func align(raw, value []rune, at int, style yaml.Style) (pos int, ok bool) {
	switch {
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		for pos < len(raw) && raw[pos] != '\n' { // behind "|" or ">"
			pos++
		}
		if len(value) > 0 && !unicode.IsSpace(value[0]) {
			pos = pastSpace(raw, pos)
		}
	case style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		pos++
	}
	for i := 0; i < min(at, len(value)); i++ {
		switch {
		case unicode.IsSpace(value[i]) && pos < len(raw) && unicode.IsSpace(raw[pos]):
			if i+1 == len(value) || !unicode.IsSpace(value[i+1]) {
				pos = pastSpace(raw, pos)
			}
			continue
		case style&yaml.SingleQuotedStyle != 0 && pos+1 < len(raw) && value[i] == '\'':
			pos++
		case style&yaml.DoubleQuotedStyle != 0 && pos+1 < len(raw) && raw[pos] == '\\':
			if raw[pos+1] != value[i] {
				return 0, false // \t, \u00e4 and the like are rare in rules
			}
			pos++
		}
		if pos >= len(raw) || raw[pos] != value[i] {
			return 0, false
		}
		pos++
	}
	return pos, true
}

func pastSpace(text []rune, pos int) int {
	for pos < len(text) && unicode.IsSpace(text[pos]) {
		pos++
	}
	return pos
}
