package format

import (
	"slices"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// nameOthers appends a line to the text that links the other members of the story whose
// ids are in named, each source once. The line is in the language of the feed, else of
// the item. A member that is no longer shown is not linked.
func (it *wireItem) nameOthers(feed string, named []int64) {
	var links []string
	told := []string{it.source.title} // the item itself is from there
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
