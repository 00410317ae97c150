package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
	"golang.org/x/net/html"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Text returns what a reader sees of HTML: tags removed, references decoded, block
// elements separated by blanks, white space folded. It omits what HTML omits, so that
// Text(HTML(x)) is Text(x) except for links that stand in for frames.
func Text(markup string) string {
	if !strings.ContainsAny(markup, "<&") {
		return Line(markup)
	}
	if text, ok := oneParagraph(markup); ok {
		return Line(html.UnescapeString(text))
	}
	var out strings.Builder
	out.Grow(len(markup))
	visible(&out, markup)
	return Line(out.String())
}

// oneParagraph returns the content of markup that is one paragraph without other tags,
// as most summaries are. That spares them the cost of a tokenizer.
func oneParagraph(markup string) (text string, ok bool) {
	text, ok = strings.CutPrefix(markup, "<p>")
	if !ok {
		return "", false
	}
	text, ok = strings.CutSuffix(text, "</p>")
	return text, ok && strings.IndexByte(text, '<') < 0
}

// visible writes the text of one piece of markup. The fallback content of an element is
// a piece of its own.
func visible(out *strings.Builder, markup string) {
	t := newTokens(markup)
	for {
		switch kind := t.next(); kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			switch {
			case t.skip == "":
				out.Write(t.z.Text())
			case fallback[t.skip]:
				visible(out, string(t.z.Raw())) // at most as deep as there are such elements
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			switch element := t.element(); {
			case kind == html.EndTagToken && element == t.skip:
				t.skip = ""
			case t.skip != "":
				t.z.NextIsNotRawText()
			case block[element] || element == "br":
				out.WriteByte(' ')
			case kind == html.EndTagToken || !dropped[element] && !fallback[element]:
			default:
				t.skipContent(element, kind)
			}
		}
	}
}

// cut returns at most the first n bytes of s, in whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// quotes unescapes quotation marks in text, where they have no special meaning, so that
// titles read as they were written.
func quotes(s string) string {
	if !strings.Contains(s, "&#3") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	inTag := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '<' || s[i] == '>':
			inTag = s[i] == '<' // in tags both stay escaped
		case s[i] == '&' && !inTag && strings.HasPrefix(s[i:], "&#39;"):
			out.WriteByte('\'')
			i += 4
			continue
		case s[i] == '&' && !inTag && strings.HasPrefix(s[i:], "&#34;"):
			out.WriteByte('"')
			i += 4
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// Escape returns plain text as HTML, without control characters.
func Escape(text string) string {
	return escaper.Replace(legal(text))
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Line returns s as one plain line: valid UTF-8, white space folded, without control
// characters and without the bidirectional controls that can make a title read as
// something else (UAX 9 section 2).
func Line(s string) string {
	if plain(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = true
		case hidden(r):
		default:
			if space && out.Len() > 0 {
				out.WriteByte(' ')
			}
			space = false
			out.WriteRune(r) // an invalid byte is read as U+FFFD
		}
	}
	return out.String()
}

// plain reports whether s is already a line, as most are: printable ASCII with single
// blanks inside.
func plain(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return s == "" || last != ' '
}

// hidden reports whether r is a control character other than white space, a
// noncharacter, or changes the direction of the text after it.
func hidden(r rune) bool {
	if r < 0x7f {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r'
	}
	return r < 0xa0 ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff || r&0xfffe == 0xfffe ||
		r >= 0xfdd0 && r <= 0xfdef
}

// legal returns s as valid UTF-8 without control characters other than tabs and line
// feeds. Other line breaks become line feeds.
func legal(s string) string {
	if ordinary(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\ufffd"))
}

// ordinary reports whether legal has nothing to do.
func ordinary(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			ascii = false
		case c < ' ' && c != '\n' && c != '\t' || c == 0x7f:
			return false
		}
	}
	return ascii || utf8.ValidString(s) && strings.IndexFunc(s, hidden) < 0
}

// eachWord calls f for the words of plain text as they are compared: normalised (NFKC), case
// folded, without punctuation, URLs and pure numbers.
func eachWord(text string, f func(word string)) {
	fold := cases.Fold()
	for field := range strings.FieldsSeq(text) {
		if strings.Contains(field, "://") || strings.HasPrefix(field, "www.") {
			continue
		}
		field = foldWord(fold, field)
		start, letters := -1, false
		for i, r := range field {
			if between(r) {
				if letters {
					f(field[start:i])
				}
				start, letters = -1, false
				continue
			}
			if start < 0 {
				start = i
			}
			letters = letters || unicode.IsLetter(r)
		}
		if letters {
			f(field[start:])
		}
	}
}

// foldWord normalises one word. The letters of Western Europe need no NFKC, and ß is
// the only one of them whose case folding is not its lower case.
func foldWord(fold cases.Caser, word string) string {
	for _, r := range word {
		if r >= utf8.RuneSelf && r < 'À' || r > 'ÿ' {
			return fold.String(norm.NFKC.String(word))
		}
	}
	return strings.ReplaceAll(strings.ToLower(word), "ß", "ss")
}

// between reports whether r separates words. Soft hyphens and joiners do so, too.
func between(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
}

// Signature returns a hash of the words of a title and a [Text], which tells whether an
// entry has a new version. It changes when the words change. It does not change with
// case, white space, punctuation, markup, URLs or pure numbers.
func Signature(title, text string) uint64 {
	all := make([]byte, 0, len(title)+len(text)+len(text)/4)
	add := func(word string) { all = append(append(all, word...), 0) }
	eachWord(title, add)
	all = append(all, 1) // a word that moves into the title is a change
	eachWord(text, add)
	return xxh3.Hash(all)
}
