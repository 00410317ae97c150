package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/news"
)

// counting counts how often the days are looked up.
type counting struct {
	Views
	asked int
}

func (c *counting) StoryDays(ctx context.Context, days int, now time.Time) ([]news.StoryDay, error) {
	c.asked++
	return c.Views.StoryDays(ctx, days, now)
}

// The front page counts the stories of its days once for each state of the feeds. The count stays
// until a feed changes or the day ends.
func TestFrontDays(t *testing.T) {
	b := newBench(t)
	views := &counting{Views: b.web.Views}
	b.web.Views = views
	var now atomic.Pointer[time.Time] // the server reads it
	set := func(t time.Time) { now.Store(&t) }
	set(b.web.Now())
	b.web.Now = func() time.Time { return *now.Load() }
	at := b.serve()
	front := func(want int) answer {
		t.Helper()
		a := ask(t, "GET", at+"/")
		if a.status != 200 || views.asked != want {
			t.Errorf("status %d, and %d looks, want %d", a.status, views.asked, want)
		}
		return a
	}
	if first := front(1); strings.Contains(string(first.body), "<figure") {
		t.Error("two stories of today are a chart")
	}
	var entries []news.Entry
	for i := range 8 {
		link := fmt.Sprint("https://b.example/", i)
		entries = append(entries, news.Entry{GUID: link, Link: link, Title: "Entry " + link, Published: b.now.AddDate(0, 0, -i)})
	}
	more := news.Source{Name: "b", Kind: news.KindFeed, URL: "https://b.example/feed", Public: true}
	b.configure([]news.Source{b.sources["a"], b.sources["seeds"], more}, feed("all"))
	b.fetch("b", entries...)
	b.publish()
	second := front(2)
	if !strings.Contains(string(second.body), "10 new stories in 30 days, 3 of them on") {
		t.Errorf("got %s", second.body)
	}
	midnight := b.web.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	set(midnight.Add(-time.Second))
	if third := front(2); third.header.Get("ETag") != second.header.Get("ETag") {
		t.Error("it changed, and nothing had changed")
	}
	b.publish()
	front(2)
	set(midnight)
	third := front(3)

	// If the store fails, the previous count is shown.
	set(midnight.AddDate(0, 0, 1))
	views.Views = failing{}
	if a := front(4); a.header.Get("ETag") != third.header.Get("ETag") || !strings.Contains(b.log.String(), "days of the front page") {
		t.Errorf("got %s\nlog %s", a.body, b.log.String())
	}
}

// failing is a store that cannot be read.
type failing struct{ Views }

func (failing) StoryDays(context.Context, int, time.Time) ([]news.StoryDay, error) {
	return nil, errors.New("disk I/O error")
}
