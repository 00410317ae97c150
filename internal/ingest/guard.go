package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"tributary/internal/news"
	"tributary/internal/story"
)

// Own is what we publish, which no source may bring back to us.
type Own struct {
	Site  news.Site
	Feeds []string // ids of our feeds, as in their Atom documents
}

// loop returns a sentence if a document is one of our own feeds, else "". A copy on another host is
// recognised by the id and the self link in it.
func (o Own) loop(doc *news.Document, from string) string {
	switch {
	case slices.Contains(o.Feeds, doc.ID):
		return "it is one of our own feeds: its id is ours; leave it out, or all that we publish would come back"
	case o.Site.HasFeed(from), o.Site.HasFeed(doc.Self):
		return fmt.Sprintf("it is one of our own feeds, below %s; leave it out, or all that we publish would come back", o.Site.URL)
	}
	return ""
}

// withhold marks all but the newest entries of a new source's first document as not to be
// published; a most of 0 means no limit. Entries without a date of their own are ordered by their
// position in the document.
func withhold(arrivals []story.Arrival, most int) {
	if most <= 0 || len(arrivals) <= most {
		return
	}
	order := make([]*story.Arrival, len(arrivals))
	for i := range arrivals {
		order[i] = &arrivals[i]
	}
	slices.SortFunc(order, func(a, b *story.Arrival) int {
		return cmp.Or(b.Entry.Published.Compare(a.Entry.Published), cmp.Compare(a.Position, b.Position))
	})
	for _, a := range order[most:] {
		a.Guard = news.GuardBacklog
	}
}
