package main

import "tributary/internal/clean"

// oneLine makes a feed's text fit to be printed: one line, without anything
// that a terminal would obey.
func oneLine(s string) string {
	const most = 300
	s = clean.Line(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
