package web

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/news"
)

// makeTimesDistinct gives stories that were updated in the same millisecond distinct times, as stories of a
// single feed have: readers cannot sort by equal times, and validators report them. The oldest
// story keeps its time, as does any story with a time of its own; each of the others gets the next
// free millisecond. The times depend only on what is shown, so the same result always has the same
// times.
func makeTimesDistinct(shown []news.Shown) {
	byAge := make([]*news.Shown, len(shown))
	for i := range shown {
		byAge[i] = &shown[i]
	}
	slices.SortFunc(byAge, func(a, b *news.Shown) int {
		return cmp.Or(cmp.Compare(a.StoryID, b.StoryID), cmp.Compare(a.GUID, b.GUID))
	})
	taken := map[int64]bool{}
	var late []*news.Shown
	for _, s := range byAge {
		if at := s.Updated.UnixMilli(); taken[at] {
			late = append(late, s)
		} else {
			taken[at] = true
		}
	}
	for _, s := range late {
		for taken[s.Updated.UnixMilli()] {
			s.Updated = s.Updated.Add(time.Millisecond)
		}
		taken[s.Updated.UnixMilli()] = true
	}
}
