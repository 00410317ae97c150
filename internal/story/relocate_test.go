package story_test

import (
	"fmt"
	"slices"
	"testing"

	"tributary/internal/news"
	"tributary/internal/story"
)

// told returns a document of articles. With shift 1 they have other addresses and other guids.
func told(site string, from, to int, text func(i int) string) []story.Arrival {
	d := &news.Document{}
	for i := from; i <= to; i++ {
		d.Entries = append(d.Entries, news.Entry{
			GUID: fmt.Sprintf("%s/?p=%d", site, i), Link: fmt.Sprintf("%s/articles/%d", site, i),
			Title: fmt.Sprintf("Article %d", i), Content: text(i),
		})
	}
	return story.Arrive(news.Source{ID: 1, Name: "x", URL: site}, d)
}

func long(i int) string {
	return fmt.Sprintf("<p>Article number %d has a text that is long enough to be told from all others.</p>", i)
}

func TestRelocate(t *testing.T) {
	held := func(arrivals []story.Arrival, first int64) (list []story.KnownText) {
		for i, a := range arrivals { // two digits, so that guids sort like the numbers
			h, _ := a.TextKey(0)
			h.ID = first + int64(i)
			list = append(list, h)
		}
		return list
	}
	old := held(told("https://old.example", 11, 20, long), 11)
	short := func(int) string { return "<p>Short.</p>" }
	for _, test := range []struct {
		name     string
		arrivals []story.Arrival
		named    int64 // the entry that the last arrival is already known to be
		held     []story.KnownText
		want     []int64
	}{
		{"the whole site", told("https://new.example", 11, 14, long), 0, old, []int64{11, 12, 13, 14}},
		{"with news", told("https://new.example", 18, 23, long), 0, old, []int64{18, 19, 20, 0, 0, 0}},
		{"mostly news", told("https://new.example", 18, 24, long), 0, old, make([]int64, 7)},
		{"two are no mass", told("https://new.example", 11, 12, long), 0, old, []int64{0, 0}},
		{"one is taken", told("https://new.example", 11, 15, long), 12, old, []int64{11, 0, 13, 14, 12}},
		{"templates", told("https://new.example", 11, 14, short), 0, held(told("https://old.example", 11, 14, short), 11), make([]int64, 4)},
		{"held twice", told("https://new.example", 11, 14, long), 0, append(slices.Clone(old), held(told("https://old.example", 11, 20, long), 31)...), make([]int64, 4)},
	} {
		ids := make([]int64, len(test.arrivals))
		ids[len(ids)-1] = test.named
		story.Relocate(test.arrivals, ids, test.held)
		if !slices.Equal(ids, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, ids, test.want)
		}
	}
}

// Of a stored document that is read again, single entries are recognised, however short.
func TestReidentify(t *testing.T) {
	short := func(int) string { return "" }
	arrivals := told("https://new.example", 11, 13, short)
	known := func(i int, id int64) story.KnownText {
		h, _ := arrivals[i].TextKey(0)
		h.ID = id
		return h
	}
	for _, test := range []struct {
		name string
		held []story.KnownText
		want []int64
	}{
		{"one", []story.KnownText{known(1, 7)}, []int64{0, 7, 5}},
		{"held twice", []story.KnownText{known(1, 7), known(1, 8)}, []int64{0, 0, 5}},
		{"named by another arrival", []story.KnownText{known(0, 5)}, []int64{0, 0, 5}},
	} {
		ids := []int64{0, 0, 5}
		if n := story.Reidentify(arrivals, ids, test.held); !slices.Equal(ids, test.want) || n > 0 != (ids[1] == 7) {
			t.Errorf("%s: got %v, %d, want %v", test.name, ids, n, test.want)
		}
	}
}
