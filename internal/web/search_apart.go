package web

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/news"
)

// setApart gives stories of several feeds that were updated in the same millisecond
// times of their own, as stories of one feed have: readers cannot sort by equal ones,
// and validators take them for a fault. The story that came first keeps its time, and
// so does whoever shares it with nobody; each other gets the next that is free. What is
// shown decides alone, so the same result has the same times.
func setApart(shown []news.Shown) {
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
