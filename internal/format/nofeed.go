package format

import (
	stdjson "encoding/json"
	"maps"
	"slices"
	"strings"

	"tributary/internal/clean"
)

// maxSniff bounds how many bytes of a document are read to say what it is.
const maxSniff = 256 << 10

// whatItIs says in words what a document is that was expected to be a feed. odd tells that it had
// many characters that no text has.
func whatItIs(s string, odd bool) string {
	s = s[:min(len(s), maxSniff)]
	switch text := strings.TrimSpace(s); {
	case text == "":
		return "an empty document, not a feed"
	case text[0] == '[':
		return "a JSON array, not a feed: JSON Feed is an object"
	case strings.HasPrefix(text, "%PDF-"):
		return "a PDF document, not a feed"
	case odd:
		return "binary data, not a feed"
	}
	root := ""
	for t := range starts(s) {
		switch name := localName(t.name); name {
		case "opml":
			return "an OPML list, not a feed: write opml: instead of feed:"
		case "urlset", "sitemapindex":
			return "a sitemap, not a feed"
		case "html", "head", "body", "title":
			return page(s)
		default:
			if root == "" {
				root = name
			}
		}
	}
	switch {
	case root == "":
		return "plain text, neither RSS, Atom, RDF nor JSON Feed"
	case root == "svg":
		return "an SVG picture, not a feed"
	case clean.Element(root):
		return page(s)
	}
	return "an XML document with the root <" + clip(clean.Line(root), 40) + ">, neither RSS, Atom nor RDF"
}

// page names a web page by its title, and says if it asks for a password, because the
// feed may then be behind it.
func page(s string) string {
	kind, asks := "an HTML page", ""
	title := ""
	for t := range starts(s) {
		switch localName(t.name) {
		case "title":
			if rest, _, ok := strings.Cut(s[t.end:min(len(s), t.end+2048)], "</"); ok && title == "" {
				title = clean.Text(rest)
			}
		case "input":
			for _, a := range t.attrs {
				if strings.EqualFold(a.name, "type") && strings.EqualFold(a.value, "password") {
					kind, asks = "a login page", ": the source may need basic_auth: or headers:"
				}
			}
		}
	}
	if title != "" {
		kind += " titled “" + clip(title, 100) + "”"
	}
	return kind + ", not a feed" + asks
}

// jsonIs says what a JSON object is that has no version of JSON Feed.
func jsonIs(version string, text []byte) string {
	if version != "" {
		return "a JSON document that is no feed: want a version that begins with " + jsonVersion + ", got “" + clip(clean.Line(version), 60) + "”"
	}
	var members map[string]stdjson.RawMessage
	if stdjson.Unmarshal(text, &members) != nil || len(members) == 0 {
		return "a JSON document that is no feed: it has no version that begins with " + jsonVersion
	}
	keys := slices.Sorted(maps.Keys(members))
	words := clip(clean.Line(strings.Join(keys[:min(len(keys), 5)], ", ")), 100)
	return "a JSON document that is no feed: it has no version that begins with " + jsonVersion + "; its keys are " + words
}
