package page

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestStoryPageTellsWhatWasDoneByHand(t *testing.T) {
	when := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	s := news.Shown{Entry: news.Entry{
		Title: "River falls", Link: "https://a.example/1", Pinned: when,
		Match: news.Match{Reason: news.ReasonNew, Hand: news.Hand{Act: news.Split, At: when}},
	}}
	s.Members = []news.Member{{Outlet: "b.example", Title: "Low water", Link: "https://b.example/1",
		Match: news.Match{Reason: news.ReasonURL, Hand: news.Hand{Act: news.Merged, At: when}}}}
	var b strings.Builder
	if err := builtin().Story(&b, &StoryView{Story: s}); err != nil {
		t.Fatal(err)
	}
	page := text(tree(t, b.String()))
	for _, want := range []string{
		"same address merged by hand 27 November 2026, 10:00 UTC", // the machine's reason stays
		"split by hand 27 November 2026, 10:00 UTC",
		"pinned by hand 27 November 2026, 10:00 UTC",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}
