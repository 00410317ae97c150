package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tributary/internal/news"
	"tributary/internal/story"
)

// Own is what we publish: what no source may bring us back.
type Own struct {
	Site  string   // base URL without a trailing slash
	Feeds []string // ids of our feeds, as their Atom documents have them
}

// loop says in a sentence that a document is one of our own feeds; "" when it is
// not. A copy of it elsewhere still names itself.
func (o Own) loop(doc *news.Document, from string) string {
	switch {
	case slices.Contains(o.Feeds, doc.ID):
		return "it is one of our own feeds: its id is ours; leave it out, or all that we publish would come back"
	case o.holds(from), o.holds(doc.Self):
		return fmt.Sprintf("it is one of our own feeds, below %s; leave it out, or all that we publish would come back", o.Site)
	}
	return ""
}

// holds reports whether an address is that of one of our feeds, whatever its
// scheme.
func (o Own) holds(address string) bool {
	path, below := strings.CutPrefix(bare(address), bare(o.Site))
	return o.Site != "" && below && (strings.HasPrefix(path, "/feeds/") || strings.HasPrefix(path, "/private/"))
}

// bare is an address without its scheme.
func bare(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		return rest
	}
	return address
}

// withhold keeps all but the newest entries of a new source's first document
// from being published; most 0 is no limit. What has no time of its own is as
// new as its place in the document says.
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
