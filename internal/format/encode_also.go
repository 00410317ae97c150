package format

import (
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// nameOthers ends the text with those of the other members that named lists, each
// source once, in the language of the feed, else of the item. A member that is not
// shown any more is not among the others, and so is not named.
func (it *wireItem) nameOthers(feed string, named []int64) {
	var links []string
	told := []string{it.source.title} // it is here
	for _, m := range it.also {
		if !slices.Contains(named, m.EntryID) || slices.Contains(told, m.SourceTitle) {
			continue
		}
		told = append(told, m.SourceTitle)
		links = append(links, `<a href="`+quoted(m.Link)+`">`+clean.Escape(m.SourceTitle)+"</a>")
	}
	if links == nil {
		return
	}
	words := news.WordsIn(first(wireLanguage(feed), it.language)).Also
	it.end("\n<p>" + words + " " + strings.Join(links, ", ") + "</p>")
}
