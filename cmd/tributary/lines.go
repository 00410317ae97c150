package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// lines writes what is told a line each, under labels that stand in a column. On
// a terminal long ones go on below; elsewhere each stays one line, so that what
// a script looks for is never broken in two.
type lines struct {
	w     io.Writer
	width int // columns; 0: lines are not broken
}

// lines writes to standard output.
func (a *app) lines() lines {
	l := lines{w: a.out}
	if f, ok := terminal(a.out); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width >= 40 {
			l.width = width
		}
	}
	return l
}

// labelled writes one line under a label, "  title:      Shared".
func (l lines) labelled(label, format string, args ...any) {
	l.write(fmt.Sprintf("  %-12s", label+":"), fmt.Sprintf(format, args...), 14)
}

// plain writes one line that stands for itself.
func (l lines) plain(format string, args ...any) {
	l.write("", fmt.Sprintf(format, args...), 2)
}

// write breaks a text between words; what follows the first line is indented.
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
