package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tributary/internal/news"
)

// told returns the titles that a subscriber at this position is sent, and advances the position.
func (b *bench) told(position *int64) (titles []string) {
	b.t.Helper()
	for upto := b.edition("all").Change; *position < upto; {
		e, err := b.db.Changes(b.t.Context(), site, b.feeds["all"], *position, upto)
		if err != nil {
			b.t.Fatal(err)
		}
		if e.Change <= *position {
			b.t.Fatalf("from %d the changes reach to %d only", *position, e.Change)
		}
		for _, s := range e.Shown {
			titles = append(titles, s.Entry.Title)
		}
		*position = e.Change
	}
	return titles
}

func TestSubscribersAreToldWhatIsNew(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "a1", 1), entry("a", "a2", 2))
	b.publish("all")
	position := b.edition("all").Change

	b.now = b.now.Add(time.Hour)
	b.fetch("a", entry("a", "a1", 1), entry("a", "a2", 2), entry("a", "new", 0), entry("a", "late", 400))
	b.publish("all")
	wantList(t, b.told(&position), "new", "late")
	wantList(t, b.told(&position))

	b.now = b.now.Add(time.Hour)
	edited := entry("a", "a1", 1)
	edited.Content = "<p>Other words, and more of them.</p>"
	b.fetch("a", edited, entry("a", "a2", 2))
	b.publish("all")
	wantList(t, b.told(&position), "a1")
}

// Subscribers are not sent stories of which only markup, numbers, addresses or
// other sources changed.
func TestSubscribersAreNotToldWhatMovesNothing(t *testing.T) {
	b := naming(t, news.Collapse)
	b.fetch("a", entry("a", "one", 1))
	b.publish("all")
	position := b.edition("all").Change
	again := entry("a", "one", 1)
	again.Content = "<p><b>The</b> text of one.</p>"
	b.fetch("a", again)
	b.fetch("b", linkTo("b", "copy", 0, again))
	b.publish("all")
	again.Link += "?moved"
	b.fetch("a", again)
	b.publish("all")
	s := b.edition("all").Shown[0]
	if s.Entry.Link != again.Link || len(s.Members) != 1 {
		t.Fatalf("got %s with %d others: the test does not reach what it says", s.Entry.Link, len(s.Members))
	}
	wantList(t, b.told(&position))
}

// Of a backlog, subscribers are sent what the page shows, and nothing below it.
func TestSubscribersAreToldOfABacklogWhatThePageShows(t *testing.T) {
	b := newBench(t, news.Feed{Name: "all", Duplicates: news.Collapse, Limit: 3, Window: time.Hour})
	b.fetch("a", entry("a", "a1", 1), entry("a", "a9", 9), entry("a", "a10", 10))
	b.publish("all")
	position := b.edition("all").Change
	b.fetch("b", entry("b", "b2", 2), entry("b", "b20", 20), entry("b", "b30", 30))
	wantList(t, b.publish("all"), "a1", "b2", "a9")
	wantList(t, b.told(&position), "b2")
}

// A story that left the page before a subscriber was sent it is sent when it comes back.
func TestSubscribersAreToldWhatReturns(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "a1", 1))
	b.publish("all")
	position := b.edition("all").Change
	b.fetch("a", entry("a", "a1", 1), entry("a", "new", 0))
	b.publish("all")
	all := b.feeds["all"]
	b.configure([]string{"b"}, all)
	b.publish("all")
	wantList(t, b.told(&position))
	b.configure([]string{"a", "b"}, all)
	b.publish("all")
	wantList(t, b.told(&position), "new", "a1")
}

// A subscriber that was away for long gets everything, in limited parts, oldest first.
func TestManyChangesComeInParts(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "first", 1))
	b.publish("all")
	position := b.edition("all").Change
	const many = 2*maxChanges + 7
	var doc []news.Entry
	for i := range many {
		doc = append(doc, entry("a", fmt.Sprint("n", i), 0))
	}
	b.fetch("a", doc...)
	b.publish("all")
	e, err := b.db.Changes(t.Context(), site, b.feeds["all"], position, b.edition("all").Change)
	if err != nil || len(e.Shown) != maxChanges || e.Change != position+maxChanges {
		t.Fatalf("got %d up to %d, %v; want %d", len(e.Shown), e.Change, err, maxChanges)
	}
	titles := b.told(&position)
	slices.Sort(titles)
	if n := len(slices.Compact(titles)); n != many {
		t.Errorf("got %d different ones, want %d", n, many)
	}
}

// Whatever happens, a subscriber that is sent changes now and then has in the end
// what the page shows, with the same updated times, and is sent nothing twice
// that did not change.
func TestSubscribersMissNothing(t *testing.T) {
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, seed))
		b := newBench(t)
		docs := map[string][]news.Entry{}
		names := []string{"a", "b", "c"}
		has := map[string]time.Time{}
		position := int64(0)
		for step := range 60 {
			b.now = b.now.Add(time.Duration(random.IntN(3600)) * time.Second)
			name := names[random.IntN(len(names))]
			switch doc := docs[name]; {
			case random.IntN(3) == 0 && len(doc) > 0:
				e := &doc[random.IntN(len(doc))]
				e.Content = fmt.Sprintf("<p>%s in words of %s.</p>", e.Title, string(rune('a'+step%26))+string(rune('a'+step/26)))
			default:
				docs[name] = append(doc, entry(name, fmt.Sprint(name, step), random.IntN(200)))
			}
			b.fetch(name, docs[name]...)
			if random.IntN(6) == 0 {
				b.configure(names[:1+random.IntN(len(names))], b.feeds["all"])
				b.configure(names, b.feeds["all"])
			}
			b.publish("all")
			if random.IntN(4) == 0 {
				b.follow(&position, has)
			}
		}
		b.follow(&position, has)
		for _, s := range b.edition("all").Shown {
			if !has[s.GUID].Equal(s.Updated) {
				t.Errorf("seed %d: %s of %v is %v to the subscriber", seed, s.GUID, s.Updated, has[s.GUID])
			}
		}
	}
}

// follow records what a subscriber is sent.
func (b *bench) follow(position *int64, has map[string]time.Time) {
	b.t.Helper()
	for upto := b.edition("all").Change; *position < upto; {
		e, err := b.db.Changes(b.t.Context(), site, b.feeds["all"], *position, upto)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, s := range e.Shown {
			has[s.GUID] = s.Updated
		}
		*position = e.Change
	}
}
