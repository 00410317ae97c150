package store

import (
	"fmt"
	"strings"
	"testing"

	"tributary/internal/news"
)

// long returns an entry of one megabyte.
func long(source, name string, hours int) news.Entry {
	e := entry(source, name, hours)
	e.Content = strings.Repeat("<p>Words of "+name+" that go on and on and on.</p>", 22_000)
	return e
}

// TestLongTextsCrowdOutNothing checks that long entries of one source cannot push
// others out of a feed. Each is cut to its share, with a link to the whole text.
func TestLongTextsCrowdOutNothing(t *testing.T) {
	b := newBench(t)
	var few []news.Entry
	for i := range 95 {
		few = append(few, entry("a", fmt.Sprint("few", i), 10+i))
	}
	b.fetch("a", few...)
	b.fetch("b", long("b", "l1", 1), long("b", "l2", 2), long("b", "l3", 3), long("b", "l4", 4), long("b", "", 5))
	if n := len(b.publish("all")); n != 100 {
		t.Fatalf("the feed shows %d stories, want 100", n)
	}
	e := b.edition("all")
	if e.Older.Before != 0 {
		t.Error("something is left for an older page")
	}
	for _, s := range e.Shown {
		if s.Source.Name != "b" {
			continue
		}
		if n := len(s.Entry.Content); n > news.MaxTextBytes+200 || n < news.MaxTextBytes/2 {
			t.Errorf("%s: %d bytes", s.Entry.Title, n)
		}
		if !strings.HasSuffix(s.Entry.Content, "</p>\n<p><a href=\""+s.Entry.Link+"\">Read on</a></p>") {
			t.Errorf("%s ends with %q", s.Entry.Title, s.Entry.Content[len(s.Entry.Content)-200:])
		}
	}
	before := e.Shown[0]
	b.fetch("c", entry("c", "new", 0))
	b.publish("all")
	if after := b.edition("all").Shown[1]; after.GUID != before.GUID || after.Entry.Content != before.Entry.Content || !after.Updated.Equal(before.Updated) {
		t.Error("a shortened story changes when another one comes")
	}
}
