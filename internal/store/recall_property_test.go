package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// A pipeline that has no database between its runs loses nothing, shows nothing twice and
// moves nothing, whichever sources fail, and however few of their entries they list.
func TestPipelineForgetsNothing(t *testing.T) {
	const listed = 3 // entries of a document
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		mode := []news.Duplicates{news.Collapse, news.Keep}[seed%2]
		brought := map[string][]news.Entry{}
		b := newBench(t, all(mode))
		var before []news.Shown
		for run := range 8 {
			for _, source := range []string{"a", "b", "c"} {
				if run > 0 && r.IntN(3) == 0 {
					continue // it fails
				}
				for range r.IntN(3) {
					brought[source] = append(brought[source], randomEntry(r, source, b.now, brought))
				}
				list := brought[source]
				b.fetch(source, list[max(len(list)-listed, 0):]...)
			}
			b.publish("all")
			shown := b.edition("all").Shown
			wantContinued(t, fmt.Sprintf("seed %d, run %d", seed, run), before, shown)
			before = shown
			b = resume(t, b.now.Add(time.Hour), b.documentOf("all"), all(mode))
		}
	}
}

// randomEntry is news of the last minutes, sometimes a copy of what another source brought.
func randomEntry(r *rand.Rand, source string, now time.Time, brought map[string][]news.Entry) news.Entry {
	e := entry(source, fmt.Sprintf("story%d", r.Uint32()), 0)
	e.Published = now.Add(-time.Duration(1+r.IntN(50)) * time.Minute)
	if r.IntN(3) == 0 {
		e.GUID = "" // known by its link
	}
	if other := brought["a"]; source != "a" && len(other) > 0 && r.IntN(4) == 0 {
		e.Link = other[len(other)-1].Link
	}
	return e
}

// wantContinued checks that what a feed showed before is still shown, as it was and in the same
// order, and that nothing is shown twice.
func wantContinued(t *testing.T, when string, before, after []news.Shown) {
	t.Helper()
	now := map[string]news.Shown{}
	var order []string
	for _, s := range after {
		if _, twice := now[s.GUID]; twice {
			t.Errorf("%s: %s is shown twice", when, s.GUID)
		}
		now[s.GUID] = s
		order = append(order, s.GUID)
	}
	last := -1
	for _, was := range before {
		s, ok := now[was.GUID]
		if !ok {
			t.Errorf("%s: %s was lost", when, was.GUID)
			continue
		}
		if !s.Published.Equal(was.Published) || !s.Updated.Equal(was.Updated) || s.StoryKey != was.StoryKey || s.Entry.Title != was.Entry.Title {
			t.Errorf("%s: it was %+v of %q\nand is %+v of %q", when, was.Publication, was.Entry.Title, s.Publication, s.Entry.Title)
		}
		at := slices.Index(order, was.GUID)
		if at < last {
			t.Errorf("%s: %s changed its place", when, was.GUID)
		}
		last = at
	}
}
