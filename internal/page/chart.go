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

// Dimensions of a chart, in units of the drawing, which is scaled to the width available.
const (
	barWidth    = 8
	barStep     = 10
	chartHeight = 40
)

// chart is a bar chart with one bar per day, and its content in words. The drawing is only visual;
// the words are accessible to everybody.
type chart struct {
	Width, Height int
	Bars          []bar
	From, To      template.HTML // the first and the last day
	Words         string
}

// bar is one day. Kind is how it is drawn: "" normally, "none" for an empty day, "calm" for a day
// without failures, "bad" for one with failures.
type bar struct {
	X, Y, Width, Height int
	Kind                string
	Tip                 string // tooltip
}

// Drawing returns the bars as markup. A template would take ten times as long, and no escaping is
// needed: all numbers and words are our own.
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

// newChart draws one value per day, starting with first. The scale ends at top or at the highest
// value, whichever is greater. Every non-zero value is visible.
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

// shortDay returns the label of a day below a chart.
func shortDay(t time.Time) template.HTML {
	return template.HTML(t.UTC().Format(`<time datetime="2006-01-02">2 Jan</time>`))
}

// arrivals charts the new entries of a source by day. Entries from its first reading do not count
// as new.
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

// charted reports whether a source has been known for enough days to chart: on its first day the
// page would show two empty charts. first is the time of its first successful reading, zero for
// none.
func charted(days []news.SourceDay, first time.Time) bool {
	if len(days) == 0 {
		return false
	}
	begun := slices.IndexFunc(days, func(d news.SourceDay) bool { return d.Visits > 0 || d.Day.Equal(news.DayOf(first)) })
	return begun >= 0 && len(days)-begun >= leastDays || !first.IsZero() && first.Before(days[0].Day)
}

// latestDays charts the stories of all feeds by day. It returns nil if the first story arrived too
// few days ago.
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

// newByDay charts the number of new things per day, starting with first.
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

// visits charts the percentage of answered visits to a source by day.
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

// Limits on the number of days in a chart.
const (
	leastDays    = 4  // fewer days say nothing
	mostFeedDays = 28 // in the chart of a feed
)

// entering charts the latest stories of a feed by the day on which they entered it, or returns nil
// if there are too few days. It depends only on what the feed shows, not on the present time.
func entering(shown []news.Shown) *chart {
	perDay := map[time.Time]int{}
	var newest time.Time
	for i := range shown {
		d := news.DayOf(shown[i].Entered)
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

// pace says how many stories enter a feed: "about 34 a day", "about 3 a week", or "" if there are
// too few to tell. It uses only the newer half of the stories, because the older half may consist
// of the few that a rarely updated source still lists.
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
