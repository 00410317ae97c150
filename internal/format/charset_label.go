package format

import (
	"bytes"
	"mime"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// labelled decodes the body by one of its labels and reports whether one fits. A label
// that the bytes contradict is ignored. Between two that fit, and against windows-1252,
// which servers send by default, choose lets the bytes decide.
func labelled(body []byte, d bytesSeen, fix *repairs, labels ...string) (string, bool) {
	var fitting []labelledAs
	for _, label := range labels {
		enc := legacy(label)
		if _, single := enc.(*charmap.Charmap); enc == nil || single && d.good >= d.bad && d.bad > 0 || !reads(enc, body) {
			continue
		}
		fitting = append(fitting, labelledAs{enc, label})
	}
	if len(fitting) == 0 {
		return "", false
	}
	as := choose(body, d, fitting)
	if as.label == "" {
		fix.note("the document says %s and is %s", clip(fitting[0].label, 40), as.name())
	} else {
		fix.note("the document is %s", clip(as.label, 40))
	}
	return decodeAs(as.enc, body), true
}

// labelledAs is an encoding and the label that names it, if any does.
type labelledAs struct {
	enc   encoding.Encoding
	label string
}

func (l labelledAs) name() string {
	name, err := htmlindex.Name(l.enc)
	if err != nil {
		return "in another encoding"
	}
	return name
}

// choose picks one of the encodings whose labels fit, in order of precedence, or a
// better one that the statistics suggest.
func choose(body []byte, d bytesSeen, fitting []labelledAs) labelledAs {
	first, last := fitting[0], fitting[len(fitting)-1]
	byDefault := first.enc == charmap.Windows1252 // htmlindex maps ISO-8859-1 to it as well
	if first.enc == last.enc && !byDefault {
		return first
	}
	better, told := guess(body)
	switch {
	case better == nil || better == first.enc:
		return first
	case better == last.enc, byDefault && d.crowded() && last.enc != first.enc:
		return last
	case byDefault && (d.crowded() || told) && reads(better, body):
		return labelledAs{enc: better}
	}
	return first
}

// httpCharset returns the charset parameter of a Content-Type, or "".
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

// legacy returns the encoding that a label names. It returns nil for a label that cannot be
// right here: an unknown name, ASCII, a Unicode encoding, which the bytes would have shown, or one
// whose characters have no meaning.
func legacy(label string) encoding.Encoding {
	switch strings.ToLower(label) {
	case "", "us-ascii", "ascii", "utf8", "x-user-defined":
		return nil
	case "hz-gb-2312", "hz":
		return simplifiedchinese.HZGB2312
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return unusual(label)
	}
	name, err := htmlindex.Name(enc)
	switch {
	case err != nil, strings.HasPrefix(name, "utf-"), name == "replacement":
		return nil
	case name == "gbk":
		return simplifiedchinese.GB18030 // a superset of GBK
	}
	return enc
}

// otherLabels are labels that browsers do not know, of Java, PHP, Python and old databases, in
// lower case and without punctuation, each with a usual one.
var otherLabels = []struct {
	pattern *regexp.Regexp
	usual   string
}{
	{regexp.MustCompile(`^(?:iso)?8859(1[0-6]|[1-9])`), "iso-8859-$1"},
	{regexp.MustCompile(`^(?:iso)?latin([1-9])$`), "l$1"},
	{regexp.MustCompile(`^x?(?:windows|win|cp|ms|ansi)(125\d|874)$`), "windows-$1"},
	{regexp.MustCompile(`^tis620`), "windows-874"},
	{regexp.MustCompile(`^(?:shiftjis|sjis|windows31j|x?(?:ms|windows)?(?:cp)?932)`), "shift_jis"},
	{regexp.MustCompile(`^x?(?:eucjp|cp51932)`), "euc-jp"},
	{regexp.MustCompile(`^(?:jis$|iso2022jp|cp5022)`), "iso-2022-jp"},
	{regexp.MustCompile(`^x?(?:euckr|uhc|ksc5601|(?:ms|windows|cp)949)`), "euc-kr"},
	{regexp.MustCompile(`^x?(?:euccn|gb|(?:ms|windows|cp)936)`), "gb18030"},
	{regexp.MustCompile(`^x?(?:big5|(?:ms|windows|cp)950)`), "big5"},
	{regexp.MustCompile(`^x?mac(?:roman)?$`), "macintosh"},
	{regexp.MustCompile(`^x?maccyrillic$`), "x-mac-cyrillic"},
	{regexp.MustCompile(`^(?:ibm|cp|dos)(858)$`), "ibm00$1"},
	{regexp.MustCompile(`^(?:ibm|cp|dos)(\d{3})$`), "ibm$1"},
}

// unusual returns the encoding that one of otherLabels names, or a single-byte encoding that
// browsers no longer support, by its IANA name. For any other label it returns nil.
func unusual(label string) encoding.Encoding {
	bare := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(label))
	for _, other := range otherLabels {
		if m := other.pattern.FindStringSubmatchIndex(bare); m != nil {
			label = string(other.pattern.ExpandString(nil, other.usual, bare, m))
			break
		}
	}
	if enc, err := htmlindex.Get(label); err == nil {
		return enc
	}
	if enc, err := ianaindex.IANA.Encoding(label); err == nil {
		if page, ok := enc.(*charmap.Charmap); ok {
			return page
		}
	}
	return nil
}
