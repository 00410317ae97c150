package format

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// alsoEdition is a feed whose texts end with who else reported a story.
func alsoEdition(language string) *news.Edition {
	e := emptyEdition()
	e.Feed.Language, e.Feed.AlsoReported, e.Feed.Duplicates = language, true, news.Collapse
	full, summary, micro := shownFull(), shownSummary(), shownMicro()
	full.Named = []int64{11, 12, 14, 15, 99} // 99 was withdrawn
	full.Members = []news.Member{
		{EntryID: 11, SourceName: "kurier", SourceTitle: "Kurier <Süd> & Nord", Outlet: "kurier.example", Title: "Ja zur Brücke",
			Link: `https://kurier.example/1?a=1&b="2"`, Published: march(9, 9, 10), Match: news.Match{Reason: news.ReasonNew}},
		{EntryID: 12, SourceName: "echo", SourceTitle: "Das Echo", Outlet: "echo.example", Title: "Brücke kommt",
			Link: "https://echo.example/bruecke", Published: march(9, 9, 20), Match: news.Match{Reason: news.ReasonText, With: 11, Score: 0.9, Detail: "same text as in Intern"}},
		{EntryID: 13, SourceName: "spaet", SourceTitle: "Die Spätausgabe", Outlet: "spaet.example", Title: "Brücke",
			Link: "https://spaet.example/b", Published: march(9, 15, 0), Match: news.Match{Reason: news.ReasonTitle}},
		{EntryID: 14, SourceName: "echo", SourceTitle: "Das Echo", Title: "Brücke kommt doch", Link: "https://echo.example/doch", Match: news.Match{Reason: news.ReasonUpdate}},
		{EntryID: 15, SourceName: "tagblatt", SourceTitle: "Tagblatt – Stadt", Title: "Noch einmal", Link: "https://tagblatt.example/2"},
	}
	one := news.Member{EntryID: 21, SourceName: "echo", SourceTitle: "Das Echo", Title: "x", Link: "https://echo.example/x", Published: march(9, 9, 0)}
	summary.Named, summary.Members = []int64{21}, []news.Member{one}
	micro.Named, micro.Members = []int64{21}, []news.Member{one}
	e.Shown = []news.Shown{full, summary, micro, shownBare()}
	return e
}

func TestGoldenAlsoReported(t *testing.T) {
	for name, language := range map[string]string{"also_de": "de-AT", "also_en": "en", "also": ""} {
		for _, f := range writers {
			t.Run(name+"/"+f.ext, func(t *testing.T) {
				got := render(t, f.write, alsoEdition(language))
				if f.ext == "json" {
					var lines bytes.Buffer
					if err := json.Indent(&lines, got, "", "  "); err != nil {
						t.Fatal(err)
					}
					got = lines.Bytes()
				}
				feedtest.Golden(t, filepath.Join("testdata", "encode", name+"."+f.ext+".golden"), got)
			})
		}
	}
}

// footerOf returns the last paragraph of the i-th item, or "" if it has no footer.
func footerOf(e *news.Edition, at int) string {
	text := Prepare(e).items[at].text()
	for _, words := range []string{news.WordsIn("en").Also, news.WordsIn("de").Also} {
		if i := strings.Index(text, "<p>"+words+" "); i >= 0 {
			return text[i:]
		}
	}
	return ""
}

func TestFooterLanguage(t *testing.T) {
	english, german := news.WordsIn("en").Also, news.WordsIn("de").Also
	for _, c := range []struct{ feed, entry, want string }{
		{"de", "en", german},
		{"de-at", "en", german},
		{"DE-CH", "", german},
		{"en", "de", english},
		{"fr", "de", english},
		{"den", "de", english}, // the language Slave, not German
		{"", "de", german},
		{"", "de-CH", german},
		{"", "en", english},
		{"", "", english},
		{"keine!", "de", german},
	} {
		e := alsoEdition(c.feed)
		e.Shown[0].Entry.Language = c.entry
		if got := footerOf(e, 0); !strings.HasPrefix(got, "<p>"+c.want+" <a ") {
			t.Errorf("feed %q, entry %q: got %q, want %q", c.feed, c.entry, got, c.want)
		}
	}
}

func TestFooterNamesWhatWasWrittenDownAndIsThere(t *testing.T) {
	kurier := `<a href="https://kurier.example/1?a=1&amp;b=%222%22">Kurier &lt;Süd&gt; &amp; Nord</a>`
	echo := `<a href="https://echo.example/bruecke">Das Echo</a>`
	for name, c := range map[string]struct {
		change func(e *news.Edition)
		want   string
	}{
		"each source once, its own not, later ones not": {func(*news.Edition) {}, kurier + ", " + echo},
		"one that left the story":                       {func(e *news.Edition) { e.Shown[0].Members = e.Shown[0].Members[1:] }, echo},
		"nobody was there":                              {func(e *news.Edition) { e.Shown[0].Named = nil }, ""},
		"nobody is left":                                {func(e *news.Edition) { e.Shown[0].Members = nil }, ""},
		"the feed does not ask for it":                  {func(e *news.Edition) { e.Feed.AlsoReported = false }, ""},
		"a group lists them already":                    {func(e *news.Edition) { e.Feed.Duplicates = news.Group }, ""},
		"kept apart":                                    {func(e *news.Edition) { e.Feed.Duplicates = news.Keep }, kurier + ", " + echo},
	} {
		e := alsoEdition("en")
		c.change(e)
		want := c.want
		if want != "" {
			want = "<p>" + news.WordsIn("en").Also + " " + want + "</p>"
		}
		if got := footerOf(e, 0); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// An item without a title takes the beginning of its own text, whatever we append.
func TestWhatWeAddIsNoTitle(t *testing.T) {
	for _, mode := range []news.Duplicates{news.Collapse, news.Group} {
		e := alsoEdition("en")
		e.Feed.Duplicates = mode
		e.Shown[2].Entry.Content = "<p>Nebel am Ufer.</p>"
		e.Shown[3].Named, e.Shown[3].Members, e.Shown[3].Entry.Title = e.Shown[1].Named, e.Shown[1].Members, ""
		all := Prepare(e).items
		if got := all[2].heading(); got != "Nebel am Ufer." {
			t.Errorf("%s: heading %q", mode, got)
		}
		if got := all[3].heading(); got != all[3].link {
			t.Errorf("%s: without title and text: heading %q, want the link", mode, got)
		}
	}
}

// When several entries arrive at once, it is chance which one is first. The output must
// not depend on it.
func TestReasonsDependOnNoOrder(t *testing.T) {
	first, later := news.Match{Reason: news.ReasonNew}, news.Match{Reason: news.ReasonText, Score: 1, With: 7}
	var want []byte
	for i := range 3 {
		matches := []news.Match{later, later, later}
		matches[i] = first
		e := alsoEdition("en")
		e.Shown = e.Shown[:1]
		e.Shown[0].Entry.Match = matches[0]
		e.Shown[0].Members = []news.Member{
			{SourceTitle: "Kurier", Title: "A", Link: "https://kurier.example/1", Match: matches[1]},
			{SourceTitle: "Echo", Title: "B", Link: "https://echo.example/1", Match: matches[2]},
		}
		var got bytes.Buffer
		if err := Prepare(e).JSON(&got); err != nil {
			t.Fatal(err)
		}
		if i > 0 && !bytes.Equal(got.Bytes(), want) {
			t.Errorf("entry %d came first: got\n%s\nwant\n%s", i, got.Bytes(), want)
		}
		want = got.Bytes()
	}
}
