package page

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/internal/news"
)

// Measures of a chart, in units of its drawing, which is stretched over the width
// that there is.
const (
	barWidth    = 8
	barStep     = 10
	chartHeight = 40
)

// chart is a row of bars, a day each, with what they say in words. The drawing is
// for the eyes alone: the words are for everybody.
type chart struct {
	Width, Height int
	Bars          []bar
	From, To      template.HTML // the first and the last day
	Words         string
}

// bar is one day. Kind is how it is drawn: "", "none" for an empty day, "calm" for
// one that is as it should be, "bad".
type bar struct {
	X, Y, Width, Height int
	Kind                string
	Tip                 string // shown by a browser that points at it
}

// Drawing is the bars as markup: a template takes ten times as long, and numbers and
// words of ours need no care.
func (c chart) Drawing() template.HTML {
	var b strings.Builder
	for _, r := range c.Bars {
		b.WriteString("<rect")
		if r.Kind != "" {
			b.WriteString(` class="` + r.Kind + `"`)
		}
		b.WriteString(` x="` + strconv.Itoa(r.X) + `" y="` + strconv.Itoa(r.Y) + `" width="` + strconv.Itoa(r.Width) + `" height="` + strconv.Itoa(r.Height) + `"><title>` + r.Tip + `</title></rect>`)
	}
	return template.HTML(b.String())
}

// newChart draws the values of days from the first on, up to the highest or a
// given one. Every value that is not 0 can be seen.
func newChart(first time.Time, values []int, top int, tip func(i int) string) chart {
	c := chart{Width: barStep * len(values), Height: chartHeight}
	for _, v := range values {
		top = max(top, v)
	}
	for i, v := range values {
		b := bar{X: i * barStep, Width: barWidth, Height: max(2, (v*chartHeight+top/2)/top), Tip: tip(i)}
		if v == 0 {
			b.Kind, b.Height = "none", 1
		}
		b.Y = chartHeight - b.Height
		c.Bars = append(c.Bars, b)
	}
	if len(values) > 0 {
		c.From, c.To = shortDay(first), shortDay(first.AddDate(0, 0, len(values)-1))
	}
	return c
}

// shortDay is a day below a chart.
func shortDay(t time.Time) template.HTML {
	return template.HTML(t.UTC().Format(`<time datetime="2006-01-02">2 Jan</time>`))
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// arrivals charts the new entries of a source by day. What it had when it was first
// read is not new.
func arrivals(days []news.SourceDay, first time.Time) chart {
	values := make([]int, len(days))
	for i, d := range days {
		values[i] = d.New
	}
	c := newByDay(days[0].Day, values, "entry", "entries")
	if first.After(days[0].Day) {
		c.Words += " What was there when it was first read, on " + first.UTC().Format("2 January") + ", is not counted."
	}
	return c
}

// charted reports whether a source is known for days enough to chart them: on its
// first day the page would show two empty drawings. first is when it was first
// read, zero for never.
func charted(days []news.SourceDay, first time.Time) bool {
	if len(days) == 0 {
		return false
	}
	begun := slices.IndexFunc(days, func(d news.SourceDay) bool { return d.Visits > 0 || d.Day.Equal(dayOf(first)) })
	return begun >= 0 && len(days)-begun >= leastDays || !first.IsZero() && first.Before(days[0].Day)
}

// latestDays charts the stories of all feeds by day; nil when the first of them came
// too few days ago.
func latestDays(days []news.StoryDay) *chart {
	values := make([]int, len(days))
	for i, d := range days {
		values[i] = d.Stories
	}
	first := slices.IndexFunc(values, func(v int) bool { return v > 0 })
	if first < 0 || len(days)-first < leastDays {
		return nil
	}
	c := newByDay(days[0].Day, values, "story", "stories")
	return &c
}

// newByDay charts how many things were new on the days from the first on.
func newByDay(first time.Time, values []int, one, many string) chart {
	sum, best := 0, 0
	for i, v := range values {
		sum += v
		if v > values[best] {
			best = i
		}
	}
	dayAt := func(i int) string { return first.AddDate(0, 0, i).Format("2 January") }
	c := newChart(first, values, 1, func(i int) string { return dayAt(i) + ": " + count(values[i], one, many) })
	c.Words = count(sum, "new "+one, "new "+many) + " in " + count(len(values), "day", "days")
	if most := values[best]; most > 1 {
		c.Words += ", " + grouped(most) + " of them on " + dayAt(best)
	}
	c.Words += "."
	return c
}

// visits charts which part of the visits to a source was answered, by day.
func visits(days []news.SourceDay) chart {
	values, asked, failed := make([]int, len(days)), 0, 0
	for i, d := range days {
		if d.Visits > 0 {
			values[i] = max(1, 100*(d.Visits-d.Failed)/d.Visits)
		}
		asked, failed = asked+d.Visits, failed+d.Failed
	}
	c := newChart(days[0].Day, values, 100, func(i int) string {
		return days[i].Day.Format("2 January: ") + count(days[i].Visits, "visit", "visits") + ", " + count(days[i].Failed, "failure", "failures")
	})
	for i, d := range days {
		switch {
		case d.Failed > 0:
			c.Bars[i].Kind = "bad"
		case d.Visits > 0:
			c.Bars[i].Kind = "calm"
		}
	}
	c.Words = count(asked, "visit", "visits") + " in " + count(len(days), "day", "days")
	if failed > 0 {
		c.Words += ", " + grouped(failed) + " without a feed to read"
	}
	c.Words += "."
	return c
}

// Bounds of what is charted.
const (
	leastDays    = 4  // fewer would say nothing
	mostFeedDays = 28 // of a feed
)

// entering charts the stories of a feed by the day on which they entered it, the
// latest days alone; nil for too few days. It depends on what the feed shows and
// not on now.
func entering(shown []news.Shown) *chart {
	perDay := map[time.Time]int{}
	var newest time.Time
	for i := range shown {
		d := dayOf(shown[i].Entered)
		perDay[d]++
		if newest.Before(d) {
			newest = d
		}
	}
	n := mostFeedDays
	for n > 1 && perDay[newest.AddDate(0, 0, 1-n)] == 0 {
		n--
	}
	if n < leastDays {
		return nil
	}
	first := newest.AddDate(0, 0, 1-n)
	values := make([]int, n)
	for i := range values {
		values[i] = perDay[first.AddDate(0, 0, i)]
	}
	c := newChart(first, values, 1, func(i int) string {
		return first.AddDate(0, 0, i).Format("2 January: ") + count(values[i], "story", "stories")
	})
	return &c
}

// pace says how many stories enter a feed: "about 34 a day", "about 3 a week";
// nothing of what is too little to tell. It is told from the newer half: what is
// old there may be what little an old source still has.
func pace(shown []news.Shown) string {
	half := len(shown) / 2
	if half < 3 {
		return ""
	}
	days := shown[0].Entered.Sub(shown[half].Entered).Hours() / 24
	if days < 0.5 {
		return ""
	}
	perDay := float64(half) / days
	switch {
	case perDay >= 1.5:
		return fmt.Sprintf("about %.0f a day", perDay)
	case perDay*7 >= 1:
		return fmt.Sprintf("about %.0f a week", perDay*7)
	}
	return ""
}
