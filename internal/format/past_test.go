package format

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/internal/news"
)

// What a database knew of a feed can be read from the document.
func TestPastIsReadBack(t *testing.T) {
	entered := time.Date(2026, 3, 4, 5, 6, 7, 891e6, time.UTC)
	published := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	want := news.Publication{
		GUID: "https://a.example/1", StoryKey: "abcdefghijklmnop", Signature: 0xfedcba9876543210, Sequence: 1772600767891234,
		Entered: entered, Published: published, Updated: published.Add(time.Hour),
	}
	e := &news.Edition{
		Site: news.Site{URL: "https://river.example"}, Feed: news.Feed{Name: "all", Title: "All"}, Updated: published.Add(3 * time.Hour),
		Shown: []news.Shown{{Publication: want, Entry: news.Entry{Title: "One", Link: "https://a.example/1"}, Source: news.Source{Name: "a", Public: true}}},
	}
	var doc bytes.Buffer
	if err := Prepare(e).JSON(&doc); err != nil {
		t.Fatal(err)
	}
	past, err := ReadPast(&doc)
	if err != nil {
		t.Fatal(err)
	}
	if len(past.Publications) != 1 || past.Publications[0].Publication != want {
		t.Errorf("got  %+v\nwant %+v", past.Publications, want)
	}
	if !past.Updated.Equal(e.Updated) {
		t.Errorf("feed updated %v, want %v", past.Updated, e.Updated)
	}
}

// Publications that wait for their source are passed on from document to document, in
// their place.
func TestPastOfWhatIsAbsent(t *testing.T) {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	pub := func(guid string, place int64) news.Publication {
		return news.Publication{GUID: guid, StoryKey: "key" + guid, Sequence: place, Signature: 7, Entered: day, Published: day, Updated: day.Add(time.Hour)}
	}
	shown := func(guid string, place int64) news.Shown {
		return news.Shown{Publication: pub(guid, place), Entry: news.Entry{Title: guid, GUID: guid, Link: "https://a.example/"}, Source: news.Source{Name: "a", Public: true}}
	}
	absent := news.PastPublication{Publication: pub("b", 2), Entries: []string{"source1.entry1", "source2.entry2"}}
	e := &news.Edition{
		Site: news.Site{URL: "https://river.example"}, Feed: news.Feed{Name: "all", Title: "All"}, Updated: day,
		Shown: []news.Shown{shown("c", 3), shown("a", 1)}, Absent: []news.PastPublication{absent},
	}
	var doc bytes.Buffer
	if err := Prepare(e).JSON(&doc); err != nil {
		t.Fatal(err)
	}
	past, err := ReadPast(&doc)
	if err != nil {
		t.Fatal(err)
	}
	if len(past.Publications) != 3 || past.Publications[0].GUID != "c" || past.Publications[2].GUID != "a" || !reflect.DeepEqual(past.Publications[1], absent) {
		t.Errorf("got  %+v\nwant c, %+v, a", past.Publications, absent)
	}
	if keys := entryKeys([]string{"a.b", "a", "a.", ".b", "a.b.c", "A.b", "../x"}); len(keys) != 1 || keys[0] != "a.b" {
		t.Errorf("keys %q", keys)
	}
}

// Of every entry, what its source brought can be read back, whatever the feed made of it:
// all documents are the same again.
func TestPastGivesBackWhatWasShown(t *testing.T) {
	const rounds, size = 40, 12
	for seed := range uint64(rounds) {
		m := maker{Rand: rand.New(rand.NewPCG(seed, 9))}
		e := m.edition(size, seed%4 == 1)
		e.Feed.ItemTitle = m.pick("", "{source}: {title}")
		e.Feed.ItemFooter = m.pick("", `<p>From <a href="{home}">{source}</a></p>`)
		e.Feed.Duplicates = news.Duplicates(m.pick(string(news.Collapse), string(news.Group)))
		e.Shown[2].Entry.Link = ""
		e.Shown[0].Entry.Title, e.Shown[1].Entry.Summary, e.Shown[1].Entry.Content = "", "", ""
		for i := range e.Shown {
			e.Shown[i].Entry.GUID = m.pick(e.Shown[i].GUID, fmt.Sprint("post ", i))
			e.Shown[i].Entered = march(20, i, 0)
			e.Shown[i].Entry.FirstSeen = e.Shown[i].Entered.Add(-time.Duration(m.IntN(2)) * time.Hour)
			e.Shown[i].Entry.Extra.Undated = m.maybe()
		}
		past, err := ReadPast(bytes.NewReader(render(t, writerOf(t, "json"), e)))
		if err != nil {
			t.Fatal(err)
		}
		again := *e
		again.Shown = slices.Clone(e.Shown)
		for i, p := range past.Publications {
			s := &again.Shown[i]
			if p.Shown == nil || p.Shown.Link != s.Entry.Link || p.Shown.GUID != s.Entry.GUID || !p.Shown.FirstSeen.Equal(s.Entry.FirstSeen) {
				t.Fatalf("seed %d, item %d: got %+v, want guid %q", seed, i, p.Shown, s.Entry.GUID)
			}
			if s.Entry = *p.Shown; s.Entry.Origin.URL == s.Source.URL {
				s.Entry.Origin = nil
			}
		}
		for _, f := range writers {
			if diff := cmp.Diff(string(render(t, f.write, e)), string(render(t, f.write, &again))); diff != "" {
				t.Fatalf("seed %d, %s: -before +after\n%s", seed, f.ext, diff)
			}
		}
	}
}

// What must not be told is not, and what others wrote into a document does no harm.
func TestPastThatIsNotGivenBack(t *testing.T) {
	e := emptyEdition()
	e.Shown = []news.Shown{shownFull()}
	e.Shown[0].Entry.GUID = "post?token=abcdefgh"
	if doc := render(t, writerOf(t, "json"), e); bytes.Contains(doc, []byte("abcdefgh")) {
		t.Errorf("a secret is told: %s", doc)
	}
	e.Shown[0].Entry.GUID = "post 1"
	e.Feed.Private = true
	if doc := render(t, writerOf(t, "json"), e); bytes.Contains(doc, []byte(`"brought"`)) {
		t.Errorf("a private feed, which is never read back, tells what was brought: %s", doc)
	}
	const item = `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a","date_published":"2026-03-01T12:00:00Z","content_html":"<p>x</p><script>y</script>","_tributary":%s}]}`
	for _, c := range []struct{ name, extension, want string }{
		{"nobody knows whose it is", `{}`, ""},
		{"no story", `{"entries":["a.b"]}`, ""},
		{"more appended than there is", `{"story":"k","entries":["a.b"],"brought":{"appended":99}}`, ""},
		{"less than nothing appended", `{"story":"k","entries":["a.b"],"brought":{"appended":-1}}`, ""},
		{"a script", `{"story":"k","entries":["a.b"]}`, "<p>x</p>"},
		{"a script in a summary", `{"story":"k","entries":["a.b"],"brought":{"summary":"<script>z</script>"}}`, "<p>x</p>"},
	} {
		past, err := ReadPast(strings.NewReader(fmt.Sprintf(item, c.extension)))
		if err != nil || len(past.Publications) != 1 {
			t.Fatalf("%s: %v, %v", c.name, past, err)
		}
		got := ""
		if p := past.Publications[0].Shown; p != nil {
			got = p.Summary + p.Content
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPastOfOthers(t *testing.T) {
	const head = `{"version":"https://jsonfeed.org/version/1.1","items":[`
	for _, c := range []struct{ name, doc, want string }{
		{"an older version of ours", head + `{"id":"a","date_published":"2026-03-01T12:00:00Z"}]}`, ""},
		{"an item without id", head + `{"date_published":"2026-03-01T12:00:00Z"}]}`, ""},
		{"cut off", head + `{"id":"a"`, "the JSON ends too early"},
		{"empty", "", "the JSON ends too early"},
		{"a page", "<!doctype html>", "no JSON Feed: invalid character '<' looking for beginning of value"},
		{"other JSON", `{"items":[]}`, "no JSON Feed: it names no version of the format"},
		{"endless", head + strings.Repeat(" ", MaxPast+1), "larger than 16 MiB"},
	} {
		past, err := ReadPast(strings.NewReader(c.doc))
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || err.Error() != c.want):
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		case c.name == "an older version of ours" && (len(past.Publications) != 1 || past.Publications[0].Entered.IsZero()):
			t.Errorf("%s: got %+v", c.name, past.Publications)
		case c.name == "an item without id" && len(past.Publications) != 0:
			t.Errorf("%s: got %+v", c.name, past.Publications)
		}
	}
}

func TestPastTakesKeysOnly(t *testing.T) {
	for key, want := range map[string]string{"abc234": "abc234", "../x": "", "ABC": "", strings.Repeat("a", 33): ""} {
		if got := plainWord(key); got != want {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}
