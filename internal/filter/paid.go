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
	marks, letters            []string
	openings, brackets, words []string
	phrases                   []string
	links                     []string // in lower case
}

// readPaid reads paid.txt once.
var readPaid = sync.OnceValue(func() paidMarks {
	var m paidMarks
	sections := map[string]*[]string{"[marks": &m.marks, "[letters": &m.letters, "[openings": &m.openings, "[brackets": &m.brackets,
		"[words": &m.words, "[phrases": &m.phrases, "[links": &m.links}
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
	if mark := m.inTitle(Fold(v.Title)); mark != "" {
		return fmt.Sprintf("%q in the title", mark)
	}
	for _, category := range v.Categories {
		folded := Fold(category)
		if slices.Contains(m.marks, folded) || slices.Contains(m.letters, folded) || slices.Contains(m.words, folded) {
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

// inTitle returns what marks a title, empty for nothing.
func (m paidMarks) inTitle(title string) string {
	for _, mark := range m.marks {
		if opens(title, mark, mark[len(mark)-1] == '+') || closes(title, mark) {
			return mark
		}
	}
	for _, mark := range m.letters {
		if opens(title, mark, false) || closes(title, mark) {
			return mark
		}
	}
	for _, word := range m.openings {
		if enclosed(title, word, strings.HasPrefix) {
			return word
		}
	}
	for _, word := range slices.Concat(m.brackets, m.words) {
		if enclosed(title, word, strings.HasPrefix) || enclosed(title, word, strings.HasSuffix) {
			return word
		}
	}
	return ""
}

// brackets stand around a mark, separators between it and the title.
const (
	brackets   = "()[]{}<>«»‹›*"
	separators = "|:–—-·•/"
)

// opens reports whether a title begins with a mark that is set off from it:
// "[SPIEGEL+] …", "SZ Plus: …". Behind one that may stand bare the title itself can
// follow: "S+ Warum …", but not "S+P Global".
func opens(title, mark string, bare bool) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(title, brackets+" "), mark)
	if !ok {
		return false
	}
	after := strings.TrimLeft(rest, " ")
	spaced := after != rest
	switch next := first(after); {
	case after == "", strings.ContainsRune(brackets, next), spaced && bare:
		return true
	case strings.ContainsRune(separators, next):
		return spaced || next != '-' && next != '/' // else inside a word
	}
	return false
}

// closes reports whether a title ends with a mark that is set off from it: "… | SZ Plus",
// "… (F+)". What a colon announces is no mark: "Note: F+".
func closes(title, mark string) bool {
	head, ok := strings.CutSuffix(strings.TrimRight(title, brackets+" "), mark)
	if !ok {
		return false
	}
	before := last(strings.TrimRight(head, " "))
	switch {
	case before == utf8.RuneError, strings.ContainsRune(brackets, before):
		return true
	case before == '-' || before == '/':
		return strings.HasSuffix(head, " ") // else inside a word
	}
	return before != ':' && strings.ContainsRune(separators, before)
}

// enclosed reports whether a title begins or ends, as at says, with a word in brackets.
func enclosed(title, word string, at func(s, part string) bool) bool {
	return at(title, "("+word+")") || at(title, "["+word+"]")
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
