package page

import (
	"html"
	"html/template"
	"net/url"
	"strings"
)

// anchor returns text as markup, and as a link to address where link lets it
// through. Every link of a page outside the text of an entry is made here.
func anchor(address, text string) template.HTML {
	text = html.EscapeString(text)
	if address = link(address); address == "" {
		return template.HTML(text)
	}
	return template.HTML(`<a href="` + html.EscapeString(address) + `">` + text + `</a>`)
}

// ownAnchor is anchor for an address of the site's own configuration, which may
// also be one to write to.
func ownAnchor(address, text string) template.HTML {
	return template.HTML(`<a href="` + html.EscapeString(target(address)) + `">` + html.EscapeString(text) + `</a>`)
}

// breakable returns an address as text that breaks between its parts where a line
// is too short for it. Copied, it is the address.
func breakable(address string) template.HTML {
	return template.HTML(strings.ReplaceAll(html.EscapeString(address), "/", "/<wbr>"))
}

// link returns raw, with its spaces escaped, when a browser may be sent there: an absolute http or https
// address without user information, which could be a password. It returns ""
// for everything else, javascript: and data: before all.
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

// target is link for anchors inside an entry, which may also write to somebody
// or call them.
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

// host returns what people call the place that raw leads to.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
