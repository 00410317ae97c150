package page

import (
	"html/template"
	"math"
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
func (l *locale) newChart(first time.Time, values []int, top int, tip func(i int) string) chart {
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
		c.From, c.To = l.shortDay(first), l.shortDay(first.AddDate(0, 0, len(values)-1))
	}
	return c
}

// shortDay returns the label of a day below a chart: a medium date without its year, "2 Jan".
func (l *locale) shortDay(t time.Time) template.HTML {
	t = t.UTC()
	label := strings.TrimSpace(strings.TrimSuffix(l.FmtDateMedium(t), t.Format("2006")))
	return template.HTML(`<time datetime="` + t.Format(time.DateOnly) + `">` + label + `</time>`)
}

// arrivals charts the new entries of a source by day. Entries from its first reading do not count
// as new.
func (l *locale) arrivals(days []news.SourceDay, first time.Time) chart {
	values, sum := make([]int, len(days)), 0
	for i, d := range days {
		values[i], sum = d.New, sum+d.New
	}
	c := l.newByDay(days[0].Day, values, l.text("%d new entry|%d new entries", sum), func(n int) string { return l.text("%d entry|%d entries", n) })
	if first.After(days[0].Day) {
		c.Words += " " + l.text("What was there when it was first read, on %s, is not counted.", l.day(first))
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
func (l *locale) latestDays(days []news.StoryDay) *chart {
	values, sum := make([]int, len(days)), 0
	for i, d := range days {
		values[i], sum = d.Stories, sum+d.Stories
	}
	first := slices.IndexFunc(values, func(v int) bool { return v > 0 })
	if first < 0 || len(days)-first < leastDays {
		return nil
	}
	c := l.newByDay(days[0].Day, values, l.text("%d new story|%d new stories", sum), l.stories)
	return &c
}

// newByDay charts the number of new things per day, starting with first. sum says how many they are
// in all, and counted says a number of them.
func (l *locale) newByDay(first time.Time, values []int, sum string, counted func(n int) string) chart {
	most := slices.Max(values)
	dayAt := func(i int) string { return l.day(first.AddDate(0, 0, i)) }
	c := l.newChart(first, values, 1, func(i int) string { return dayAt(i) + ": " + counted(values[i]) })
	c.Words = sum + " " + l.inDays(len(values))
	if most > 1 {
		c.Words += ", " + l.text("%d of them on %s", most, dayAt(slices.Index(values, most)))
	}
	c.Words += "."
	return c
}

// inDays returns the period of a chart, "in 28 days".
func (l *locale) inDays(n int) string { return l.text("in %d day|in %d days", n) }

// stories returns a number of stories, "1,204 stories".
func (l *locale) stories(n int) string { return l.text("%d story|%d stories", n) }

// visits charts the percentage of answered visits to a source by day.
func (l *locale) visits(days []news.SourceDay) chart {
	values, asked, failed := make([]int, len(days)), 0, 0
	for i, d := range days {
		if d.Visits > 0 {
			values[i] = max(1, 100*(d.Visits-d.Failed)/d.Visits)
		}
		asked, failed = asked+d.Visits, failed+d.Failed
	}
	c := l.newChart(days[0].Day, values, 100, func(i int) string {
		return l.day(days[i].Day) + ": " + l.text("%d visit|%d visits", days[i].Visits) + ", " + l.text("%d failure|%d failures", days[i].Failed)
	})
	for i, d := range days {
		switch {
		case d.Failed > 0:
			c.Bars[i].Kind = "bad"
		case d.Visits > 0:
			c.Bars[i].Kind = "calm"
		}
	}
	c.Words = l.text("%d visit|%d visits", asked) + " " + l.inDays(len(days))
	if failed > 0 {
		c.Words += ", " + l.text("%d without a feed to read", failed)
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
func (l *locale) entering(shown []news.Shown) *chart {
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
	c := l.newChart(first, values, 1, func(i int) string {
		return l.day(first.AddDate(0, 0, i)) + ": " + l.stories(values[i])
	})
	return &c
}

// pace says how many stories enter a feed: "about 34 a day", "about 3 a week", or "" if there are
// too few to tell. It uses only the newer half of the stories, because the older half may consist
// of the few that a rarely updated source still lists.
func (l *locale) pace(shown []news.Shown) string {
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
		return l.text("about %d a day", int(math.RoundToEven(perDay)))
	case perDay*7 >= 1:
		return l.text("about %d a week", int(math.RoundToEven(perDay*7)))
	}
	return ""
}
