package fetch

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxLinks bounds the number of links read from a header.
const maxLinks = 64

// Link is a link of a Link header (RFC 8288 section 3).
type Link struct {
	URL  string   // absolute, http or https, without a fragment
	Rel  []string // relation types in lower case, such as "hub" and "self"
	Type string   // media type hint; may be empty
}

// Is reports whether the link has the relation.
func (l Link) Is(rel string) bool { return slices.Contains(l.Rel, rel) }

// Links returns the links in the Link header of a response from base. It omits links without a
// relation, links about another document (anchor), links to other schemes, and whatever cannot be
// parsed.
func Links(h http.Header, base *url.URL) []Link {
	var links []Link
	for _, field := range h.Values("Link") {
		for rest := field; rest != "" && len(links) < maxLinks; {
			var raw rawLink
			raw, rest = cutLink(rest)
			if link, ok := raw.resolve(base); ok {
				links = append(links, link)
			}
		}
	}
	return links
}

// rawLink is a link before it is resolved.
type rawLink struct {
	target string
	params map[string]string // by name in lower case; the first of each counts
}

// cutLink reads the first link of a field, skipping everything before its "<", and returns the
// rest.
func cutLink(s string) (raw rawLink, rest string) {
	_, s, _ = strings.Cut(s, "<")
	raw.target, s, _ = strings.Cut(s, ">")
	raw.params = map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t")
		if !strings.HasPrefix(s, ";") {
			return raw, s // a comma, or something unintelligible
		}
		var name, value string
		name, value, s = cutParam(s[1:])
		if _, known := raw.params[name]; !known { // section 3.3: later ones are ignored
			raw.params[name] = value
		}
	}
}

// cutParam reads a parameter, name=token or name="quoted", up to the next semicolon or comma.
func cutParam(s string) (name, value, rest string) {
	end := strings.IndexAny(s, "=;,")
	if end < 0 {
		return strings.ToLower(strings.TrimSpace(s)), "", ""
	}
	name = strings.ToLower(strings.TrimSpace(s[:end]))
	if s[end] != '=' {
		return name, "", s[end:]
	}
	s = strings.TrimLeft(s[end+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		value, s = cutQuoted(s[1:])
	}
	if end = strings.IndexAny(s, ";,"); end < 0 {
		end = len(s)
	}
	return name, value + strings.TrimSpace(s[:end]), s[end:]
}

// cutQuoted reads a quoted-string after its opening quote (RFC 9110 section 5.6.4).
func cutQuoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// resolve returns the Link, or false if it is to be omitted.
func (r rawLink) resolve(base *url.URL) (Link, bool) {
	target, err := base.Parse(strings.TrimSpace(r.target))
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" || target.User != nil {
		return Link{}, false
	}
	rels := strings.Fields(strings.ToLower(r.params["rel"]))
	if len(rels) == 0 || !isAbout(r.params["anchor"], base) {
		return Link{}, false
	}
	target.Fragment, target.RawFragment = "", ""
	return Link{URL: target.String(), Rel: rels, Type: strings.ToLower(strings.TrimSpace(r.params["type"]))}, true
}

// isAbout reports whether a link with the anchor is about the document at base (section 3.2).
func isAbout(anchor string, base *url.URL) bool {
	if anchor == "" {
		return true
	}
	about, err := base.Parse(anchor)
	return err == nil && about.String() == base.String()
}
