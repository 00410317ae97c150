package page

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

// TestStoryPageTellsWhatTiesReports checks the words for every reason, with the figure if one is
// shown.
func TestStoryPageTellsWhatTiesReports(t *testing.T) {
	for _, test := range []struct {
		match news.Match
		want  string
	}{
		{news.Match{Reason: news.ReasonGUID, Score: 1}, "same id"},
		{news.Match{Reason: news.ReasonURL, Score: 1}, "same address"},
		{news.Match{Reason: news.ReasonTitle, Score: .9}, "same headline"},
		{news.Match{Reason: news.ReasonText, Score: .843}, "same text, 84 %"},
		{news.Match{Reason: news.ReasonText, Score: 1}, "same text"},
		{news.Match{Reason: news.ReasonUpdate, Score: .7}, "later version"},
		{news.Match{Reason: news.ReasonTeaser, Score: .8}, "teaser and full text"},
		{news.Match{Reason: news.ReasonTeaser, Score: .4}, "the same report in other words"},
		{news.Match{Reason: news.ReasonURL, Score: 1, Detail: "the same recording (a.example)"}, "same recording"},
		{news.Match{Reason: news.ReasonTitle, Score: 1, Detail: "the same recording on another host: title, length and day agree"}, "same recording"},
		{news.Match{Reason: news.ReasonNew}, ""},
	} {
		if got := pageOfTwo(t, news.Match{Reason: news.ReasonNew}, test.match); got != test.want {
			t.Errorf("%s at %g: got %q, want %q", test.match.Reason, test.match.Score, got, test.want)
		}
	}
}

// TestStoryPageTellsWhatTiedTheEntryShown checks that the first report has a reason, too, when the
// shown entry was matched with it later.
func TestStoryPageTellsWhatTiedTheEntryShown(t *testing.T) {
	first := news.Match{Reason: news.ReasonNew}
	for _, test := range []struct {
		match news.Match
		want  string
	}{
		{news.Match{Reason: news.ReasonText, With: 7, Score: .61}, "same text, 61 %"},
		{news.Match{Reason: news.ReasonUpdate, With: 7, Score: .9}, "earlier version"},
		{news.Match{Reason: news.ReasonText, With: 8, Score: .61}, ""}, // it was matched with another entry
	} {
		if got := pageOfTwo(t, test.match, first); got != test.want {
			t.Errorf("%s with %d: got %q, want %q", test.match.Reason, test.match.With, got, test.want)
		}
	}
}

// pageOfTwo renders a story with a shown entry and another, entry 7, and returns what the page says
// of the other one.
func pageOfTwo(t *testing.T, shown, other news.Match) string {
	t.Helper()
	s := news.Shown{Entry: news.Entry{Title: "River falls", Link: "https://a.example/1", Match: shown}}
	s.Members = []news.Member{{EntryID: 7, Outlet: "b.example", Title: "Low water", Link: "https://b.example/1", Match: other}}
	var b strings.Builder
	if err := builtin().Story(&b, &StoryView{Story: s}); err != nil {
		t.Fatal(err)
	}
	for _, li := range all(tree(t, b.String()), "li") {
		if rest, ok := strings.CutPrefix(text(li), "b.example Low water"); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("the other report is not listed:\n%s", b.String())
	return ""
}
