package filter

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed paid.txt
var paidText string

// paidMarks are the sections of paid.txt, folded.
type paidMarks struct {
	marks, words, phrases []string
	links                 []string // in lower case
}

// readPaid reads paid.txt once.
var readPaid = sync.OnceValue(func() paidMarks {
	var m paidMarks
	sections := map[string]*[]string{"[marks": &m.marks, "[words": &m.words, "[phrases": &m.phrases, "[links": &m.links}
	var section *[]string
	for line := range strings.Lines(paidText) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#':
		case line[0] == '[':
			name, _, _ := strings.Cut(line, ":")
			section = sections[name]
		case section == &m.links:
			m.links = append(m.links, strings.ToLower(line))
		default:
			*section = append(*section, Fold(line))
		}
	}
	return m
})

// paidBy finds how an entry says that only subscribers can read it, and where;
// empty when it does not say so.
func (v *view) paidBy() string {
	m := readPaid()
	title := Fold(v.Title)
	for _, mark := range m.marks {
		if setOff(title, mark) {
			return fmt.Sprintf("%q in the title", mark)
		}
	}
	for _, word := range m.words {
		if bracketed(title, word) {
			return fmt.Sprintf("%q in the title", word)
		}
	}
	for _, category := range v.Categories {
		if folded := Fold(category); slices.Contains(m.marks, folded) || slices.Contains(m.words, folded) {
			return fmt.Sprintf("the category %q", category)
		}
	}
	for _, name := range []string{"summary", "text"} {
		for _, text := range v.folded(name) {
			if i := slices.IndexFunc(m.phrases, func(p string) bool { return strings.Contains(text.text, p) }); i >= 0 {
				return fmt.Sprintf("%q in the text", m.phrases[i])
			}
		}
	}
	link := strings.ToLower(v.Link)
	if i := slices.IndexFunc(m.links, func(l string) bool { return strings.Contains(link, l) }); i >= 0 {
		return fmt.Sprintf("%q in the link", m.links[i])
	}
	return ""
}

// brackets stand around a mark, separators between it and the title.
const (
	brackets   = "()[]{}<>«»‹›*"
	separators = "|:–—-·•/"
)

// setOff reports whether a title begins or ends with a mark that is set off from
// it: "[SPIEGEL+] …", "… | SZ Plus". One that ends with a sign may be followed by
// the title itself: "S+ Warum …", but not "S+P Global".
func setOff(title, mark string) bool {
	if rest, ok := strings.CutPrefix(strings.TrimLeft(title, brackets+" "), mark); ok {
		after := strings.TrimLeft(rest, " ")
		spaced := after != rest
		switch next := first(after); {
		case after == "", strings.ContainsRune(brackets, next), spaced && mark[len(mark)-1] == '+':
			return true
		case strings.ContainsRune(separators, next):
			return spaced || next != '-' && next != '/' // else inside a word
		}
	}
	head, ok := strings.CutSuffix(strings.TrimRight(title, brackets+" "), mark)
	if !ok {
		return false
	}
	before := last(strings.TrimRight(head, " "))
	return before == utf8.RuneError || strings.ContainsRune(brackets+separators, before)
}

// bracketed reports whether a title begins or ends with a word in brackets.
func bracketed(title, word string) bool {
	for _, pair := range []string{"()", "[]"} {
		marked := pair[:1] + word + pair[1:]
		if strings.HasPrefix(title, marked) || strings.HasSuffix(title, marked) {
			return true
		}
	}
	return false
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// last returns the last character of s, utf8.RuneError when there is none.
func last(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
