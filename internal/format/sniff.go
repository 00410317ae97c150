package format

import (
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// findRoot returns where the root element of a feed begins. Text, comments,
// warnings of a broken server and declarations may stand before it; a page may
// not.
func findRoot(s string, fix *repairs) (int, error) {
	junk := false
	for l := (lexer{s: s}); ; {
		t := l.next()
		switch {
		case t.kind == eofToken:
			return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s))
		case t.kind == textToken:
			junk = junk || strings.TrimSpace(t.text) != ""
		case t.kind == otherToken && len(s) >= t.pos+15 && strings.EqualFold(s[t.pos:t.pos+14], "<!doctype html"):
			return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s))
		case t.kind == startToken:
			switch localName(t.name) {
			case "rss", "rdf", "feed", "channel", "entry":
				if junk {
					fix.note("text before the document was ignored")
				}
				return t.pos, nil
			case "html", "opml", "urlset", "sitemapindex", "svg":
				return 0, news.Failf(news.OutcomeNotAFeed, "%s", whatItIs(s))
			}
			junk = true
		}
	}
}

// whatItIs says in words what stands where a feed was expected.
func whatItIs(s string) string {
	l := lexer{s: s}
	for range 10_000 {
		t := l.next()
		if t.kind == eofToken {
			break
		}
		if t.kind != startToken {
			continue
		}
		switch localName(t.name) {
		case "opml":
			return "an OPML list, not a feed: import it"
		case "urlset", "sitemapindex":
			return "a sitemap, not a feed"
		case "html", "head", "body", "title":
			return page(s)
		}
	}
	if strings.TrimSpace(s) == "" {
		return "an empty document, not a feed"
	}
	return "neither RSS, Atom, RDF nor JSON Feed"
}

// page names a page by its title.
func page(s string) string {
	lower := strings.ToLower(s[:min(len(s), 256<<10)])
	if open := strings.Index(lower, "<title"); open >= 0 && len(lower) <= len(s) {
		_, rest, _ := strings.Cut(lower[open:], ">")
		start := len(lower) - len(rest)
		if start < len(s) && strings.HasPrefix(lower[open:], "<title") {
			title, _, _ := strings.Cut(s[open:min(len(s), open+2048)], "</")
			if _, title, ok := strings.Cut(title, ">"); ok && clean.Text(title) != "" {
				return "an HTML page titled “" + clip(clean.Text(title), 100) + "”, not a feed"
			}
		}
	}
	return "an HTML page, not a feed"
}

// rawNamespaces are the namespaces that a root tag declares, as written.
func rawNamespaces(attrs []attr) []string {
	var list []string
	for _, a := range attrs {
		if strings.HasPrefix(strings.ToLower(a.name), "xmlns") {
			list = append(list, strings.ToLower(a.value))
		}
	}
	return list
}

// formatName says which version of which format a root element begins.
func formatName(local string, root *node, spaces []string) string {
	has := func(part string) bool {
		for _, s := range spaces {
			if strings.Contains(s, part) {
				return true
			}
		}
		return false
	}
	version := strings.TrimSpace(root.attr("version"))
	switch local {
	case "feed", "entry":
		if version == "0.3" || has("purl.org/atom/ns#") && !has("w3.org/2005/atom") {
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
