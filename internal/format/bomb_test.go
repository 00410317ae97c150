package format

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"tributary/internal/news"
)

const (
	bombRSS  = `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>x</title><link>http://a.example/1</link>`
	bombEnd  = "</item></channel></rss>"
	bombAtom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>x</title>`
	bombJSON = `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[`
)

// many repeats s up to n million bytes.
func many(s string, n int) string { return strings.Repeat(s, n*1_000_000/len(s)) }

// counted repeats a pattern with running numbers n times.
func counted(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, i)
	}
	return b.String()
}

// text is a document with one text of HTML.
func text(html string) string {
	return bombRSS + "<description><![CDATA[" + html + "]]></description>" + bombEnd
}

// refused are documents over a limit that no feed comes near.
func refused() map[string]string {
	return map[string]string{
		"foreign depth":         bombRSS + strings.Repeat("<a>", 2_000_000),
		"foreign depth, closed": bombRSS + strings.Repeat("<a>", 200_000) + strings.Repeat("</a>", 200_000) + bombEnd,
		"known depth":           bombRSS + strings.Repeat("<itunes:owner><media:group>", 150_000) + bombEnd,
		"attributes":            bombRSS + "<source " + counted(`a%d="x" `, 200_000) + "/>" + bombEnd,
		"attributes of root":    "<rss " + counted(`xmlns:a%d="http://a.example/" `, 50_000) + "><channel><item/></channel></rss>",
		"elements":              bombRSS + strings.Repeat("<a/>", 5_000_000) + bombEnd,
		"known elements":        bombRSS + many("<category>x</category>", 8) + bombEnd,
		"unclosed elements":     bombRSS + many("<title><link><guid><author><category><dc:creator><media:title>", 12) + bombEnd,
		"bytes":                 bombRSS + many("x", 34),
		"JSON depth":            bombJSON[:len(bombJSON)-1] + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}",
		"JSON depth, open":      bombJSON + strings.Repeat(`{"a":[`, 1_000_000),
		"JSON list":             bombJSON + `{"id":"1","tags":[` + many(`"a",`, 8) + `"a"]}]}`,
		"JSON members":          bombJSON + `{` + counted(`"k%d":1,`, 500_000) + `"id":"1"}]}`,
	}
}

// costly are documents that are expensive to read. They may yield entries; what was
// left out is recorded.
func costly() map[string]string {
	twice := func(s string) string {
		out, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		return out
	}
	sjis, _ := japanese.ShiftJIS.NewEncoder().String(bombRSS + "<description>" + strings.Repeat("政府は火曜日、", 500_000))
	return map[string]string{
		"depth in a text":         text(strings.Repeat("<div>", 200_000) + strings.Repeat("</div>", 200_000)),
		"depth in xhtml":          bombAtom + `<content type="xhtml">` + strings.Repeat("<div>", 1_000_000) + "</content></entry></feed>",
		"depth of bases":          bombAtom + `<content type="xhtml">` + strings.Repeat(`<div xml:base="a/">`, 100_000) + "</content></entry></feed>",
		"long bases":              bombAtom + strings.Repeat(`</entry><entry xml:base="`+strings.Repeat("a/", 3000)+`"><link href="x"/>`, 1_900) + "</entry></feed>",
		"unclosed titles":         bombRSS + many("<title>", 4) + bombEnd,
		"half-closed titles":      bombRSS + many("<title><title></title>", 4) + bombEnd,
		"items":                   bombRSS + strings.Repeat("</item><item><title>x</title><link>http://a.example/2</link>", 100_000) + bombEnd,
		"items, UTF-16":           twice(bombRSS + strings.Repeat("</item><item><title>x</title>", 100_000) + bombEnd),
		"unclosed items":          bombRSS + strings.Repeat("<item><title>x", 100_000),
		"categories":              bombRSS + counted("<category>c%d</category>", 90_000) + bombEnd,
		"authors":                 bombRSS + counted("<author>a%[1]d@a.example (N%[1]d)</author>", 60_000) + bombEnd,
		"enclosures":              bombRSS + counted(`<enclosure url="http://a.example/%d" type="audio/mpeg"/>`, 60_000) + bombEnd,
		"Media RSS":               bombRSS + counted(`<media:content url="http://a.example/%d" type="audio/mpeg"/>`, 60_000) + bombEnd,
		"links":                   bombAtom + counted(`<link rel="enclosure" href="http://a.example/%d"/>`, 60_000) + "</entry></feed>",
		"terms":                   bombAtom + counted(`<category term="%d"/>`, 90_000) + "</entry></feed>",
		"laughs":                  `<!DOCTYPE rss [<!ENTITY l0 "ha">` + counted("<!ENTITY l%[1]d1 '&l%[1]d;&l%[1]d;&l%[1]d;'>", 10) + "]>" + bombRSS + "<description>&l91;&l81;</description>" + bombEnd,
		"quadratic laughs":        `<!DOCTYPE rss [<!ENTITY a "` + strings.Repeat("ha", 2000) + `"><!ENTITY b "` + strings.Repeat("&a;", 1000) + `">]>` + bombRSS + "<description>" + strings.Repeat("&a;&b;", 200_000) + "</description>" + bombEnd,
		"entities":                "<!DOCTYPE rss [" + counted("<!ENTITY e%d 'x'>", 200_000) + "]>" + bombRSS + "<description>&e1;</description>" + bombEnd,
		"half an entity":          "<!DOCTYPE rss [" + many("<!ENTITY", 8) + bombRSS + bombEnd,
		"half entities":           "<!DOCTYPE rss [" + many("<!ENTITY e ' <!ENTITY f \"", 8) + bombRSS + bombEnd,
		"entities in xhtml":       "<!DOCTYPE feed [" + counted("<!ENTITY e%d 'x'>", 256) + "]>" + bombAtom + "<content type='xhtml'><div>" + many("a &zz; <b>x</b>", 3) + "</div></content></entry></feed>",
		"ampersands":              bombRSS + "<description>" + many("&", 5) + "</description>" + bombEnd,
		"escaped ampersands":      bombRSS + "<description>" + many("&amp;", 10) + "</description>" + bombEnd,
		"lessers":                 bombRSS + "<description>" + many("<", 10) + "</description>" + bombEnd,
		"lessers alone":           many("<", 10),
		"lessers in a title":      bombRSS + "<title>" + many("<", 10) + "</title>" + bombEnd,
		"half tags":               bombRSS + "<description>" + many("<a ", 9) + "</description>" + bombEnd,
		"open tags":               bombRSS + many(`<a b="`, 9) + bombEnd,
		"open tags, two quotes":   bombRSS + many(`<a b="<a b='<`, 9) + bombEnd,
		"end tags":                bombRSS + many("</x>", 12) + bombEnd,
		"ends of everything":      bombRSS + many("</rss>", 9) + bombEnd,
		"items in foreign ones":   "<rss><channel>" + many("<x><y>", 2) + "<item/>" + many("</y></x>", 2) + "</channel></rss>",
		"halves of characters":    bombRSS + "<description>" + many("&#xD83D;", 9) + "</description>" + bombEnd,
		"one long number":         bombRSS + "<description>" + many("&#0000000000", 4) + "</description>" + bombEnd,
		"half end tags":           bombRSS + many("</a", 9) + bombEnd,
		"open comments":           bombRSS + many("<!-- ", 9) + bombEnd,
		"open CDATA":              bombRSS + "<description>" + many("<![CDATA[", 9),
		"open CDATA around items": bombRSS + "<description>" + many("<![CDATA[</item>", 8) + "]]></description>" + bombEnd,
		"one unclosed CDATA":      bombRSS + "<description><![CDATA[" + many("x", 10),
		"declarations":            bombRSS + many("<!x [>", 9) + bombEnd,
		"instructions":            bombRSS + many("<?", 9) + bombEnd,
		"one token":               bombRSS + "<description>" + many("x", 19) + "</description>" + bombEnd,
		"one name":                bombRSS + "<" + many("x", 19) + ">" + bombEnd,
		"one attribute":           bombRSS + `<source url="` + many("x", 19) + `">x</source>` + bombEnd,
		"one title":               bombRSS + "<title>" + many("title ", 10) + "</title>" + bombEnd,
		"one title, Atom":         bombAtom + `<title type="html">` + many("&amp;amp;", 10) + "</title></entry></feed>",
		"one guid":                bombRSS + "<guid>" + many("a ", 6) + "</guid>" + bombEnd,
		"one link":                bombRSS + "<link>http://b.example/" + many("a", 5) + "</link>" + bombEnd,
		"one date":                bombRSS + "<pubDate>" + many("1", 5) + "</pubDate>" + bombEnd,
		"one author":              bombRSS + "<author>" + many("a@b.example (", 5) + "</author>" + bombEnd,
		"base64":                  bombAtom + `<content mode="base64">` + many("QUJD", 8) + "</content></entry></feed>",
		"white space":             many(" ", 19),
		"control characters":      bombRSS + "<description>" + many("\x01", 10) + "</description>" + bombEnd,
		"C1 characters":           bombRSS + "<description>" + strings.Repeat("\u0085", 4_000_000) + "</description>" + bombEnd,
		"bytes of no encoding":    bombRSS + "<description>" + many("\xe4\xfc ", 9) + "</description>" + bombEnd,
		"unlabelled Shift_JIS":    sjis,
		"encoded twice":           bombRSS + "<description>" + many("Ã±", 8) + "</description>" + bombEnd,
		"escape sequences":        bombRSS + "<description>" + many("\x1b$B", 6) + "</description>" + bombEnd,
		"JSON items":              bombJSON + strings.Repeat(`{"id":"1","title":"x"},`, 100_000) + `]}`,
		"JSON commas":             bombJSON + many(",", 5) + "]}",
		"JSON number":             bombJSON + `{"id":` + many("9", 10) + "}]}",
		"JSON string":             bombJSON + `{"id":"1","content_html":"` + many(`\u003c`, 12) + `"}]}`,
		"one page":                "<html><title>" + many("x", 10),
		"formatting":              text(many("<a><b><i><u><s><em><strong><font>", 1)),
		"paragraphs":              text(many("<b><p>", 1)),
		"tables":                  text(many("<table><tr><td>", 1)),
		"foreign content":         text(many("<svg><math>", 1)),
		"select":                  text(many("<select><option>", 1)),
		"noscript":                text(many("<noscript>", 1)),
		"images":                  text(many("<img src=x>", 1)),
		"srcset":                  text(`<img src=x srcset="` + many("a 1x,", 1) + `">`),
		"texts full of tags":      bombRSS + strings.Repeat("</item><item><description><![CDATA["+strings.Repeat("<b><i>x</i></b>", 60_000)+"]]></description>", 18) + bombEnd,
		"texts of escaped tags":   bombRSS + strings.Repeat("</item><item><description>"+strings.Repeat("&lt;b&gt;x &amp;amp; y&lt;/b&gt; ", 25_000)+"</description>", 18) + bombEnd,
	}
}

// Limits for one hostile document. The code should need far less: they allow for a slow
// machine, not for a shared one.
const (
	bombCPU    = time.Second
	bombMemory = 192 << 20 // bytes allocated, including freed ones; a third is held at a time
)

// TestDecodeBombs checks that documents made to exhaust a reader are quickly done with
// and allocate little, whatever they yield. The first one alone kills gofeed; nested
// bases once took two minutes and 18 GB.
func TestDecodeBombs(t *testing.T) {
	for kind, documents := range map[string]map[string]string{"refused": refused(), "costly": costly()} {
		for name, body := range documents {
			t.Run(kind+"/"+name, func(t *testing.T) {
				var before, after runtime.MemStats
				var d *news.Document
				var err error
				took := 2 * bombCPU
				for try := 0; try < 3 && took > bombCPU; try++ { // other load does not disturb thrice
					runtime.ReadMemStats(&before)
					took = cpuOf(func() { d, err = Decode([]byte(body), Input{URL: docURL, ContentType: "text/xml"}) })
					runtime.ReadMemStats(&after)
				}
				used := after.TotalAlloc - before.TotalAlloc - uint64(len(body)) // the copy of the body
				t.Logf("%d ms, %d MB allocated of %d MB, %v", took.Milliseconds(), used>>20, len(body)>>20, err)
				if took > bombCPU || used > bombMemory {
					t.Errorf("took %s and %d MB, want at most %s and %d MB", took, used>>20, bombCPU, bombMemory>>20)
				}
				if kind == "refused" && news.OutcomeOf(err) != news.OutcomeTooLarge {
					t.Errorf("got %v, want %s", err, news.OutcomeTooLarge)
				}
				if d != nil && len(d.Entries) > maxEntries {
					t.Errorf("%d entries, want at most %d", len(d.Entries), maxEntries)
				}
			})
		}
	}
}

// TestDecodeLeavesOutWhatIsTooMuch checks the limits that cost no entry, and that each
// of them is recorded.
func TestDecodeLeavesOutWhatIsTooMuch(t *testing.T) {
	for _, c := range []struct {
		name, in, says string
		got            func(d *news.Document) int
		want           int
	}{
		{"entries", bombRSS + strings.Repeat("</item><item><title>x</title>", maxEntries+4) + bombEnd, "has 2005 entries; the first 2000",
			func(d *news.Document) int { return len(d.Entries) }, maxEntries},
		{"entries, JSON", bombJSON + strings.Repeat(`{"id":"1","tags":["]}"]},`, maxEntries+5) + `]}`, "has 2005 entries; the first 2000",
			func(d *news.Document) int { return len(d.Entries) }, maxEntries},
		{"categories", bombRSS + counted("<category>c%d</category>", 150) + "<description>x</description>" + bombEnd, "more than 100 elements <category>",
			func(d *news.Document) int { return len(d.Entries[0].Categories) + len(d.Entries[0].Summary) }, maxAlike + 1},
		{"tags", bombJSON + `{"id":"1","tags":[` + counted(`"c%d",`, 150) + `]}]}`, "",
			func(d *news.Document) int { return len(d.Entries[0].Categories) }, maxAlike},
		{"text", bombRSS + "<description>" + strings.Repeat("x", maxText+9) + "</description>" + bombEnd, "a text over 1048576 bytes",
			func(d *news.Document) int { return len(d.Entries[0].Summary) }, maxText},
		{"text, JSON", bombJSON + `{"id":"1","content_text":"` + strings.Repeat("x", maxText+9) + `"}]}`, "a text over 1048576 bytes",
			func(d *news.Document) int { return len(d.Entries[0].Content) }, maxText},
		{"title", bombRSS + "</item><item><title>" + strings.Repeat("é", maxTitle) + "</title>" + bombEnd, "a line over 1024 bytes",
			func(d *news.Document) int { return len(d.Entries[1].Title) }, maxTitle},
		{"attribute", bombRSS + `<enclosure url="http://a.example/` + strings.Repeat("x", maxAttribute) + `"/>` + bombEnd, "an attribute over 8192 bytes",
			func(d *news.Document) int { return len(d.Entries[0].Enclosures) }, 0},
		{"raw line", bombRSS + "<guid>" + strings.Repeat("x", maxRawLine+9) + "</guid>" + bombEnd, "a <guid> over 65536 bytes",
			func(d *news.Document) int { return len(d.Entries[0].GUID) }, maxRawLine},
		{"markup", bombRSS + strings.Repeat("</item><item><title>x</title><description>"+strings.Repeat("&lt;b>&lt;/b>y", 10_000)+"</description>", 40) + bombEnd, "after 500000 tags",
			func(d *news.Document) int { return len(d.Entries) }, 41},
		{"number", bombJSON + `{"id":` + strings.Repeat("9", 65) + `,"title":"x"}]}`, "a number over 64 digits",
			func(d *news.Document) int { return len(d.Entries[0].GUID) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := decode(t, c.in)
			if got := c.got(d); got != c.want || !strings.Contains(fmt.Sprint(d.Repairs), c.says) {
				t.Errorf("got %d and %q, want %d and a word of “%s”", got, d.Repairs, c.want, c.says)
			}
		})
	}
}

// TestReadOPMLBombs checks the same for lists.
func TestReadOPMLBombs(t *testing.T) {
	const open = "<opml><body>"
	for name, body := range map[string]string{
		"outlines":   open + many("<outline/>", 15),
		"depth":      open + many("<outline>", 9),
		"attributes": open + "<outline " + many("a='b' ", 15) + "/>",
		"one title":  "<opml><head><title>" + many("x", 15),
		"categories": open + many("<outline xmlUrl='http://a.example/' category='"+strings.Repeat("a,b/", 200)+"'/>", 15),
		"feeds":      open + counted("<outline text='%[1]d' xmlUrl='http://a%[1]d.example/'/>", 200_000),
		"no feeds":   open + many("<outline xmlUrl='x'/>", 15),
		"lessers":    open + many("<", 15),
		"roots":      many("<opml>", 15),
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			took := cpuOf(func() { _, err = ReadOPML(strings.NewReader(body)) })
			if t.Logf("%d ms, %v", took.Milliseconds(), err); took > bombCPU {
				t.Errorf("took %s, want at most %s", took, bombCPU)
			}
			if err == nil {
				t.Error("read as a whole list")
			}
		})
	}
}
