package web

import (
	"context"
	"slices"
	"testing"
	"time"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/search"
)

func TestSetApart(t *testing.T) {
	ten := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	shown := func(order ...int) (list []news.Shown) {
		all := []news.Shown{
			{Publication: news.Publication{StoryID: 7, GUID: "third", Updated: ten}},
			{Publication: news.Publication{StoryID: 3, GUID: "first", Updated: ten}},
			{Publication: news.Publication{StoryID: 5, GUID: "second", Updated: ten}},
			{Publication: news.Publication{StoryID: 9, GUID: "alone", Updated: ten.Add(time.Millisecond)}},
			{Publication: news.Publication{StoryID: 1, GUID: "other", Updated: ten.Add(-time.Hour)}},
		}
		for _, i := range order {
			list = append(list, all[i])
		}
		return list
	}
	want := map[string]int64{"first": 0, "second": 2, "third": 3, "alone": 1, "other": -3_600_000}
	for _, list := range [][]news.Shown{shown(0, 1, 2, 3, 4), shown(4, 3, 2, 1, 0), shown(2, 4, 0, 1, 3)} {
		order := slices.Clone(list)
		makeTimesDistinct(list)
		for i, s := range list {
			if got := s.Updated.Sub(ten).Milliseconds(); got != want[s.GUID] || s.GUID != order[i].GUID {
				t.Errorf("%s, at place %d: %d ms, want %d", s.GUID, i, got, want[s.GUID])
			}
		}
	}
}

// oneTime finds stories that were all updated at the same instant.
type oneTime struct{ Views }

func (s oneTime) Search(ctx context.Context, r search.Request) (*search.Result, error) {
	found, err := s.Views.Search(ctx, r)
	if err == nil {
		for i := range found.Found {
			found.Found[i].Updated = found.Found[0].Updated
		}
	}
	return found, err
}

func TestNoTwoOfASearchFeedHaveOneTime(t *testing.T) {
	b := newSearchBench(t)
	b.web.Views = oneTime{b.web.Views}
	a := b.searched(t, b.serve(), "/search.atom?q=text")
	d, err := format.Decode(a.body, format.Input{URL: b.site.URL})
	if err != nil || len(d.Entries) < 2 {
		t.Fatalf("%v: %s", err, a.body)
	}
	times := map[time.Time]bool{}
	for _, e := range d.Entries {
		times[e.Updated] = true
	}
	if len(times) != len(d.Entries) {
		t.Errorf("%d times of %d entries", len(times), len(d.Entries))
	}
}
