package format

import "tributary/internal/news"

// pageLink is a link from one document of a feed to another.
type pageLink struct {
	rel string
	to  news.Part
}

// pageLinks returns the links of RFC 5005 that an Edition has. The live document links
// to the archive (section 4) or, if there is none, to the older entries (section 3). A
// closed page links to the next page before that exists, because its own bytes must not
// change when the next one is closed; until then that address leads to the live
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

// nextURL returns where a JSON Feed continues. The format has one link for older
// entries of either kind.
func nextURL(e *news.Edition) string {
	for _, link := range pageLinks(e) {
		if link.rel == "prev-archive" || link.rel == "next" {
			return wireURL(e.PartURL(link.to, "json"))
		}
	}
	return ""
}
