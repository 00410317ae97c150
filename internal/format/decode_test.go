package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"tributary/internal/clean"
	"tributary/internal/feedtest"
	"tributary/internal/news"
)

const docURL = "http://feeds.example/dir/feed"

// TestDecodeDocuments reads a document of every format and compares everything that was
// read with a golden file.
func TestDecodeDocuments(t *testing.T) {
	paths, err := filepath.Glob("testdata/decode/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if filepath.Ext(path) == ".golden" {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			feedtest.Golden(t, path+".golden", show(t, body))
		})
	}
}

// show decodes and prints without the fields that are zero.
func show(t testing.TB, body []byte) []byte {
	t.Helper()
	d, err := Decode(body, Input{URL: docURL})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var loose map[string]any
	if err := json.Unmarshal(raw, &loose); err != nil {
		t.Fatal(err)
	}
	strip(loose)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(loose); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func strip(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			if strip(member) {
				delete(v, key)
			}
		}
		return len(v) == 0
	case []any:
		for _, member := range v {
			strip(member)
		}
		return len(v) == 0
	case string:
		return v == "" || v == "0001-01-01T00:00:00Z"
	case float64:
		return v == 0
	}
	return v == nil || v == false
}

// item wraps the inside of one RSS item in a document.
func item(inside string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item>` + inside + `</item></channel></rss>`
}

func decode(t testing.TB, body string) *news.Document {
	t.Helper()
	d, err := Decode([]byte(body), Input{URL: docURL})
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return d
}

// two is an RSS document of two items whose first one holds the damage.
func two(damage string) string {
	return item(`<title>Eins</title><link>http://a.example/1</link>` + damage + `</item><item><title>Zwei</title><link>http://a.example/2</link><guid>g2</guid>`)
}

// TestDecodeMends damages a document in every way that publishers do. Both items must
// be read, and a repair must say what was done.
func TestDecodeMends(t *testing.T) {
	plain := two(`<description>Grüße</description>`)
	for name, body := range map[string]string{
		"blank lines before":      "\n\n  " + plain,
		"text before":             "Warning: mysql_connect() in x.php\n" + plain,
		"PHP warning before":      "<br />\n<b>Warning</b>:  Cannot modify <i>x</i> in <b>/x.php</b><br />\n" + plain,
		"script after":            plain + "\n<script>x()</script><!-- 0.1 s -->",
		"second document after":   plain + plain,
		"XML 1.1":                 strings.Replace(plain, "1.0", "1.1", 1),
		"long prolog":             "<?xml version='1.0'?><!-- " + strings.Repeat("x ", 9000) + "-->" + strings.TrimPrefix(plain, `<?xml version="1.0"?>`),
		"no declaration":          strings.TrimPrefix(plain, `<?xml version="1.0"?>`),
		"byte order mark":         "\ufeff" + plain,
		"control characters":      two("<description>a\x00\x0c\x1bb</description>"),
		"illegal reference":       two("<description>a&#0;&#x1f;&#xFFFF;b</description>"),
		"no semicolon":            two("<description>a&#160b &amp= c</description>"),
		"HTML entities":           two("<description>&eacute;&nbsp;&hellip;</description>"),
		"own entities":            strings.Replace(two("<description>&firma;</description>"), "<rss", `<!DOCTYPE rss [<!ENTITY firma "Strom AG">]><rss`, 1),
		"bare ampersand":          two("<description>A & B &c; &</description><comments>http://a.example/?a=1&b=2</comments>"),
		"bare lesser":             two("<description>1 < 2 <3 and a <b and c</description>"),
		"undeclared prefix":       two("<dc:creator>X</dc:creator><foo:bar>y</foo:bar>"),
		"stray end tag":           two("<description>x</b></description></foo>"),
		"unclosed description":    two("<description>x"),
		"unclosed unknown":        two("<custom><description>x</description>"),
		"misspelt end tag":        two("<category>a</categry>"),
		"wrong case":              two("<Description>x</description>"),
		"crossed tags":            two("<description><b>x</description></b>"),
		"unclosed item":           strings.Replace(plain, "</item>", "", 1),
		"unclosed CDATA":          two("<description><![CDATA[<p>x</p></description>"),
		"unclosed comment":        two("<!-- x <description>y</description>"),
		"attribute unquoted":      two("<guid isPermaLink=false>x</guid><enclosure url=http://a.example/1.mp3 length=3 type=audio/mpeg />"),
		"attribute without value": two("<guid isPermaLink>x</guid>"),
		"attribute twice":         two(`<guid isPermaLink="false" isPermaLink="true">x</guid>`),
		"attribute lesser":        two(`<source url="http://a.example/?a<b">x</source>`),
		"end tag with junk":       two("<description>x</description foo>"),
		"upper case":              strings.NewReplacer("<item>", "<ITEM>", "</item>", "</ITEM>", "<title>", "<TITLE>", "</title>", "</TITLE>").Replace(plain),
		"no channel":              strings.NewReplacer("<channel>", "", "</channel>", "").Replace(plain),
		"items behind channel":    strings.Replace(strings.Replace(plain, "</channel>", "", 1), "<item>", "</channel><item>", 1),
		"nested items":            strings.Replace(plain, "</item><item>", "<item>", 1),
		"end tag of item twice":   strings.Replace(plain, "</item>", "</item></item>", 1),
		"foreign default":         strings.Replace(plain, "<rss ", `<rss xmlns="http://made.up.example/" `, 1),
		"prefixed root":           strings.NewReplacer("<rss ", `<r:rss xmlns:r="http://made.up.example/" `, "</rss>", "</r:rss>").Replace(plain),
		"single quotes":           strings.ReplaceAll(plain, `"`, "'"),
		"carriage returns":        strings.ReplaceAll(plain, "><", ">\r\n<"),
	} {
		t.Run(name, func(t *testing.T) {
			d := decode(t, body)
			var got []string
			for _, e := range d.Entries {
				got = append(got, e.Title+" "+e.Link)
			}
			if want := "[Eins http://a.example/1 Zwei http://a.example/2]"; fmt.Sprint(got) != want {
				t.Errorf("got %s, want %s (repairs: %q)", got, want, d.Repairs)
			}
			if d.Outcome != news.OutcomeOK {
				t.Errorf("outcome %s, want ok", d.Outcome)
			}
		})
	}
}

// TestDecodeTexts checks what becomes of titles and texts.
func TestDecodeTexts(t *testing.T) {
	for _, c := range []struct{ name, in, title, summary string }{
		{"escaped", "<title>A &amp;amp; B</title><description>&lt;p&gt;x&lt;/p&gt;</description>", "A & B", "<p>x</p>"},
		{"CDATA", "<title><![CDATA[A & B]]></title><description><![CDATA[<p>x ]]]]><![CDATA[> y</p>]]></description>", "A & B", "<p>x ]]&gt; y</p>"},
		{"mixed", "<title>A<![CDATA[ & ]]>B</title><description>a <![CDATA[<b>b</b>]]> c</description>", "A & B", "a <b>b</b> c"},
		{"plain text", "<title>1 &lt; 2</title><description>a &lt; b &amp; c</description>", "1 < 2", "a &lt; b &amp; c"},
		{"unknown tags are text", "<title>&lt;stdio.h&gt;</title><description>#include &lt;stdio.h&gt;</description>", "<stdio.h>", "#include &lt;stdio.h&gt;"},
		{"lines and paragraphs", "<title>x</title><description>a &lt;\nb\n \n\nc\r\n\r\nd</description>", "x", "<p>a &lt;\nb</p>\n\n<p>c</p>\n\n<p>d</p>"},
		{"lines that wrap", "<title>x</title><description>a\nb</description>", "x", "a\nb"},
		{"lines that are meant", "<title>x</title><media:description>a\nb &lt; i\n\nc</media:description>", "x", "<p>a<br>\nb &lt; i</p>\n\n<p>c</p>"},
		{"lines of one who writes HTML", "<title>x</title><media:description>&lt;p>a\n\nb&lt;/p></media:description>", "x", "<p>a\n\nb</p>"},
		{"windows-1252 in references", "<title>don&#146;t</title><description>a &#150; b</description>", "don’t", "a – b"},
		{"C1 characters", "<title>don\u0092t</title><description>a \u0096 b</description>", "don’t", "a – b"},
		{"markup in title", "<title>Ein <i>Titel</i></title><description>x</description>", "Ein Titel", "x"},
		{"line breaks in title", "<title>\n  Ein\n Titel </title><description>x</description>", "Ein Titel", "x"},
		{"script", "<title>x</title><description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;b onclick=x&gt;y&lt;/b&gt;</description>", "x", "<b>y</b>"},
		{"script in title", "<title>&lt;script&gt;x&lt;/script&gt;T</title><description>y</description>", "T", "y"},
		{"bidi in title", "<title>a\u202eb</title><description>y</description>", "ab", "y"},
		{"escaped twice", "<title>x</title><description>&amp;lt;p class=\"c\"&amp;gt;a &amp;amp;amp; b&amp;lt;/p&amp;gt; c</description>", "x", "<p>a &amp; b</p> c"},
		{"escaped in a section", "<title>x</title><description><![CDATA[ &lt;img src=\"/i.png\"&gt;b]]></description>", "x", `<img src="http://feeds.example/i.png">b`},
		{"about a tag", "<title>x</title><description>&amp;lt;p&amp;gt; begins a paragraph</description>", "x", "&lt;p&gt; begins a paragraph"},
		{"about tags", "<title>x</title><description><![CDATA[<b>&lt;p&gt;a&lt;/p&gt;</b>]]></description>", "x", "<b>&lt;p&gt;a&lt;/p&gt;</b>"},
		{"xhtml in description", `<title>x</title><description><p xmlns="http://www.w3.org/1999/xhtml">a<br/>b &amp;lt; c</p></description>`, "x", "<p>a<br>b &amp;lt; c</p>"},
		{"body", `<title>x</title><body xmlns="http://www.w3.org/1999/xhtml"><p>y</p></body>`, "x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := decode(t, item(c.in)).Entries[0]
			if e.Title != c.title || e.Summary != c.summary {
				t.Errorf("got  %q, %q\nwant %q, %q", e.Title, e.Summary, c.title, c.summary)
			}
		})
	}
}

func TestDecodeKeepsWholeEntriesOfACutDocument(t *testing.T) {
	whole := item(`<title>1</title></item><item><title>2</title></item><item><title>3</title>`)
	at := strings.Index(whole, "<title>3")
	for cut := at; cut < len(whole)-1; cut++ {
		d := decode(t, whole[:cut])
		want := 2
		if cut >= strings.LastIndex(whole, "</item>")+len("</item") { // a missing ">" is tolerated
			want = 3
		}
		if d.Outcome != news.OutcomeTruncated && cut < strings.Index(whole, "</rss")+5 || len(d.Entries) != want {
			t.Errorf("cut after %q: %s with %d entries, want truncated with %d", whole[max(0, cut-20):cut], d.Outcome, len(d.Entries), want)
		}
	}
	json := `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1"},{"id":"2","tags":["x"]},{"id":"3","title":"dr`
	d := decode(t, json)
	if d.Outcome != news.OutcomeTruncated || len(d.Entries) != 2 || d.Entries[1].GUID != "2" {
		t.Errorf("got %s with %d entries, want truncated with 2", d.Outcome, len(d.Entries))
	}
}

func TestDecodeCharsets(t *testing.T) {
	const text, cyrillic, chinese = "Grüße aus Köln – „schön“", "Привет из Москвы", "中文新闻标题在这里"
	doc := func(declared, text string) string {
		if declared != "" {
			declared = ` encoding="` + declared + `"`
		}
		return `<?xml version="1.0"` + declared + `?><rss version="2.0"><channel><item><title>` + text + `</title></item></channel></rss>`
	}
	for _, c := range []struct {
		name, header, declared, text string
		enc                          encoding.Encoding
		mark                         string
	}{
		{"UTF-8", "", "utf-8", text, nil, ""},
		{"UTF-8, undeclared", "", "", text, nil, ""},
		{"UTF-8, declared ISO-8859-1", "", "iso-8859-1", "Niños", nil, ""},
		{"UTF-8, header ISO-8859-1", "text/xml; charset=iso-8859-1", "utf-8", text, nil, ""},
		{"UTF-8, header us-ascii", "text/xml; charset=us-ascii", "", text, nil, ""},
		{"UTF-8, unknown label", "", "x-made-up", text, nil, ""},
		{"UTF-16 LE with mark", "", "utf-16", text, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "\xff\xfe"},
		{"UTF-16 BE with mark", "", "utf-16", text, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "\xfe\xff"},
		{"UTF-16 LE without mark", "", "utf-16", text, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), ""},
		{"UTF-16 BE without mark", "application/xml; charset=utf-16", "", text, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), ""},
		{"UTF-16, declared UTF-8", "", "utf-8", text, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "\xfe\xff"},
		{"UTF-32 LE", "", "utf-32", text, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "\xff\xfe\x00\x00"},
		{"UTF-32 BE without mark", "", "utf-32", text, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), ""},
		{"ASCII, declared UTF-16", "", "utf-16", "plain", nil, ""},
		{"windows-1252", "", "windows-1252", text, charmap.Windows1252, ""},
		{"windows-1252, declared UTF-8", "", "utf-8", text, charmap.Windows1252, ""},
		{"windows-1252, undeclared", "", "", text, charmap.Windows1252, ""},
		{"windows-1252, declared ISO-8859-1", "", "iso-8859-1", text, charmap.Windows1252, ""},
		{"ISO-8859-15", "", "iso-8859-15", "5 € für Šárka", charmap.ISO8859_15, ""},
		{"windows-1251", "", "windows-1251", cyrillic, charmap.Windows1251, ""},
		{"windows-1251, header only", "text/xml; charset=windows-1251", "", cyrillic, charmap.Windows1251, ""},
		{"header before declaration", "text/xml; charset=\"koi8-r\"", "windows-1251", cyrillic, charmap.KOI8R, ""},
		{"header UTF-8 that is not", "text/xml; charset=utf-8", "koi8-r", cyrillic, charmap.KOI8R, ""},
		{"GB18030", "", "gb18030", chinese, simplifiedchinese.GB18030, ""},
		{"GB2312, header only", "text/xml;charset=gb2312", "", chinese, simplifiedchinese.GB18030, ""},
		{"UTF-8, declared GB2312", "", "gb2312", chinese, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := doc(c.declared, c.text)
			if c.enc != nil {
				var err error
				if body, err = c.enc.NewEncoder().String(body); err != nil {
					t.Fatal(err)
				}
			}
			d, err := Decode([]byte(c.mark+body), Input{URL: docURL, ContentType: c.header})
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Entries[0].Title; got != c.text {
				t.Errorf("got %q, want %q", got, c.text)
			}
		})
	}
}

func TestDecodeOneStrayByteLosesNothing(t *testing.T) {
	d := decode(t, two("<description>Stra\xdfe und Straße</description>"))
	if got, want := d.Entries[0].Summary, "Straße und Straße"; got != want || len(d.Entries) != 2 {
		t.Errorf("got %q and %d entries, want %q and 2", got, len(d.Entries), want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name, in string
		outcome  news.Outcome
		says     string
	}{
		{"empty", "", news.OutcomeNotAFeed, "an empty document"},
		{"page", "<!DOCTYPE html><html><head><title>Anmelden &amp; los</title></head><body><feed/></body></html>", news.OutcomeNotAFeed, "an HTML page titled “Anmelden & los”"},
		{"page without title", "<html><body>x</body></html>", news.OutcomeNotAFeed, "an HTML page"},
		{"text", "Not Found", news.OutcomeNotAFeed, "neither RSS"},
		{"list", `<opml version="2.0"><body/></opml>`, news.OutcomeNotAFeed, "an OPML list"},
		{"sitemap", `<urlset/>`, news.OutcomeNotAFeed, "a sitemap"},
		{"JSON object", `{"hello":1}`, news.OutcomeNotAFeed, "jsonfeed.org/version"},
		{"JSON version", `{"version":"2","items":[]}`, news.OutcomeNotAFeed, "jsonfeed.org/version"},
		{"broken JSON", `{"version":"https://jsonfeed.org/version/1",items:[]}`, news.OutcomeMalformed, "JSON"},
		{"attributes", "<rss><item" + strings.Repeat(" a='b'", 50_000) + "></item></rss>", news.OutcomeTooLarge, "attributes"},
		{"depth", "<rss><channel><item>" + strings.Repeat("<media:group>", 2_000_000) + "</item></channel></rss>", news.OutcomeTooLarge, "deeper"},
		{"bytes", strings.Repeat(" ", maxBytes+1), news.OutcomeTooLarge, "bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode([]byte(c.in), Input{})
			if got := news.OutcomeOf(err); got != c.outcome || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %s: %v, want %s: …%s…", got, err, c.outcome, c.says)
			}
		})
	}
}

func TestDecodeWithoutURLTakesTheSiteForBase(t *testing.T) {
	d, err := Decode([]byte(`<rss version="2.0"><channel><link>http://site.example/x/</link><item><link>a</link><description>&lt;img src="b.png"&gt;</description></item></channel></rss>`), Input{})
	if err != nil {
		t.Fatal(err)
	}
	if e := d.Entries[0]; e.Link != "http://site.example/x/a" || e.Summary != `<img src="http://site.example/x/b.png">` {
		t.Errorf("got %q, %q", e.Link, e.Summary)
	}
}

// TestDecodeLargeDocument checks that a document that is read in parts yields a single Document.
func TestDecodeLargeDocument(t *testing.T) {
	const n = 700
	d := decode(t, strings.Replace(string(river(n)), "<channel>", "<channel><dc:creator>Adam</dc:creator>", 1))
	if len(d.Entries) != n || d.Title != "Fluss" || len(d.Repairs) > 0 {
		t.Fatalf("got %q with %d entries and repairs %q, want Fluss with %d", d.Title, len(d.Entries), d.Repairs, n)
	}
	for i, e := range d.Entries {
		if want := fmt.Sprintf("Artikel %d", i); e.Title != want || e.Authors[0].Name != "Eva" {
			t.Fatalf("entry %d is %q of %v, want %q of Eva", i, e.Title, e.Authors, want)
		}
	}
}

func TestDecodeBareEntry(t *testing.T) {
	for _, body := range []string{
		`<entry xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>Allein</title></entry>`,
		`<made-up:Entry><made-up:id>x</made-up:id><made-up:title>Allein</made-up:title></made-up:Entry>`,
	} {
		d := decode(t, body)
		if d.Format != "atom10" || len(d.Entries) != 1 || d.Entries[0].Title != "Allein" {
			t.Errorf("got %+v", d)
		}
	}
}

func TestPerson(t *testing.T) {
	for in, want := range map[string]news.Person{
		"me@a.example (Eva Bach)":        {Name: "Eva Bach", Email: "me@a.example"},
		"Eva Bach <me@a.example>":        {Name: "Eva Bach", Email: "me@a.example"},
		`"Bach, Eva" <me@a.example>`:     {Name: "Bach, Eva", Email: "me@a.example"},
		"Eva Bach (me@a.example)":        {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example [Eva Bach]":        {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example <Eva Bach>":        {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example - Eva Bach":        {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example (Eva Bach":         {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example Eva Bach)":         {Name: "Eva Bach", Email: "me@a.example"},
		"me@a.example (Eva (dpa))":       {Name: "Eva (dpa)", Email: "me@a.example"},
		"Eva (dpa) <me@a.example>":       {Name: "Eva (dpa)", Email: "me@a.example"},
		"(dpa) Eva <me@a.example>":       {Name: "(dpa) Eva", Email: "me@a.example"},
		"me@a.example":                   {Email: "me@a.example"},
		"mailto:me@a.example":            {Email: "me@a.example"},
		"Eva Bach":                       {Name: "Eva Bach"},
		"Eva (dpa)":                      {Name: "Eva (dpa)"},
		"":                               {},
		"()":                             {},
		" (Eva Bach)":                    {Name: "Eva Bach"},
		"(Eva) Bach (dpa)":               {Name: "(Eva) Bach (dpa)"},
		"me@a.example and you@b.example": {Name: "me@a.example and you@b.example"},
	} {
		if got := person(in); got != want {
			t.Errorf("person(%q) = %+v, want %+v", in, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	paths, _ := filepath.Glob("testdata/decode/*.*")
	for _, path := range paths {
		if body, err := os.ReadFile(path); err == nil && filepath.Ext(path) != ".golden" {
			f.Add(body)
		}
	}
	f.Add([]byte(two("<description>x")))
	f.Add([]byte("<rss><item><a><b></a></b><![CDATA[<!--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := Decode(body, Input{URL: docURL})
		if err != nil {
			if o := news.OutcomeOf(err); o != news.OutcomeNotAFeed && o != news.OutcomeMalformed && o != news.OutcomeTooLarge {
				t.Errorf("outcome %s: %v", o, err)
			}
			if strings.Contains(err.Error(), "could be read") {
				t.Errorf("an item was lost: %v", err)
			}
			return
		}
		for _, e := range d.Entries {
			if again := clean.Line(e.Title); again != e.Title {
				t.Errorf("title %q is no line", e.Title)
			}
			if again := clean.HTML(e.Summary, nil); again != e.Summary {
				t.Errorf("summary %q is not clean: %q", e.Summary, again)
			}
			if again := clean.HTML(e.Content, nil); again != e.Content {
				t.Errorf("content %q is not clean: %q", e.Content, again)
			}
			checkExtra(t, e.Extra)
			if e.Link != "" && !strings.HasPrefix(e.Link, "http") {
				t.Errorf("link %q", e.Link)
			}
		}
	})
}

// river returns a document of n items with 1.5 kB of HTML each.
func river(n int) []byte {
	para := `<p>Ein Absatz mit <b>fettem</b> Text, einem <a href="/artikel/12">Verweis</a> und „Anführungszeichen“ &amp; mehr. The quick brown fox jumps over the lazy dog, again and again.</p>`
	text := strings.Repeat(para, 1500/len(para)) + `<img src="bild.jpg" alt="Bild">`
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Fluss</title><link>http://a.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Artikel %d</title><link>http://a.example/%d</link><guid>http://a.example/%d</guid><pubDate>Wed, 03 Dec 2025 10:00:00 +0100</pubDate><dc:creator>Eva</dc:creator><category>Fluss</category><description>%s</description></item>`, i, i, i, clean.Escape(text))
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) {
	body := river(100)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(body, Input{URL: docURL}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecodeJSONOfWrongTypes(t *testing.T) {
	d := decode(t, "\ufeff"+`{"version":"https://jsonfeed.org/version/1","title":7,"expired":"no","author":"Eva","hubs":{"a":[]},
		"items":[{"id":1.5,"title":["x"],"tags":"fluss","authors":["Adam",{"name":3}],"attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":"12"}],"content_text":"a","date_published":1072915200},null,"x"]}`)
	if d.Title != "7" || len(d.Entries) != 1 || len(d.Repairs) == 0 {
		t.Fatalf("got title %q, %d entries, repairs %q", d.Title, len(d.Entries), d.Repairs)
	}
	e := d.Entries[0]
	got := fmt.Sprint(e.GUID, e.Categories, e.Authors, e.Enclosures, e.Content, e.Published.Unix())
	if want := "1.5[{fluss  }] [{Adam   } {3   }] [{http://feeds.example/a.mp3 audio/mpeg 12    0 0 0 false}]a1072915200"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestDecodeBases checks that every relative URL is resolved against the nearest
// xml:base, which may be relative itself (XML Base section 4).
func TestDecodeBases(t *testing.T) {
	d := decode(t, `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/x/y"><link href="z"/>
		<entry xml:base="e/"><id>rel</id><link href="1"/><author><name>A</name><uri>me</uri></author>
		<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="http://b.example/"><a href="2">a</a></p><a href="3">b</a></div></content>
		<summary type="html" xml:base="/s/">&lt;img src="4" srcset="5 2x">&lt;video poster="6">&lt;/video></summary></entry></feed>`)
	e := d.Entries[0]
	for _, c := range [][2]string{
		{d.Link, "http://a.example/x/z"}, {e.Link, "http://a.example/x/e/1"}, {e.Authors[0].URL, "http://a.example/x/e/me"}, {e.GUID, "rel"},
		{e.Content, `<p><a href="http://b.example/2">a</a></p><a href="http://a.example/x/e/3">b</a>`},
		{e.Summary, `<img src="http://a.example/s/4" srcset="http://a.example/s/5 2x"><video poster="http://a.example/s/6" controls=""></video>`},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

// TestDecodeKeepsTheAddressSecret checks that the query of a feed's address, which may
// be a key, is not published by references to the document itself.
func TestDecodeKeepsTheAddressSecret(t *testing.T) {
	for format, body := range map[string]string{
		"rss": `<rss version="2.0"><channel><title>a</title><link>#top</link><item><title>a</title><link>#1</link><comments>#c</comments>
			<enclosure url="?" type="audio/mpeg"/><description>&lt;a href="#fn1">1&lt;/a> &lt;a href="">2&lt;/a> &lt;img src="#i"></description></item></channel></rss>`,
		"atom": `<feed xmlns="http://www.w3.org/2005/Atom"><link href=""/><logo>#l</logo><entry><id>1</id><title>a</title><link href="#1"/>
			<author><name>A</name><uri>#a</uri></author><content type="html">&lt;a href="#fn1">1&lt;/a></content></entry></feed>`,
		"json": `{"version":"https://jsonfeed.org/version/1.1","title":"a","home_page_url":"#top","items":[{"id":"1","url":"#1","image":"#i",
			"content_html":"<a href='#fn1'>1</a>","attachments":[{"url":"#a","mime_type":"audio/mpeg"}]}]}`,
	} {
		d, err := Decode([]byte(body), Input{URL: "https://me:pass@feeds.example/own.rss?token=SECRET#SECRET"})
		if err != nil {
			t.Fatal(err)
		}
		if told := fmt.Sprintf("%+v", *d); strings.Contains(told, "SECRET") || strings.Contains(told, "pass") || !strings.Contains(told, "https://feeds.example/own.rss#fn1") {
			t.Errorf("%s: the document says %s", format, told)
		}
	}
}

// The same holds for the address that a document gives itself.
func TestDecodeKeepsTheGuessedAddressSecret(t *testing.T) {
	for _, body := range []string{
		`{"version":"https://jsonfeed.org/version/1.1","title":"a","feed_url":"https://feeds.example/own.json?token=SECRET","items":[{"id":"1","content_html":"<a href='#fn1'>1</a>"}]}`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://feeds.example/own?token=SECRET"/><entry><id>1</id><content type="html">&lt;a href="#fn1">1&lt;/a></content></entry></feed>`,
	} {
		d, err := Decode([]byte(body), Input{})
		if err != nil {
			t.Fatal(err)
		}
		if text := d.Entries[0].Content; strings.Contains(text, "SECRET") || !strings.Contains(text, "#fn1") {
			t.Errorf("the entry says %s", text)
		}
	}
}

// TestDecodeFootnotes checks that a link to a place in the text leads to the page of
// the entry and not into the feed.
func TestDecodeFootnotes(t *testing.T) {
	body := `<rss version="2.0"><channel><item><link>https://a.example/?p=1&amp;q=2#more</link><description>&lt;a href="#fn1">1&lt;/a>
		&lt;a href="other#fn1">2&lt;/a></description></item><item><guid isPermaLink="false">1</guid><description>&lt;a href="#fn1">1&lt;/a></description></item></channel></rss>`
	d, err := Decode([]byte(body), Input{URL: "https://feeds.example/a.rss?x=1"})
	if err != nil {
		t.Fatal(err)
	}
	want := `<a href="https://a.example/?p=1&amp;q=2#fn1">1</a> <a href="https://feeds.example/other#fn1">2</a>`
	if got := strings.Join(strings.Fields(d.Entries[0].Summary), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := d.Entries[1].Summary, `<a href="https://feeds.example/a.rss#fn1">1</a>`; got != want {
		t.Errorf("without a link: got %s, want %s", got, want)
	}
}

// TestDecodeEntities checks which references are decoded, and how deep.
func TestDecodeEntities(t *testing.T) {
	body := `<!DOCTYPE feed [<!ENTITY f "Strom &amp; Co"><!ENTITY g '&f;!'><!ENTITY x SYSTEM "file:///etc/passwd">]>
		<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&g; &x; &eacute; &Eacute &#233 &#xE9; &amp;lt; &unknown; &</title>
		<content type="xhtml"><div>&f; &nbsp;<b/>&lt;i></div></content></entry></feed>`
	e := decode(t, body).Entries[0]
	if want := "Strom & Co! &x; é É é é &lt; &unknown; &"; e.Title != want {
		t.Errorf("title %q, want %q", e.Title, want)
	}
	if want := "Strom &amp; Co \u00a0<b></b>&lt;i&gt;"; e.Content != want {
		t.Errorf("content %q, want %q", e.Content, want)
	}
}
