package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// daily returns a feed that closes a digest at seven o'clock in Berlin, which is
// 06:00 UTC in winter. The tests begin at noon.
func daily(t testing.TB, change ...func(*news.Feed)) news.Feed {
	t.Helper()
	f := news.Feed{Name: "all", Title: "Morning", Duplicates: news.Collapse, Limit: 100, Content: news.SummaryOnly, Digest: timesOf(t, "CRON_TZ=Europe/Berlin 0 7 * * *")}
	for _, c := range change {
		c(&f)
	}
	return f
}

func timesOf(t testing.TB, expr string) news.Calendar {
	t.Helper()
	spec, err := schedule.Parse(expr, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	c, err := spec.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// makePrivate makes these of the sources a, b and c private, and the others public.
func makePrivate(b *bench, names ...string) {
	var all []news.Source
	for _, n := range []string{"a", "b", "c"} {
		s := b.sources[n]
		s.Public = !slices.Contains(names, n)
		all = append(all, s)
	}
	b.sync(all, []news.Feed{b.feeds["all"]})
}

// digestLines returns the digests of the feed with the titles of their stories, newest first.
func digestLines(b *bench) (lines []string) {
	b.t.Helper()
	b.publish("all")
	for _, s := range b.edition("all").Shown {
		var titles []string
		for _, told := range s.Digest.Stories {
			titles = append(titles, told.Title)
		}
		slices.Sort(titles)
		lines = append(lines, s.Entry.Title+": "+strings.Join(titles, ", "))
	}
	return lines
}

// reportOn returns an entry of the same story with an address of its own.
func reportOn(source, name string, hours int, page news.Entry) news.Entry {
	e := linkTo(source, name, hours, page)
	e.Link += "?utm_source=" + source
	return e
}

// morning sets the clock to seven o'clock in Berlin, some days after the first.
func (b *bench) morning(days int) { b.now = time.Date(2026, 3, 1+days, 6, 0, 0, 0, time.UTC) }

func TestADigestTellsOfOnePeriod(t *testing.T) {
	b := newBench(t, daily(t))
	b.fetch("a", entry("a", "of the morning", 3), entry("a", "of last night", 7), entry("a", "of last week", 200))
	wantList(t, digestLines(b))
	if due := b.nextDue(); due != 18*time.Hour {
		t.Errorf("due in %v, want at seven in Berlin", due)
	}
	b.pass(time.Hour)
	b.fetch("b", entry("b", "live but backdated", 300), entry("b", "backlog", 100))
	b.fetch("a", entry("a", "live but backdated in a", 300), entry("a", "of the morning", 3), entry("a", "of last night", 7))
	wantList(t, digestLines(b))
	b.morning(1)
	b.now = b.now.Add(-time.Millisecond)
	wantList(t, digestLines(b))
	b.morning(1)
	first := "Morning, 2 March 2026: live but backdated in a, of the morning"
	wantList(t, digestLines(b), first)
	was := b.edition("all").Shown[0]
	if want := b.now; !was.Published.Equal(want) || !was.Updated.Equal(want) || !was.Entered.Equal(want) || !b.edition("all").Updated.Equal(want) {
		t.Errorf("published %v, updated %v, entered %v, want %v", was.Published, was.Updated, was.Entered, want)
	}
	if due := b.nextDue(); due != 24*time.Hour {
		t.Errorf("due in %v, want a day", due)
	}

	// Later entries, and changes of its stories, do not affect a digest.
	b.pass(time.Hour)
	edited := entry("a", "of the morning", 3)
	edited.Title, edited.Content = "Other words", "<p>Altogether other words than before.</p>"
	b.fetch("a", edited, entry("a", "second day", 0))
	wantList(t, digestLines(b), first)
	b.morning(2)
	wantList(t, digestLines(b), "Morning, 3 March 2026: second day", first)
	again := b.edition("all").Shown[1]
	if again.GUID != was.GUID || again.Entry.Content != was.Entry.Content || !again.Updated.Equal(was.Updated) || again.Sequence != was.Sequence {
		t.Errorf("the first digest is now\n%+v, was\n%+v", again.Entry, was.Entry)
	}

	// A day without news has no digest, and the next day does not repeat one.
	b.morning(3)
	wantList(t, digestLines(b), "Morning, 3 March 2026: second day", first)
	b.fetch("c", entry("c", "past of c", 900))
	b.pass(time.Hour)
	b.fetch("c", entry("c", "fourth day", 0))
	b.morning(4)
	wantList(t, digestLines(b), "Morning, 5 March 2026: fourth day", "Morning, 3 March 2026: second day", first)
}

// Closings that were missed are made up for with a single digest.
func TestADigestIsMadeUpForOnce(t *testing.T) {
	b := newBench(t, daily(t))
	b.fetch("a", entry("a", "old", 100))
	b.publish("all")
	b.pass(time.Hour)
	b.fetch("a", entry("a", "before the night", 0))
	b.publish("all")
	b.morning(5)
	b.pass(3 * time.Hour)
	b.reopen()
	b.configure([]string{"a", "b", "c"}, daily(t))
	b.fetch("a", entry("a", "found on return", 0))
	wantList(t, digestLines(b), "Morning, 6 March 2026: before the night, found on return")
	b.pass(time.Minute)
	b.fetch("a", entry("a", "after it", 0))
	wantList(t, digestLines(b), "Morning, 6 March 2026: before the night, found on return")
	b.morning(6)
	wantList(t, digestLines(b), "Morning, 7 March 2026: after it", "Morning, 6 March 2026: before the night, found on return")

	// If the clock is set back, nothing is closed twice.
	b.morning(3)
	b.fetch("a", entry("a", "in the past", 0))
	wantList(t, digestLines(b), "Morning, 7 March 2026: after it", "Morning, 6 March 2026: before the night, found on return")
	b.morning(7)
	wantList(t, digestLines(b), "Morning, 8 March 2026: in the past", "Morning, 7 March 2026: after it", "Morning, 6 March 2026: before the night, found on return")
}

func TestADigestHasRoomForSoMany(t *testing.T) {
	b := newBench(t, daily(t, func(f *news.Feed) { f.Limit, f.MaxPerSource = 4, 2 }))
	for _, s := range []string{"a", "b", "c"} {
		b.fetch(s, entry(s, "old "+s, 100))
	}
	b.publish("all")
	b.pass(time.Hour)
	shared := entry("a", "shared", 2)
	b.fetch("a", shared, entry("a", "a1", 0), entry("a", "a2", 1), entry("a", "a3", 1))
	b.fetch("b", reportOn("b", "shared in b", 3, shared), entry("b", "b1", 0), entry("b", "b2", 1), entry("b", "b3", 2))
	b.fetch("c", entry("c", "c1", 3))
	b.morning(1)
	wantList(t, digestLines(b), "Morning, 2 March 2026: a1, b1, b2, shared")
	d := b.edition("all").Shown[0].Digest
	if d.More != 4 || len(d.Stories[0].Also) != 1 || d.Stories[0].Title != "shared" || !strings.Contains(d.Shown(site, b.feeds["all"]).Entry.Content, "And 4 more stories.") {
		t.Errorf("%d more, first %+v", d.More, d.Stories[0])
	}
	b.pass(time.Hour) // what had no room belongs to the past, even if its words change
	edited := entry("a", "a3", 1)
	edited.Title = "a3 in other words altogether"
	b.fetch("a", edited, entry("a", "a4", 0))
	b.morning(2)
	if lines := digestLines(b); lines[0] != "Morning, 3 March 2026: a4" {
		t.Errorf("got %q", lines)
	}
}

func TestADigestSettles(t *testing.T) {
	b := newBench(t, daily(t, func(f *news.Feed) { f.Settle = time.Hour }))
	b.fetch("a", entry("a", "old", 100))
	b.publish("all")
	b.morning(1)
	b.pass(-30 * time.Minute)
	b.fetch("a", entry("a", "too late", 0), entry("a", "old", 100))
	b.morning(1)
	wantList(t, digestLines(b))
	until, err := b.db.WaitsUntil(t.Context(), b.feeds["all"], b.placement("https://a.example/too late").StoryID, b.now)
	if b.morning(2); err != nil || !until.Equal(b.now) {
		t.Errorf("waits until %v, %v, want %v", until, err, b.now)
	}
	wantList(t, digestLines(b), "Morning, 3 March 2026: too late")
}

// Stories that may no longer be named leave a digest at once, and return if that changes.
func TestWhatIsWithdrawnLeavesADigest(t *testing.T) {
	b := newBench(t, daily(t))
	for _, s := range []string{"a", "b", "c"} {
		b.fetch(s, entry(s, "old "+s, 100))
	}
	b.publish("all")
	b.pass(time.Hour)
	shared := entry("a", "shared", 1)
	b.fetch("a", shared, entry("a", "alone", 0))
	b.fetch("b", reportOn("b", "copy", 0, shared))
	b.fetch("c", entry("c", "single", 0))
	b.morning(1)
	wantList(t, digestLines(b), "Morning, 2 March 2026: alone, shared, single")
	text := func() string { b.publish("all"); return b.edition("all").Shown[0].Entry.Content }
	if !strings.Contains(text(), ">Source b</a>") {
		t.Errorf("nobody else is named in\n%s", text())
	}
	was := text()
	makePrivate(b, "b")
	if strings.Contains(text(), ">Source b</a>") || !strings.Contains(text(), "shared") {
		t.Errorf("b is named in\n%s", text())
	}
	makePrivate(b, "a")
	wantList(t, digestLines(b), "Morning, 2 March 2026: single")
	makePrivate(b, "a", "c")
	wantList(t, digestLines(b))
	if d, err := b.db.Digest(t.Context(), news.Everybody, digestKey(b)); err != nil || d == nil || len(d.Stories) != 0 {
		t.Errorf("got %+v, %v, want an empty digest", d, err)
	}
	makePrivate(b)
	if got := text(); got != was {
		t.Errorf("back again it is\n%s, was\n%s", got, was)
	}
}

func digestKey(b *bench) (key string) {
	b.t.Helper()
	if err := b.db.engine.Read.QueryRow(`SELECT key FROM digest`).Scan(&key); err != nil {
		b.t.Fatal(err)
	}
	return key
}

// After the loss of the database, no digest is repeated and none is lost.
func TestDigestsAreResumed(t *testing.T) {
	b := newBench(t, daily(t))
	for _, s := range []string{"a", "b"} {
		b.fetch(s, entry(s, "old "+s, 100))
	}
	b.publish("all")
	b.pass(time.Hour)
	shared := entry("a", "shared", 1)
	first := []news.Entry{shared, entry("a", "alone", 0)}
	b.fetch("a", first...)
	b.fetch("b", reportOn("b", "copy", 0, shared))
	b.morning(1)
	doc := b.documentOf("all")
	b.pass(time.Hour)

	c := resume(t, b.now, doc, daily(t))
	if got := c.documentOf("all"); !bytes.Equal(got, doc) {
		t.Fatalf("resumed\n%s\nwas\n%s", got, doc)
	}
	pending := entry("a", "pending", 0)
	pending.Published = c.now.Add(-time.Minute)
	c.fetch("a", append(first, pending)...)
	c.fetch("b", reportOn("b", "copy", 0, shared))
	if got := c.documentOf("all"); !bytes.Equal(got, doc) {
		t.Fatalf("with the entries\n%s\nwas\n%s", got, doc)
	}
	if in := c.placement(shared.GUID).In; len(in) != 1 || !in[0].Entered.Equal(c.edition("all").Shown[0].Entered) {
		t.Errorf("the story is in %+v, want in the digest", in)
	}
	c.morning(2)
	wantList(t, digestLines(c), "Morning, 3 March 2026: pending", "Morning, 2 March 2026: alone, shared")
	if taken, err := c.db.Resume(t.Context(), c.feeds["all"], &news.Past{}); taken || err != nil {
		t.Errorf("resumed a second time: %v, %v", taken, err)
	}

	// A story that was fetched again is recognised by its entry, any other by its source.
	makePrivate(c, "b")
	c.publish("all")
	for _, s := range c.edition("all").Shown {
		if strings.Contains(s.Entry.Content, ">Source b</a>") {
			t.Errorf("b is named in\n%s", s.Entry.Content)
		}
	}
	makePrivate(c, "a")
	wantList(t, digestLines(c))
}

// Each digest is sent by the hub once.
func TestADigestIsOneChange(t *testing.T) {
	b := newBench(t, daily(t))
	b.fetch("a", entry("a", "old", 100))
	b.publish("all")
	var position int64
	wantList(t, b.told(&position))
	b.pass(time.Hour)
	b.fetch("a", entry("a", "one", 0))
	b.publish("all")
	wantList(t, b.told(&position))
	b.morning(1)
	b.publish("all")
	wantList(t, b.told(&position), "Morning, 2 March 2026")
	edited := entry("a", "one", 0)
	edited.Title, edited.Content = "Two", "<p>Altogether other words than before.</p>"
	b.fetch("a", edited)
	b.publish("all")
	wantList(t, b.told(&position))
}

func TestOlderDigestsArePaged(t *testing.T) {
	b := newBench(t, daily(t))
	b.fetch("a", entry("a", "old", 100))
	const days = 2*news.DigestsShown + 5
	for day := range days {
		b.morning(day)
		b.publish("all")
		b.pass(time.Hour)
		b.fetch("a", entry("a", fmt.Sprintf("day %d", day), 0))
	}
	b.morning(days)
	b.publish("all")
	e := b.edition("all")
	seen := len(e.Shown)
	for i := 0; e.Older.Before != 0; i++ {
		older, err := b.db.Older(t.Context(), site, b.feeds["all"], e.Older.Before)
		if err != nil || len(older.Shown) == 0 || older.Shown[0].Sequence >= e.Shown[len(e.Shown)-1].Sequence {
			t.Fatalf("page %d: %v", i, err)
		}
		seen += len(older.Shown)
		e = older
	}
	if seen != days || e.Newer.Before == 0 {
		t.Errorf("%d digests on all pages, want %d; newer is %+v", seen, days, e.Newer)
	}
}

// A feed that changes to digests reports only stories it has not shown. A feed
// that changes back shows nothing that its digests reported.
func TestAFeedTurnsToDigests(t *testing.T) {
	plain := all(news.Collapse)
	b := newBench(t, plain)
	b.fetch("a", entry("a", "old", 1))
	b.publish("all")
	b.pass(time.Hour)
	b.fetch("a", entry("a", "shown", 0))
	wantList(t, b.publish("all"), "shown", "old")
	b.configure([]string{"a", "b", "c"}, daily(t))
	wantList(t, digestLines(b))
	b.pass(time.Hour)
	b.fetch("a", entry("a", "new", 0))
	b.morning(1)
	wantList(t, digestLines(b), "Morning, 2 March 2026: new")
	guid := b.guids("all")
	b.configure([]string{"a", "b", "c"}, plain)
	wantList(t, b.publish("all"), "new", "shown", "old")
	b.configure([]string{"a", "b", "c"}, daily(t))
	b.publish("all")
	wantList(t, b.guids("all"), guid...)
}

// Whatever is added and removed, no story is in two digests, and every digest
// keeps its guid, its place and its text.
func TestNoStoryIsToldTwice(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Group, news.Keep} {
		b := newBench(t, daily(t, func(f *news.Feed) { f.Duplicates, f.Limit = mode, 7 }))
		texts := map[string]string{}
		var have []news.Entry
		for hour := range 24 * 12 {
			b.pass(time.Hour)
			if hour%3 == 0 {
				n := entry("a", fmt.Sprintf("hour %d", hour), 0)
				n.Published = b.now.Add(-time.Duration(hour%40) * time.Hour)
				if hour%9 == 0 && len(have) > 0 {
					n = reportOn("b", fmt.Sprintf("copy %d", hour), 0, have[len(have)-1])
				}
				have = append(have, n)
			}
			source := []string{"a", "b"}[hour%2]
			b.fetch(source, have[max(0, len(have)-15):]...)
			b.publish("all")
			told := map[string]bool{}
			for _, s := range b.edition("all").Shown {
				if was, ok := texts[s.GUID]; ok && was != s.Entry.Content {
					t.Fatalf("%s, hour %d: %s was\n%s\nis\n%s", mode, hour, s.Entry.Title, was, s.Entry.Content)
				}
				texts[s.GUID] = s.Entry.Content
				for _, story := range s.Digest.Stories {
					if told[story.GUID] {
						t.Fatalf("%s, hour %d: %s is told twice", mode, hour, story.Title)
					}
					told[story.GUID] = true
				}
			}
		}
		if len(texts) != 12 && len(texts) != 11 {
			t.Errorf("%s: %d digests in 12 days", mode, len(texts))
		}
	}
}
