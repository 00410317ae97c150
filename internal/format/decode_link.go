package format

import (
	"iter"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// relation is an Atom link in either vocabulary, with one of its relations (RFC 4287
// section 4.2.7).
type relation struct {
	*node
	rel string // lower case, without the URI of the IANA registry
	url string // absolute
}

// relations iterates over the links of a head or item whose address is in an attribute.
// A link with several relations comes once for each.
func relations(n *node) iter.Seq[relation] {
	return func(yield func(relation) bool) {
		for _, k := range n.kids {
			for l := range linkRelations(k) {
				if !yield(l) {
					return
				}
			}
		}
	}
}

// linkRelations iterates over the relations of one element, if it is a link.
func linkRelations(k *node) iter.Seq[relation] {
	return func(yield func(relation) bool) {
		if k.name != "link" && k.name != "atom:link" {
			return
		}
		url := clean.Resolve(k.base, mendedAddress(first(k.attr("href"), k.attr("resource"), k.attr("url"), k.attr("uri"))))
		if url == "" && k.rebased && k.base != nil && k.hasBlank("href") {
			url = clean.Resolve(nil, k.base.String()) // the base itself, RFC 3986 section 5.2.2
		}
		if url == "" {
			return
		}
		rels := strings.Fields(strings.ToLower(k.attr("rel")))
		if len(rels) == 0 {
			rels = []string{"alternate"}
		}
		for _, rel := range rels {
			if at := strings.LastIndexByte(rel, '/'); at >= 0 && strings.Contains(rel, "iana.org/assignments/") {
				rel = rel[at+1:]
			}
			if !yield(relation{k, rel, url}) {
				return
			}
		}
	}
}

// related returns the address of the first link of that relation, or "".
func related(n *node, rel string) string {
	for l := range relations(n) {
		if l.rel == rel {
			return l.url
		}
	}
	return ""
}

// alternate returns the first alternate link to a web page, else the first of any type.
// A link without a type counts as one to a page. Of pages in several languages it returns
// the one in the given language, or the first if that is "" or there is none.
func alternate(n *node, language string) string {
	page, file := "", ""
	for l := range relations(n) {
		if l.rel != "alternate" {
			continue
		}
		if kind := strings.ToLower(l.attr("type")); kind != "" && !strings.Contains(kind, "html") {
			file = first(file, l.url)
			continue
		}
		if language == "" || sameLanguage(l.attr("hreflang"), language) {
			return l.url
		}
		page = first(page, l.url)
	}
	return first(page, file)
}

// sameLanguage reports whether two tags name one language, of whatever country.
func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(languageTag(a), "-")
	b, _, _ = strings.Cut(languageTag(b), "-")
	return a == b
}

// textLink returns the first address that is the text of a link element: the link of
// RSS, which some Atom documents imitate.
func (r *reader) textLink(n *node) string {
	for k := range n.named("link") {
		if url := clean.Resolve(k.base, mendedAddress(r.read(k).value)); url != "" {
			return url
		}
	}
	return ""
}

// mendedAddress decodes the ampersands of an address that was escaped once too often; no
// address contains "&amp;" itself. It also adds the scheme to one that begins with "www.".
func mendedAddress(ref string) string {
	ref = strings.ReplaceAll(strings.TrimSpace(ref), "&amp;", "&")
	if strings.HasPrefix(ref, "www.") {
		return "http://" + ref
	}
	return ref
}

// lastResort returns where an entry without a link can be read: its id if that is an
// address, else the src of its content (RFC 4287 section 4.1.3.2), else its first file.
func lastResort(n *node, id string, files []news.Enclosure) string {
	if isAddress(id) {
		if url := clean.Resolve(nil, mendedAddress(id)); url != "" {
			return url
		}
	}
	if k := n.kid("content"); k != nil && k.attr("src") != "" {
		if url := clean.Resolve(k.base, k.attr("src")); url != "" {
			return url
		}
	}
	return firstPage(files)
}

// firstPage returns the address of the first file that a browser can open, or "".
func firstPage(files []news.Enclosure) string {
	for _, f := range files {
		if !f.Magnet() {
			return f.URL
		}
	}
	return ""
}

// isAddress reports whether an id is a web address and nothing else.
func isAddress(id string) bool {
	id = strings.ToLower(id)
	return (strings.HasPrefix(id, "http://") || strings.HasPrefix(id, "https://")) && !strings.ContainsAny(id, " <>")
}

// linkedEnclosures adds the links with rel="enclosure", and magnet links of any relation.
// Feeds of torrents have these in place of a link to a page.
func (r *reader) linkedEnclosures(n *node, e *news.Entry) {
	for _, k := range n.kids {
		if k.name == "link" || k.name == "atom:link" || k.name == "torrent:magneturi" {
			e.Enclosures = addEnclosure(e.Enclosures, linkedFile(k, clean.Magnet(first(k.attr("href"), r.read(k).value))))
		}
		for l := range linkRelations(k) {
			if l.rel == "enclosure" {
				e.Enclosures = addEnclosure(e.Enclosures, linkedFile(k, l.url))
			}
		}
	}
}

func linkedFile(k *node, url string) news.Enclosure {
	return news.Enclosure{URL: url, Type: mediaType(k.attr("type")), Length: length(k.attr("length")), Title: clean.Line(k.attr("title"))}
}
