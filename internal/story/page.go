package story

import (
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"

	"tributary/internal/clean"
)

// page returns the canonical URL of the page to which a link leads. Links of
// aggregators that contain their target are unwrapped without a request. The AMP
// edition of a page (a path that begins with /amp/) counts as the page.
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
			return canonical
		}
		canonical = clean.CanonicalURL(site + "/" + path)
	}
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
	case strings.HasSuffix(host, "facebook.com") && u.Path == "/l.php":
		return absolute(u.Query().Get("u"))
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		if _, target, ok := strings.Cut(u.Path, "/s/"); ok {
			return "https://" + target
		}
	}
	return ""
}

// newsTarget decodes the path of a Google News link: base64 of a small protocol buffer whose
// field 4 is the address. Newer links hold a token instead, which only Google can resolve.
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
