package format

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

// writers are the formats, by the extension of their URLs.
var writers = []struct {
	ext   string
	write func(Prepared, io.Writer) error
}{
	{"rss", Prepared.RSS},
	{"atom", Prepared.Atom},
	{"json", Prepared.JSON},
}

func render(t testing.TB, write func(Prepared, io.Writer) error, e *news.Edition) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(Prepare(e), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	for name, e := range map[string]*news.Edition{"rich": richEdition(), "show": showEdition(), "empty": emptyEdition()} {
		for _, f := range writers {
			t.Run(name+"/"+f.ext, func(t *testing.T) {
				got := render(t, f.write, e)
				if f.ext == "json" { // indented, for readable differences
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

// The same Edition gives the same bytes, and writing does not change it.
func TestDeterministic(t *testing.T) {
	e := richEdition()
	for _, f := range writers {
		first := render(t, f.write, e)
		for range 5 {
			if !bytes.Equal(first, render(t, f.write, e)) {
				t.Fatalf("%s: two renderings differ", f.ext)
			}
		}
		if !bytes.Equal(first, render(t, f.write, richEdition())) {
			t.Errorf("%s: writing changed the Edition", f.ext)
		}
	}
}

func TestWriteError(t *testing.T) {
	broken := errors.New("disk full")
	for _, f := range writers {
		if err := f.write(Prepare(bulkEdition(20)), failingWriter{broken}); !errors.Is(err, broken) {
			t.Errorf("%s: got error %v, want that of the writer", f.ext, err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// No format contains what must not be published: addresses of private sources, secrets,
// paths on our disk, links that are not http or https.
func TestNothingLeaks(t *testing.T) {
	for _, f := range writers {
		got := string(render(t, f.write, richEdition()))
		for _, secret := range []string{secretAddress, "geheim", "seeds/*", "javascript:", "magnet:", "/relativ", "\u202e", "me@river.example"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s holds %q", f.ext, secret)
			}
		}
	}
}

// An Edition of hostile texts still gives well-formed documents with all items.
func TestHostile(t *testing.T) {
	texts := map[string]string{
		"control characters": "a\x00b\x01c\x0bd\x1fe\x7ff",
		"broken utf-8":       "a\xffb\xc3(c\xed\xa0\x80",
		"noncharacters":      "a\ufffeb\uffffc\ufdd0d",
		"c1":                 "a\u0080b\u0099c",
		"cdata end":          "]]>x<![CDATA[y]]>]]]]>>",
		"markup":             `</title></item><script>alert("x")</script><!-- & -->`,
		"entities":           "&lt;b&gt; &amp;amp; &nbsp; &#0; &unknown; &",
		"directions":         "\u202e\u2066abc\u2069",
		"line breaks":        "a\r\nb\rc\u2028d\u2029e",
		"long":               strings.Repeat("ä ", 20_000),
		"blank":              " \t\n ",
		"empty":              "",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			e := hostileEdition(text)
			for _, f := range writers {
				got := render(t, f.write, e)
				if n := countItems(t, f.ext, got); n != len(e.Shown) {
					t.Errorf("%s: got %d items, want %d", f.ext, n, len(e.Shown))
				}
			}
		})
	}
}

// hostileEdition puts text into every field that strangers write.
func hostileEdition(text string) *news.Edition {
	e := emptyEdition()
	e.Feed.Title, e.Feed.Description, e.Feed.Language, e.Site.Title = text, text, text, text
	e.Feed.Duplicates, e.Feed.Kind, e.Feed.Author, e.Feed.Image = news.Group, news.Podcast, text, text
	e.Feed.Show = news.Show{Email: text, Categories: []news.ShowCategory{{Name: text, Sub: text}}}
	at := "https://a.example/" + text
	for i, guid := range []string{"urn:uuid:" + text, "https://a.example/" + text} {
		e.Shown = append(e.Shown, news.Shown{
			Publication: publication(i, guid),
			Entry: news.Entry{
				Title: text, Link: "https://a.example/" + text, Summary: text, Content: "<p>" + text + "</p>", Language: text,
				Authors:    []news.Person{{Name: text, Email: text, URL: text}},
				Categories: []news.Category{{Term: text, Scheme: text, Label: text}},
				Enclosures: []news.Enclosure{{URL: at, Type: text, Length: -1, Title: text, Duration: -1}, {URL: at + "2", Title: text, Width: -1}},
				Extra: news.Extra{
					Rights: text, License: at, Image: at, Comments: news.Comments{Page: at, Feed: at, Count: -1},
					ReplyTo:      []news.Reply{{ID: text, Link: at}, {ID: text}},
					Links:        []news.Link{{Rel: text, URL: at}, {Rel: "related", URL: at, Title: text, Type: text, Language: text}, {Rel: news.Canonical, URL: at}},
					Contributors: []news.Person{{Name: text, Email: text}},
					Episode: news.Episode{Number: text, Season: -1, Kind: text, Duration: -1, Chapters: &news.Link{URL: at, Type: text},
						Transcripts: []news.Link{{URL: at, Type: text, Language: text, Rel: text}}, People: []news.Credit{{Name: text, Role: text, URL: at, Image: at}}},
				},
			},
			Source:      news.Source{Name: "s", Kind: news.KindFeed, URL: "https://a.example/" + text, Site: text, Public: true},
			SourceTitle: text, SourceID: text, SourceRights: text, SourceImage: at,
			Members: []news.Member{{Title: text, SourceTitle: text, Outlet: text, Link: "https://b.example/" + text}},
		})
	}
	return e
}

// countItems parses a document strictly and counts its items.
func countItems(t *testing.T, ext string, doc []byte) int {
	t.Helper()
	if ext == "json" {
		var f struct{ Items []json.RawMessage }
		if err := json.Unmarshal(doc, &f); err != nil {
			t.Fatalf("json: %v", err)
		}
		return len(f.Items)
	}
	n := 0
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", ext, err)
		}
		if start, ok := token.(xml.StartElement); ok && (start.Name.Local == "item" || start.Name.Local == "entry") {
			n++
		}
	}
}

// atomSeen is what a plain XML parser reads of an Atom feed.
type atomSeen struct {
	Updated string `xml:"updated"`
	Entry   []struct {
		ID        string `xml:"id"`
		Updated   string `xml:"updated"`
		Published string `xml:"published"`
		Title     struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"title"`
		Link []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Author  []string `xml:"author>name"`
		Content string   `xml:"content"`
		Summary string   `xml:"summary"`
		Source  struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
		} `xml:"source"`
	} `xml:"entry"`
}

func readAtomDocument(t *testing.T, e *news.Edition) atomSeen {
	t.Helper()
	var f atomSeen
	if err := xml.Unmarshal(render(t, Prepared.Atom, e), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// RFC 4287 sections 4.1.1 and 4.1.2: what a feed and an entry must have.
func TestAtomRules(t *testing.T) {
	f := readAtomDocument(t, richEdition())
	ids := map[string]bool{}
	for _, e := range f.Entry {
		if e.ID == "" || ids[e.ID] {
			t.Errorf("id %q is empty or not unique", e.ID)
		}
		ids[e.ID] = true
		if strings.TrimSpace(e.Title.Text) == "" || e.Title.Type != "text" {
			t.Errorf("%s: title is %q of type %q, want some text", e.ID, e.Title.Text, e.Title.Type)
		}
		if e.Updated == "" || e.Updated > f.Updated {
			t.Errorf("%s: updated %s, want a time not after the feed's %s", e.ID, e.Updated, f.Updated)
		}
		if len(e.Link) == 0 || e.Link[0].Rel != "alternate" || len(e.Author) == 0 || e.Content+e.Summary == "" {
			t.Errorf("%s lacks an alternate link, an author or text: %+v", e.ID, e)
		}
		if e.Source.ID == "" || e.Source.Title == "" || e.Source.Updated == "" {
			t.Errorf("%s: source is %+v, want id, title and updated (section 4.2.11)", e.ID, e.Source)
		}
	}
}

func TestSourceOf(t *testing.T) {
	site := fixtureSite
	full, wire, seed, arabic, private := shownFull(), shownSummary(), shownSeed(), shownArabic(), shownPrivate()
	for _, c := range []struct {
		shown          *news.Shown
		id, feed, home string
	}{
		{&full, "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", fixtureSource.URL, fixtureSource.Site},
		{&wire, news.URN("source", "wire"), "", "https://river.example/fluss/sources/wire"},
		{&seed, news.URN("source", "seeds"), "", "https://river.example/fluss/sources/seeds"},
		{&arabic, "https://xn--mgbh0fb.example/%D8%AE%D9%84%D8%A7%D8%B5%D8%A9.xml", "https://xn--mgbh0fb.example/%D8%AE%D9%84%D8%A7%D8%B5%D8%A9.xml", "https://river.example/fluss/sources/nahr"},
		{&private, news.URN("source", "intern"), "", ""},
	} {
		got := wireSourceOf(site, c.shown)
		if got.ID != c.id || got.URL != c.feed || got.Link != c.home {
			t.Errorf("%s: got id %q feed %q home %q, want %q %q %q", c.shown.Source.Name, got.ID, got.URL, got.Link, c.id, c.feed, c.home)
		}
	}
}

// A digest and a problem report name no source: readers would show the feed's own name
// as that of a source, and other aggregators would count it as one.
func TestWhatTheFeedMadeItselfHasNoSource(t *testing.T) {
	e := richEdition()
	own, copied := shownSeed(), shownFull()
	own.Own = true
	e.Shown = []news.Shown{own, copied}
	for _, f := range writers {
		d, err := Decode(render(t, f.write, e), Input{URL: e.URL(f.ext)})
		if err != nil {
			t.Fatalf("%s: %v", f.ext, err)
		}
		if d.Entries[0].Origin != nil {
			t.Errorf("%s: what the feed made itself names the source %+v, want none", f.ext, d.Entries[0].Origin)
		}
		if d.Entries[1].Origin == nil {
			t.Errorf("%s: what was copied names no source", f.ext)
		}
	}
}

// An Edition without any time still has a valid, fixed time.
func TestNoTimes(t *testing.T) {
	e := emptyEdition()
	e.Updated = time.Time{}
	e.Shown = []news.Shown{{Publication: news.Publication{GUID: "urn:example:1"}, SourceTitle: "Q", Entry: news.Entry{Link: "https://a.example/"}}}
	f := readAtomDocument(t, e)
	if got, want := f.Updated+" "+f.Entry[0].Updated+" "+f.Entry[0].Published, "1970-01-01T00:00:00Z 1970-01-01T00:00:00Z "; got != want {
		t.Errorf("got times %q, want %q", got, want)
	}
	if got := render(t, Prepared.RSS, e); bytes.Contains(got, []byte("pubDate")) {
		t.Errorf("RSS has a pubDate for an entry without time:\n%s", got)
	}
}

func TestTimes(t *testing.T) {
	zone := time.FixedZone("", -3*3600-30*60)
	for _, c := range []struct {
		t            time.Time
		rss, rfc3339 string
	}{
		{time.Date(2026, 1, 2, 23, 59, 59, 999e6, zone), "Sat, 03 Jan 2026 03:29:59 GMT", "2026-01-03T03:29:59Z"},
		{time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), "Sun, 22 Nov 2026 00:00:00 GMT", "2026-11-22T00:00:00Z"},
		{time.Time{}, "", ""},
		{time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), "", ""},
		{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), "", ""},
	} {
		if got := rfc822(wireTime(c.t)); got != c.rss {
			t.Errorf("rfc822(%v) = %q, want %q", c.t, got, c.rss)
		}
		if got := rfc3339(wireTime(c.t)); got != c.rfc3339 {
			t.Errorf("rfc3339(%v) = %q, want %q", c.t, got, c.rfc3339)
		}
	}
}

func TestDuplicatesList(t *testing.T) {
	list := "\n<ul>\n<li>Kurier: <a href=\"https://kurier.example/1?a=1&amp;b=%222%22\">Ja zur Brücke &amp; zum &lt;Tunnel&gt;</a></li>"
	for mode, want := range map[news.Duplicates]bool{news.Group: true, news.Collapse: false, news.Keep: false} {
		e := richEdition()
		e.Feed.Duplicates = mode
		f := readAtomDocument(t, e)
		if got := strings.Contains(f.Entry[0].Content, list); got != want {
			t.Errorf("%s: members listed in the body is %v, want %v: %s", mode, got, want, f.Entry[0].Content)
		}
		var related []string
		for _, l := range f.Entry[0].Link {
			if l.Rel == "related" {
				related = append(related, l.Href)
			}
		}
		if want := []string{"https://kurier.example/1?a=1&b=%222%22", "https://echo.example/bruecke"}; !slices.Equal(related, want) {
			t.Errorf("%s: related links are %q, want %q", mode, related, want)
		}
	}
}

// The rules of jsonfeed.org/version/1.1 that say "required" or "must".
func TestJSONFeedRules(t *testing.T) {
	for _, e := range []*news.Edition{richEdition(), showEdition(), emptyEdition(), hostileEdition("</x>"), hostileEdition("")} {
		var f map[string]any
		doc := render(t, Prepared.JSON, e)
		if err := json.Unmarshal(doc, &f); err != nil {
			t.Fatal(err)
		}
		if f["version"] != "https://jsonfeed.org/version/1.1" || f["title"] == "" {
			t.Errorf("version %v, title %q", f["version"], f["title"])
		}
		list, ok := f["items"].([]any)
		if !ok {
			t.Fatalf("items are %v, want an array", f["items"])
		}
		if bytes.Contains(doc, []byte("\\u003c")) {
			t.Error("markup is escaped as \\u003c")
		}
		for _, i := range list {
			checkJSONItem(t, i.(map[string]any))
		}
	}
}

func checkJSONItem(t *testing.T, item map[string]any) {
	t.Helper()
	if id, _ := item["id"].(string); id == "" {
		t.Errorf("item without id: %v", item)
	}
	html, text := item["content_html"], item["content_text"]
	if html == nil && text == nil {
		t.Errorf("%v has neither content_html nor content_text", item["id"])
	}
	for _, key := range []string{"date_published", "date_modified"} {
		if date, ok := item[key].(string); ok {
			if _, err := time.Parse(time.RFC3339, date); err != nil {
				t.Errorf("%v: %s: %v", item["id"], key, err)
			}
		}
	}
	authors, _ := item["authors"].([]any)
	if len(authors) == 0 {
		t.Errorf("%v has no authors", item["id"])
	}
	attachments, _ := item["attachments"].([]any)
	for _, a := range attachments {
		if a := a.(map[string]any); a["url"] == nil || a["mime_type"] == nil {
			t.Errorf("%v: attachment %v lacks url or mime_type", item["id"], a)
		}
	}
	for key := range item {
		if strings.HasPrefix(key, "_") && key != "_tributary" || key == "author" || key == "banner_" {
			t.Errorf("%v: unexpected key %q", item["id"], key)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	e := bulkEdition(100)
	for _, f := range writers {
		b.Run(f.ext, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(render(b, f.write, e))))
			for b.Loop() {
				_ = f.write(Prepare(e), io.Discard)
			}
		})
	}
}
