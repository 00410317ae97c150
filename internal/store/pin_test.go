package store

import (
	"errors"
	"testing"

	"tributary/internal/news"
)

func TestPin(t *testing.T) {
	feeds := []news.Feed{
		{Name: "all", Duplicates: news.Collapse, Limit: 100, Sources: []string{"a", "b", "c"}},
		{Name: "a-only", Duplicates: news.Collapse, Limit: 100, Sources: []string{"a"}},
	}
	b := newBench(t, feeds...)
	for i, name := range []string{"a", "b", "c"} {
		e := entry(name, name+"1", i)
		e.Link = guid("a", "a1")
		b.fetch(name, e)
	}
	b.publishAll()
	was := b.shownIn("all", "a1")
	pin := func(source string) int64 {
		t.Helper()
		instead, err := b.db.Pin(t.Context(), b.placement(guid(source, source+"1")).Entry.ID, b.now)
		if err != nil {
			t.Fatal(err)
		}
		return instead
	}
	if instead := pin("b"); instead != 0 {
		t.Errorf("instead of entry %d, want of none", instead)
	}
	wantList(t, b.publish("all"), "b1")
	wantList(t, b.publish("a-only"), "a1") // which does not select it
	if got := b.shownIn("all", "b1"); identity(got) != identity(was) || !got.Entry.Pinned.Equal(b.now) {
		t.Errorf("got %s pinned %v, want %s", identity(got), got.Entry.Pinned, identity(was))
	}
	if instead := pin("c"); instead != b.placement(guid("b", "b1")).Entry.ID {
		t.Errorf("instead of entry %d, want of b's", instead)
	}
	wantList(t, b.publish("all"), "c1")

	b.configure([]string{"a", "b"}, feeds...) // the pinned one's source retires, and comes back
	wantList(t, b.publish("all"), "a1")
	b.configure([]string{"a", "b", "c"}, feeds...)
	wantList(t, b.publish("all"), "c1")

	if err := b.db.Unpin(t.Context(), b.placement(guid("c", "c1")).Entry.ID, b.now); err != nil {
		t.Fatal(err)
	}
	wantList(t, b.publish("all"), "a1")
	if err := b.db.Unpin(t.Context(), b.placement(guid("c", "c1")).Entry.ID, b.now); !errors.Is(err, ErrNotPinned) {
		t.Errorf("got %v, want %v", err, ErrNotPinned)
	}
}

func TestPinsInMergesAndSplits(t *testing.T) {
	b := newHandBench(t)
	pinned := func() (all []string) {
		t.Helper()
		found, err := b.db.placedEverywhere(t.Context(), `e.pinned <> 0 ORDER BY e.id`)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			all = append(all, p.Entry.Title)
		}
		return all
	}
	pin := func(source, name string) {
		t.Helper()
		if _, err := b.db.Pin(t.Context(), b.placement(guid(source, name)).Entry.ID, b.now); err != nil {
			t.Fatal(err)
		}
	}
	pin("b", "b1")
	pin("c", "c before")
	b.merge(guid("a", "a1"), guid("b", "b1"))
	wantList(t, pinned(), "c before", "b1") // the survivor had none
	b.publishAll()
	if got := titles(b.edition("all"))[0]; got != "b1" {
		t.Errorf("%s is shown, want the pinned b1", got)
	}
	b.merge(guid("a", "a1"), guid("c", "c before"))
	wantList(t, pinned(), "c before") // that of the survivor wins, which c's story is: it is the oldest
	b.publishAll()
	b.split(guid("a", "a1"), guid("b", "b1"))
	pin("b", "b1")
	wantList(t, pinned(), "c before", "b1") // a pin goes with its entry, and frees the other side
}
