package format

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"
)

// entities maps the names of the entities that a document declares to their text.
type entities struct {
	values map[string]string
	left   int // bytes that references to them may still expand to
}

// internalEntities reads the declarations <!ENTITY name "value"> in the text before the
// root. A value may use entities that were declared before it. External entities are
// never fetched. Values over maxEntity bytes, and all declarations after the 257th, are
// ignored, because nobody needs them to abbreviate anything.
func internalEntities(prolog string) *entities {
	e := &entities{left: 1 << 20}
	for {
		_, rest, ok := strings.Cut(prolog, "<!ENTITY")
		if !ok || len(e.values) > 256 {
			return e
		}
		prolog = rest
		name, value, ok := entity(rest)
		if !ok {
			continue
		}
		if e.values == nil {
			e.values = map[string]string{}
		}
		if value = unescape(value, e); len(value) <= maxEntity {
			e.values[name] = value
		}
	}
}

// maxEntity bounds the value of an entity, maxName its name, in bytes.
const (
	maxEntity = 4 << 10
	maxName   = 64
)

// entity reads the name and the quoted value of a declaration.
func entity(s string) (name, value string, ok bool) {
	head := strings.TrimLeft(s[:min(len(s), maxName)], " \t\r\n")
	end := strings.IndexAny(head, " \t\r\n")
	if end <= 0 {
		return "", "", false
	}
	name = head[:end]
	_, s, _ = strings.Cut(s, name)
	s = strings.TrimLeft(s[:min(len(s), maxName+maxEntity)], " \t\r\n")
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", "", false
	}
	value, _, ok = strings.Cut(s[1:], s[:1])
	return name, value, ok
}

// unescape decodes one level of references: numeric ones (including the C1 codes that
// stand for windows-1252), those of HTML, and those that the document declares. The
// first two kinds may lack their semicolon. Any other text stays as it is.
func unescape(s string, own *entities) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i >= 0 {
		out.WriteString(s[:i])
		text, size := reference(s[i:], own)
		out.WriteString(text)
		s = s[i+size:]
		i = strings.IndexByte(s, '&')
	}
	out.WriteString(s)
	return out.String()
}

// reference decodes the reference at the start of s. It returns its text and its length
// in s. An "&" that begins no reference stands for itself.
func reference(s string, own *entities) (string, int) {
	if len(s) > 2 && s[1] == '#' {
		return numeric(s)
	}
	end := 1
	for end < len(s) && end < 34 && (nameByte(s[end]) && s[end] < 0x80) {
		end++
	}
	name := s[1:end]
	if end < len(s) && s[end] == ';' {
		if own != nil {
			if text, ok := own.values[name]; ok && own.left >= len(text) {
				own.left -= len(text)
				return text, end + 1
			}
		}
		if text := html.UnescapeString(s[:end+1]); text != s[:end+1] && (text == ";" || !strings.HasSuffix(text, ";")) {
			return text, end + 1
		}
		return "&", 1
	}
	return unfinished(s)
}

// unfinished decodes a reference without a semicolon: "amp", "apos", and the names to
// which HTML grants that (section 13.5). The latter stay as they are before "=", where
// they are the key of a query.
func unfinished(s string) (string, int) {
	const longest = len("&Aacute")
	end := 1
	for end < len(s) && end <= longest && isAlnum(s[end]) {
		end++
	}
	switch name := s[:end]; {
	case name == "&amp" || name == "&apos":
		return html.UnescapeString(name + ";"), end
	case end < len("&lt") || end > longest || strings.HasPrefix(s[end:], "="):
	default:
		if text := html.UnescapeString(name); utf8.RuneCountInString(text) == 1 {
			return text, end
		}
	}
	return "&", 1
}

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

// numeric decodes a reference such as &#160; or &#xA0;. A code point that XML forbids
// yields no text.
func numeric(s string) (string, int) {
	r, size := codePoint(s)
	switch {
	case size == 0:
		return "&", 1
	case utf16.IsSurrogate(r):
		return surrogates(s, r, size)
	case !utf8.ValidRune(r):
		return "\ufffd", size
	case r >= 0x80 && r < 0xa0:
		r = charmap.Windows1252.DecodeByte(byte(r))
	case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r&0xfffe == 0xfffe || r == 0x7f:
		return "", size
	}
	return string(r), size
}

// codePoint returns the number of the numeric reference at the start of s and the
// length of the reference. The number is -1 if no character has it; the length is 0 if
// there is no reference.
func codePoint(s string) (rune, int) {
	base, digits := 10, s[2:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	end := 0
	for end < len(digits) && (isDigit(digits[end]) || base == 16 && isHex(digits[end])) {
		end++
	}
	if end == 0 {
		return 0, 0
	}
	size := len(s) - len(digits) + end
	if end < len(digits) && digits[end] == ';' {
		size++
	}
	code, err := strconv.ParseInt(digits[:end], base, 32)
	if err != nil {
		code = -1
	}
	return rune(code), size
}

// surrogates decodes a character that is written as references to its two UTF-16
// surrogates, which XML forbids. high is the number of the first reference, size its
// length. A lone surrogate yields U+FFFD.
func surrogates(s string, high rune, size int) (string, int) {
	if rest := s[size:]; len(rest) > 2 && rest[:2] == "&#" {
		low, more := codePoint(rest)
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return string(r), size + more
		}
	}
	return "\ufffd", size
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
