package page

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestArrivals(t *testing.T) {
	day := news.DayOf(sampleNow)
	c := english().arrivals([]news.SourceDay{{Day: day, New: 1}, {Day: day.AddDate(0, 0, 1)}, {Day: day.AddDate(0, 0, 2), New: 400}}, day.AddDate(0, -1, 0))
	if want := "401 new entries in 3 days, 400 of them on 24 November."; c.Words != want {
		t.Errorf("got %q, want %q", c.Words, want)
	}
	if len(c.Bars) != 3 || c.Bars[0].Height != 2 || c.Bars[1].Kind != "none" || c.Bars[2].Height != chartHeight || c.Bars[2].Y != 0 {
		t.Errorf("bars %+v: one entry must be seen beside 400, and none be told from one", c.Bars)
	}
	if c.Bars[2].Tip != "24 November: 400 entries" || !strings.Contains(string(c.To), "24 Nov") {
		t.Errorf("tip %q, to %q", c.Bars[2].Tip, c.To)
	}
	if c := english().arrivals([]news.SourceDay{{Day: day}}, time.Time{}); c.Words != "0 new entries in 1 day." {
		t.Errorf("got %q for a day without any", c.Words)
	}
	if c := english().arrivals([]news.SourceDay{{Day: day}}, day.Add(time.Hour)); c.Words != "0 new entries in 1 day. What was there when it was first read, on 22 November, is not counted." {
		t.Errorf("got %q for a source of today", c.Words)
	}
}

// A source first read yesterday has no charts yet. A source that was never read has charts once it
// was asked for long enough, and so does an unchanging folder, although it has no visits.
func TestCharted(t *testing.T) {
	first := news.DayOf(sampleNow)
	days := func(visits ...int) (all []news.SourceDay) {
		for i, n := range visits {
			all = append(all, news.SourceDay{Day: first.AddDate(0, 0, i), Visits: n})
		}
		return all
	}
	for _, c := range []struct {
		name string
		days []news.SourceDay
		read time.Time
		want bool
	}{
		{"no days", nil, time.Time{}, false},
		{"never asked", days(0, 0, 0, 0, 0), time.Time{}, false},
		{"today", days(0, 0, 0, 0, 1), first.AddDate(0, 0, 4).Add(time.Hour), false},
		{"three days", days(0, 0, 1, 1, 1), first.AddDate(0, 0, 2), false},
		{"four days", days(0, 1, 1, 1, 1), first.AddDate(0, 0, 1), true},
		{"four days, never read", days(0, 1, 1, 1, 1), time.Time{}, true},
		{"a folder of four days", days(0, 0, 0, 0, 1), first.AddDate(0, 0, 1).Add(time.Hour), true},
		{"read long ago, not asked since", days(0, 0, 0, 0, 0), first.AddDate(0, -1, 0), true},
	} {
		if got := charted(c.days, c.read); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLatestDays(t *testing.T) {
	of := func(stories ...int) (all []news.StoryDay) {
		for i, n := range stories {
			all = append(all, news.StoryDay{Day: news.DayOf(sampleNow).AddDate(0, 0, i), Stories: n})
		}
		return all
	}
	for _, days := range [][]news.StoryDay{nil, of(0, 0, 0, 0, 0), of(0, 0, 7, 2, 1)} {
		if c := english().latestDays(days); c != nil {
			t.Errorf("%v has a chart", days)
		}
	}
	c := english().latestDays(of(0, 0, 3, 0, 1200, 1))
	if c == nil || len(c.Bars) != 6 || c.Words != "1,204 new stories in 6 days, 1,200 of them on 26 November." || c.Bars[5].Tip != "27 November: 1 story" {
		t.Errorf("got %+v", c)
	}
}

func TestVisits(t *testing.T) {
	day := news.DayOf(sampleNow)
	c := english().visits([]news.SourceDay{{Day: day, Visits: 4}, {Day: day, Visits: 4, Failed: 4}, {Day: day}, {Day: day, Visits: 4, Failed: 1}})
	if want := "12 visits in 4 days, 5 without a feed to read."; c.Words != want {
		t.Errorf("got %q, want %q", c.Words, want)
	}
	var kinds []string
	for _, b := range c.Bars {
		kinds = append(kinds, b.Kind)
	}
	if got := strings.Join(kinds, " "); got != "calm bad none bad" {
		t.Errorf("bars are %s", got)
	}
	if c.Bars[0].Height != chartHeight || c.Bars[3].Height != 30 {
		t.Errorf("heights %d and %d, want all and three quarters", c.Bars[0].Height, c.Bars[3].Height)
	}
}

// TestEntering: the chart of a feed depends on what it shows, and is omitted if it would say
// nothing.
func TestEntering(t *testing.T) {
	at := func(days ...int) (all []news.Shown) {
		for _, d := range days {
			all = append(all, news.Shown{Publication: news.Publication{Entered: sampleNow.AddDate(0, 0, -d)}})
		}
		return all
	}
	if c := english().entering(at(0, 0, 1, 2)); c != nil {
		t.Errorf("three days have a chart: %+v", c)
	}
	if c := english().entering(nil); c != nil {
		t.Error("nothing has a chart")
	}
	c := english().entering(at(0, 0, 3, 5, 400))
	if c == nil || len(c.Bars) != 6 || c.Bars[5].Height != chartHeight || c.Bars[4].Kind != "none" {
		t.Fatalf("got %+v, want six days, not four hundred", c)
	}
	if c := english().entering(at(0, 27, 28, 30)); len(c.Bars) != mostFeedDays {
		t.Errorf("%d days, want at most %d", len(c.Bars), mostFeedDays)
	}
}

func TestPace(t *testing.T) {
	every := func(d time.Duration, n int) (all []news.Shown) {
		for i := range n {
			all = append(all, news.Shown{Publication: news.Publication{Entered: sampleNow.Add(-time.Duration(i) * d)}})
		}
		return all
	}
	for _, tt := range []struct {
		shown []news.Shown
		want  string
	}{
		{every(time.Hour, 100), "about 24 a day"}, {every(48*time.Hour, 20), "about 4 a week"}, {every(time.Hour, 5), ""},
		{every(30*24*time.Hour, 20), ""}, {every(time.Second, 100), ""}, {nil, ""},
		{append(every(time.Hour, 50), news.Shown{Publication: news.Publication{Entered: sampleNow.AddDate(-9, 0, 0)}}), "about 24 a day"},
	} {
		if got := english().pace(tt.shown); got != tt.want {
			t.Errorf("%d stories: got %q, want %q", len(tt.shown), got, tt.want)
		}
	}
}
