package format

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// wides are the encodings with two or four bytes a character, those with the longest byte
// order marks first.
var wides = []struct {
	mark  string
	zeros string // the first four bytes of a document without a mark: 0 for zero, x for any other
	enc   encoding.Encoding
	name  string
}{
	{"\x00\x00\xfe\xff", "000x", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "UTF-32"},
	{"\xff\xfe\x00\x00", "x000", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "UTF-32"},
	{"\xfe\xff", "0x0x", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"},
	{"\xff\xfe", "x0x0", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"},
}

// toUTF8 returns the body as valid UTF-8 without a byte order mark and without the
// characters that XML forbids. The evidence of the bytes takes precedence over the
// charset of HTTP, and that over the declaration in the document (RFC 7303 section 3).
// Where neither label can be right, statistics decide (charset_guess.go).
func toUTF8(body []byte, contentType string, fix *repairs) string {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if enc, name, skip := wide(body); enc != nil {
		fix.note("the document is %s", name)
		return legal(decodeAs(enc, body[skip:]), fix)
	}
	header, declared := httpCharset(contentType), declaredCharset(body)
	d := density(body)
	if d.bad == 0 && !shifting(body, d, header, declared) {
		return legal(valid(body, d, fix, header, declared), fix)
	}
	if text, ok := labelled(body, d, fix, header, declared); ok {
		return legal(text, fix)
	}
	if d.good < d.bad || d.bad == 0 {
		if enc, _ := guess(body); enc != nil && enc != charmap.Windows1252 && (d.crowded() || latin(enc)) && reads(enc, body) {
			fix.note("no label fits the bytes; they were read as %s", labelledAs{enc: enc}.name())
			return legal(decodeAs(enc, body), fix)
		}
	}
	if d.bad > 0 {
		fix.note("bytes that are not UTF-8 were read as windows-1252")
	}
	return legal(mixed(body, d), fix)
}

// shifting reports whether escape sequences change the meaning of ASCII bytes, as in
// ISO-2022-JP. A lone escape character does not count. Those of HZ are ordinary characters, so
// a label must name it.
func shifting(body []byte, d bytesSeen, labels ...string) bool {
	has := func(escape string) bool { return d.high == 0 && bytes.Contains(body, []byte(escape)) }
	isHZ := func(label string) bool { return legacy(label) == simplifiedchinese.HZGB2312 }
	return has("\x1b$") || has("\x1b(") || has("~{") && slices.ContainsFunc(labels, isHZ)
}

// wide recognises encodings with two or four bytes a character, by their byte order
// mark or by the zero bytes beside ASCII (XML 1.0 appendix F), and EBCDIC by its first
// bytes. skip is the length of the mark in bytes. enc is nil for any other encoding.
func wide(body []byte) (enc encoding.Encoding, name string, skip int) {
	if bytes.HasPrefix(body, []byte("\x4c\x6f\xa7\x94")) { // "<?xm"
		return charmap.CodePage037, "EBCDIC", 0
	}
	for _, w := range wides {
		if bytes.HasPrefix(body, []byte(w.mark)) {
			return w.enc, w.name, len(w.mark)
		}
	}
	if len(body) < 4 {
		return nil, "", 0
	}
	zeros := []byte("xxxx")
	for i, c := range body[:4] {
		if c == 0 {
			zeros[i] = '0'
		}
	}
	for _, w := range wides {
		if w.zeros == string(zeros) {
			return w.enc, w.name, 0
		}
	}
	return nil, "", 0
}

// valid decodes a body that is valid UTF-8. A label that names another encoding is
// wrong, unless it names a multi-byte encoding and hardly any bytes are beyond ASCII.
func valid(body []byte, d bytesSeen, fix *repairs, labels ...string) string {
	for _, label := range labels {
		enc := legacy(label)
		if enc == nil || d.high == 0 {
			continue
		}
		if _, single := enc.(*charmap.Charmap); !single && d.high < 3 && reads(enc, body) {
			fix.note("the document is %s", clip(label, 40))
			return decodeAs(enc, body)
		}
		fix.note("the document says %s and is UTF-8", clip(label, 40))
		break
	}
	text := view(body)
	if once, ok := encodedTwice(text); ok {
		fix.note("text that was encoded as UTF-8 twice was decoded once more")
		return once
	}
	return text
}

// view returns the bytes as a string that shares their memory, so that a document is
// held only once. It relies on the caller of Decode not to change them.
func view(body []byte) string { return unsafe.String(unsafe.SliceData(body), len(body)) }

// bytesSeen counts the bytes beyond ASCII (high), the UTF-8 sequences that they make
// (good), the bytes that are part of none (bad), and the runs of consecutive ones (runs).
type bytesSeen struct{ high, good, bad, runs int }

func density(body []byte) (d bytesSeen) {
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		if i == 0 || body[i-1] < utf8.RuneSelf {
			d.runs++
		}
		r, size := utf8.DecodeRune(body[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			d.good++
		case halves(body[i:]) != utf8.RuneError: // no UTF-8, but nothing else either
			d.good, d.bad, size = d.good+1, d.bad+1, 6
		default:
			d.bad++
		}
		d.high += size
		i += size
	}
	return d
}

// crowded reports whether the characters beyond ASCII stand in runs of more than two on
// average, like words of a non-Latin script. In Western European text they stand alone,
// or in pairs as in "Größe". Text without such characters, in ISO-2022-JP, is crowded.
func (d bytesSeen) crowded() bool { return d.good+d.bad > 2*d.runs || d.runs == 0 }

// decodeAs decodes the body from enc. Invalid bytes become U+FFFD.
func decodeAs(enc encoding.Encoding, body []byte) string {
	var out strings.Builder
	out.Grow(len(body) / 2)
	if transcode(enc, body, func(piece []byte) { out.Write(piece) }) != nil {
		return mixed(body, bytesSeen{}) // the decoder gave up: this is no such text
	}
	return strings.TrimPrefix(out.String(), "\ufeff")
}

// reads reports whether the bytes can be text in that encoding. One character may be
// broken, because a document may have been cut inside it, and one more for each hundred
// characters beyond ASCII.
func reads(enc encoding.Encoding, body []byte) bool {
	broken, total := 0, 0
	err := transcode(enc, body, func(piece []byte) {
		for _, r := range string(piece) { // a character is never split between pieces
			if r >= utf8.RuneSelf {
				total++
			}
			if r == utf8.RuneError || r >= 0x80 && r < 0xa0 {
				broken++
			}
		}
	})
	return err == nil && broken <= 1+total/100
}

// transcode passes the body to take in UTF-8, piece by piece, so that it is never held
// in memory twice. A piece is valid only during the call.
func transcode(enc encoding.Encoding, body []byte, take func([]byte)) error {
	var piece [16 << 10]byte
	for d := enc.NewDecoder(); ; {
		written, read, err := d.Transform(piece[:], body, true)
		take(piece[:written])
		if body = body[read:]; err != transform.ErrShortDst {
			return err
		}
	}
}

// mixed decodes UTF-8 and reads every invalid byte as windows-1252. In a document that
// contains UTF-8, a sequence whose last bytes are missing becomes U+FFFD instead. So
// does every invalid byte in the text of a non-Latin script.
func mixed(body []byte, d bytesSeen) string {
	foreign := d.crowded() && d.good > d.bad
	var out strings.Builder
	out.Grow(len(body) + len(body)/8) // a stray byte becomes two or three
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case d.good > 0 && !utf8.FullRune(body): // the document was cut off inside a character
			size = len(body)
		case r == utf8.RuneError && size == 1:
			if pair := halves(body); pair != utf8.RuneError {
				r, size = pair, 6
				break
			}
			if d.good > 0 {
				size = broken(body)
			}
			if size == 1 && !foreign {
				r = charmap.Windows1252.DecodeByte(body[0])
			}
		}
		out.WriteRune(r)
		body = body[size:]
	}
	return out.String()
}

// halves returns the character whose two UTF-16 surrogates are each encoded as three
// bytes at the start of body (CESU-8), or U+FFFD.
func halves(body []byte) rune {
	if len(body) < 6 || body[0] != 0xed || body[3] != 0xed {
		return utf8.RuneError
	}
	half := func(b []byte) rune { return 0xd000 | rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f) }
	return utf16.DecodeRune(half(body), half(body[3:]))
}

// broken returns the length of an incomplete UTF-8 sequence at the start of body: the
// first byte of a character of three or four bytes, with some but not all of the
// others. It returns 1 when there is none.
func broken(body []byte) int {
	size := 1
	for size < min(len(body), 4) && body[size]&0xc0 == 0x80 {
		size++
	}
	want := 0
	switch body[0] >> 4 {
	case 0xe:
		want = 3
	case 0xf:
		want = 4
	}
	if size == 1 || size >= want {
		return 1
	}
	return size
}

// legal removes the characters that XML 1.0 section 2.2 forbids. It reads C1 control
// characters as the windows-1252 characters that were meant.
func legal(s string, fix *repairs) string {
	if !suspicious(s) {
		return s
	}
	out := strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < ' ' || r == 0x7f || r == 0xfeff || r&0xfffe == 0xfffe:
			fix.dropped++
			return -1
		case r >= 0x80 && r < 0xa0:
			fix.note("characters of windows-1252 in UTF-8 were read as they were meant")
			return charmap.Windows1252.DecodeByte(byte(r))
		}
		return r
	}, s)
	if fix.dropped > 0 {
		fix.note("control characters were removed: %d", fix.dropped)
	}
	return out
}

// suspicious is a fast check for the bytes of characters that legal changes. It may
// report true for text that needs no change.
func suspicious(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7f, c == 0xef:
			return true
		case c == 0xc2 && i+1 < len(s) && s[i+1] < 0xa0:
			return true
		}
	}
	return false
}
