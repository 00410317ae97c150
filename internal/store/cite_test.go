package store

import (
	"maps"
	"testing"
	"time"

	"tributary/internal/news"
	"tributary/internal/story"
)

// TestCountCitations checks who links to whose page, counted by source.
func TestCountCitations(t *testing.T) {
	own := func(entry, source, key int64) linking { return linking{1, entry, source, story.Own, key} }
	foreign := func(entry, source, key int64) linking { return linking{1, entry, source, story.Foreign, key} }
	pointer := func(entry, source, key int64) linking { return linking{1, entry, source, story.Pointer, key} }
	for name, c := range map[string]struct {
		members []linking
		want    map[int64]int
	}{
		"nobody":                             {nil, map[int64]int{}},
		"alone":                              {[]linking{own(1, 1, 7)}, map[int64]int{}},
		"two originals":                      {[]linking{own(1, 1, 7), own(2, 2, 8)}, map[int64]int{}},
		"two own pages of one address":       {[]linking{own(1, 1, 7), own(2, 2, 7)}, map[int64]int{}},
		"one that is linked":                 {[]linking{own(1, 1, 7), foreign(2, 2, 7)}, map[int64]int{1: 1}},
		"by a redirect of an aggregator":     {[]linking{own(1, 1, 7), pointer(2, 2, 7)}, map[int64]int{1: 1}},
		"another page":                       {[]linking{own(1, 1, 7), foreign(2, 2, 8)}, map[int64]int{}},
		"a source that links twice":          {[]linking{own(1, 1, 7), foreign(2, 2, 7), foreign(3, 2, 7)}, map[int64]int{1: 1}},
		"a source that links itself":         {[]linking{own(1, 1, 7), foreign(2, 1, 7)}, map[int64]int{}},
		"two sources, and one that is apart": {[]linking{own(1, 1, 7), foreign(2, 2, 7), pointer(3, 3, 7), own(4, 4, 8)}, map[int64]int{1: 2}},
		"links alone":                        {[]linking{foreign(2, 2, 7), foreign(3, 3, 7)}, map[int64]int{}},
	} {
		got := map[int64]int{}
		countCitations(c.members, got)
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// linkTo returns an entry of a source that links to the page of another entry.
func linkTo(source, name string, hours int, page news.Entry) news.Entry {
	e := entry(source, name, hours)
	e.Link = page.Link
	return e
}

// The original arrives late, with an earlier or a later date. The Publication
// then has its link and text, and keeps its guid and place. Its updated time
// changes only if the words do.
func TestALateOriginalIsShownAndMovesNothing(t *testing.T) {
	for name, hours := range map[string]int{"earlier": 3, "later": 0} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.fetch("a", entry("a", "old", 9))
			b.fetch("b", entry("b", "older", 10))
			b.publish("all")
			original := entry("a", "original", hours)
			link := linkTo("b", "teaser", 1, original)
			b.now = b.now.Add(time.Hour)
			b.fetch("b", link, entry("b", "older", 10))
			b.publish("all")
			was := b.edition("all").Shown[0]

			b.now = b.now.Add(time.Hour)
			b.fetch("a", original, entry("a", "old", 9))
			b.publish("all")
			is := b.edition("all").Shown[0]
			if is.Entry.Title != "original" || is.Entry.Link != original.Link || is.Entry.Content != original.Content {
				t.Fatalf("shows %q of %s, want the original", is.Entry.Title, is.Source.Name)
			}
			if is.GUID != was.GUID || !is.Published.Equal(was.Published) || is.Sequence != was.Sequence || !is.Entered.Equal(was.Entered) {
				t.Errorf("was %+v, is %+v", was.Publication, is.Publication)
			}
			if !is.Updated.After(was.Updated) {
				t.Errorf("updated is %v as before, but the words are others", is.Updated)
			}
			if len(is.Members) != 1 || is.Members[0].Title != "teaser" {
				t.Errorf("members %+v, want the teaser", is.Members)
			}
		})
	}
}

// If the original has the words that were shown already, the Publication takes
// its link and text, and keeps its updated time.
func TestALateOriginalOfTheSameWordsIsNoUpdate(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "old", 9))
	b.fetch("b", entry("b", "older", 10))
	b.publish("all")
	original := entry("a", "copied", 0)
	link := linkTo("b", "copied", 1, original)
	b.now = b.now.Add(time.Hour)
	b.fetch("b", link, entry("b", "older", 10))
	b.publish("all")
	was := b.edition("all").Shown[0]
	original.Content = "<p><b>The text</b> of copied.</p>"
	b.now = b.now.Add(time.Hour)
	b.fetch("a", original, entry("a", "old", 9))
	b.publish("all")
	is := b.edition("all").Shown[0]
	if is.Source.Name != "a" || is.Entry.Content != original.Content {
		t.Fatalf("shows %q of %s, want the original", is.Entry.Title, is.Source.Name)
	}
	if !is.Updated.Equal(was.Updated) || is.GUID != was.GUID {
		t.Errorf("was %+v, is %+v", was.Publication, is.Publication)
	}
}

// Links of a private source do not affect what others see.
func TestAPrivateSourceCitesNobody(t *testing.T) {
	for public, want := range map[bool]string{true: "late", false: "early"} {
		b := newBench(t)
		var sources []news.Source
		for _, name := range []string{"a", "b", "c"} {
			s := b.sources[name]
			s.Public = public || name != "c"
			sources = append(sources, s)
		}
		b.sync(sources, []news.Feed{b.feeds["all"]})
		late := entry("a", "late", 1)
		b.fetch("a", late)
		b.fetch("b", entry("b", "early", 2))
		b.fetch("c", linkTo("c", "of c", 1, late))
		err := b.db.update(t.Context(), func(t *tx) error { // all in one story
			_, err := t.exec(`UPDATE entry SET story_id = (SELECT min(story_id) FROM entry)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		wantList(t, b.publish("all"), want)
	}
}
