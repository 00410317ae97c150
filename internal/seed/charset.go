package seed

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode/utf32"

	utf16 "golang.org/x/text/encoding/unicode"

	"tributary/internal/news"
)

// errBinary returns the failure for a file that is not text.
func errBinary() *news.Failure {
	return news.Failf(news.OutcomeNotAFeed, "not text: it holds bytes that no text has; save it as UTF-8")
}

// decodeText converts a text file to UTF-8 with \n line ends, and lists the repairs. It recognises
// UTF-8 and UTF-16 with and without a byte order mark. Any byte that is not valid UTF-8 is read as
// windows-1252, which repairs whole files from old editors as well as single pasted bytes. Binary
// files are refused.
func decodeText(data []byte) (text string, repairs []string, err error) {
	text, repairs, err = toUTF8(data)
	if err != nil {
		return "", nil, err
	}
	bare := strings.Map(printable, text)
	dropped := utf8.RuneCountInString(text) - utf8.RuneCountInString(bare)
	if dropped*50 > utf8.RuneCountInString(text) || strings.ContainsRune(text, 0) {
		return "", nil, errBinary()
	}
	if dropped > 0 {
		repairs = append(repairs, fmt.Sprintf("left out %d control characters", dropped))
	}
	return lineEnds.Replace(bare), repairs, nil
}

// lineEnds normalises every kind of line end (Unicode section 5.8, newline function).
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n", "\f", "\n\n", "\v", "\n")

// toUTF8 detects the encoding and decodes data.
func toUTF8(data []byte) (string, []string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		wide, err := utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM).NewDecoder().Bytes(data)
		return string(wide), []string{"read as UTF-32"}, err
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return wideText(data, utf16.LittleEndian)
	}
	switch even, odd := zeros(data); {
	case odd*3 > len(data)/2 && even == 0:
		return wideText(data, utf16.LittleEndian)
	case even*3 > len(data)/2 && odd == 0:
		return wideText(data, utf16.BigEndian)
	}
	if utf8.Valid(data) {
		return string(data), nil, nil
	}
	return narrowText(data)
}

// zeros counts NUL bytes at even and odd offsets. In the UTF-16 of a western text nearly all bytes
// at one of them are NUL, and none at the other.
func zeros(data []byte) (even, odd int) {
	for i, b := range data {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	return even, odd
}

// wideText decodes UTF-16; a byte order mark takes precedence over order.
func wideText(data []byte, order utf16.Endianness) (string, []string, error) {
	text, err := utf16.UTF16(order, utf16.UseBOM).NewDecoder().Bytes(data)
	if err != nil {
		return "", nil, errBinary()
	}
	return strings.TrimPrefix(string(text), "\ufeff"), []string{"read as UTF-16"}, nil
}

// narrowText decodes bytes that are not UTF-8 as windows-1252. If only the last sequence
// of the file is cut off, it is dropped instead. The data are binary if more than a tenth
// of the bytes decode to symbols, or if there is a NUL. They are text in another encoding
// if more than a third of the letters had to be decoded: no language written in
// windows-1252 has more than one such letter in six, and Russian or Greek has little else.
func narrowText(data []byte) (string, []string, error) {
	var out strings.Builder
	out.Grow(len(data) + len(data)/8)
	mended, odd := 0, 0
	letters, accented := 0, 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			if i > 0 && len(data)-i < utf8.UTFMax && !utf8.FullRune(data[i:]) && mended == 0 {
				return out.String(), []string{"the last character was cut off and is left out"}, nil
			}
			r = charmap.Windows1252.DecodeByte(data[i])
			mended++
			if unicode.IsLetter(r) {
				accented++
			} else if !unicode.IsPunct(r) {
				odd++
			}
		}
		if unicode.IsLetter(r) {
			letters++
		}
		out.WriteRune(r)
		i += size
	}
	if odd*10 > len(data) || bytes.IndexByte(data, 0) >= 0 {
		return "", nil, errBinary()
	}
	if accented >= fewLetters && accented*3 > letters {
		return "", nil, news.Failf(news.OutcomeNotAFeed, "neither UTF-8 nor windows-1252, and no other encoding is guessed; save it as UTF-8")
	}
	return out.String(), []string{fmt.Sprintf("%d bytes are not UTF-8 and were read as windows-1252", mended)}, nil
}

// fewLetters is the number of decoded letters below which the encoding is not doubted.
const fewLetters = 8

// printable drops runes that a text should not contain: control characters except white
// space, byte order marks, replacement characters and noncharacters.
func printable(r rune) rune {
	switch {
	case r == '\n', r == '\r', r == '\t', r == '\f', r == '\v', r == 0x85:
		return r
	case unicode.IsControl(r), r == 0xfeff, r == utf8.RuneError, r&0xfffe == 0xfffe:
		return -1
	}
	return r
}
