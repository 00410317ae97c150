package format

import (
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	tags "golang.org/x/text/language"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// wireURL returns raw as an absolute http or https URI (RFC 3986), or "" if it cannot be one.
// A URI that is valid stays the same byte for byte, because any change breaks a signed link.
func wireURL(raw string) string {
	if raw == "" || plainURL(raw) {
		return raw
	}
	u, err := url.Parse(clean.Resolve(nil, raw))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	if host, err := idna.Lookup.ToASCII(u.Hostname()); err == nil {
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	scheme, rest, _ := strings.Cut(u.String(), "://")
	end := strings.IndexAny(rest+"/", "/?#")
	return scheme + "://" + rest[:end] + escapeURI(rest[end:])
}

// wireFile is wireURL for the address of a file, which may be a magnet link.
func wireFile(raw string) string {
	if magnet := clean.Magnet(raw); magnet != "" {
		return escapeURI(magnet)
	}
	return wireURL(raw)
}

// plainURL reports whether raw can stay as it is: http(s), a host without user name or
// escapes, and only characters that a URI may have.
func plainURL(raw string) bool {
	rest, ok := strings.CutPrefix(raw, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(raw, "http://"); !ok {
			return false
		}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	return host != "" && !strings.ContainsAny(host, "@%[]") && host[0] != ':' && escapeURI(rest) == rest
}

// escapeURI percent-encodes the bytes that a URI cannot hold, and a percent sign that
// does not begin an escape.
func escapeURI(s string) string {
	const hex = "0123456789ABCDEF"
	var out []byte
	for i := range len(s) {
		ok := uriByte[s[i]] || s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if !ok && out == nil {
			out = append(make([]byte, 0, len(s)+16), s[:i]...)
		}
		switch {
		case out == nil:
		case ok:
			out = append(out, s[i])
		default:
			out = append(out, '%', hex[s[i]>>4], hex[s[i]&15])
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

// uriByte marks the characters of RFC 3986 section 2 except the percent sign.
var uriByte = func() (is [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&'()*+,;=") {
		is[c] = true
	}
	return is
}()

// wireEmail returns s when it is a plain address that every format may carry
// (RFC 5322 addr-spec, ASCII, a domain with a dot), else "".
func wireEmail(s string) string {
	if s == "" {
		return ""
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r == '"' }) {
		return ""
	}
	if _, domain, _ := strings.Cut(s, "@"); !strings.Contains(strings.Trim(domain, "."), ".") {
		return ""
	}
	return s
}

// wireLanguage returns a BCP 47 tag in its usual spelling, or "" if s is not one.
func wireLanguage(s string) string {
	if s == "" {
		return ""
	}
	tag, err := tags.Parse(s)
	if base, _ := tag.Base(); err != nil || tag.IsRoot() || base.String() == "und" {
		return ""
	}
	return tag.String()
}

// wireType returns "type/subtype" in lower case without parameters (RFC 6838 section
// 4.2), or "".
func wireType(s string) string {
	s, _, _ = strings.Cut(s, ";")
	s = strings.ToLower(strings.TrimSpace(s))
	major, minor, ok := strings.Cut(s, "/")
	if !ok || !mediaToken(major) || !mediaToken(minor) {
		return ""
	}
	return s
}

func mediaToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$&-^_.+", r))
	})
}

// typeByExtension guesses the media type of a file by the extension of its URL.
func typeByExtension(rawURL string) string { return first(news.TypeByEnding(rawURL), unknownType) }

// unknownType is the media type of arbitrary bytes (RFC 2046 section 4.5.1).
const unknownType = "application/octet-stream"

// wireTime truncates t to seconds, which every format can express. It returns the zero
// time for a year that RFC 3339 cannot express.
func wireTime(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Second)
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// wireMoment is wireTime with milliseconds, which distinguish Publications of the same second.
func wireMoment(t time.Time) time.Time {
	second := wireTime(t)
	if second.IsZero() {
		return second
	}
	return t.UTC().Truncate(time.Millisecond)
}

// wireHTML returns HTML without the characters that XML forbids; "" when only
// white space is left.
func wireHTML(html string) string {
	if strings.TrimSpace(html) == "" {
		return ""
	}
	return wireText(html)
}

// wireText returns s as valid UTF-8 without the characters that XML 1.0 forbids
// (section 2.2) or discourages, any of which could make readers reject the document.
// Line ends become line feeds, as a parser would read them (section 2.11).
func wireText(s string) string {
	if utf8.ValidString(s) && !mayBeIllegal(s) {
		return s
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if illegal(r) {
			return -1
		}
		return r
	}, s)
}

// mayBeIllegal looks only for the first bytes of illegal characters, because texts are
// long and nearly all of them are clean.
func mayBeIllegal(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 && c != '\n' && c != '\t', c == 0x7f:
			return true
		case c == 0xc2 && s[i+1] < 0xa0: // U+0080 to U+009F
			return true
		case c == 0xef && (s[i+1] == 0xb7 || s[i+1] == 0xbf), c >= 0xf0: // noncharacters
			return true
		}
	}
	return false
}

func illegal(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < 0x20 || r >= 0x7f && r <= 0x9f:
		return true
	}
	return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
}

// xmlText is the text of an XML element. Markup characters are written as numeric
// references instead of &lt; and &amp;. Readers that decode a title twice then show it
// correctly, and so do those that decode it once (RSS Advisory Board, Best Practices
// Profile, section on character data).
type xmlText struct {
	XML string `xml:",innerxml"`
}

func plain(s string) xmlText { return xmlText{plainReplacer.Replace(s)} }

// each returns what of makes of every element of a list; nil for an empty one.
func each[T, U any](list []T, of func(T) U) []U {
	if len(list) == 0 {
		return nil
	}
	made := make([]U, len(list))
	for i := range list {
		made[i] = of(list[i])
	}
	return made
}

// optional returns what of makes of a text; nil for an empty one, which is left out.
func optional[T any](text string, of func(string) T) *T {
	if text == "" {
		return nil
	}
	made := of(text)
	return &made
}

var plainReplacer = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;")

// quoted escapes a URL for a double-quoted HTML attribute.
func quoted(s string) string { return strings.ReplaceAll(clean.Escape(s), `"`, "&#34;") }

// xmlMarkup is HTML as the text of an XML element, in CDATA sections. These are shorter
// and faster than escaping, and every parser reads them the same.
type xmlMarkup struct {
	HTML string `xml:",cdata"`
}

func markup(html string) xmlMarkup { return xmlMarkup{html} }

// document passes the root value to feeds.WriteXML. The library's types have a FeedXml
// method that would drop every field that we add, so ours are never passed directly.
type document struct{ root any }

// FeedXml implements feeds.XmlFeed.
func (d document) FeedXml() any { return d.root }
