package page

import (
	"bytes"
	"fmt"
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

// Sources on one site share an outlet, so other reports are named by the titles of their
// sources. A long list is folded after the first few, but complete.
func TestTwinNamesOtherReports(t *testing.T) {
	for _, duplicates := range []news.Duplicates{news.Collapse, news.Group} {
		for n, folds := range map[int]int{12: 0, 13: 1} {
			s := news.Shown{Publication: news.Publication{StoryKey: "k", Entered: sampleNow, Published: sampleNow}, Entry: news.Entry{Title: "Tide"}, SourceTitle: "Quay"}
			for i := range n {
				s.Members = append(s.Members, news.Member{
					SourceTitle: fmt.Sprintf("Paper %d", i), Outlet: "press.example", Title: fmt.Sprintf("Headline %d", i), Link: fmt.Sprintf("https://press.example/%d", i),
				})
			}
			page := twinOf(t, &news.Edition{Site: sampleSite, Feed: news.Feed{Name: "all", Duplicates: duplicates}, Shown: []news.Shown{s}})
			article := all(tree(t, page), "article")[0]
			if got := len(all(article, "details")); got != folds {
				t.Errorf("%s, %d others: folded %d times, want %d", duplicates, n, got, folds)
			}
			if got := text(article); strings.Contains(got, "press.example") || strings.Contains(got, "and 3 others") != (folds == 1) {
				t.Errorf("%s, %d others: got %q", duplicates, n, got)
			}
			for i, li := range all(article, "li") {
				want := fmt.Sprintf("Paper %d", i)
				if duplicates == news.Group {
					want += fmt.Sprintf(": Headline %d", i)
				}
				if got := text(li); strings.TrimSpace(got) != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			if got := len(all(article, "li")); got != n {
				t.Errorf("%s: %d of %d others are there", duplicates, got, n)
			}
		}
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("w", 50)
	for _, c := range []struct{ text, want string }{
		{"short  words", "short words"},
		{"one of " + long, "one of " + long[:33] + "…"},
		{long, long[:40] + "…"},
	} {
		if got := shorten(c.text, 40); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestPlaying(t *testing.T) {
	for seconds, want := range map[int64]string{7: "0:07", 245: "4:05", 3723: "1:02:03", 360000: "100:00:00"} {
		if got := playing(seconds); got != want {
			t.Errorf("%d seconds: got %s, want %s", seconds, got, want)
		}
	}
}

// Podcast apps read only RSS, so the page of a podcast shows that address.
func TestTwinOfAPodcast(t *testing.T) {
	for kind, want := range map[news.FeedKind]string{news.Podcast: "into your podcast app: https://river.example/news/feeds/all.rss", "": "into your feed reader: https://river.example/news/feeds/all.atom"} {
		page := text(tree(t, twinOf(t, &news.Edition{Site: sampleSite, Feed: news.Feed{Name: "all", Kind: kind}})))
		if !strings.Contains(page, want) {
			t.Errorf("%s: got %q, want it to say %q", kind, page, want)
		}
	}
}
