package search

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/filter"
	"tributary/internal/news"
)

// Document is what the index has of an entry: folded words, separated by blanks.
type Document struct {
	Title, Body, Author, Tag string
	Facts                    string // source and language as words, see SourceFact
}

// maxBody bounds the text of an entry that is indexed, in bytes: about thirty
// thousand words.
const maxBody = 200_000

// Index returns what is to be indexed of an entry of a source.
func Index(e *news.Entry, source int64) Document {
	d := Document{Title: words(e.Title), Body: words(PlainText(e)), Facts: EveryFact + " " + SourceFact(source)}
	var names, terms []string
	for _, p := range e.Authors {
		names = append(names, p.Name)
	}
	for _, c := range e.Categories {
		terms = append(terms, c.Term)
		if c.Label != c.Term {
			terms = append(terms, c.Label)
		}
	}
	// Joined like this, the end of one name and the beginning of the next make a phrase, but
	// nobody searches for it.
	d.Author, d.Tag = words(strings.Join(names, " ")), words(strings.Join(terms, " "))
	if tag, _, _ := strings.Cut(words(e.Language), " "); tag != "" {
		d.Facts += " " + LanguageFact(tag)
	}
	return d
}

// PlainText returns the text of an entry that is searched: its content, and its summary if
// that is not contained in it.
func PlainText(e *news.Entry) string {
	text, summary := clean.Text(e.Content), clean.Text(e.Summary)
	if summary != "" && !strings.Contains(text, strings.TrimRight(summary, " .…[]")) {
		text = strings.TrimSpace(text + " " + summary)
	}
	if len(text) > maxBody {
		text = strings.ToValidUTF8(text[:maxBody], "") // the cut may be inside a character
	}
	return text
}

// words folds a text and separates its words by blanks.
func words(text string) string {
	folded := filter.Fold(text)
	var b strings.Builder
	b.Grow(len(folded))
	for w := range filter.Words(folded) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// EveryFact is a fact of every entry. SourceFact and LanguageFact are the facts of its source
// and its language. Facts have a column of their own, so that no word of a text is taken for
// one.
const EveryFact = "all"

// SourceFact is the fact that an entry came from a source.
func SourceFact(id int64) string { return "s" + strconv.FormatInt(id, 10) }

// LanguageFact is the fact that an entry is in a language; only the first part of
// its tag counts, so that de stands for de-at too.
func LanguageFact(primary string) string { return "l" + primary }

// LongWords iterates over the words of the document inside which terms are looked for: they
// are long enough and have letters only.
func (d Document) LongWords() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, text := range [...]string{d.Title, d.Body, d.Author, d.Tag} {
			for w := range strings.SplitSeq(text, " ") {
				if isLong(w) && !yield(w) {
					return
				}
			}
		}
	}
}

func isLong(w string) bool {
	return len(w) <= maxLong && utf8.RuneCountInString(w) >= minLong &&
		!strings.ContainsFunc(w, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) })
}
