package store

import (
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// naming returns a bench with a feed that names who else reported a story. The
// feed has old stories.
func naming(t *testing.T, mode news.Duplicates) *bench {
	t.Helper()
	f := all(mode)
	f.AlsoReported = true
	b := newBench(t, f)
	for _, name := range []string{"a", "b", "c"} {
		b.fetch(name, entry(name, "old "+name, 20))
	}
	b.publish("all")
	return b
}

// named returns the sources that the newest item names, with "?" for those that
// are no longer shown.
func (b *bench) named() []string {
	b.t.Helper()
	b.publish("all")
	s := b.edition("all").Shown[0]
	var names []string
	for _, id := range s.Named {
		name := "?"
		for _, m := range s.Members {
			if m.EntryID == id {
				name = m.SourceName
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// The named sources stay as they were when the item was made, whatever is
// reported later, until its words change.
func TestFooterIsWrittenWhenTheWordsAre(t *testing.T) {
	b := naming(t, news.Collapse)
	b.pass(time.Hour)
	e := entry("a", "story", 0)
	b.fetch("a", e, entry("a", "old a", 20))
	b.fetch("b", linkTo("b", "of b", 0, e), entry("b", "old b", 20))
	wantList(t, b.named(), "b")

	b.pass(time.Hour)
	b.fetch("c", linkTo("c", "of c", 0, e), entry("c", "old c", 20))
	wantList(t, b.named(), "b")
	if got := len(b.edition("all").Shown[0].Members); got != 2 {
		t.Fatalf("%d members, want 2: the third is to be there", got)
	}

	b.pass(time.Hour)
	e.Content = "<p>THE <b>text</b> of story!</p>" // the same words
	b.fetch("a", e, entry("a", "old a", 20))
	wantList(t, b.named(), "b")
	was := b.edition("all").Shown[0].Updated

	b.pass(time.Hour)
	e.Content = "<p>Another text of the story.</p>"
	b.fetch("a", e, entry("a", "old a", 20))
	wantList(t, b.named(), "b", "c")
	if is := b.edition("all").Shown[0].Updated; !is.After(was) {
		t.Errorf("updated %v, was %v: want it to have moved with the words", is, was)
	}
}

// A member that was withdrawn, retired or made private is no longer named, at
// once. One that was always private is never named.
func TestFooterForgetsWhoMayNotBeNamed(t *testing.T) {
	e := entry("a", "story", 0)
	begin := func(t *testing.T) *bench {
		b := naming(t, news.Collapse)
		b.pass(time.Hour)
		b.fetch("a", e, entry("a", "old a", 20))
		b.fetch("b", linkTo("b", "of b", 0, e), entry("b", "old b", 20))
		return b
	}
	private := func(b *bench, name string) {
		var sources []news.Source
		for _, n := range []string{"a", "b", "c"} {
			s := b.sources[n]
			s.Public = n != name
			sources = append(sources, s)
		}
		b.sync(sources, []news.Feed{b.feeds["all"]})
	}
	t.Run("private later", func(t *testing.T) {
		b := begin(t)
		wantList(t, b.named(), "b")
		private(b, "b")
		wantList(t, b.named(), "?")
	})
	t.Run("private from the beginning", func(t *testing.T) {
		b := begin(t)
		private(b, "b")
		wantList(t, b.named())
	})
	t.Run("retired", func(t *testing.T) {
		b := begin(t)
		wantList(t, b.named(), "b")
		b.configure([]string{"a", "c"}, b.feeds["all"])
		wantList(t, b.named(), "?")
	})
	t.Run("split off", func(t *testing.T) {
		b := begin(t)
		wantList(t, b.named(), "b")
		b.split("https://b.example/of b")
		b.publish("all")
		if got := b.shownIn("all", "story"); len(got.Members) > 0 {
			t.Errorf("members %+v, want none to name", got.Members)
		}
	})
	t.Run("shown itself", func(t *testing.T) {
		b := begin(t)
		wantList(t, b.named(), "b")
		f := b.feeds["all"]
		f.Sources = []string{"b", "a"}
		b.configure([]string{"a", "b", "c"}, f)
		b.publish("all")
		if s := b.edition("all").Shown[0]; s.Source.Name != "b" {
			t.Fatalf("shows %s", s.Source.Name)
		}
		wantList(t, b.named(), "a") // the words have changed
	})
}

// Without the option no names are stored. When it is switched on it applies to
// new items only, so that nothing readers have seen changes.
func TestFooterBeginsWithTheOption(t *testing.T) {
	b := newBench(t)
	e := entry("a", "story", 0)
	b.fetch("a", e)
	b.fetch("b", linkTo("b", "of b", 0, e))
	wantList(t, b.named())
	f := b.feeds["all"]
	f.AlsoReported = true
	b.configure([]string{"a", "b", "c"}, f)
	wantList(t, b.named())
	b.pass(time.Hour)
	e.Title = "story, again"
	b.fetch("a", e)
	wantList(t, b.named(), "b")
}

// The order of reports published at the same time does not depend on the order of fetches.
func TestMembersDependOnNoOrder(t *testing.T) {
	for _, order := range []string{"bc", "cb"} {
		b := newBench(t, all(news.Collapse))
		e := entry("a", "story", 0)
		b.fetch("a", e)
		for _, name := range order {
			b.fetch(string(name), linkTo(string(name), "of "+string(name), 0, e))
		}
		b.publish("all")
		var got []string
		for _, m := range b.shownIn("all", "story").Members {
			got = append(got, m.SourceName)
		}
		wantList(t, got, "b", "c")
	}
}
