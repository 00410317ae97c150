package format

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// guessable lists the encodings that a guess may name, with the languages that are
// written in them. Of two encodings with equal scores the first one wins.
var guessable = []struct{ charset, languages string }{
	{"GB18030", "zh"}, {"Shift_JIS", "ja"}, {"EUC-JP", "ja"}, {"EUC-KR", "ko"}, {"Big5", "zh"}, {"ISO-2022-JP", "ja"},
	{"windows-1251", "ru uk be bg sr mk"}, {"KOI8-R", "ru uk be"}, {"ISO-8859-5", "ru bg sr mk"},
	{"windows-1253", "el"}, {"ISO-8859-7", "el"}, {"windows-1255", "he iw"}, {"ISO-8859-8", "he iw"}, {"ISO-8859-8-I", "he iw"},
	{"windows-1256", "ar fa ur"}, {"ISO-8859-6", "ar"},
	{"windows-1252", "en de fr es it pt nl da sv no nb nn fi is ca"}, {"ISO-8859-1", "en de fr es it pt nl da sv no nb nn fi is ca"},
	{"windows-1250", "pl cs sk hu ro sl hr bs sq"}, {"ISO-8859-2", "pl cs sk hu ro sl hr bs sq"},
	{"windows-1254", "tr az"}, {"ISO-8859-9", "tr az"}, {"windows-1257", "lt lv"}, {"windows-874", "th"},
}

// guess returns the encoding that the bytes look most like, or nil when they look like
// none. It weighs how often the usual characters of an encoding follow each other, and
// whether the document declares a language of that encoding, which told reports.
func guess(body []byte) (best encoding.Encoding, told bool) {
	results, err := chardet.NewTextDetector().DetectAll(sample(body))
	if err != nil {
		return nil, false
	}
	confidence := make(map[string]int, len(results)) // equal ones come in random order
	for _, r := range results {
		confidence[r.Charset] = r.Confidence
	}
	language, score := saysLanguage(body), 0
	for _, g := range guessable {
		points, same := 2*confidence[g.charset], language != "" && strings.Contains(g.languages, language)
		if points > 0 && same {
			points += 50
		}
		if points > score {
			best, told, score = charsetNamed(g.charset), same, points
		}
	}
	enc := home(language)
	unsure := best == nil || best == charmap.Windows1252 || latin(best) || enc == charmap.Windows874
	if enc != nil && unsure && !told && reads(enc, body) {
		return enc, true
	}
	return best, told
}

// home returns the encoding of a language whose letters beyond ASCII are too few for the
// statistics, or Thai, which they do not know. For English, which feeds of any language
// declare, and for all other languages it returns nil.
func home(language string) encoding.Encoding {
	for _, g := range guessable {
		if language == "" || language == "en" || !strings.Contains(g.languages, language) {
			continue
		}
		if enc := charsetNamed(g.charset); latin(enc) || enc == charmap.Windows1252 || enc == charmap.Windows874 {
			return enc
		}
	}
	return nil
}

// latin reports whether enc is for another Latin script than Western European. Its
// letters beyond ASCII stand alone, where those of non-Latin scripts stand in runs.
func latin(enc encoding.Encoding) bool {
	return enc == charmap.Windows1250 || enc == charmap.ISO8859_2 || enc == charmap.Windows1254 || enc == charmap.Windows1257
}

// charsetNamed returns the named encoding or a superset of it, or nil.
func charsetNamed(name string) encoding.Encoding {
	switch name {
	case "KOI8-R": // KOI8-U has Ukrainian letters where this has box-drawing characters
		return charmap.KOI8U
	case "ISO-8859-8-I":
		name = "ISO-8859-8"
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return enc
}

// sampleSize is how many bytes of text the statistics look at.
const sampleSize = 8 << 10

// sample returns those pieces of text that contain bytes beyond ASCII, without tags and
// character references, which look like English.
func sample(body []byte) []byte {
	if bytes.IndexByte(body, 0x1b) >= 0 { // in ISO-2022, "<" may be half of a character
		return body[:min(len(body), sampleSize)]
	}
	out := make([]byte, 0, sampleSize)
	for len(body) > 0 && len(out) < sampleSize {
		text := body
		if i := bytes.IndexByte(body, '<'); i >= 0 {
			text = body[:i]
		}
		body = body[len(text):]
		if end := bytes.IndexByte(body, '>'); end >= 0 {
			body = body[end+1:]
		} else {
			body = nil
		}
		if bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			out = append(append(out, withoutReferences(text)...), ' ')
		}
	}
	return out[:min(len(out), sampleSize)]
}

// withoutReferences replaces character references with blanks, and escaped tags such as
// "&lt;p&gt;" as a whole.
func withoutReferences(text []byte) []byte {
	out := make([]byte, 0, min(len(text), 2*sampleSize))
	for len(text) > 0 && len(out) < sampleSize {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(out, text...)
		}
		out = append(append(out, text[:i]...), ' ')
		text = text[i+1:]
		end := ";"
		if bytes.HasPrefix(text, []byte("lt;")) {
			end = "&gt;"
		}
		if j := bytes.Index(text[:min(len(text), 500)], []byte(end)); j >= 0 {
			text = text[j+len(end):]
		}
	}
	return out
}

// saysLanguage returns the language that the document declares, as two lower-case
// letters, or "". It searches the first sampleSize bytes without parsing them.
func saysLanguage(body []byte) string {
	head := body[:min(len(body), sampleSize)]
	for _, mark := range []string{"<language>", "<dc:language>", `xml:lang="`, `xml:lang='`, `"language":"`, `"language": "`} {
		if _, rest, ok := bytes.Cut(head, []byte(mark)); ok {
			if len(rest) >= 2 && isLetter(rest[0]) && isLetter(rest[1]) {
				return strings.ToLower(string(rest[:2]))
			}
		}
	}
	return ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// encodedTwice decodes UTF-8 that was mistaken for windows-1252 and encoded again, so
// that "Niños" became "NiÃ±os". It reports false unless every character beyond ASCII is
// explained by that mistake.
func encodedTwice(text string) (string, bool) {
	if strings.IndexByte(text, "Ã"[0]) < 0 { // what lead bytes become begins with this byte
		return "", false
	}
	once := make([]byte, 0, len(text))
	for _, r := range text {
		if r < utf8.RuneSelf || r < 0x100 && r >= 0xa0 {
			once = append(once, byte(r))
			continue
		}
		b, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
			once = append(once, b)
		case r < 0xa0: // bytes that windows-1252 leaves unassigned
			once = append(once, byte(r))
		default:
			return "", false
		}
	}
	if !utf8.Valid(once) || bytes.IndexFunc(once, oddRune) >= 0 {
		return "", false
	}
	return string(once), true
}

// oddRune reports whether r is a character that nobody writes, which proves that the
// first decoding was right.
func oddRune(r rune) bool {
	return r >= 0x80 && r < 0xa0 || r >= 0xe000 && r < 0xf900 || r > 0x20000 || r >= utf8.RuneSelf && !unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r)
}
