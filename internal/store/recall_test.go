package store

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/format"
	"tributary/internal/news"
)

// A source that fails after the database was lost is missed by nobody, and neither is it when
// it is back.
func TestRecalledSourceThatFails(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Keep} {
		t.Run(string(mode), func(t *testing.T) {
			was := newBench(t, all(mode))
			a, c := week(was)
			want := was.documentOf("all")
			b := resume(t, was.now.Add(48*time.Hour), want, all(mode))
			b.fetch("c", c...)
			if got := b.documentOf("all"); !bytes.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if state, err := b.db.State(t.Context(), "a"); err != nil || !state.FirstOK.IsZero() {
				t.Errorf("it counts as one that has answered: %v, %v", state.FirstOK, err)
			}
			b.pass(time.Hour)
			b.fetch("a", a...)
			if got := b.documentOf("all"); !bytes.Equal(got, want) {
				t.Errorf("when it is back\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

// What a source has brought since is newer than what was published, and what it does not list
// any more stays.
func TestRecalledBesideNewer(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	a, c := week(was)
	doc, before := was.documentOf("all"), was.publish("all")
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Collapse))
	b.fetch("c", c...)
	a[0].Title, a[0].Content = "first, corrected", "<p>Nobody has read these words yet.</p>"
	b.fetch("a", a[0], entry("a", "new", 0))
	want := []string{"new"}
	for _, title := range before {
		if title == "first" {
			title = a[0].Title
		}
		want = append(want, title)
	}
	wantList(t, b.publish("all"), want...)
}

// To a feed that did not show it, what is recalled is no news.
func TestRecalledIntoAnotherFeed(t *testing.T) {
	other := news.Feed{Name: "other", Duplicates: news.Collapse, Limit: 100}
	was := newBench(t, all(news.Collapse))
	old := entry("a", "old", 30)
	was.fetch("a", old)
	doc := was.documentOf("all")
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Collapse), other)
	b.fetch("a")
	b.fetch("c", entry("c", "latest", 1))
	b.publish("other")
	wantList(t, b.publish("other"), "latest", "old")
}

// Stories that were published apart stay apart, and what was one story stays one, whatever the
// texts say today.
func TestRecalledStoriesStay(t *testing.T) {
	was := newBench(t, all(news.Keep))
	first, second := reported("a", "Brücke gesperrt", report, 0), reported("b", "Straßenbrücke gesperrt", report, -30)
	was.fetch("a", first)
	was.fetch("b", second)
	was.publish("all")
	was.split(second.GUID)
	was.fetch("c", linkTo("c", "copy", 1, first))
	doc := was.documentOf("all")
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Keep))
	if got := b.documentOf("all"); !bytes.Equal(got, doc) {
		t.Errorf("got  %s\nwant %s", got, doc)
	}
	if one, other := b.placement(first.GUID).StoryID, b.placement(second.GUID).StoryID; one == other {
		t.Error("two stories are one now")
	}
}

// An entry is as old as it was when it came, for the rule of its source as well.
func TestRecalledEntryIsAsOldAsItWas(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	was.reload("", map[string]string{"a": "age < days(2)"})
	e := entry("a", "old", 30)
	was.fetch("a", e)
	doc := was.documentOf("all")
	b := resume(t, was.now.Add(20*24*time.Hour), doc, all(news.Collapse))
	b.reload("", map[string]string{"a": "age < days(2)"})
	wantList(t, b.publish("all"), "old")
	e.Content = "<p>Corrected.</p>"
	b.fetch("a", e)
	wantList(t, b.publish("all"), "old")
}

// A feed of links does not have the text by which copies are recognised. It is there as soon
// as the source brings the entry.
func TestRecalledLink(t *testing.T) {
	short := all(news.Collapse)
	short.Content = news.LinkOnly
	was := newBench(t, short)
	first, copied := reported("a", "Brücke gesperrt", report, -60), reported("b", "Umweg für alle", report+" "+ownEnd, 0)
	was.fetch("a", first)
	b := resume(t, was.now.Add(time.Hour), was.documentOf("all"), short)
	b.fetch("a", first)
	b.fetch("b", copied)
	wantList(t, b.publish("all"), first.Title)
}

// What is stored already is newer than what was published.
func TestRecallLeavesAloneWhatIsStored(t *testing.T) {
	was := newBench(t, all(news.Collapse))
	e := entry("a", "first", 20)
	was.fetch("a", e)
	past, err := format.ReadPast(bytes.NewReader(was.documentOf("all")))
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, all(news.Collapse))
	e.Title, e.Content = "first, corrected", "<p>Nobody has read these words yet.</p>"
	b.fetch("a", e)
	past.Publications[0].Shown.Origin.Title = "Its title of then"
	b.recall("a", past)
	wantList(t, b.publish("all"), e.Title)
	if got := b.edition("all").Shown[0].SourceTitle; got != "Source a" {
		t.Errorf("the source is called %q", got)
	}
}

// An entry without a guid is known by its link until others have the same one. It stays the
// Publication that it was.
func TestRecalledEntryThatIsKnownByMore(t *testing.T) {
	was := newBench(t, all(news.Keep))
	of := func(name string, hours int) news.Entry {
		e := entry("a", name, hours)
		e.GUID, e.Link = "", "https://a.example/ticker"
		return e
	}
	was.fetch("a", of("first", 3))
	doc, want := was.documentOf("all"), was.edition("all").Shown[0].GUID
	b := resume(t, was.now.Add(time.Hour), doc, all(news.Keep))
	b.fetch("a", of("first", 3), of("second", 2), of("third", 1))
	b.publish("all")
	if got := b.shownIn("all", "first").GUID; got != want {
		t.Errorf("it was %s and is %s", want, got)
	}
}

// An entry that belonged to a published story still does when its source brings it, although
// nothing of what can be read back tells that the two are alike.
func TestRecalledMemberReturns(t *testing.T) {
	for _, content := range []news.Extent{news.SummaryOnly, news.LinkOnly} {
		short := all(news.Collapse)
		short.Content = content
		was := newBench(t, short)
		first, copied := reported("a", "Brücke gesperrt", report, -60), reported("b", "Umweg für alle", report+" "+ownEnd, 0)
		first.Summary = "Kurz gesagt."
		was.fetch("a", first)
		was.fetch("b", copied)
		wantList(t, was.publish("all"), first.Title)
		b := resume(t, was.now.Add(time.Hour), was.documentOf("all"), short)
		b.fetch("b", copied)
		wantList(t, b.publish("all"), first.Title)
		if m := b.placement(copied.GUID).Entry.Match; m.Detail == news.Recalled || m.Reason != news.ReasonText || m.Score == 0 {
			t.Errorf("the match of an entry that was fetched is %+v", m)
		}
		b.fetch("a", first)
		wantList(t, b.publish("all"), first.Title)
	}
}

// Who else reported a story is told after the database was lost as before, whether that
// source fails, lists the entry no more, or brings it again.
func TestRecalledMembersAreNamed(t *testing.T) {
	for _, f := range []news.Feed{
		{Duplicates: news.Collapse}, {Duplicates: news.Group}, {Duplicates: news.Collapse, AlsoReported: true},
		{Duplicates: news.Collapse, Where: rule(t, "len(outlets) >= 2 and size >= 2")},
	} {
		f.Name, f.Limit = "all", 100
		was := newBench(t, f)
		first, copied := reported("a", "Brücke gesperrt", report, -60), reported("b", "Umweg für alle", report+" "+ownEnd, 0)
		late := linkTo("c", "late", 1, first)
		late.GUID += "?token=abcdefgh" // which must not be published
		was.fetch("a", first)
		was.fetch("b", copied)
		was.publish("all")
		was.fetch("c", late)
		want := was.documentOf("all")
		if !bytes.Contains(want, []byte("Umweg")) || bytes.Contains(want, []byte("abcdefgh")) {
			t.Fatalf("nobody else is named: %s", want)
		}
		now := was.now.Add(time.Hour)
		for name, document := range map[string][]news.Entry{"fails": nil, "lists it no more": {}, "brings it": {copied}} {
			b := resume(t, now, want, f)
			b.fetch("a", first)
			if document != nil {
				b.fetch("b", document...)
			}
			got := b.documentOf("all")
			if !bytes.Equal(got, want) {
				t.Errorf("%s %v %v: b %s\n%s", f.Duplicates, f.AlsoReported, f.Where, name, cmp.Diff(string(want), string(got)))
			}
			b = resume(t, now, got, f) // and once more
			b.fetch("b", copied)
			b.fetch("c", late)
			b.fetch("a", first)
			if got := b.documentOf("all"); !bytes.Equal(got, want) {
				t.Errorf("%s %v %v: b %s, then all are there\n%s", f.Duplicates, f.AlsoReported, f.Where, name, cmp.Diff(string(want), string(got)))
			}
		}
	}
}

// A source that left the configuration, or is private by now, is not named.
func TestRecalledMembersOfOthers(t *testing.T) {
	was := newBench(t, all(news.Group))
	first := reported("a", "Brücke gesperrt", report, -60)
	was.fetch("a", first)
	copied := first
	copied.GUID, copied.Link = "https://b.example/copy", "https://b.example/copy"
	was.fetch("b", copied)
	doc := was.documentOf("all")
	if !bytes.Contains(doc, []byte(`"also"`)) {
		t.Fatalf("nobody else is named: %s", doc)
	}
	for name, change := range map[string]func(*bench){
		"gone": func(b *bench) { b.configure([]string{"a", "c"}, all(news.Group)) },
		"private": func(b *bench) {
			sources := slices.Collect(maps.Values(b.sources))
			sources[slices.IndexFunc(sources, func(s news.Source) bool { return s.Name == "b" })].Public = false
			b.sync(sources, []news.Feed{all(news.Group)})
		},
	} {
		b := resume(t, was.now.Add(time.Hour), doc, all(news.Group))
		change(b)
		if got := b.documentOf("all"); bytes.Contains(got, []byte("copy")) {
			t.Errorf("%s: it is still named: %s", name, got)
		}
	}
}
