package format

import (
	"slices"
	"strings"

	"tributary/internal/news"
)

// findRoot returns the offset of the root element of a feed. Text, comments,
// declarations and the warnings of a broken server may stand before it, but not a web
// page. The error is not_a_feed and says what the document is instead.
func findRoot(s string, fix *repairs) (int, error) {
	junk := false
	for l := (lexer{s: s}); ; {
		t := l.next()
		switch {
		case t.kind == eofToken:
			return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s, fix.dropped*50 > len(s)))
		case t.kind == textToken:
			junk = junk || strings.TrimSpace(t.text) != ""
		case t.kind == otherToken && len(s) >= t.pos+15 && strings.EqualFold(s[t.pos:t.pos+14], "<!doctype html"):
			return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s, fix.dropped*50 > len(s)))
		case t.kind == startToken:
			switch localName(t.name) {
			case "rss", "rdf", "feed", "channel", "entry":
				if junk {
					fix.note("text before the document was ignored")
				}
				return t.pos, nil
			case "html", "opml", "urlset", "sitemapindex", "svg":
				return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s, fix.dropped*50 > len(s)))
			}
			junk = true
		}
	}
}

// rawNamespaces returns the namespaces that a root tag declares, in lower case.
func rawNamespaces(attrs []attr) []string {
	var list []string
	for _, a := range attrs {
		if strings.HasPrefix(strings.ToLower(a.name), "xmlns") {
			list = append(list, strings.ToLower(a.value))
		}
	}
	return list
}

// formatName returns the format and version of a document with this root element.
func formatName(local string, root *node, spaces []string) string {
	has := func(part string) bool {
		return slices.ContainsFunc(spaces, func(s string) bool { return strings.Contains(s, part) })
	}
	version := strings.TrimSpace(root.attr("version"))
	switch local {
	case "feed", "entry":
		if strings.HasPrefix(version, "0.") || has("purl.org/atom/ns") && !has("w3.org/2005/atom") {
			return "atom03"
		}
		return "atom10"
	case "rdf":
		if has("netscape.com/rdf/simple/0.9") {
			return "rss090"
		}
		return "rss10"
	case "channel":
		if has("rss1.1") {
			return "rss11"
		}
	}
	switch {
	case version == "0.90":
		return "rss090"
	case version == "0.91":
		return "rss091"
	case strings.HasPrefix(version, "0.9"):
		return "rss092"
	}
	return "rss20"
}

// jsonStart returns the offset of a JSON Feed that follows the messages of a broken
// server, or -1. A web page that shows one does not count.
func jsonStart(text string) int {
	start := strings.IndexByte(text[:min(len(text), 4<<10)], '{')
	if start < 0 || !strings.Contains(text[start:min(len(text), start+64<<10)], "jsonfeed.org/version") || containsFold(text[:start], "<html") || containsFold(text[:start], "<!doctype") {
		return -1
	}
	return start
}
