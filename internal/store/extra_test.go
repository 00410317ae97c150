package store

import (
	"reflect"
	"testing"
	"time"

	"tributary/internal/news"
)

// The extras of an entry are read back as they were stored. A change of them is a
// change of the entry, but does not change its updated time.
func TestExtrasAreStoredAndMoveNothing(t *testing.T) {
	b := newBench(t)
	e := entry("a", "a1", 5)
	e.Enclosures = []news.Enclosure{{URL: "https://a.example/1.mp4", Title: "M", Duration: 90, Width: 640, Height: 360}}
	e.Extra = news.Extra{
		Rights: "R", License: "https://l.example/", Image: "https://a.example/i.jpg",
		Comments: news.Comments{Page: "https://a.example/c", Feed: "https://a.example/c.xml", Count: 7},
		ReplyTo:  []news.Reply{{ID: "tag:x", Link: "https://x.example/"}},
		Links:    []news.Link{{Rel: "via", URL: "https://v.example/", Title: "V"}}, Contributors: []news.Person{{Name: "Adam"}},
		Episode: news.Episode{Number: "5.5", Season: 2, Kind: "full", Duration: 60, Explicit: true, Blocked: true,
			Transcripts: []news.Link{{URL: "https://a.example/t"}}, Chapters: &news.Link{URL: "https://a.example/ch"},
			People: []news.Credit{{Name: "Eva", Role: "host"}}},
	}
	b.fetch("a", e, entry("a", "a2", 6))
	b.publish("all")
	first := b.edition("all").Shown
	if got := first[0].Entry; !reflect.DeepEqual(got.Extra, e.Extra) || !reflect.DeepEqual(got.Enclosures, e.Enclosures) {
		t.Errorf("got  %+v %+v\nwant %+v %+v", got.Extra, got.Enclosures, e.Extra, e.Enclosures)
	}
	if got := first[1].Entry.Extra; !reflect.DeepEqual(got, news.Extra{}) {
		t.Errorf("got %+v for an entry that brought nothing", got)
	}

	b.now = b.now.Add(time.Hour)
	if f := b.fetch("a", e, entry("a", "a2", 6)); f.Changed != 0 {
		t.Errorf("the same again: %d changed, want none", f.Changed)
	}
	e.Extra.Comments.Count = 8
	if f := b.fetch("a", e, entry("a", "a2", 6)); f.Changed != 1 {
		t.Errorf("another count: %d changed, want 1", f.Changed)
	}
	b.publish("all")
	after := b.edition("all").Shown
	if after[0].Entry.Extra.Comments.Count != 8 {
		t.Errorf("got %+v, want the new count", after[0].Entry.Extra)
	}
	for i := range first {
		if !after[i].Updated.Equal(first[i].Updated) || !after[i].Published.Equal(first[i].Published) || after[i].GUID != first[i].GUID {
			t.Errorf("moved: %+v, was %+v", after[i], first[i])
		}
	}
}
