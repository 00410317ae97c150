package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// maxDepth bounds nesting. A configuration needs five levels.
const maxDepth = 64

// document parses the file, which must be a single YAML document, into nodes with
// positions. It returns nil if the file holds nothing but comments. If the file
// is not YAML it returns the first problem, without a Path.
func document(data []byte) (*yaml.Node, *Problem) {
	if p := encoding(data); p != nil {
		return nil, p
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		return nil, &Problem{Text: err.Error()}
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, syntax(data, err)
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return first.Content[0], nil
	case err != nil:
		return nil, syntax(data, err)
	}
	return nil, &Problem{Line: second.Line, Col: second.Column, Text: `a second document begins here; remove the line "---" or "..." before it`}
}

// pairs yields the keys and values of a mapping. It yields nothing for any other node.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content) && yield(n.Content[i], n.Content[i+1]); i += 2 {
		}
	}
}

// find returns the key node and the value node of a key in a mapping, or nil if it is missing.
func find(mapping *yaml.Node, key string) (k, v *yaml.Node) {
	for k, v := range pairs(mapping) {
		if k.Value == key {
			return k, v
		}
	}
	return nil, nil
}

// encoding refuses characters that YAML forbids. The YAML library would do so without a position.
func encoding(data []byte) *Problem {
	if len(data) > maxBytes {
		return &Problem{Text: fmt.Sprintf("more than %d KiB; is it the right file?", maxBytes>>10)}
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return &Problem{Line: 1, Col: 1, Text: "the file is UTF-16; save it as UTF-8"}
	}
	line, col := 1, 1
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return &Problem{Line: line, Col: col, Text: fmt.Sprintf("byte 0x%02x is not UTF-8; save the file as UTF-8", data[i])}
		case !allowed(c):
			return &Problem{Line: line, Col: col, Text: fmt.Sprintf("control character U+%04X; remove it", c)}
		case c == '\n':
			line, col = line+1, 1
		case c != '\ufeff':
			col++
		}
		i += size
	}
	return nil
}

// allowed reports whether c is c-printable in YAML 1.2.2, section 5.1.
func allowed(c rune) bool {
	switch {
	case c == '\t', c == '\n', c == '\r', c == 0x85:
		return true
	case c < 0x20, c >= 0x7f && c < 0xa0, c == 0xfffe, c == 0xffff:
		return false
	}
	return true
}

// syntax rewords an error of the YAML library for people who edit the file.
func syntax(data []byte, err error) *Problem {
	le, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return &Problem{Text: err.Error()}
	}
	p := &Problem{Line: le.Mark.Line, Col: le.Mark.Column}
	begun := le.ContextMark
	switch message := le.Message; {
	case strings.Contains(message, "max depth"):
		p.Text = "nested too deeply; a configuration has at most five levels"
	case strings.Contains(message, "tab character"):
		p.Text = badStart([]byte("\t"), 1, 1)
	case strings.Contains(message, "cannot start any token"):
		p.Text = badStart(data, p.Line, p.Col)
	case strings.Contains(le.ContextMsg, "scanning an alias"), strings.Contains(message, "unknown anchor"):
		p.Text = `a value that begins with "*" needs quotes, as in "*/20 6-22 * * *"`
	case strings.Contains(message, "mapping values are not allowed"):
		p.Text = `unexpected ":"; put a value that contains ": " in quotes, or check the indentation`
	case strings.Contains(message, "',' or ']'"):
		p.Text = fmt.Sprintf(`the list that "[" begins in line %d is not closed here; a comma or "]" is missing`, begun.Line)
	case strings.Contains(message, "',' or '}'"):
		p.Text = fmt.Sprintf(`the mapping that "{" begins in line %d is not closed here; a comma, "}" or quotes around a value with ${…} are missing`, begun.Line)
	case strings.Contains(le.ContextMsg, "quoted scalar") && strings.Contains(message, "end of stream"):
		p.Line, p.Col, p.Text = begun.Line, begun.Column, "this quote is never closed"
	case strings.Contains(message, "expected node content"):
		p.Text = `a value is missing here, or a "[" or "{" above is not closed`
	case strings.Contains(message, "did not find expected key"), strings.Contains(message, "'-' indicator"):
		p.Text = fmt.Sprintf("this does not fit the block that begins in line %d; check the indentation, and text after a closing quote", begun.Line)
		if isComment(data, p.Line-1) {
			p.Text = fmt.Sprintf("this does not fit the block that begins in line %d; check the indentation: the key that it belongs to may be commented out", begun.Line)
		}
	case strings.Contains(message, "<document start>"):
		p.Text = "this does not fit what stands above it; check the indentation"
	default:
		p.Text = message
	}
	return p
}

// isComment reports whether a line is nothing but a comment.
func isComment(data []byte, line int) bool {
	return line > 0 && bytes.HasPrefix(bytes.TrimSpace(newText(data).line(line)), []byte("#"))
}

// badStart explains a character with which no plain value may begin.
func badStart(data []byte, line, col int) string {
	switch c := charAt(data, line, col); c {
	case '\t':
		return "a tab; YAML is indented with spaces"
	case '@':
		return `a value that begins with "@" needs quotes, as in "@every 1h"`
	default:
		return fmt.Sprintf("a value that begins with %q needs quotes", string(c))
	}
}

// charAt returns the character at a position, or a space beyond the end of the file.
func charAt(data []byte, line, col int) rune {
	lines := bytes.SplitN(data, []byte("\n"), line+1)
	if line < 1 || line > len(lines) {
		return ' '
	}
	if chars := []rune(string(bytes.TrimPrefix(lines[line-1], []byte("\ufeff")))); col >= 1 && col <= len(chars) {
		return chars[col-1]
	}
	return ' '
}
