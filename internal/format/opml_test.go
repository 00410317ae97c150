package format

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/feedtest"
	"tributary/internal/news"
)

const opmlSample = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Meine &amp; deine Feeds</title></head><body>
<outline text="Nachrichten">
  <outline text="Inland" title="egal">
    <outline type="rss" text="Tagblatt" title="Tagblatt Online" xmlUrl="https://tagblatt.example/rss?a=1&amp;b=2" htmlUrl="https://tagblatt.example/"/>
  </outline>
  <outline type="rss" text="Kurier" xmlUrl="http://kurier.example:80/feed"></outline>
</outline>
<outline text="Technik">
  <outline text="Mehr davon" type="include" url="https://mehr.example/liste.opml"></outline>
  <outline type="rss" text="" xmlUrl="https://KURIER.example/feed" htmlUrl="https://kurier.example/"/>
  <outline type="atom" title="Nur ein Titel" url="https://atom.example/a.atom" category="/Software/Go,Linux"/>
</outline>
<outline title="Kurier noch einmal" xmlUrl="http://kurier.example/feed" category="Favoriten"/>
<outline text="Kein Feed" type="link" url="https://link.example/"/>
<outline text="Geheim" type="rss" xmlUrl="https://me:pass@secret.example/feed"/>
<outline text="Gopher" type="rss" xmlUrl="gopher://old.example/feed"/>
<outline text="Nur die Seite" htmlUrl="https://seite.example/"/>
<outline title="" type="rss" xmlUrl="" htmlUrl="https://ohne.example/"/>
<outline text="Nur ein Name" type="atom"/>
</body></opml>`

func TestReadOPML(t *testing.T) {
	got, err := ReadOPML(strings.NewReader(opmlSample))
	if err != nil {
		t.Fatal(err)
	}
	want := &List{
		Title: "Meine & deine Feeds",
		Sources: []news.Listed{
			{Title: "Tagblatt", URL: "https://tagblatt.example/rss?a=1&b=2", Site: "https://tagblatt.example/", Tags: []string{"Nachrichten", "Inland"}},
			{Title: "Kurier", URL: "http://kurier.example:80/feed", Site: "https://kurier.example/", Tags: []string{"Nachrichten", "Technik", "Favoriten"}},
			{Title: "Nur ein Titel", URL: "https://atom.example/a.atom", Tags: []string{"Technik", "Software", "Go", "Linux"}},
		},
		Repeats: []string{"https://KURIER.example/feed", "http://kurier.example/feed"},
		Skipped: []string{
			`the list "Mehr davon" is not read: want a source of its own, - opml: https://mehr.example/liste.opml`,
			`the feed "Geheim" has no usable address: want http:// or https:// without user name and password`,
			`the feed "Gopher" has no usable address: want http:// or https:// without user name and password`,
			`the feed "Nur die Seite" has no address, only a page, https://seite.example/: want xmlUrl="https://…"`,
			`the feed "https://ohne.example/" has no address, only a page, https://ohne.example/: want xmlUrl="https://…"`,
			`the feed "Nur ein Name" has no address: want xmlUrl="https://…"`,
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n %+v, want\n %+v", got, want)
	}
}

// What programs write and call OPML, one subscription each.
func TestReadOPMLVariants(t *testing.T) {
	const outline = `<outline text="Bücher" type="rss" xmlUrl="https://buch.example/feed"/>`
	latin := strings.ReplaceAll(`<?xml version="1.0" encoding="iso-8859-1"?><opml><body>`+outline+`</body></opml>`, "ü", "\xfc")
	utf16 := []byte{0xff, 0xfe}
	for _, r := range `<?xml version="1.0" encoding="UTF-16"?><opml><body>` + outline + `</body></opml>` {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, doc := range map[string]string{
		"plain":             "<opml><body>" + outline + "</body></opml>",
		"byte order mark":   "\ufeff<opml><body>" + outline + "</body></opml>",
		"latin 1":           latin,
		"wrong label":       strings.Replace(latin, "iso-8859-1", "utf-8", 1),
		"utf-16":            string(utf16),
		"upper case":        `<OPML><BODY><OUTLINE TEXT="Bücher" XMLURL="https://buch.example/feed"/></BODY></OPML>`,
		"no quotes":         `<opml><body><outline text=Bücher xmlUrl=https://buch.example/feed ></body></opml>`,
		"html entities":     `<opml><body><outline text="B&uuml;cher" xmlUrl="https://buch.example/feed"/></body></opml>`,
		"namespace":         `<o:opml xmlns:o="x"><o:body><o:outline text="Bücher" xmlUrl="https://buch.example/feed"/></o:body></o:opml>`,
		"feed scheme":       `<opml><body><outline text="Bücher" xmlUrl="feed:https://buch.example/feed"/></body></opml>`,
		"blanks":            `<opml><body><outline text=" Bücher&#10;" xmlUrl=" https://buch.example/feed "/></body></opml>`,
		"control character": "<opml><body><outline text=\"B\x00ücher\x0b\" xmlUrl=\"https://buch.example/feed\"/></body></opml>",
		"crossed tags":      "<opml><body><outline text='a'>" + outline + "</body></outline></opml>",
		"doctype":           `<!DOCTYPE opml [<!ENTITY a "b">]><opml><body>` + outline + "</body></opml>",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadOPML(strings.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Sources) != 1 || got.Sources[0].Title != "Bücher" || got.Sources[0].URL != "https://buch.example/feed" {
				t.Errorf("got %+v", got.Sources)
			}
		})
	}
}

func TestReadOPMLErrors(t *testing.T) {
	many := strings.Repeat(`<outline xmlUrl="https://a.example/%d"/>`, 3)
	for _, c := range []struct {
		name, doc string
		outcome   news.Outcome
		feeds     int
		text      string
	}{
		{"empty", "", news.OutcomeNotAFeed, 0, "this is no subscription list: want a document that begins with <opml>"},
		{"text", "hallo", news.OutcomeNotAFeed, 0, "this is no subscription list: want a document that begins with <opml>"},
		{"page", "<!doctype html><html><body>x", news.OutcomeNotAFeed, 0, "this is no subscription list: it begins with <html>, want <opml>"},
		{"cut off", "<opml><body><outline text='a'><outline xmlUrl='https://a.example/'/><outline xmlUrl='https://b.exa", news.OutcomeTruncated, 1,
			"the subscription list breaks off after 1 feeds: want </opml> at its end"},
		{"deep", "<opml><body>" + strings.Repeat("<outline text='a'>", 500_000), news.OutcomeTooLarge, 0, "the subscription list has folders nested deeper than 32"},
		{"long", "<opml>" + strings.Repeat(" ", maxListBytes), news.OutcomeTooLarge, 0, "the subscription list is longer than 16 MB"},
		{"many repeats", "<opml>" + strings.Repeat("<outline xmlUrl='http://a.example'/>", maxListed+1), news.OutcomeTooLarge, 1, "the subscription list has more than 50000 feeds"},
		{"many", "<opml>" + numbered(many, maxListed/3+1), news.OutcomeTooLarge, maxListed, "the subscription list has more than 50000 feeds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadOPML(strings.NewReader(c.doc))
			if err == nil || news.OutcomeOf(err) != c.outcome || err.Error() != c.text {
				t.Fatalf("got error %v (%s), want %q (%s)", err, news.OutcomeOf(err), c.text, c.outcome)
			}
			if got != nil && len(got.Sources) != c.feeds {
				t.Errorf("got %d feeds, want %d", len(got.Sources), c.feeds)
			}
		})
	}
	broken := errors.New("cable pulled")
	if _, err := ReadOPML(failingReader{broken}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the reader", err)
	}
}

// Reading takes linear time, whatever a list contains.
func TestReadOPMLCost(t *testing.T) {
	for name, doc := range map[string]string{
		"tags":       `<opml><outline xmlUrl="http://a.example/" category="` + numbered("/x%d", 1_000_000) + `"/></opml>`,
		"folders":    "<opml>" + numbered(`<outline text="x%d"><outline xmlUrl="http://a.example/"/></outline>`, maxListed-1) + "</opml>",
		"attributes": "<opml><outline " + numbered(` a%d="b"`, 1_000_000) + "/></opml>",
		"open tags":  "<opml>" + strings.Repeat("<outline ", 1_000_000),
		"quotes":     "<opml>" + strings.Repeat(`<outline a='"`, 1_000_000),
		"references": `<opml><outline text="` + strings.Repeat("&amp", 2_000_000) + `"/></opml>`,
	} {
		start := time.Now()
		list, _ := ReadOPML(strings.NewReader(doc))
		if took := time.Since(start); took > 20*time.Second { // under a second on an idle machine
			t.Errorf("%s: took %v for %d MB", name, took, len(doc)>>20)
		}
		if list != nil && len(list.Sources) > 0 && len(list.Sources[0].Tags) != maxTags {
			t.Errorf("%s: got %d tags, want %d", name, len(list.Sources[0].Tags), maxTags)
		}
	}
}

// numbered repeats a pattern with a %d for every occurrence in it.
func numbered(pattern string, times int) string {
	var out strings.Builder
	per := strings.Count(pattern, "%d")
	for i := range times {
		args := make([]any, per)
		for j := range args {
			args[j] = i*per + j
		}
		fmt.Fprintf(&out, pattern, args...)
	}
	return out.String()
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func opmlFixture() []news.Listed {
	return []news.Listed{
		{Title: "Ohne Ordner & <Tags>", URL: "https://frei.example/feed?a=1&b=2", Site: "https://frei.example/"},
		{Title: "Tagblatt", URL: "https://tagblatt.example/rss", Site: "https://tagblatt.example/", Tags: []string{"Nachrichten", "Inland", "de"}},
		{Title: "Go \"Blog\"", URL: "https://go.example/feed.atom", Tags: []string{"Tech/Software"}},
		{Title: "Kurier", URL: "http://kurier.example/feed", Tags: []string{"Nachrichten"}},
		{Title: "نهر", URL: "https://nahr.example/feed", Tags: []string{"العربية"}},
	}
}

func TestWriteOPML(t *testing.T) {
	var out bytes.Buffer
	subs := append(opmlFixture(), news.Listed{Title: "Ordner", Tags: []string{"seeds"}}) // has no URL
	if err := WriteOPML(&out, "Quellen & mehr", subs, march(9, 12, 0)); err != nil {
		t.Fatal(err)
	}
	feedtest.Golden(t, filepath.Join("testdata", "encode", "list.opml.golden"), out.Bytes())

	got, err := ReadOPML(&out)
	if err != nil {
		t.Fatal(err)
	}
	// Folders come in the order of their first feed, so Kurier moves up.
	f := opmlFixture()
	want := []news.Listed{f[0], f[1], f[3], f[2], f[4]}
	if got.Title != "Quellen & mehr" || !reflect.DeepEqual(got.Sources, want) || got.Repeats != nil || got.Skipped != nil {
		t.Errorf("read back\n %+v, want\n %+v", got, want)
	}

	out.Reset()
	if err := WriteOPML(&out, "", nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "<body></body>") || strings.Contains(got, "dateCreated") {
		t.Errorf("the empty list is %s, want a body and no date", got)
	}
	if err := WriteOPML(failingWriter{errors.New("full")}, "", subs, time.Time{}); err == nil {
		t.Error("got no error from a writer that fails")
	}
}

// Whatever is read can be written, and reading that gives the same feeds.
func FuzzOPML(f *testing.F) {
	f.Add(opmlSample)
	f.Add(`<opml><body><outline text="a/b,c" xmlUrl=//x category=",/,"><outline xmlurl='http://[::1]:80/%'>`)
	f.Add("<opml><outline text='\u202e&#0;&#x1F;&amp;amp;' xmlUrl='HTTP://ü.example/?a b'></opml>")
	f.Fuzz(func(t *testing.T, doc string) {
		list, err := ReadOPML(strings.NewReader(doc))
		if list == nil || err != nil && len(list.Sources) == 0 {
			return
		}
		var out bytes.Buffer
		if err := WriteOPML(&out, list.Title, list.Sources, time.Time{}); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML(&out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out.String())
		}
		if got, want := sortedURLs(again), sortedURLs(list); !slices.Equal(got, want) {
			t.Errorf("read back %q, want %q", got, want)
		}
		if len(again.Repeats)+len(again.Skipped) > 0 {
			t.Errorf("read back with repeats %q, skipped %q", again.Repeats, again.Skipped)
		}
	})
}

func sortedURLs(list *List) (urls []string) {
	for _, s := range list.Sources {
		urls = append(urls, s.URL)
	}
	slices.Sort(urls)
	return urls
}
