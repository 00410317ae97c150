package format

import "tributary/internal/news"

// historyNS is the namespace of feed history, RFC 5005.
const historyNS = "http://purl.org/syndication/history/1.0"

// pageLink is a link from one document of a feed to another.
type pageLink struct {
	rel string
	to  news.Part
}

// pageLinks are the links of RFC 5005 that an Edition has. The live document
// leads into the archive (section 4), or where there is none to what came before
// (section 3). A closed page names the next one before there is it, because its
// bytes stay when that is closed; until then the address leads to the live
// document.
func pageLinks(e *news.Edition) []pageLink {
	var links []pageLink
	add := func(rel string, to news.Part, is bool) {
		if is {
			links = append(links, pageLink{rel, to})
		}
	}
	switch {
	case e.Part.Page > 0:
		add("current", news.Part{}, true)
		add("prev-archive", e.Prev, e.Prev.Page > 0)
		add("next-archive", e.Part.Next(), true)
	case e.Part.Before > 0:
		add("first", news.Part{}, true)
		add("previous", e.Newer, true)
		add("next", e.Older, e.Older.Before > 0)
	case e.Feed.Archive:
		add("prev-archive", e.Prev, e.Prev.Page > 0)
	default:
		add("next", e.Older, e.Older.Before > 0)
	}
	return links
}

// historyOf is what says that a document is a page of an archive.
func historyOf(e *news.Edition) (namespace string, archive *struct{}) {
	if e.Part.Page == 0 {
		return "", nil
	}
	return historyNS, &struct{}{}
}

// nextURL is where JSON Feed goes on: its one way, for both kinds of past.
func nextURL(e *news.Edition) string {
	for _, link := range pageLinks(e) {
		if link.rel == "prev-archive" || link.rel == "next" {
			return wireURL(e.PartURL(link.to, "json"))
		}
	}
	return ""
}
