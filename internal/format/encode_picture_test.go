package format

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

// Every picture of an entry is in every format, and in the text once.
func TestPicturesAreShown(t *testing.T) {
	post := func(change func(*news.Shown)) *news.Edition {
		e := richEdition()
		e.Feed.Duplicates = news.Collapse
		s := shownMicro()
		s.Entry.Enclosures = []news.Enclosure{{URL: "https://p.example/1.jpg", Type: "image/jpeg", Length: 9, Alt: "A dam"}}
		s.Entry.Extra.Pictures = []news.Enclosure{{URL: "https://p.example/2.jpg", Alt: `A "ferry"`, Credit: "Eva"}, {URL: "https://p.example/3.jpg", Title: "Three"}, {URL: "https://p.example/4"}}
		change(&s)
		e.Shown = []news.Shown{s}
		return e
	}
	count := func(e *news.Edition) (times [4]int) {
		it := Prepare(e).items[0]
		for i := range times {
			times[i] = strings.Count(it.text(), `src="https://p.example/`+string(rune('1'+i)))
		}
		return times
	}

	plain := post(func(*news.Shown) {})
	if got := count(plain); got != [4]int{1, 1, 1, 1} {
		t.Errorf("the text shows the pictures %v times, want each once", got)
	}
	for _, f := range writers {
		d, err := Decode(render(t, f.write, plain), Input{})
		if err != nil {
			t.Fatal(err)
		}
		e := &d.Entries[0]
		if got := e.Gallery(); len(got) != 4 || got[0].Alt != "A dam" || got[1].Alt != `A "ferry"` || got[1].Credit != "Eva" || got[2].Title != "Three" {
			t.Errorf("%s: got %+v, want all four with what is said of them", f.ext, got)
		}
		again := post(func(s *news.Shown) { s.Entry = *e }) // as another Tributary publishes it
		if got := count(again); got != [4]int{1, 1, 1, 1} {
			t.Errorf("%s: published again, the text shows the pictures %v times, want each once", f.ext, got)
		}
	}

	for name, c := range map[string]struct {
		e    *news.Edition
		want [4]int
	}{
		"one of them in the text": {post(func(s *news.Shown) { s.Entry.Content = `<img src="https://p.example/2.jpg?w=640">` }), [4]int{1, 1, 1, 1}},
		"pictures of its own":     {post(func(s *news.Shown) { s.Entry.Content = `<img src="https://p.example/other.jpg">` }), [4]int{}},
		"a cover": {post(func(s *news.Shown) {
			s.Entry.Enclosures, s.Entry.Extra.Pictures = []news.Enclosure{{URL: "https://p.example/a.mp3"}}, s.Entry.Extra.Pictures[:1]
		}), [4]int{}},
	} {
		if got := count(c.e); got != c.want {
			t.Errorf("%s: shown %v times, want %v", name, got, c.want)
		}
	}
	for _, extent := range []news.Extent{news.SummaryOnly, news.LinkOnly} {
		short := post(func(*news.Shown) {})
		short.Feed.Content = extent
		if got := count(short); got != [4]int{} {
			t.Errorf("%s: shown %v times in a feed without texts", extent, got)
		}
	}
}

// A post that is nothing but a picture is named by what the picture shows.
func TestPictureWithoutText(t *testing.T) {
	e := richEdition()
	s := shownBare()
	s.Entry.Title = ""
	s.Entry.Extra.Pictures = []news.Enclosure{{URL: "https://p.example/1.jpg", Alt: "A dam"}}
	e.Shown = []news.Shown{s}
	if it := Prepare(e).items[0]; it.heading() != "A dam" {
		t.Errorf("got the title %q", it.heading())
	}
}
