package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// come stores that readers of a feed returned after a pause, a number of times.
func (b *bench) come(feed, client string, pause time.Duration, times int) {
	b.t.Helper()
	every, ok := news.CadenceOf(pause)
	if !ok {
		b.t.Fatalf("%v is no pause", pause)
	}
	c := news.Cadence{FeedID: b.feeds[feed].ID, Client: client, Every: every, Spent: time.Duration(times) * pause, Seen: b.now}
	if err := b.db.NoteCadences(b.t.Context(), []news.Cadence{c}, b.now); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) turnover(feed string) string {
	b.t.Helper()
	t, err := b.db.Turnover(b.t.Context(), b.feeds[feed], b.now)
	switch {
	case err != nil:
		b.t.Fatal(err)
	case t == nil:
		return ""
	}
	return fmt.Sprintf("%s %v %d", t.Client, t.Every, t.Entered)
}

// brought returns an entry that was published just before it was fetched.
func (b *bench) brought(n int) news.Entry {
	return news.Entry{GUID: fmt.Sprint("urn:n", n), Title: fmt.Sprint("Story number ", n), Published: b.now.Add(-time.Minute)}
}

// The bytes of a page are limited too, whatever the limit of stories. Turnover
// reports when that limit is the cause. A feed of summaries has room for more
// stories.
func TestTurnoverOfLargeStories(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 100},
		news.Feed{Name: "short", Duplicates: news.Collapse, Limit: 100, Content: news.SummaryOnly})
	b.fetch("a", entry("a", "old", 1000))
	b.publish("all")
	b.publish("short")
	const many = 40
	for i := range many {
		b.pass(30 * time.Minute)
		e := b.brought(i)
		e.Content = "<p>" + strings.Repeat(fmt.Sprint("word", i, " "), 20_000) + "</p>"
		b.fetch("a", e)
		b.publish("all")
		b.publish("short")
	}
	for _, feed := range []string{"all", "short"} {
		b.come(feed, "Feedly", 24*time.Hour, 3)
	}
	if got := len(b.edition("all").Shown); got >= many {
		t.Fatalf("the feed shows %d, want it cut", got)
	}
	turnover, err := b.db.Turnover(t.Context(), b.feeds["all"], b.now)
	if err != nil || turnover == nil || turnover.Entered != many || !turnover.Large {
		t.Errorf("got %+v, %v, want that %d are too large for a page", turnover, err, many)
	}
	if got := b.turnover("short"); got != "" {
		t.Errorf("of first words: got %q, want nothing", got)
	}
}

// TestTurnover follows a feed for some days. Stories from before its beginning do
// not count as new, and readers that come too seldom are named.
func TestTurnover(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 10, Window: time.Hour},
		news.Feed{Name: "large", Duplicates: news.Collapse, Limit: 30, Window: time.Hour})
	want := func(feed, want string) {
		t.Helper()
		if got := b.turnover(feed); got != want {
			t.Errorf("after %v, %s: got %q, want %q", b.now.Sub(start), feed, got, want)
		}
	}
	var backlog []news.Entry
	for i := range 50 {
		backlog = append(backlog, news.Entry{GUID: fmt.Sprint("urn:old", i), Title: fmt.Sprint("Old ", i)})
	}
	b.fetch("a", backlog...)
	publish := func() {
		b.publish("all")
		b.publish("large")
	}
	publish()
	for i := range 24 { // one an hour
		b.pass(time.Hour)
		b.fetch("a", b.brought(i))
		publish()
	}
	want("all", "") // no reader is known
	b.come("all", "Reeder", time.Hour, 20)
	want("all", "")
	b.come("all", "Liferea", 12*time.Hour, 1)
	want("all", "") // not seen often enough
	b.come("all", "Liferea", 12*time.Hour, 1)
	want("all", "Liferea 12h0m0s 13")
	b.come("all", "Feedly", 24*time.Hour, 3)
	want("all", "Feedly 24h0m0s 24") // the slowest
	b.come("large", "Feedly", 24*time.Hour, 3)
	want("large", "") // it shows enough

	b.reopen()
	want("all", "Feedly 24h0m0s 24")
	b.pass(news.Active)
	b.come("all", "Liferea", 12*time.Hour, 2)
	want("all", "Liferea 12h0m0s 13") // the other was not seen for a week
	b.pass(8 * 24 * time.Hour)
	b.come("all", "Liferea", 12*time.Hour, 2)
	want("all", "") // the feed is quiet by now
	if n := b.rows("cadence"); n != 1 {
		t.Errorf("%d rows are kept, want 1", n)
	}
}

// Stories that a feed leaves out by its own rules are not missed, and a health
// feed has no stories.
func TestTurnoverOfWhatIsShown(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 5, MaxPerSourceDay: 3},
		news.Feed{Name: "few", Duplicates: news.Collapse, Limit: 5, MaxPerSource: 3},
		news.Feed{Name: "problems", Kind: news.FeedOfHealth, Private: true, Limit: 5})
	b.publish("all")
	b.publish("few")
	b.fetch("a")
	for i := range 12 {
		b.pass(time.Minute)
		b.fetch("a", b.brought(i))
		b.publish("all")
		b.publish("few")
	}
	for feed := range b.feeds {
		b.come(feed, "Feedly", 24*time.Hour, 3)
		if got := b.turnover(feed); got != "" {
			t.Errorf("%s: got %q, want nothing", feed, got)
		}
	}
}

// Of any number of clients, only maxClients are stored: those with the most observed time.
func TestCadencesAreFew(t *testing.T) {
	b := newBench(t)
	var all []news.Cadence
	for i := range 3 * maxClients {
		all = append(all, news.Cadence{FeedID: b.feeds["all"].ID, Client: fmt.Sprint("C", i), Every: time.Hour, Spent: time.Duration(i+1) * time.Hour, Seen: b.now})
	}
	if err := b.db.NoteCadences(t.Context(), all, b.now); err != nil {
		t.Fatal(err)
	}
	if n := b.rows("cadence"); n != maxClients {
		t.Errorf("%d rows, want %d", n, maxClients)
	}
	if n := b.rows("cadence WHERE spent < 101 * 3600000"); n != 0 {
		t.Errorf("%d of those are kept that were there less", n)
	}
}
