package web

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/news"
)

// makeTimesDistinct changes the updated times of search results so that no two are the same.
// Within one feed they differ already, but not across feeds; readers cannot sort by equal
// times, and validators report them as errors. Of stories with one time the oldest keeps
// it, and each other one gets the next free millisecond. The result depends on what is
// shown alone, so the same results always have the same times.
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
