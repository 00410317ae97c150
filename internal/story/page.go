package story

import (
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"

	"tributary/internal/clean"
)

// page returns the canonical URL of the page that a link leads to. Links of aggregators
// that contain their target are unwrapped without a request. The AMP edition of a page (a
// path that begins with /amp/ or ends in .amp.html) counts as the page itself.
func page(link string) string {
	for range 3 { // a wrapper in a wrapper is real, more is a trap
		target := unwrap(link)
		if target == "" {
			break
		}
		link = target
	}
	canonical := clean.CanonicalURL(link)
	for {
		site, path, ok := strings.Cut(canonical, "/amp/")
		if !ok || !clean.IsRoot(site) {
			break
		}
		canonical = clean.CanonicalURL(site + "/" + path)
	}
	if plain, ok := strings.CutSuffix(canonical, ".amp.html"); ok {
		return plain + ".html"
	}
	return canonical
}

// unwrap returns the target that a link contains, or "".
func unwrap(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	switch {
	case host == "news.google.com":
		return newsTarget(u.Path)
	case strings.HasPrefix(host, "google.") && u.Path == "/url":
		return absolute(u.Query().Get("url"), u.Query().Get("q"))
	case strings.HasPrefix(host, "google.") && strings.HasPrefix(u.Path, "/amp/s/"):
		return "https://" + strings.TrimPrefix(u.Path, "/amp/s/")
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		if _, target, ok := strings.Cut(u.Path, "/s/"); ok {
			return "https://" + target
		}
	}
	for _, w := range wrappers {
		if (host == w.host || strings.HasSuffix(host, "."+w.host)) && u.Path == w.path {
			return absolute(u.Query().Get(w.key))
		}
	}
	return ""
}

// wrappers are redirects that contain their target in a query parameter.
var wrappers = []struct{ host, path, key string }{
	{"bing.com", "/news/apiclick.aspx", "url"},
	{"duckduckgo.com", "/l/", "uddg"},
	{"facebook.com", "/l.php", "u"},
	{"instagram.com", "/", "u"},
	{"safelinks.protection.outlook.com", "/", "url"},
	{"youtube.com", "/redirect", "q"},
}

// newsTarget extracts the target from the path of a Google News link: base64 of a small
// protocol buffer whose field 4 is the address. Newer links contain a token instead that
// only Google can resolve. For these it returns "".
func newsTarget(path string) string {
	_, id, ok := strings.Cut(path, "/articles/")
	if !ok {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil || len(raw) < 3 || string(raw[:3]) != "\x08\x13\x22" {
		return ""
	}
	n, width := binary.Uvarint(raw[3:])
	if width <= 0 || n > uint64(len(raw)-3-width) {
		return ""
	}
	return absolute(string(raw[3+width:][:n]))
}

func absolute(candidates ...string) string {
	for _, c := range candidates {
		if strings.HasPrefix(c, "https://") || strings.HasPrefix(c, "http://") {
			return c
		}
	}
	return ""
}
