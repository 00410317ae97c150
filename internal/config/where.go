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
	"tributary/internal/format"
	"tributary/internal/news"
)

// ruleKey identifies a compiled rule. The folder is part of it, because the same
// text names other files in another folder.
type ruleKey struct {
	text, dir string
	story     bool
}

// feedRule reads a rule of a feed, sourceRule one of a source.
func (r *reader) feedRule(n node) (news.Rule, bool)   { return r.rule(n, true) }
func (r *reader) sourceRule(n node) (news.Rule, bool) { return r.rule(n, false) }

func (r *reader) rule(n node, story bool) (news.Rule, bool) {
	s, ok := r.anyText(n)
	if !ok {
		return nil, false
	}
	key := ruleKey{s.text, r.dir, story}
	if rule := r.rules[key]; rule != nil {
		return rule, true
	}
	rule, err := r.compile(s.text, story)
	if err != nil {
		r.badRule(n, s, err)
		return nil, false
	}
	r.rules[key] = rule
	return rule, true
}

func (r *reader) compile(text string, story bool) (*filter.Rule, error) {
	return filter.Compile(text, filter.Options{Plain: clean.Text, List: r.termList, Story: story})
}

// Where compiles a rule for a feed that is not in the file, as `feeds --try`
// needs. Files of words are looked for beside the configuration. Its Problem has
// an Excerpt but no Line.
func (c *Config) Where(text string) (news.Rule, *Problem) {
	r := newReader(c.Path, nil, nil)
	rule, err := r.compile(text, true)
	bad, isRule := errors.AsType[*filter.Error](err)
	switch {
	case isRule:
		p := &Problem{Text: r.ruleText(bad)}
		p.Excerpt, p.Caret = lineAt(text, bad.At)
		return nil, p
	case err != nil:
		return nil, &Problem{Text: "where: " + err.Error()}
	}
	return rule, nil
}

// badRule records an error in a rule at its position in the file. A rule with
// variables is not shown, because their text may be secret.
func (r *reader) badRule(n node, s scalar, err error) {
	bad, isRule := errors.AsType[*filter.Error](err)
	switch {
	case !isRule:
		r.errorf(n.Node, "where: %v", err)
	case s.expanded:
		r.errorf(n.Node, "where: what the variables in it make of it is no rule; write %s", n.example)
	default:
		r.errorIn(n.Node, bad.At, r.ruleText(bad))
	}
}

// errorIn records an error at a character position in a value, with an excerpt.
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

// lineAt returns the line of a text that contains the character at, and its position in the line.
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

// Limits of a file of words.
const (
	maxTermBytes = 1 << 20
	maxTerms     = 10_000
)

// termList reads a file of words, one term a line. Watch watches the file even if
// it cannot be read.
func (r *reader) termList(name string) ([]string, error) {
	if name == "" || strings.HasPrefix(name, "~") {
		return nil, errors.New("is no name of a file; paths are relative to this one")
	}
	path := r.resolvePath(name)
	r.others.files = append(r.others.files, path)
	data, err := ReadFile(path, maxTermBytes)
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

// placeIn returns the position in the file of a character of a value. It reads
// the value and its source side by side: quotes and escapes are only in the
// source, and lines that YAML folds are white space in both. If the two do not
// match, it returns the start of the value.
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

// align returns the index in raw that corresponds to index at in value.
func align(raw, value []rune, at int, style yaml.Style) (pos int, ok bool) {
	single, double := style&yaml.SingleQuotedStyle != 0, style&yaml.DoubleQuotedStyle != 0
	pos = textStart(raw, value, style)
	for i, c := range value[:min(at, len(value))] {
		if unicode.IsSpace(c) && spaceAt(raw, pos) {
			if !spaceAt(value, i+1) {
				pos = pastSpace(raw, pos)
			}
			continue
		}
		if pos+1 < len(raw) && (single && c == '\'' || double && raw[pos] == '\\') {
			pos++ // past what escapes c
		}
		if pos >= len(raw) || raw[pos] != c {
			return 0, false // also for \t, \u00e4 and the like, which are rare in rules
		}
		pos++
	}
	return pos, true
}

// textStart returns the index in raw at which the text of a scalar begins.
func textStart(raw, value []rune, style yaml.Style) (pos int) {
	switch {
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		for pos < len(raw) && raw[pos] != '\n' { // skip "|" or ">"
			pos++
		}
		if len(value) > 0 && !unicode.IsSpace(value[0]) {
			pos = pastSpace(raw, pos)
		}
	case style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		pos++
	}
	return pos
}

// spaceAt reports whether text has white space at pos.
func spaceAt(text []rune, pos int) bool { return pos < len(text) && unicode.IsSpace(text[pos]) }

func pastSpace(text []rune, pos int) int {
	for spaceAt(text, pos) {
		pos++
	}
	return pos
}

// itemTitle reads a template for titles.
func (r *reader) itemTitle(n node) (string, bool) {
	text, ok := r.template(n, format.CheckTitle)
	if ok && !strings.Contains(text, "{title}") {
		r.warnf(n.Node, "item_title: without {title} readers cannot tell the items apart; write %s", n.example)
	}
	return text, ok
}

// itemFooter reads an HTML template for the end of items.
func (r *reader) itemFooter(n node) (string, bool) { return r.template(n, format.CheckFooter) }

// template reads a template and validates it with check.
func (r *reader) template(n node, check func(string) error) (string, bool) {
	s, ok := r.anyText(n)
	if !ok {
		return "", false
	}
	text := strings.TrimSpace(s.text)
	bad, wrong := errors.AsType[*format.TemplateError](check(s.text))
	switch {
	case !wrong:
		return text, true
	case s.expanded: // the text of a variable may be secret
		r.errorf(n.Node, "%s what the variables in it make of it is no template; write %s", n, n.example)
	default:
		hint := ""
		if bad.Unknown != "" {
			hint = r.suggest(bad.Unknown, format.TemplateNames())
		}
		r.errorIn(n.Node, bad.At, n.String()+" "+bad.Text+hint)
	}
	return "", false
}
