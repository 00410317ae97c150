// Package filter reads and judges the rules by which entries are selected: the
// where language of feeds and sources. It folds text so that a rule, or a search,
// finds what a reader would call the same word.
package filter

import (
	"iter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns text as it is compared: in lower case, without diacritics,
// compatibility characters as the plain ones (NFKC), joiners and soft hyphens
// gone. German ä ö ü ß become ae oe ue ss, so that Müller, MÜLLER and Mueller are
// equal while schon and schön are not; any other diacritic leaves its letter, so
// that é is e. Letters of Latin and Greek lose all marks; Cyrillic ones keep those
// that make another letter (й is not и), and other scripts keep theirs but for the
// points of Hebrew and Arabic. Composed and decomposed text fold to the same, and
// what is folded stays as it is.
func Fold(text string) string {
	start := 0
	for start < len(text) && settled(text[start]) {
		start++
	}
	if start == len(text) {
		return text
	}
	f := folder{out: make([]byte, start, len(text)+len(text)/16+8)}
	copy(f.out, text)
	if start > 0 {
		f.base = rune(text[start-1])
	}
	f.fold(text[start:])
	if f.foreign {
		return norm.NFC.String(string(f.out))
	}
	return string(f.out)
}

// Words cuts folded text into its words: runs of letters, marks and digits. In
// scripts without blanks every character is a word, so that a word of several is
// found as a sequence of words.
func Words(folded string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := -1
		for i, r := range folded {
			inside := InWord(r)
			single := inside && IsSingle(r)
			if start >= 0 && (!inside || single) {
				if !yield(folded[start:i]) {
					return
				}
				start = -1
			}
			switch {
			case single:
				if !yield(folded[i : i+utf8.RuneLen(r)]) {
					return
				}
			case inside && start < 0:
				start = i
			}
		}
		if start >= 0 {
			yield(folded[start:])
		}
	}
}

// InWord reports whether r is part of a word.
func InWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// IsSingle reports whether r is a word by itself for Words: it is of a script that puts no
// blanks between words.
func IsSingle(r rune) bool {
	return r >= '\u0E00' && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// settled reports whether c is folded already, as most bytes are.
func settled(c byte) bool { return c < utf8.RuneSelf && (c < 'A' || c > 'Z') }

// folder writes folded text.
type folder struct {
	out     []byte
	base    rune // the folded letter that marks belong to; 0 when they change it no more
	foreign bool // letters were written that may have to be composed again
}

func (f *folder) fold(text string) {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			f.ascii(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		f.wide(r, text[i:i+size])
		i += size
	}
}

func (f *folder) ascii(c byte) {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	f.out = append(f.out, c)
	f.base = rune(c)
}

// wide folds one character beyond ASCII, which is given with its encoding.
func (f *folder) wide(r rune, encoded string) {
	if r == '™' || r == '℠' { // signs, although they decompose to letters
		f.put(r)
		return
	}
	parts := norm.NFKD.PropertiesString(encoded).Decomposition()
	if len(parts) == 0 {
		f.part(r)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		f.part(part)
		parts = parts[size:]
	}
}

// part folds a character that does not decompose.
func (f *folder) part(r rune) {
	switch {
	case r < utf8.RuneSelf:
		f.ascii(byte(r))
	case r >= 0x0300 && r <= 0x036F:
		f.mark(r)
	case dropped(r):
	default:
		f.letter(unicode.ToLower(r))
	}
}

// mark folds a combining diacritical mark.
func (f *folder) mark(r rune) {
	const diaeresis, breve = '\u0308', '\u0306'
	switch {
	case r == diaeresis && (f.base == 'a' || f.base == 'o' || f.base == 'u'):
		f.out = append(f.out, 'e')
		f.base = 0
	case f.base < utf8.RuneSelf, unicode.In(f.base, unicode.Latin, unicode.Greek):
	case !unicode.IsLetter(f.base):
	case unicode.Is(unicode.Cyrillic, f.base) && r != breve && (r != diaeresis || f.base == 'е'): // ё is written е, too
	default:
		f.out = utf8.AppendRune(f.out, r)
	}
}

// letter folds a lower-case letter, or any other character, that has no marks.
func (f *folder) letter(r rune) {
	switch r {
	case 'ß':
		f.ascii('s')
		f.ascii('s')
	case 'æ':
		f.ascii('a')
		f.ascii('e')
	case 'œ':
		f.ascii('o')
		f.ascii('e')
	case 'þ':
		f.ascii('t')
		f.ascii('h')
	case 'ø':
		f.ascii('o')
	case 'đ', 'ð':
		f.ascii('d')
	case 'ł':
		f.ascii('l')
	case 'ħ':
		f.ascii('h')
	case 'ŧ':
		f.ascii('t')
	case 'ı':
		f.ascii('i')
	case 'ς':
		f.put('σ')
	case '‘', '’', 'ʼ':
		f.ascii('\'')
	default:
		f.put(r)
	}
}

func (f *folder) put(r rune) {
	f.out = utf8.AppendRune(f.out, r)
	f.base = r
	f.foreign = f.foreign || r >= 0x0370
}

// dropped reports whether r is invisible inside a word, or a point of Hebrew or
// Arabic, which most texts leave out.
func dropped(r rune) bool {
	switch {
	case r == 0x00AD, r >= 0x200B && r <= 0x200F, r == 0x2060, r == 0xFEFF, r >= 0xFE00 && r <= 0xFE0F:
		return true
	case r >= 0x0591 && r <= 0x05C7:
		return unicode.Is(unicode.Mn, r)
	}
	return r >= 0x064B && r <= 0x065F || r == 0x0670 || r == 0x0640
}
