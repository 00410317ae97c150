package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// lines prints labelled lines whose texts start in the same column. On a
// terminal, long lines are wrapped. Elsewhere they are not, so that a script
// finds any text on a single line.
type lines struct {
	w     io.Writer
	width int // in columns; 0: lines are not wrapped
}

// lines returns lines that are printed to standard output.
func (a *app) lines() lines {
	l := lines{w: a.out}
	if f, ok := terminal(a.out); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width >= 40 {
			l.width = width
		}
	}
	return l
}

// labelled prints a text under a label: "  title:      Shared".
func (l lines) labelled(label, format string, args ...any) {
	l.write(fmt.Sprintf("  %-12s", label+":"), fmt.Sprintf(format, args...), 14)
}

// plain prints a text without a label.
func (l lines) plain(format string, args ...any) {
	l.write("", fmt.Sprintf(format, args...), 2)
}

// rows prints the rows of a table. On a terminal, long ones are cut, because a table with wrapped
// rows cannot be read.
func (l lines) rows(table string) {
	for row := range strings.Lines(table) {
		if r := []rune(strings.TrimSuffix(row, "\n")); l.width > 0 && len(r) > l.width {
			row = string(r[:l.width-1]) + "…\n"
		}
		fmt.Fprint(l.w, row)
	}
}

// write prints lead and text, wrapped between words. Continuation lines are indented.
func (l lines) write(lead, text string, indent int) {
	column := utf8.RuneCountInString(lead)
	var b strings.Builder
	b.WriteString(lead)
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case l.width > 0 && column+1+n > l.width && column > indent:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	fmt.Fprintln(l.w, b.String())
}
