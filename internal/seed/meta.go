package seed

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// keys are the names of metadata fields, in the metadata at the start of a text, in front matter
// and in the meta elements of a page.
var keys = map[string]field{
	"date": published, "datum": published, "published": published, "pubdate": published, "created": published, "erschienen": published, "veröffentlicht": published,
	"updated": updated, "modified": updated, "lastmod": updated, "aktualisiert": updated,
	"title": title, "titel": title, "headline": title,
	"author": author, "authors": author, "autor": author, "autorin": author, "autoren": author, "by": author,
	"source": source, "quelle": source, "agency": source, "agentur": source,
	"lang": lang, "language": lang, "sprache": lang,
	"summary": summary, "description": summary, "excerpt": summary, "abstract": summary, "zusammenfassung": summary,
	"url": link, "link": link, "canonical": link,
	"tags": tags, "tag": tags, "keywords": tags, "category": tags, "categories": tags, "rubrik": tags, "ressort": tags, "section": tags, "schlagworte": tags,
}

// field is one kind of metadata.
type field int

const (
	published field = iota + 1
	updated
	title
	author
	source
	lang
	summary
	link
	tags
)

// self reports whether a value of the field shows where it ends, so that it needs neither a colon
// nor a line of its own.
func (f field) self() bool {
	return f == published || f == updated || f == lang || f == link
}

// maxValue is the maximum length of a free-text value in characters. Anything longer is a paragraph
// that happens to start with a word and a colon.
const maxValue = 200

// keyed matches a key and the mark after it.
var keyed = regexp.MustCompile(`^[\[(<]?(\p{L}{2,16})[ \t]*([:=]?)[ \t]*`)

// metadataRun reads the metadata directly before the first sentence: one or more of "key value",
// "key: value" and "key=value", on one line or several, separated by blanks, commas, semicolons or
// bars. It returns the text after them. If no text would be left, it is not metadata.
func metadataRun(text string) (m meta, rest string) {
	rest = strings.TrimLeftFunc(text, unicode.IsSpace)
	for {
		next, ok := m.pair(rest)
		if !ok {
			return m, rest
		}
		if !hasWord(next) {
			return meta{}, text
		}
		trimmed := strings.TrimLeft(next, " \t,;|])>")
		line := strings.TrimLeft(trimmed, "\n\t ")
		if blank := trimmed[:len(trimmed)-len(line)]; strings.Count(blank, "\n") > 1 {
			return m, line
		}
		rest = line
	}
}

// pair reads a key and its value from the start of s.
func (m *meta) pair(s string) (rest string, ok bool) {
	found := keyed.FindStringSubmatch(s)
	if found == nil {
		return s, false
	}
	f, known := keys[strings.ToLower(found[1])]
	after := s[len(found[0]):]
	marked := found[2] != ""
	if !known || len(found[0]) == len(found[1]) {
		return s, false
	}
	// Without a mark only a date is safe: "Lang ist der Fluss" is a sentence.
	if !marked && (!f.self() || f != published && found[1] != strings.ToLower(found[1])) {
		return s, false
	}
	if !f.self() {
		value, rest := freeValue(after)
		if value == "" || utf8.RuneCountInString(value) > maxValue {
			return s, false
		}
		m.set(f, value)
		return rest, true
	}
	return m.typed(f, after, s)
}

// typed reads a value that shows where it ends: a time, a language or a URL.
func (m *meta) typed(f field, after, s string) (rest string, ok bool) {
	if f == published || f == updated {
		t, rest, ok := leadingTime(after)
		if !ok {
			return s, false
		}
		m.setTime(f, t)
		return rest, true
	}
	end := strings.IndexFunc(after, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|])>", r) })
	if end < 0 {
		end = len(after)
	}
	value := after[:end]
	if f == lang && !plainLanguage(value) || f == link && webAddress(value) == "" {
		return s, false
	}
	m.set(f, value)
	return after[end:], true
}

// divider ends a free-text value: a bar, a semicolon or the next key.
var divider = regexp.MustCompile(`[ \t]*[|;][ \t]*|[ \t]+\p{L}{2,16}[:=]`)

// freeValue cuts a free-text value at the end of the line or before the next key.
func freeValue(s string) (value, rest string) {
	line, _, _ := strings.Cut(s, "\n")
	for from := 0; ; {
		at := divider.FindStringIndex(line[from:])
		if at == nil {
			return strings.TrimSpace(line), s[len(line):]
		}
		found := line[from+at[0] : from+at[1]]
		word := strings.ToLower(strings.Trim(found, " \t:=|;"))
		if strings.ContainsAny(found, "|;") || keys[word] != 0 {
			return strings.TrimSpace(line[:from+at[0]]), s[from+at[0]:]
		}
		from += at[1]
	}
}

// set stores a value. A date that cannot be parsed is noted and does not affect the rest of the
// document. The first value of a field wins; lists grow.
func (m *meta) set(f field, value string) {
	value = clean.Line(value)
	switch f {
	case published, updated:
		t, ok := parseTime(value)
		if !ok {
			m.notes = append(m.notes, fmt.Sprintf("the date %q is none; write it like 2025-12-03 or 2025-12-03T10:00:00Z", shorten(value, 40)))
			return
		}
		m.setTime(f, t)
	case lang:
		m.lang = cmp.Or(m.lang, languageTag(value))
	case link:
		m.link = cmp.Or(m.link, webAddress(value))
	case author:
		m.authors = append(m.authors, people(value)...)
	case tags:
		m.tags = append(m.tags, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' })...)
	case title:
		m.title = cmp.Or(m.title, value)
	case source:
		m.source = cmp.Or(m.source, value)
	case summary:
		m.summary = cmp.Or(m.summary, value)
	}
}

// setTime stores a time unless the field already has one.
func (m *meta) setTime(f field, t time.Time) {
	at := &m.published
	if f == updated {
		at = &m.updated
	}
	if at.IsZero() {
		*at = t
	}
}

// people splits a line of authors. A comma separates only full names, so that "Beispiel, Anna"
// remains one person.
func people(line string) []news.Person {
	var out []news.Person
	for _, part := range conjoined.Split(line, -1) {
		names := strings.Split(part, ",")
		for _, name := range names {
			if !strings.Contains(strings.TrimSpace(name), " ") {
				names = []string{part}
				break
			}
		}
		for _, name := range names {
			if name = strings.TrimSpace(name); name != "" && len(out) < 20 {
				out = append(out, news.Person{Name: name})
			}
		}
	}
	return out
}

// conjoined matches separators of authors, other than the comma.
var conjoined = regexp.MustCompile(`\s+(?:und|and|&)\s+|\s*;\s*`)

// webAddress returns s if it is an absolute http or https URL without user information, else "".
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// wordEnds reports whether a word directly before s ends there.
func wordEnds(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// hasWord reports whether s contains a letter or a number.
func hasWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
