package page

import (
	"html"
	"html/template"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"tributary/internal/news"
)

// anchor returns text as HTML, linked to address if link allows it. It makes every link outside the
// text of entries.
func anchor(address, text string) template.HTML {
	if address = link(address); address == "" {
		return template.HTML(html.EscapeString(text))
	}
	return anchorTo(address, text)
}

// ownAnchor is anchor for an address from the site's own configuration, which may also be a mailto
// or tel address.
func ownAnchor(address, text string) template.HTML {
	return anchorTo(target(address), text)
}

// anchorTo returns text linked to an address that was checked.
func anchorTo(address, text string) template.HTML {
	return template.HTML(`<a href="` + html.EscapeString(address) + `">` + html.EscapeString(text) + `</a>`)
}

// breakable returns an address as text that may wrap after each slash. Copied, it is the address.
func breakable(address string) template.HTML {
	return template.HTML(strings.ReplaceAll(html.EscapeString(address), "/", "/<wbr>"))
}

// link returns raw, with spaces escaped, if it is an absolute http or https address without user
// information, which could be a password. Otherwise it returns "", above all for javascript: and
// data:.
func link(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return strings.ReplaceAll(raw, " ", "%20")
}

// target is link for anchors inside an entry, which may also be mailto and tel addresses.
func target(raw string) string {
	scheme, rest, _ := strings.Cut(raw, ":")
	switch strings.ToLower(scheme) {
	case "mailto", "tel":
		if rest != "" {
			return raw
		}
	}
	return link(raw)
}

// host returns the host of an address for people to read: without "www.", and with its umlauts and
// accents. Letters of other scripts stay encoded, because many look like Latin ones.
func host(raw string) string {
	name := strings.TrimPrefix(news.HostOf(raw), "www.")
	shown, err := idna.Display.ToUnicode(name)
	if err != nil || strings.ContainsFunc(shown, func(r rune) bool { return r > unicode.MaxLatin1 }) {
		return name
	}
	return shown
}
