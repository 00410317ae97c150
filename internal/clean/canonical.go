package clean

import (
	_ "embed"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// CanonicalURL returns a key that is equal for two spellings of one page, or "" if raw
// is not an absolute http or https URL.
//
// It omits the scheme, user, default port, fragment (but not a "#!" route), trailing
// slash, tracking parameters, and the www, m, mobile and amp variants of host and path.
// It normalises the case and IDN spelling of the host, percent-encoding, dot segments,
// and the order of query keys. Every query key that is not on the tracking list is
// significant. The key looks like a URL, and it is its own canonical URL.
func CanonicalURL(raw string) string {
	u := parse(raw)
	if u == nil || u.Opaque != "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	host := plainHost(asciiHost(u.Hostname()))
	if host == "" {
		return ""
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	key := "https://" + host + plainPath(u.EscapedPath())
	if query := plainQuery(u.RawQuery); query != "" {
		key += "?" + query
	}
	if strings.HasPrefix(u.Fragment, "!") {
		key += "#" + normalEscapes(u.EscapedFragment(), fragmentSafe)
	}
	if len(key) > maxURL {
		return "" // escapes have made it too long to be read again
	}
	return key
}

// IsRoot reports whether a canonical URL is the front page of a site: no path and no
// query. A link to one does not tell to which story it belongs.
func IsRoot(canonical string) bool {
	_, rest, ok := strings.Cut(canonical, "://")
	return ok && !strings.ContainsAny(rest, "/?#")
}

// plainHost removes labels that only select a rendering of the same site, as long as a
// registrable domain remains.
func plainHost(host string) string {
	for {
		label, rest, ok := strings.Cut(host, ".")
		if !ok || !variants[label] || net.ParseIP(host) != nil {
			break
		}
		if _, err := publicsuffix.EffectiveTLDPlusOne(rest); err != nil {
			break
		}
		host = rest
	}
	// de.m.wikipedia.org: the variant may follow a language.
	for {
		label, rest, ok := strings.Cut(host, ".m.")
		if !ok || len(label) != 2 || !strings.Contains(rest, ".") {
			return host
		}
		host = label + "." + rest
	}
}

var variants = names("www m mobile amp")

// plainPath normalises a path and removes trailing slashes and amp segments.
func plainPath(escaped string) string {
	path := normalEscapes(escaped, pathSafe)
	if strings.Contains(path, "/.") {
		// Not url.Parse, which takes a path that begins with // for a host.
		if plain, err := url.PathUnescape(path); err == nil {
			path = (&url.URL{Path: "/"}).ResolveReference(&url.URL{Path: plain, RawPath: path}).EscapedPath()
		}
	}
	for {
		shorter := strings.TrimRight(path, "/")
		if s, ok := strings.CutSuffix(shorter, "/amp"); ok {
			shorter = s
		}
		if shorter == path {
			return path
		}
		path = shorter
	}
}

// plainQuery drops tracking and amp parameters and orders the rest by key.
func plainQuery(query string) string {
	if query == "" {
		return ""
	}
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, hasValue := strings.Cut(pair, "=")
		name := strings.ToLower(unescape(key))
		if pair == "" || tracking(name) || name == "amp" && (value == "" || value == "1" || value == "true") ||
			name == "outputtype" && value == "amp" {
			continue
		}
		pair = normalEscapes(key, querySafe)
		if hasValue {
			pair += "=" + normalEscapes(value, querySafe)
		}
		pairs = append(pairs, pair)
	}
	slices.SortStableFunc(pairs, func(a, b string) int {
		ka, _, _ := strings.Cut(a, "=")
		kb, _, _ := strings.Cut(b, "=")
		return strings.Compare(ka, kb)
	})
	return strings.Join(pairs, "&")
}

// without drops the parameters of a query whose key (lower case) is unwanted, and leaves the
// rest as it was written.
func without(query string, unwanted func(key string) bool) string {
	if query == "" {
		return ""
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if !unwanted(strings.ToLower(unescape(key))) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

//go:embed tracking.txt
var trackingList string

// trackingKeys returns the list as a set of whole names and a list of prefixes.
var trackingKeys = sync.OnceValue(func() (t struct {
	whole  map[string]bool
	begins []string
}) {
	t.whole = map[string]bool{}
	for line := range strings.Lines(trackingList) {
		line, _, _ = strings.Cut(line, "#")
		name := strings.TrimSpace(line)
		if begin, ok := strings.CutSuffix(name, "*"); ok {
			t.begins = append(t.begins, begin)
		} else if name != "" {
			t.whole[name] = true
		}
	}
	return t
})

// tracking reports whether a query key (lower case) only tells how the reader got here.
func tracking(name string) bool {
	keys := trackingKeys()
	return keys.whole[name] || slices.ContainsFunc(keys.begins, func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// The characters that are not escaped, apart from the unreserved ones (RFC 3986 section
// 2.3): the delimiters that have no meaning in that part of the URL.
const (
	pathSafe     = "/:@!$&'()*+,;="
	querySafe    = "/:@!$'()*,;?="
	fragmentSafe = "/:@!$&'()*+,;=?"
)

// normalEscapes decodes the escapes of unreserved characters, writes all other escapes
// in upper case, and escapes what needs it (RFC 3986 section 6.2.2).
func normalEscapes(s, safe string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	out.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		switch {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8) // two hexadecimal digits
			c, escaped = byte(n), true
			i += 2
		case c == '+' && !strings.Contains(safe, "+"): // a blank, in queries
			c, escaped = ' ', true
		}
		if unreserved(c) || !escaped && strings.IndexByte(safe, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(hex[c>>4])
		out.WriteByte(hex[c&15])
	}
	return out.String()
}

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}
