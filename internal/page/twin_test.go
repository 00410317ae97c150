package page

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

func twinOf(t *testing.T, e *news.Edition) string {
	t.Helper()
	var b bytes.Buffer
	if err := builtin().Twin(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A feed of health reports is called that, and its items name no other source.
func TestTwinOfProblems(t *testing.T) {
	f := news.Feed{Name: "trouble", Title: "Trouble", Kind: news.FeedOfHealth, Private: true}
	event := news.HealthEvent{At: sampleNow, Was: news.HealthOK, Is: news.HealthFailing}
	page := twinOf(t, &news.Edition{
		Site: sampleSite, Feed: f, Updated: sampleNow,
		Shown: []news.Shown{event.Shown(sampleSite, f, sampleSource("kurier", "Kurier"), "kurier")},
	})
	root := tree(t, page)
	if got := text(all(root, "main")[0]); !strings.Contains(got, " 1 report · last changed ") {
		t.Errorf("got %q, want a count of reports", got)
	}
	for _, n := range all(all(root, "article")[0], "span") {
		if c := value(n, "class"); c == "source" || c == "author" {
			t.Errorf("a report names a %s, %q", c, text(n))
		}
	}
}

// The age of an empty feed is that of its configuration, which is of no use, so it is not shown.
func TestEmptyFeedHasNoAge(t *testing.T) {
	f := news.Feed{Name: "empty", Title: "Empty"}
	if got := text(tree(t, twinOf(t, &news.Edition{Site: sampleSite, Feed: f, Updated: sampleNow}))); strings.Contains(got, "last changed") || strings.Contains(got, "0 stories") {
		t.Errorf("got %q, want that nothing is here yet and no more", got)
	}
	var b bytes.Buffer
	if err := builtin().Front(&b, &FrontView{Site: sampleSite, Feeds: []FeedRow{{Feed: f, Changed: sampleNow}}}); err != nil {
		t.Fatal(err)
	}
	if got := text(tree(t, b.String())); !strings.Contains(got, "0 stories Atom") {
		t.Errorf("got %q, want no time beside 0 stories", got)
	}
}

// A story without a known time of day does not repeat the day of its heading.
func TestADayIsSaidOnce(t *testing.T) {
	e := sampleEdition()
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	e.Shown = e.Shown[:1]
	e.Shown[0].Entered, e.Shown[0].Published = day.Add(9*time.Hour), day
	times := all(all(tree(t, twinOf(t, e)), "article")[0], "time")
	if len(times) != 1 || value(times[0], "datetime") != "2026-11-20T00:00:00Z" || text(times[0]) != "" {
		t.Errorf("got %d times, want one for programs and nothing to read", len(times))
	}
}
