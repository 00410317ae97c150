package clean

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Resolve returns ref as an absolute http or https URL, resolved against base if it is
// relative, or "" if that is not possible. It drops user names and passwords. It
// tolerates what browsers tolerate: surrounding blanks, line breaks, unescaped
// characters, and broken percent signs.
func Resolve(base *url.URL, ref string) string {
	u := resolve(base, ref)
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// File returns the address of a file: what Resolve accepts, or a magnet link that names what
// it leads to (BEP 9). A magnet link is for BitTorrent programs, and is never fetched.
func File(base *url.URL, ref string) string {
	if magnet := Magnet(ref); magnet != "" {
		return magnet
	}
	return Resolve(base, ref)
}

// WithoutFeed returns an address without the scheme "feed", which opens a feed reader:
// http://host/path for feed://host/path, and what follows in feed:https://host/path.
func WithoutFeed(address string) string {
	const scheme = "feed:"
	if len(address) < len(scheme) || !strings.EqualFold(address[:len(scheme)], scheme) {
		return address
	}
	if address = address[len(scheme):]; strings.HasPrefix(address, "//") {
		return "http:" + address
	}
	return address
}

// Magnet returns ref if it is a magnet link of BitTorrent, else "".
func Magnet(ref string) string {
	ref = strings.TrimSpace(ref)
	if len(ref) < len("magnet:") || !strings.EqualFold(ref[:len("magnet:")], "magnet:") {
		return ""
	}
	u := parse(ref)
	if u == nil || !torrentHash.MatchString(u.RawQuery) {
		return ""
	}
	return "magnet:?" + strings.ReplaceAll(u.RawQuery, " ", "%20")
}

// torrentHash is the hash of a torrent in the query of a magnet link, of version 1 in
// hexadecimal or base 32, or of version 2.
var torrentHash = regexp.MustCompile(`(?i)(^|&)xt=urn(:|%3a)bt(ih(:|%3a)([0-9a-f]{40}|[a-z2-7]{32})|mh(:|%3a)1220[0-9a-f]{64})(&|$)`)

// link returns the target of a hyperlink. Unlike Resolve, it removes tracking
// parameters and accepts other schemes, such as mailto:, from a list.
func link(base *url.URL, ref string) string {
	u := resolve(base, ref)
	if u == nil || !linkScheme[u.Scheme] {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		if u.Host == "" {
			return ""
		}
		u.RawQuery = without(u.RawQuery, tracking)
		u.ForceQuery = false
	} else if u.Opaque == "" && u.Host == "" && u.RawQuery == "" { // magnet:?xt=…
		return ""
	}
	return u.String()
}

// resolve parses ref leniently. It returns nil if nothing can be made of it.
func resolve(base *url.URL, ref string) *url.URL {
	u := parse(ref)
	if u == nil {
		return nil
	}
	if base != nil && u.Scheme == base.Scheme && u.Host == "" {
		if u.Path+u.Opaque+u.RawQuery+u.Fragment == "" {
			return nil // "http://" alone is an address that nobody filled in
		}
		u.Scheme, u.Path, u.Opaque = "", u.Path+u.Opaque, "" // "http:x" is x (RFC 3986 section 5.2.2)
	}
	if !u.IsAbs() {
		if base == nil {
			return nil
		}
		if u = base.ResolveReference(u); !plainAuthority(u) {
			return nil // an xml:base is untrusted, too
		}
	}
	u.User = nil
	u.Scheme = strings.ToLower(u.Scheme)
	u.Host = spelledHost(u)
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20") // url.Parse leaves blanks
	u.Opaque = strings.ReplaceAll(u.Opaque, " ", "%20")
	return u
}

// spelledHost returns the host and port in the spelling that every program understands,
// with a name beyond ASCII in punycode (RFC 3987 section 3.1).
func spelledHost(u *url.URL) string {
	if strings.IndexFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return u.Host
	}
	host := asciiHost(u.Hostname())
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	return host
}

// parse is url.Parse with tolerance for what people write. It returns nil on failure.
func parse(ref string) *url.URL {
	ref = strings.TrimSpace(legal(ref))
	if strings.ContainsAny(ref, "\t\r\n") {
		ref = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(ref)
	}
	if ref == "" || len(ref) > maxURL {
		return nil
	}
	u, err := url.Parse(ref)
	if err != nil {
		u, err = url.Parse(strings.ReplaceAll(repairPercent(ref), `\`, "/"))
	}
	if err != nil || !plainAuthority(u) {
		return nil
	}
	return u
}

// plainAuthority reports whether a host has only characters that hosts may have.
// url.Parse accepts more, and writes them differently.
func plainAuthority(u *url.URL) bool {
	return !strings.ContainsAny(u.Host, "\"<>^`{|}\\%") && !strings.ContainsFunc(u.Host, unicode.IsSpace)
}

// maxURL is the longest URL that is kept, in bytes.
const maxURL = 8 << 10

// repairPercent escapes blanks, and percent signs that do not begin an escape.
func repairPercent(s string) string {
	var out strings.Builder
	for i := range len(s) {
		switch {
		case s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			out.WriteString("%25")
		case s[i] == ' ':
			out.WriteString("%20")
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// Outlet returns who publishes what a link leads to: the registrable domain of its host
// by the public suffix list, in lower case and ASCII. For an IP address or a bare host
// name it is the host. It returns "" if there is none.
func Outlet(rawURL string) string {
	u := parse(rawURL)
	if u == nil {
		return ""
	}
	host := asciiHost(u.Hostname())
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && net.ParseIP(host) == nil {
		return domain
	}
	return host
}

// asciiHost returns a host name in lower-case ASCII (punycode), without the dots of the
// root at its end.
func asciiHost(host string) string {
	host = strings.TrimRight(strings.ToLower(host), ".")
	for i := range len(host) {
		if host[i] >= 0x80 {
			if ascii, err := idna.Lookup.ToASCII(host); err == nil {
				return strings.TrimRight(ascii, ".") // full stops of other scripts become dots
			}
			return host
		}
	}
	return host
}
