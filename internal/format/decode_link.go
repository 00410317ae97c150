package format

import (
	"iter"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// relation is an Atom link, wherever it stands: RFC 4287 section 4.2.7.
type relation struct {
	*node
	rel string // lower case, without the prefix of the registry
	url string // absolute
}

// relations are the links of a head or item that have an address in an
// attribute. One with several relations is several.
func relations(n *node) iter.Seq[relation] {
	return func(yield func(relation) bool) {
		for _, k := range n.kids {
			if k.name != "link" && k.name != "atom:link" {
				continue
			}
			url := clean.Resolve(k.base, first(k.attr("href"), k.attr("resource"), k.attr("url"), k.attr("uri")))
			if url == "" && k.rebased && k.base != nil && k.hasBlank("href") {
				url = clean.Resolve(nil, k.base.String()) // the base itself, RFC 3986 section 5.2.2
			}
			if url == "" {
				continue
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

// alternate returns the first alternate that is a page, else the first one. A
// page needs no type, and a language decides nothing.
func alternate(n *node) string {
	found := ""
	for l := range relations(n) {
		if l.rel != "alternate" {
			continue
		}
		if kind := strings.ToLower(l.attr("type")); kind == "" || strings.Contains(kind, "html") {
			return l.url
		}
		found = first(found, l.url)
	}
	return found
}

// textLink returns the first address that stands in a link as text: the link of
// RSS, and a habit that some Atom documents took over.
func (r *reader) textLink(n *node) string {
	for _, k := range n.kids {
		if k.name != "link" || k.inner == "" {
			continue
		}
		if ref := strings.TrimSpace(r.read(k).value); ref != "" {
			if url := clean.Resolve(k.base, ref); url != "" {
				return url
			}
		}
	}
	return ""
}

// lastResort is what an entry without a link may be read at: its id when that
// is an address, the place of its content (RFC 4287 section 4.1.3.2), or the
// file that it comes with.
func lastResort(n *node, id string, files []news.Enclosure) string {
	if isAddress(id) {
		if url := clean.Resolve(nil, id); url != "" {
			return url
		}
	}
	if k := n.kid("content"); k != nil && k.attr("src") != "" {
		if url := clean.Resolve(k.base, k.attr("src")); url != "" {
			return url
		}
	}
	if len(files) > 0 {
		return files[0].URL
	}
	return ""
}

// isAddress reports whether an id is a web address and nothing else.
func isAddress(id string) bool {
	id = strings.ToLower(id)
	return (strings.HasPrefix(id, "http://") || strings.HasPrefix(id, "https://")) && !strings.ContainsAny(id, " <>")
}

// linkedEnclosures adds the links with rel="enclosure".
func linkedEnclosures(n *node, e *news.Entry) {
	for l := range relations(n) {
		if l.rel == "enclosure" {
			e.Enclosures = addEnclosure(e.Enclosures, news.Enclosure{URL: l.url, Type: mediaType(l.attr("type")),
				Length: length(l.attr("length")), Title: clean.Line(l.attr("title"))})
		}
	}
}
