package publish

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

// entryText is what readers compare to tell whether an item changed.
type entryText struct {
	Entries []struct {
		ID      string `xml:"id"`
		Updated string `xml:"updated"`
		Content string `xml:"content"`
		Links   []struct {
			Rel string `xml:"rel,attr"`
		} `xml:"link"`
	} `xml:"entry"`
}

func (r *river) texts() entryText {
	r.t.Helper()
	var f entryText
	if err := xml.Unmarshal(r.document("all", "atom").Body, &f); err != nil {
		r.t.Fatal(err)
	}
	return f
}

// A third outlet that comes later becomes a related link and changes neither the text nor updated.
// When the words change, it is included in the text.
func TestALaterReportDoesNotChangeTheText(t *testing.T) {
	r := newRiver(t)
	f := feed("all")
	f.AlsoReported = true
	r.configure([]news.Source{source("a"), source("b"), source("c")}, f)
	story := entry("a", "story", 1)
	linkTo := func(source string) news.Entry {
		e := entry(source, "of "+source, 0)
		e.Link = story.Link + "?utm_source=" + source // the same page, at another address
		return e
	}
	r.fetch("a", story)
	r.fetch("b", linkTo("b"))
	r.mustPublish()
	was := r.texts().Entries[0]

	r.now = r.now.Add(time.Hour)
	r.fetch("c", linkTo("c"))
	r.mustPublish()
	is := r.texts().Entries[0]
	if len(is.Links) != len(was.Links)+1 {
		t.Fatalf("links %v, then %v: the third outlet is not there", was.Links, is.Links)
	}
	if is.Content != was.Content || is.Updated != was.Updated || is.ID != was.ID {
		t.Errorf("the text changed:\nwas %+v\nis  %+v", was, is)
	}
	if !strings.Contains(was.Content, "Also reported by: ") || strings.Contains(is.Content, "Source c") {
		t.Errorf("text: %s", is.Content)
	}

	r.now = r.now.Add(time.Hour)
	story.Content = "<p>Other words.</p>"
	r.fetch("a", story)
	r.mustPublish()
	if last := r.texts().Entries[0]; !strings.Contains(last.Content, "Source c") || last.Updated <= is.Updated {
		t.Errorf("after a change of words: %+v", last)
	}
}
