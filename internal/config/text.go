package config

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// text is the file split into lines, for finding positions in it.
type text struct {
	data    []byte
	starts  []int // offset of each line
	newline string
}

func newText(data []byte) *text {
	t := &text{data: data, starts: []int{0}, newline: "\n"}
	if bytes.Contains(data, []byte("\r\n")) {
		t.newline = "\r\n"
	}
	for i, c := range data {
		if c == '\n' && i+1 < len(data) {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// edit is one way to insert items: the bytes from from to to are cut, and the
// items are inserted at at, which is not before to.
type edit struct {
	from, to int
	at       int
	indent   string
	flow     bool // on one line, within brackets
	comma    bool // after another item
	key      bool // preceded by the key
}

// apply returns the file with items inserted by an edit.
func (t *text) apply(e edit, key string, items []item) []byte {
	var in strings.Builder
	if !e.flow && e.at > 0 && t.data[e.at-1] != '\n' {
		in.WriteString(t.newline)
	}
	if e.key {
		in.WriteString(key + ":" + t.newline)
	}
	for i, it := range items {
		switch {
		case !e.flow:
			in.WriteString(block(it, e.indent, t.newline))
		case e.comma || i > 0:
			in.WriteString(", " + flow(it))
		case e.flow && t.data[e.at-1] == ',':
			in.WriteString(" " + flow(it))
		default:
			in.WriteString(flow(it))
		}
	}
	return slices.Concat(t.data[:e.from], t.data[e.to:e.at], []byte(in.String()), t.data[e.at:])
}

// defaultIndent is the indentation of a list that has no items yet.
const defaultIndent = "  "

// places returns the edits that may insert items under a key, best first.
func (t *text) places(root *yaml.Node, key string) []edit {
	k, v := find(root, key)
	end := len(t.data)
	switch {
	case k == nil:
		return []edit{{at: end, indent: defaultIndent, key: true}}
	case v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle != 0:
		return t.flowPlaces(v)
	case v.Kind == yaml.SequenceNode:
		return t.blockPlaces(root, v)
	case v.Kind == yaml.ScalarNode && v.Tag == "!!null":
		from := t.offset(v.Line, v.Column)
		return []edit{t.cut(from, from+len(v.Value), v.Line)}
	}
	return nil
}

// blockPlaces returns the places at the end of a list in block style. The best is
// after its last line that is neither blank nor a comment in the first column,
// since these would belong to what follows. The other is right before the next
// key.
func (t *text) blockPlaces(root, list *yaml.Node) []edit {
	if len(list.Content) == 0 {
		return nil
	}
	last := list.Content[len(list.Content)-1].Line
	next := len(t.starts) + 1
	for key := range pairs(root) {
		if key.Line > last {
			next = min(next, key.Line)
		}
	}
	line := next - 1
	for line > last && t.isLoose(line) {
		line--
	}
	indent := t.indentation(list.Line, last)
	return []edit{{at: t.after(line), indent: indent}, {at: t.after(next - 1), indent: indent}}
}

// flowPlaces returns the places at the end of a list in flow style. An empty one
// may also be replaced by a list in block style.
func (t *text) flowPlaces(list *yaml.Node) []edit {
	open := t.offset(list.Line, list.Column)
	last, shut := t.bracket(open)
	if shut < 0 {
		return nil
	}
	inside := edit{from: last, to: last, at: last, flow: true, comma: len(list.Content) > 0 && t.data[last-1] != ','}
	if len(list.Content) > 0 {
		return []edit{inside}
	}
	line, _ := slices.BinarySearch(t.starts, shut+1)
	return []edit{t.cut(open, shut+1, line), inside}
}

// cut returns an edit that removes a value and inserts items on the lines below
// it. Spaces before the value are removed too if nothing follows it on its line.
func (t *text) cut(from, to, line int) edit {
	e := edit{from: from, to: to, at: t.after(line), indent: defaultIndent}
	if to == len(t.data) || t.data[to] == '\n' || t.data[to] == '\r' {
		for e.from > 0 && t.data[e.from-1] == ' ' {
			e.from--
		}
	}
	return e
}

// bracket finds the bracket that closes the one at open. It returns the offset
// after the last text inside that is neither space nor comment, and the offset of
// the closing bracket, or -1 if there is none.
func (t *text) bracket(open int) (last, shut int) {
	depth := 0
	for i := open; i < len(t.data); i++ {
		c := t.data[i]
		switch {
		case (c == '"' || c == '\'') && strings.IndexByte(" \n\t,[{:", t.data[i-1]) >= 0:
			i = t.quoteEnd(i)
		case c == '#' && strings.IndexByte(" \t\n", t.data[i-1]) >= 0:
			i += max(bytes.IndexByte(t.data[i:], '\n')-1, 0)
			continue
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return last, i
			}
		}
		if i < len(t.data) && strings.IndexByte(" \t\r\n", c) < 0 {
			last = i + 1
		}
	}
	return 0, -1
}

// quoteEnd returns the offset of the quotation mark that closes the one at i. If none does, it
// is beyond the text.
func (t *text) quoteEnd(i int) int {
	mark := t.data[i]
	for i++; i < len(t.data) && t.data[i] != mark; i++ {
		if mark == '"' && t.data[i] == '\\' {
			i++
		}
	}
	return i
}

// offset returns the byte offset of a line and column. The column counts characters from 1.
func (t *text) offset(line, col int) int {
	if line < 1 || line > len(t.starts) {
		return len(t.data)
	}
	at := t.starts[line-1]
	if bytes.HasPrefix(t.data[at:], []byte("\ufeff")) {
		at += len("\ufeff")
	}
	for ; col > 1 && at < len(t.data); col-- {
		_, size := utf8.DecodeRune(t.data[at:])
		at += size
	}
	return at
}

// after returns the offset after a line and its line break.
func (t *text) after(line int) int {
	if line < 0 || line >= len(t.starts) {
		return len(t.data)
	}
	return t.starts[line]
}

// line returns a line with its line break.
func (t *text) line(line int) []byte { return t.data[t.starts[line-1]:t.after(line)] }

// isLoose reports whether a line is blank or a comment in the first column.
func (t *text) isLoose(line int) bool {
	if line > len(t.starts) {
		return true
	}
	l := t.line(line)
	return len(bytes.TrimSpace(l)) == 0 || l[0] == '#'
}

// indentation returns the indentation of the first dash in a range of lines.
func (t *text) indentation(from, to int) string {
	for line := max(from, 1); line <= min(to, len(t.starts)); line++ {
		l := string(t.line(line))
		if rest := strings.TrimLeft(l, " "); strings.HasPrefix(rest, "-") {
			return l[:len(l)-len(rest)]
		}
	}
	return defaultIndent
}
