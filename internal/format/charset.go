package format

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// marks are byte order marks and the first bytes of UTF-16 and UTF-32 documents
// without one (XML 1.0 appendix F), longest first.
var marks = []struct {
	prefix string
	skip   int
	enc    encoding.Encoding
	name   string
}{
	{"\x00\x00\xfe\xff", 4, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "UTF-32"},
	{"\xff\xfe\x00\x00", 4, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "UTF-32"},
	{"\x00\x00\x00<", 0, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "UTF-32"},
	{"<\x00\x00\x00", 0, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "UTF-32"},
	{"\xfe\xff", 2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"},
	{"\xff\xfe", 2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"},
	{"\x00<", 0, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"},
	{"<\x00", 0, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"},
	{"\x00{", 0, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"},
	{"{\x00", 0, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"},
	{"\x4c\x6f\xa7\x94", 0, charmap.CodePage037, "EBCDIC"},
}

// enough bytes beyond ASCII that are valid UTF-8 cannot be chance, even where a
// label says that characters have several bytes; for one with single bytes any
// are. Then the label is wrong.
const enough = 8

// toUTF8 returns the body as valid UTF-8 text without a byte order mark and
// without characters that XML forbids. What the bytes show goes before what
// HTTP says, and that before what the document says of itself (RFC 7303
// section 3). Single bytes that fit no encoding are read as windows-1252, as
// they nearly always are.
func toUTF8(body []byte, contentType string, fix *repairs) string {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	for _, m := range marks {
		if bytes.HasPrefix(body, []byte(m.prefix)) {
			fix.note("the document is %s", m.name)
			return legal(decodeAs(m.enc, body[m.skip:]), fix)
		}
	}
	high, valid := highBytes(body), utf8.Valid(body)
	if high == 0 && bytes.IndexByte(body, 0x1b) < 0 {
		return legal(string(body), fix)
	}
	for _, label := range []string{httpCharset(contentType), declaredCharset(body)} {
		enc := legacy(label)
		if enc == nil {
			continue
		}
		if _, single := enc.(*charmap.Charmap); valid && high > 0 && (single || high >= enough) {
			fix.note("the document says %s and is UTF-8", clip(label, 40))
			break
		}
		fix.note("the document is %s", clip(label, 40))
		return legal(decodeAs(enc, body), fix)
	}
	if valid {
		return legal(string(body), fix)
	}
	fix.note("bytes that are not UTF-8 were read as windows-1252")
	return legal(mixed(body), fix)
}

// highBytes counts bytes beyond ASCII.
func highBytes(body []byte) (n int) {
	for _, c := range body {
		if c >= 0x80 {
			n++
		}
	}
	return n
}

func decodeAs(enc encoding.Encoding, body []byte) string {
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil { // decoders replace what they cannot read; this is no text at all
		return mixed(body)
	}
	return strings.TrimPrefix(string(out), "\ufeff")
}

// httpCharset returns the charset parameter of a Content-Type.
func httpCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		_, rest, _ := strings.Cut(strings.ToLower(contentType), "charset=")
		rest, _, _ = strings.Cut(rest, ";")
		return strings.Trim(rest, ` "'`)
	}
	return params["charset"]
}

// declaredCharset returns the encoding of an XML declaration, or "".
func declaredCharset(body []byte) string {
	head := body[:min(len(body), 1024)]
	start := bytes.Index(head, []byte("<?xml"))
	if start < 0 {
		return ""
	}
	head, _, _ = bytes.Cut(head[start:], []byte("?>"))
	_, value, ok := bytes.Cut(head, []byte("encoding"))
	if !ok {
		return ""
	}
	value = bytes.TrimLeft(value, " \t\r\n=")
	if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	value, _, _ = bytes.Cut(value[1:], value[:1])
	return strings.TrimSpace(string(value))
}

// legacy returns the encoding of a label, or nil for what cannot be right: an
// unknown name, ASCII, or a Unicode encoding that the bytes would have shown.
func legacy(label string) encoding.Encoding {
	switch strings.ToLower(label) {
	case "", "us-ascii", "ascii", "utf8":
		return nil
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil
	}
	if name, err := htmlindex.Name(enc); err != nil || strings.HasPrefix(name, "utf-") || name == "replacement" {
		return nil
	}
	return enc
}

// mixed reads UTF-8 and takes every byte that is none for windows-1252.
func mixed(body []byte) string {
	var out strings.Builder
	out.Grow(len(body) + len(body)/8)
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(body[0])
		}
		out.WriteRune(r)
		body = body[size:]
	}
	return out.String()
}

// legal removes the characters that XML 1.0 section 2.2 forbids and reads C1
// control characters as the windows-1252 that they were meant to be.
func legal(s string, fix *repairs) string {
	if !suspicious(s) {
		return s
	}
	dropped := 0
	out := strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < ' ' || r == 0x7f || r == 0xfeff || r&0xfffe == 0xfffe:
			dropped++
			return -1
		case r >= 0x80 && r < 0xa0:
			return charmap.Windows1252.DecodeByte(byte(r))
		}
		return r
	}, s)
	if dropped > 0 {
		fix.note("%d control characters were removed", dropped)
	}
	return out
}

// suspicious is a fast look for bytes of characters that legal changes.
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
