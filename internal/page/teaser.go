package page

import (
	"html"
	"strings"
	"unicode/utf8"
)

// teaser returns the beginning of an entry's HTML as plain text: at most n characters, cut after a
// word and followed by "…" if something is missing.
//
// It reads no further than necessary and scans for tags instead of parsing them. That is safe
// because the result is text, which is escaped wherever it is shown.
func teaser(source string, n int) string {
	var b strings.Builder
	length := 0
	for length <= n {
		text, rest, more := strings.Cut(source, "<")
		b.WriteString(text)
		length += utf8.RuneCountInString(text)
		if !more {
			break
		}
		after, ends := strings.CutPrefix(rest, "/")
		name := tagName(after)
		_, source, _ = strings.Cut(rest, ">")
		switch e := elements[name]; {
		case !ends && (e.kind == silent || e.kind == player || name == "figcaption"):
			_, source, _ = strings.Cut(source, "</"+name)
			_, source, _ = strings.Cut(source, ">")
		case name == "wbr":
		case e.kind != inline || e.parent != "" || name == "":
			b.WriteByte(' ')
		}
	}
	return shorten(html.UnescapeString(b.String()), n)
}

// tagName returns the tag name that s, the text after "<" or "</", begins with.
func tagName(s string) string {
	end := 0
	for end < len(s) && end < 12 && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= '0' && s[end] <= '9') {
		end++
	}
	return s[:end]
}

// shorten collapses white space and cuts plain text to n characters.
func shorten(text string, n int) string {
	var b strings.Builder
	length := 0
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		if length += size + 1; length > n+1 {
			return strings.TrimSpace(strings.TrimRight(b.String(), " ,;:–-")+cutWord(word, n-(length-size-1))) + "…"
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// cutWord returns the part of a word that still fits, if the word is too long to be one: scripts
// without spaces write a sentence as a single word.
func cutWord(word string, room int) string {
	if room < 1 || utf8.RuneCountInString(word) < 40 {
		return ""
	}
	return " " + string([]rune(word)[:room])
}

// begins reports whether the text of whole starts with that of part, or the other way round. Then
// part is the lead of whole, and showing both would repeat it.
func begins(whole, part string) bool {
	const enough = 60
	a := strings.TrimRight(teaser(whole, enough), " .…")
	b := strings.TrimRight(teaser(part, enough), " .…[]()")
	return b == "" || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
