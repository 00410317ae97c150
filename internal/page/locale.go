package page

import (
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"text/template/parse"
	"time"

	"tributary/internal/news"
)

// locale is a language that our own words are written in: its texts, its forms of dates and
// numbers, and the templates with these texts.
//
// A text is looked up by its English wording, in which verbs of package fmt stand for values. One
// that depends on a number has two forms, divided by "|", and the number as its first value: "%d
// story|%d stories". A verb may name its value by position: "%[2]s".
type locale struct {
	calendar
	texts map[string]string // translations; a text without one stays English
	pages map[string]*template.Template
	all   languages
}

// languages are the languages of a theme, by tag.
type languages map[string]*locale

// of returns the first language of the tags that we write in, or else English.
func (all languages) of(tags ...string) *locale {
	return all[news.WordsIn(tags...).Language]
}

// text returns a text of ours as plain text.
func (l *locale) text(english string, values ...any) string {
	format := english
	if t, ok := l.texts[english]; ok {
		format = t
	}
	if one, many, ok := strings.Cut(format, "|"); ok {
		format = many
		if len(values) > 0 && values[0] == 1 {
			format = one
		}
	}
	if len(values) == 0 || strings.IndexByte(format, '%') < 0 {
		return format
	}
	written := make([]any, len(values))
	for i, v := range values {
		written[i] = l.value(v)
	}
	return fmt.Sprintf(format, written...)
}

// say returns a text that comes from another package.
func (l *locale) say(t news.Text) string { return l.text(t.English, t.Values...) }

// html returns a text of ours as markup. Values are escaped, unless they are markup themselves.
func (l *locale) html(english string, values ...any) template.HTML {
	safe := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			safe[i] = template.HTMLEscapeString(v)
		case []template.HTML:
			safe[i] = joined(v)
		default:
			safe[i] = v
		}
	}
	return template.HTML(l.text(english, safe...))
}

// value returns a value of a text as this language writes it.
func (l *locale) value(v any) any {
	switch v := v.(type) {
	case int:
		if v >= 0 && v < 1000 { // most are; nothing to group
			return number(strconv.Itoa(v))
		}
		return number(l.FmtNumber(float64(v), 0))
	case time.Time:
		return l.moment(v)
	case []news.Text:
		all := make([]string, len(v))
		for i, t := range v {
			all[i] = l.say(t)
		}
		return strings.Join(all, ", ")
	}
	return v
}

// number is a formatted number, which any verb prints as it is.
type number string

// Format implements fmt.Formatter.
func (n number) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, string(n)) }

func joined(parts []template.HTML) template.HTML {
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = string(p)
	}
	return template.HTML(strings.Join(all, ", "))
}

// funcs returns the functions of templates.
func (l *locale) funcs() template.FuncMap {
	return template.FuncMap{"t": l.html, "lang": func() string { return l.tag }}
}

// translate returns a copy of a page's templates in this language.
func (l *locale) translate(page *template.Template) *template.Template {
	t := template.Must(page.Clone()).Funcs(l.funcs()) // cannot fail: the set was never executed
	for _, part := range t.Templates() {
		if part.Tree != nil {
			l.settle(part.Tree.Root)
		}
	}
	return t
}

// settle replaces every text without values below a node, so that it costs nothing when a page is
// rendered.
func (l *locale) settle(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if text, ok := l.constant(n.Pipe); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *parse.IfNode:
			l.settle(n.List)
			l.settle(n.ElseList)
		case *parse.RangeNode:
			l.settle(n.List)
			l.settle(n.ElseList)
		case *parse.WithNode:
			l.settle(n.List)
			l.settle(n.ElseList)
		}
	}
}

// constant returns the value of {{t "text"}} and {{lang}}.
func (l *locale) constant(p *parse.PipeNode) (string, bool) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 {
		return "", false
	}
	args := p.Cmds[0].Args
	name, ok := args[0].(*parse.IdentifierNode)
	switch {
	case ok && name.Ident == "lang" && len(args) == 1:
		return l.tag, true
	case ok && name.Ident == "t" && len(args) == 2:
		text, ok := args[1].(*parse.StringNode)
		if ok {
			return l.text(text.Text), true
		}
	}
	return "", false
}
