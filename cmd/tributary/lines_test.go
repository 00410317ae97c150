package main

import (
	"strings"
	"testing"
)

func TestLinesBreakOnTerminalsOnly(t *testing.T) {
	text := "text: same text: 84 % of the shorter one's rare five-word runs (37 of 44) stand in the other"
	for _, test := range []struct {
		name  string
		width int
		want  string
	}{
		{"a file", 0, "  story:      " + text + "\n"},
		{"a wide terminal", 120, "  story:      " + text + "\n"},
		{"a terminal", 60, `  story:      text: same text: 84 % of the shorter one's
              rare five-word runs (37 of 44) stand in the
              other
`},
	} {
		var b strings.Builder
		lines{w: &b, width: test.width}.labelled("story", "%s", text)
		if b.String() != test.want {
			t.Errorf("%s: got\n%swant\n%s", test.name, b.String(), test.want)
		}
	}
	var b strings.Builder
	table := "NAME   OUTCOME\nalpha  refused: no connection\n"
	if (lines{w: &b}).rows(table); b.String() != table {
		t.Errorf("got\n%swant\n%s", b.String(), table)
	}
	b.Reset()
	if (lines{w: &b, width: 16}).rows(table); b.String() != "NAME   OUTCOME\nalpha  refused:…\n" {
		t.Errorf("got\n%swant rows of 16 columns", b.String())
	}
	b.Reset()
	lines{w: &b, width: 40}.plain("feed all: shown as %s", strings.Repeat("x", 50)) // a word is never broken
	if want := "feed all: shown as\n  " + strings.Repeat("x", 50) + "\n"; b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
