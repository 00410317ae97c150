package news

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Words are what we ourselves add to texts, in one language.
type Words struct {
	Language string
	Also     string // begins the sentence that names who else reported a story
	Several  string // heads what several reported
	Others   string // heads what is left
	ReadOn   string // is the link behind a text that was shortened
	Found    string // begins the description of a feed of search results
	oneMore  string
	manyMore string
	months   [12]string
	dot      string // behind the day
}

var (
	english = Words{Language: "en", Also: "Also reported by:", Several: "Reported by several", Others: "More", ReadOn: "Read on", Found: "What a search finds:",
		oneMore: "And one more story.", manyMore: "And %d more stories.",
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}}
	german = Words{Language: "de", Also: "Auch bei:", Several: "Von mehreren gemeldet", Others: "Weitere", ReadOn: "Weiterlesen", Found: "Was eine Suche findet:",
		oneMore: "Und eine weitere Meldung.", manyMore: "Und %d weitere Meldungen.", dot: ".",
		months: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}}
)

// Languages lists the languages that we write in.
func Languages() []string { return []string{english.Language, german.Language} }

// WordsIn returns the words in the first language of the tags that we write in, of whatever
// country; English ones where there is none.
func WordsIn(tags ...string) Words {
	for _, tag := range tags {
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, words := range []Words{english, german} {
			if primary == words.Language {
				return words
			}
		}
	}
	return english
}

// date is a day as people write it: "27 November 2026", "27. November 2026".
func (w Words) date(t time.Time) string {
	return strconv.Itoa(t.Day()) + w.dot + " " + w.months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

func (w Words) more(n int) string {
	if n == 1 {
		return w.oneMore
	}
	return strings.Replace(w.manyMore, "%d", strconv.Itoa(n), 1)
}

// Plural returns the form of a word that goes with a number.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Capital returns a text with its first letter in upper case.
func Capital(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}

// Truncate returns a text, or its first n characters with an ellipsis if it is longer.
func Truncate(text string, n int) string {
	if chars := []rune(text); len(chars) > n {
		return string(chars[:n]) + "…"
	}
	return text
}

// Text is a sentence of ours that somebody else will write in the language of its reader: package
// page has the translations, by the English text.
type Text struct {
	English string // with a verb of package fmt for each value
	Values  []any
}

// Say returns a Text.
func Say(english string, values ...any) Text { return Text{english, values} }
