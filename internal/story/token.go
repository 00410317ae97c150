package story

import (
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tributary/internal/filter"
)

// token is one word of a text in the form in which texts are compared.
type token struct {
	hash   uint64
	size   int  // letters and digits
	figure bool // a figure, or the name of a day or month, in which reports of one kind differ
	name   bool // begins with a capital, or is a figure
}

// telling reports whether a word can tell one story from another.
func (t token) telling() bool {
	long := t.size >= 5 || t.name && t.size >= 3
	return long && !idle[t.hash] && !calendar[t.hash]
}

// tokens splits a plain text into words by what it says and not by how it is typeset:
// case, umlauts written as two letters, ligatures, apostrophes, soft hyphens, thousands
// separators and entities that were escaped twice do not count, and small figures are equal
// whether they are spelled out or not. In scripts without blanks every character is a word.
func tokens(text string) []token {
	text = ligatures.Replace(norm.NFC.String(html.UnescapeString(text)))
	found := make([]token, 0, len(text)/6+1)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r >= '0' && r <= '9':
			t, size := number(text[i:])
			found = append(found, t)
			i += size
		case filter.IsSingle(r):
			found = append(found, token{hash: hashRune(hashStart, r), size: 2})
			i += n
		case unicode.IsLetter(r), unicode.IsNumber(r):
			t, size := word(text[i:])
			found = append(found, t)
			i += size
		default:
			i += n
		}
	}
	return found
}

// ligatures takes letters apart that were joined in print.
var ligatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl")

// word reads the word at the start of text and returns its length in bytes.
func word(text string) (token, int) {
	t := token{hash: hashStart}
	i := 0
	for i < len(text) {
		if c := text[i]; 'a' <= c && c <= 'z' { // fast path
			t.size++
			t.hash = hashRune(t.hash, rune(c))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\'' || r == '’' || r == '\u00AD' || r == '\u200B' || r == '\u200D':
		case filter.IsSingle(r) || !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
			return t.spelled(), i
		default:
			t.name = t.name || t.size == 0 && unicode.IsUpper(r)
			t.size++
			t.hash = foldRune(t.hash, r)
		}
		i += n
	}
	return t.spelled(), i
}

// number reads the figure at the start of text and returns its length in bytes: "1,000",
// "1.000", "1 000" and "1’000" are 1000, "3,5" is 3.5.
func number(text string) (token, int) {
	t := token{hash: hashStart, figure: true, name: true}
	group := spaced(text)
	i := 0
	for i < len(text) {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			t.size++
			t.hash = hashRune(t.hash, rune(c))
		case (c == '.' || c == ',') && digits(text[i+1:]) > 0:
			if digits(text[i+1:]) != 3 {
				t.hash = hashRune(t.hash, '.')
			}
		case i < group: // a separator
		default:
			return t, i
		}
		i++
	}
	return t, i
}

// spaced returns the length of the figure at the start of text if blanks or apostrophes
// separate its thousands, else 0.
func spaced(text string) int {
	i := digits(text)
	if i > 3 || text[0] == '0' {
		return 0
	}
	for first := i; ; {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r != ' ' && r != '\'' && r != '’' || digits(text[i+n:]) != 3 {
			if i == first {
				return 0
			}
			return i
		}
		i += n + 3
	}
}

func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// spelled recognises the names of days and months, and figures that are spelled out.
func (t token) spelled() token {
	if figure, ok := numerals[t.hash]; ok {
		t.hash, t.figure = figure, true
	}
	t.figure = t.figure || calendar[t.hash]
	return t
}

// FNV-1a over runes, wide enough for words and cheap enough for every letter.
const (
	hashStart uint64 = 14695981039346656037
	hashPrime uint64 = 1099511628211
)

func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(r)) * hashPrime }

func hashWord(w string) uint64 {
	h := hashStart
	for _, r := range w {
		h = foldRune(h, r)
	}
	return h
}

func foldRune(h uint64, r rune) uint64 {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return hashRune(h, r)
	}
	switch r = unicode.ToLower(r); r {
	case 'ä':
		return hashRune(hashRune(h, 'a'), 'e')
	case 'ö':
		return hashRune(hashRune(h, 'o'), 'e')
	case 'ü':
		return hashRune(hashRune(h, 'u'), 'e')
	case 'ß':
		return hashRune(hashRune(h, 's'), 's')
	}
	return hashRune(h, r)
}

// calendar holds the names of days and months. A report of Tuesday that equals that of
// Monday word for word is another report.
var calendar = hashed(`
	montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
	januar jänner februar märz april mai juni juli august september oktober november dezember
	monday tuesday wednesday thursday friday saturday sunday
	january february march may june july october december`)

// numerals are the small figures that newsrooms spell out. German "ein" and English "a"
// are articles, so they are not among them.
var numerals = spelledOut(
	`one two three four five six seven eight nine ten eleven twelve`,
	`eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf`)

// revision holds words by which a headline says that its entry is a new version.
var revision = hashed(`
	update updated corrected correction corrects rpt repeat refile recast writethru breaking
	aktualisiert aktualisierung korrektur korrigiert berichtigung berichtigt neufassung wiederholung eilmeldung eil`)

// idle holds long words that say nothing about the subject of a text.
var idle = hashed(`
	nicht werden wird wurde wurden haben hatte hatten seine seiner seinem seinen einer einem einen eines sind sich auch nach über unter gegen
	durch diese dieser dieses diesem diesen wegen immer noch mehr schon keine will soll sollen kann können konnte muss müssen zwischen sowie
	waren jetzt wieder seit beim ihre ihren ihrer ihrem während
	about after their there which would could should where while other these those from with that this have been more than into over says said
	according before being also when what they were your first people`)

func hashed(list string) map[uint64]bool {
	set := map[uint64]bool{}
	for w := range strings.FieldsSeq(list) {
		set[hashWord(w)] = true
	}
	return set
}

func spelledOut(lists ...string) map[uint64]uint64 {
	figures := map[uint64]uint64{}
	for _, list := range lists {
		for i, w := range strings.Fields(list) {
			figures[hashWord(w)] = hashWord(strconv.Itoa(i + 1))
		}
	}
	return figures
}
