package format

import (
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// showPictures appends to the text those pictures of an entry that it does not show, because
// few readers show Media RSS.
func (it *wireItem) showPictures() {
	e := news.Entry{Enclosures: it.enclosures, Extra: news.Extra{Pictures: it.extra.Pictures}}
	var figures strings.Builder
	for _, f := range clean.Unshown(it.text(), e.Gallery()) {
		if figure := clean.Figure(f); figure != "" {
			figures.WriteString("\n" + figure)
		}
		if it.title == "" && it.opening == "" {
			it.opening = clean.Excerpt(first(f.Alt, f.Title), 80)
		}
	}
	if figures.Len() > 0 {
		it.end(figures.String())
	}
}
