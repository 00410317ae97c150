package store

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"tributary/internal/format"
	"tributary/internal/news"
	"tributary/internal/story"
)

// documentOf returns a feed as it is published as JSON Feed.
func (b *bench) documentOf(feed string) []byte {
	b.t.Helper()
	b.publish(feed)
	var doc bytes.Buffer
	if err := format.Prepare(b.edition(feed)).JSON(&doc); err != nil {
		b.t.Fatal(err)
	}
	return doc.Bytes()
}

// resume returns a bench with an empty database that resumes from a published document.
func resume(t *testing.T, now time.Time, doc []byte, feeds ...news.Feed) *bench {
	t.Helper()
	b := newBench(t, feeds...)
	b.now = now
	past, err := format.ReadPast(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	taken, err := b.db.Resume(t.Context(), b.feeds["all"], past)
	if err != nil || !taken {
		t.Fatalf("resume: %v, %v", taken, err)
	}
	for _, source := range slices.Sorted(maps.Keys(b.sources)) {
		b.recall(source, past)
	}
	if _, _, err := b.db.Publish(t.Context(), b.feeds["all"], b.now); err != nil {
		t.Fatal(err)
	}
	return b
}

// recall stores what was published of a source, as is done before any is pulled.
func (b *bench) recall(source string, past *news.Past) {
	b.t.Helper()
	s := b.sources[source]
	lease, err := b.db.Begin(b.t.Context(), s.ID, "test", b.now, b.now.Add(time.Minute))
	if err != nil {
		b.t.Fatal(err)
	}
	h := &story.Harvest{Source: s, Epoch: lease.Epoch, Reread: true, Recalled: true, Fetch: news.Fetch{Started: b.now}}
	h.Document, h.Arrivals = story.Recall(s, past.Publications)
	if _, err := b.db.Save(b.t.Context(), h); err != nil {
		b.t.Fatal(err)
	}
}

// week publishes a week of a feed: stories that were published live, undated
// ones, copies whose original was late, and changed words.
func week(b *bench) (a, c []news.Entry) {
	a = []news.Entry{entry("a", "first", 20), entry("a", "second", 19)}
	c = []news.Entry{entry("c", "old", 30)}
	b.fetch("a", a...)
	b.fetch("c", c...)
	b.publish("all")
	b.pass(time.Hour)
	undated := entry("a", "undated", 1)
	undated.Published = time.Time{}
	a = append(a, undated, entry("a", "backdated", 25))
	b.fetch("a", a...)
	b.publish("all")
	b.pass(time.Hour)
	a[1].Content = "<p>Other words altogether.</p>"
	c = append(c, entry("c", "last", 0))
	b.fetch("a", a...)
	b.fetch("c", c...)
	b.publish("all")
	return a, c
}

func TestLostDatabaseMovesNothing(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Keep} {
		t.Run(string(mode), func(t *testing.T) {
			was := newBench(t, all(mode))
			a, c := week(was)
			want := was.documentOf("all")
			b := resume(t, was.now.Add(48*time.Hour), want, all(mode))
			b.fetch("c", c...) // in the other order
			b.fetch("a", a...)
			if got := b.documentOf("all"); !bytes.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			b.fetch("a", append(a, entry("a", "new", 0))...)
			if got := b.publish("all"); got[0] != "new" {
				t.Errorf("after it: %q, want the new one first", got)
			}
		})
	}
}

// Without resuming, places and undated times are lost. So the test above is able to fail.
func TestLostDatabaseWithoutPast(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	a, c := week(was)
	b := newBench(t, all(news.Collapse))
	b.now = was.now.Add(48 * time.Hour)
	b.fetch("c", c...)
	b.fetch("a", a...)
	if bytes.Equal(b.documentOf("all"), was.documentOf("all")) {
		t.Error("the same bytes without the past")
	}
}

// Changes from the time when the database was lost change the updated time by the usual rule.
func TestResumedStoryThatChanged(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	a, _ := week(was)
	before := was.edition("all")
	b := resume(t, was.now.Add(time.Hour), was.documentOf("all"), all(news.Collapse))
	a[0].Content = "<p>Nobody has read these words yet.</p>"
	b.fetch("a", a...)
	b.publish("all")
	for _, s := range b.edition("all").Shown {
		i := slices.IndexFunc(before.Shown, func(o news.Shown) bool { return o.GUID == s.GUID })
		if changed := s.Entry.GUID == a[0].GUID; changed != s.Updated.Equal(b.now) {
			t.Errorf("%s: updated %v", s.Entry.Title, s.Updated)
		}
		if !s.Published.Equal(before.Shown[i].Published) || !s.Entered.Equal(before.Shown[i].Entered) {
			t.Errorf("%s: published or place moved", s.Entry.Title)
		}
	}
}

// A story whose source is fetched again only a week later returns to its former
// place. Its guid is that of its first entry then, whichever is first now.
func TestResumedStoryOfAnotherFirst(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	one, two := entry("a", "same", 20), entry("b", "same", 20)
	two.Link = one.Link
	was.fetch("a", one)
	was.publish("all")
	was.fetch("b", two)
	doc, want := was.documentOf("all"), was.edition("all").Shown[0]
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Collapse))
	b.fetch("b", two)
	b.fetch("a", one)
	b.publish("all")
	got := b.edition("all").Shown
	if len(got) != 1 || got[0].GUID != want.GUID || got[0].StoryKey != want.StoryKey || !got[0].Entered.Equal(want.Entered) {
		t.Errorf("got %+v\nwant %+v", got[0].Publication, want.Publication)
	}
	var left int
	if err := b.db.engine.Read.QueryRow(`SELECT count(*) FROM past`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows of the past are left (%v)", left, err)
	}
}

// A database that has the feed is not changed.
func TestResumeLeavesADatabaseAlone(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	b.fetch("a", entry("a", "one", 1))
	doc := b.documentOf("all")
	past, err := format.ReadPast(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	past.Publications[0].Published = start.Add(-1000 * time.Hour)
	if taken, err := b.db.Resume(t.Context(), b.feeds["all"], past); taken || err != nil {
		t.Fatal(taken, err)
	}
	if got := b.documentOf("all"); !bytes.Equal(got, doc) {
		t.Errorf("got %s\nwant %s", got, doc)
	}
}

func TestSequencesKeepTheOrder(t *testing.T) {
	at := func(ms int64) news.PastPublication {
		return news.PastPublication{Publication: news.Publication{Entered: time.UnixMilli(ms)}}
	}
	got := sequences([]news.PastPublication{at(5), at(7), at(7), at(3)})
	if want := []int64{7002, 7001, 7000, 3000}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	told := []news.PastPublication{at(5), at(5), at(3)}
	told[0].Sequence, told[1].Sequence, told[2].Sequence = 5678, 1<<60, 2000 // two of them are wrong
	if got, want := sequences(told), []int64{5678, 5000, 3000}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// In a feed that keeps duplicates, each entry of a story gets its own Publication
// back, whichever feed published the story first.
func TestResumeBesideAnotherFeed(t *testing.T) {
	first := news.Feed{Name: "first", Duplicates: news.Collapse, Limit: 100}
	was := newBench(t, first, all(news.Keep))
	a, c := week(was)
	copied := linkTo("b", "copy", 18, a[0])
	was.fetch("b", copied)
	was.publish("first")
	want := was.documentOf("all")
	b := resume(t, was.now.Add(time.Hour), want, first, all(news.Keep))
	b.fetch("a", a...)
	b.fetch("b", copied)
	b.fetch("c", c...)
	b.publish("first")
	if got := b.documentOf("all"); !bytes.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Stories that changed in the same second while the database was lost get
// different times, as usual.
func TestResumedStoriesOfOneSecond(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	a, _ := week(was)
	b := resume(t, was.now.Add(time.Hour), was.documentOf("all"), all(news.Collapse))
	for i := range 2 {
		a[i].Content = fmt.Sprint("<p>Nobody has read these words yet, nor ", a[i].Title, ".</p>")
		a[i].Updated = was.now.Add(time.Minute)
	}
	b.fetch("a", a...)
	b.publish("all")
	seen := map[time.Time]string{}
	for _, s := range b.edition("all").Shown {
		if other, ok := seen[s.Updated]; ok {
			t.Errorf("%s and %s were both updated at %v", other, s.Entry.Title, s.Updated)
		}
		seen[s.Updated] = s.Entry.Title
	}
}

// A new story does not get the time of a resumed one, whichever is published
// first. Seeds of one day all have the same time.
func TestNewStoriesOfTheSecondOfAResumedOne(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	old := entry("a", "old", 20)
	was.fetch("a", entry("a", "before", 21))
	was.publish("all")
	was.pass(time.Hour)
	was.fetch("a", old) // live: its place is behind the others of its time
	was.publish("all")
	doc, want := was.documentOf("all"), was.edition("all").Shown[0].Updated
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Collapse))
	list := []news.Entry{old}
	for i := range 9 {
		list = append(list, entry("a", fmt.Sprint("new", i), 20))
	}
	b.fetch("a", list...)
	b.publish("all")
	for _, s := range b.edition("all").Shown {
		if s.Updated.Equal(want) != (s.Entry.Title == "old") {
			t.Errorf("%s: updated %v", s.Entry.Title, s.Updated)
		}
	}
}

// The age of a story is judged only once: it does not leave the feed because the
// database was lost a week later.
func TestResumedStoryIsAsOldAsItWas(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Keep} {
		feed := ruled(t, mode, `age < days(2) and title != "dropped"`)
		was := newBench(t, feed)
		a, c := week(was)
		copied := linkTo("b", "copy", 18, a[0])
		copied.Published = a[0].Published.Add(time.Minute)
		was.fetch("b", copied)
		was.publish("all")
		want := was.documentOf("all")
		b := resume(t, was.now.Add(7*24*time.Hour), want, feed)
		b.fetch("b", copied)
		b.fetch("a", append(a, entry("a", "too old", 0))...)
		b.fetch("c", c...)
		if got := b.documentOf("all"); !bytes.Equal(got, want) {
			t.Errorf("%s: got  %s\nwant %s", mode, got, want)
		}
		changed := resume(t, was.now.Add(time.Hour), want, ruled(t, mode, `age < days(2) and title != "second"`))
		changed.fetch("a", a...)
		if slices.Contains(changed.publish("all"), "second") {
			t.Errorf("%s: what a changed rule does not take is there", mode)
		}
	}
}

// A resumed feed gets its id back, even if it was renamed, and addresses of lost
// archive pages are not used again.
func TestResumedFeedHasItsID(t *testing.T) {
	feed := all(news.Collapse)
	feed.Archive = true
	was := newBench(t, feed)
	week(was)
	id := was.edition("all").Feed.UUID
	for generation := 1; generation < 4; generation++ {
		err := was.db.update(t.Context(), func(tx *tx) error { // a page is closed
			_, err := tx.exec(`INSERT INTO archive_page (feed_id, generation, number, modified) VALUES ($1, $2, 1, 0)`, was.feeds["all"].ID, generation)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time without publishing in between
			feed.Title += "!"
			b := resume(t, was.now.Add(time.Hour), was.documentOf("all"), feed)
			if b.feeds["all"], err = b.db.Feed(t.Context(), b.feeds["all"]); err != nil || b.feeds["all"].UUID != id {
				t.Errorf("the feed was %s, is %s, %v", id, b.feeds["all"].UUID, err)
			}
			if prev := b.edition("all").Prev; prev != (news.Part{Generation: generation + 1}) {
				t.Errorf("the archive goes on in %+v, want generation %d", prev, generation+1)
			}
			was = b
		}
	}
}

// published returns a feed with one Publication of these entries, the first of which is shown.
func published(guid string, entered time.Time, entries ...string) *news.Past {
	return &news.Past{Publications: []news.PastPublication{{
		Publication: news.Publication{GUID: guid, Entered: entered, Published: entered, Updated: entered, Sequence: entered.UnixMicro()}, Entries: entries,
	}}}
}

func (b *bench) entryKey(source, guid string) string { return news.EntryKey(b.sources[source], guid) }

// If one story has become two, its Publication goes to the one with the entry that was shown.
func TestResumedStoryThatFellApart(t *testing.T) {
	b := newBench(t, all(news.Collapse))
	copied, shown := reported("a", "Brücke gesperrt", report, -60), reported("b", "Straßenbrücke offen", other, 0)
	if _, err := b.db.Resume(t.Context(), b.feeds["all"], published(shown.GUID, start.Add(-time.Hour), b.entryKey("b", shown.GUID), b.entryKey("a", copied.GUID))); err != nil {
		t.Fatal(err)
	}
	b.fetch("a", copied)
	b.fetch("b", shown)
	wantList(t, b.publish("all"), copied.Title, shown.Title)
	if s := b.shownIn("all", shown.Title); s.GUID != shown.GUID || !s.Entered.Equal(start.Add(-time.Hour)) {
		t.Errorf("what was shown is %s, entered %v", s.GUID, s.Entered)
	}
	if s := b.shownIn("all", copied.Title); s.GUID == shown.GUID {
		t.Error("the other has its guid")
	}
}

// The guid of a story whose source is not fetched yet is not given to another
// source with the same guid.
func TestResumedGUIDOfASilentSource(t *testing.T) {
	const guid = "https://both.example/1"
	b := newBench(t, all(news.Collapse))
	if _, err := b.db.Resume(t.Context(), b.feeds["all"], published(guid, start.Add(-time.Hour), b.entryKey("a", guid))); err != nil {
		t.Fatal(err)
	}
	e := reported("b", "Straßenbrücke offen", other, 0)
	e.GUID = guid
	b.fetch("b", e)
	b.publish("all")
	if s := b.shownIn("all", e.Title); s.GUID == guid || s.Entered.Equal(start.Add(-time.Hour)) {
		t.Errorf("the story of b is %s, entered %v: that is what a had", s.GUID, s.Entered)
	}
}
