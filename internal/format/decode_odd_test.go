package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"tributary/internal/news"
)

// TestDecodeRepeated checks which of several elements counts where only one may stand:
// of texts it is the first that is not empty.
func TestDecodeRepeated(t *testing.T) {
	checkFields(t, []fieldCase{
		{inItem(`<title>A</title><title>B</title>`), ".title", "A"},
		{inItem(`<title> </title><title>B</title>`), ".title", "B"},
		{inItem(`<title><![CDATA[ ]]></title><title>B</title>`), ".title", "B"},
		{inItem(`<title>A</title><title> </title><title/>`), ".title", "A"},
		{inItem(`<description><![CDATA[]]></description><description>B</description>`), ".summary", "B"},
		{inItem(`<description><![CDATA[]]></description><description>B</description>`), ".content", ""},
		{inItem(`<description>A</description><description> </description>`), ".summary", "A"},
		{inChannel(`<title>A</title><title>B</title><item/>`), "title", "A"},
		{inChannel(`<description>A</description><description>B</description><item/>`), "description", "A"},
		{inChannel(`<description> </description><description>B</description><item/>`), "description", "B"},
		{inEntry(`<title>A</title><title type="html">B</title>`), ".title", "A"},
		{inEntry(`<content type="html"> </content><content>B</content>`), ".content", "B"},
		{inEntry(`<content type="html">A</content><content src="http://a.example/1.pdf" type="application/pdf"/>`), ".content", "A"},
		{inEntry(`<summary>A</summary><summary type="html"/>`), ".summary", "A"},
		{inFeed(`<title>A</title><title>B</title><subtitle>C</subtitle><subtitle>D</subtitle><entry/>`), "title", "A"},
		{inEntry(`<updated>2025-12-04T10:00:00Z</updated><modified>2025-12-02T10:00:00Z</modified>`), ".updated", "2025-12-04T10:00:00Z"},
		{inEntry(`<published>2025-12-03T10:00:00Z</published><issued>2025-12-01T10:00:00Z</issued>`), ".published", "2025-12-03T10:00:00Z"},
		{inFeed(`<updated>2025-12-04T10:00:00Z</updated><modified>2025-12-02T10:00:00Z</modified><entry/>`), "updated", "2025-12-04T10:00:00Z"},
		{inFeed(`<title>A</title><title>B</title><subtitle>C</subtitle><subtitle>D</subtitle><entry/>`), "description", "C"},
	})
}

// TestDecodeElsewhere checks what is read although no specification has it in that
// place or under that name.
func TestDecodeElsewhere(t *testing.T) {
	const one = `<item><title>T</title><link>http://a.example/1</link></item>`
	checkFields(t, []fieldCase{
		// elements in people that are not read
		{inEntry(`<author><x xmlns="urn:x"><name>no</name></x><name>Eva</name></author><title>T</title>`), ".authors", "Eva"},
		{inEntry(`<author><name>Eva</name><avatar>http://a.example/eva.png</avatar><email>e@a.example</email></author>`), ".authors", "Eva|e@a.example"},
		{inItem(`<author><id>7</id><name>Eva</name></author><guid>g</guid>`), ".id", "g"},

		{inEntry(`<author><!-- no <name>x</name> --> <?x y?><name>Eva</name><email>e@a.example</email></author>`), ".authors", "Eva|e@a.example"},
		{inEntry(`<title>T</title><source><!-- x --><title>S</title></source>`), ".origin", `{"title":"S"}`},

		{inItem(`<author>Eva &lt;e@a.example>, a@b.example (Adam); x@y.example</author>`), ".authors", "Eva|e@a.example, Adam|a@b.example, |x@y.example"},
		{inItem(`<dc:creator>Bach, Eva &lt;e@a.example></dc:creator>`), ".authors", "Bach, Eva|e@a.example"},
		{inItem(`<author>Eva Bach, Adam Riese</author>`), ".authors", "Eva Bach, Adam Riese"},

		// items in elements that are not read, if there are no others
		{`<rss version="2.0"><channel><title>C</title><entries>` + one + `</entries></channel></rss>`, ".title", "T"},
		{`<rss version="2.0"><channel><title>C</title><entries>` + one + `</entries></channel></rss>`, "title", "C"},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><entries><entry><title>T</title></entry></entries></feed>`, ".title", "T"},
		{`<rss version="2.0"><channel><menu><item><title>Home</title></item></menu>` + one + `</channel></rss>`, ".title", "T"},
		{`<rss version="2.0"><channel>` + one + `<menu><item><title>Home</title></item></menu></channel></rss>`, "entries", "1"},

		// invalid declarations
		{`<rss version="2.0"><channel><item x:xmlns="urn:x"><title>T</title></item></channel></rss>`, ".title", "T"},
		{`<rss version="2.0"><channel><item :xmlns=x><title y:z:xmlns="urn:x">T</title></item></channel></rss>`, ".title", "T"},

		// vocabularies by other names
		{`<rss version="2.0"><channel xmlns="http://www.w3.org/2005/Atom"><title>C</title>` + one + `</channel></rss>`, ".title", "T"},
		{`<rss version="2.0"><channel><item xmlns="http://www.w3.org/2005/Atom"><title>T</title></item></channel></rss>`, ".title", "T"},
		{`<rss version="2.0" xmlns:m="http://www.rssboard.org/media-rss"><channel><item><m:title>T</m:title></item></channel></rss>`, ".title", "T"},
		{`<rss version="2.0" xmlns:d="http://purl.org/dc/elements/1.1#"><channel><item><d:creator>Eva</d:creator></item></channel></rss>`, ".authors", "Eva"},
		{`<a:feed xmlns:a="http://purl.org/atom/ns"><a:entry><a:title>T</a:title></a:entry></a:feed>`, ".title", "T"},

		{`<feed version="0.2" xmlns="http://purl.org/atom/ns#"><entry/></feed>`, "format", "atom03"},
		{inPlay(`<googleplay:author>Eva</googleplay:author>`), ".authors", "Eva"},
		{inPlay(`<googleplay:author>Eva</googleplay:author><itunes:author>Adam</itunes:author>`), ".authors", "Adam"},
		{inPlay(`<googleplay:description>&lt;p>x&lt;/p></googleplay:description>`), ".summary", "<p>x</p>"},
		{inPlay(`<googleplay:description>x</googleplay:description><description>y</description>`), ".summary", "y"},
		{inPlay(`<googleplay:category text="T"/>`), ".categories", "T"},
		{inPlay(`<googleplay:image href="i.jpg"/><googleplay:explicit>yes</googleplay:explicit>`), ".extra", `{"image":"http://feeds.example/dir/i.jpg","episode":{"explicit":true}}`},

		// a reference to the base itself, where a base is stated
		{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.example/x/"><link href=""/><entry/></feed>`, "link", "http://b.example/x/"},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="y/"><link rel="alternate" href=" "/></entry></feed>`, ".link", "http://feeds.example/dir/y/"},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><link href=""/><entry><link/></entry></feed>`, "link", ""},
		{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.example/x/"><entry><link/></entry></feed>`, ".link", ""},

		{inEntry(`<enclosure url="a.mp3" type="audio/mpeg" length="5"/>`), ".enclosures", "http://feeds.example/dir/a.mp3 audio/mpeg 5"},

		// the picture of an author has a title, but that is none of the entry
		{inItem(`<media:content url="https://0.gravatar.com/avatar/1?s=96" medium="image"><media:title>eva</media:title></media:content>`), ".title", ""},

		{inItem(`<author><a href="/eva">Eva</a></author>`), ".authors", "Eva"},
		{inItem(`<category>a</category><media:group><media:keywords>b, c</media:keywords><media:content url="v.mp4"><media:category label="L">d</media:category></media:content></media:group>`), ".categories", "a, b, c, d"},
		{inEntry(`<category term="a"/><media:group><media:category>b</media:category></media:group><itunes:keywords>c</itunes:keywords>`), ".categories", "a, b, c"},

		// XML of other vocabularies is data, not text
		{inEntry(`<content type="text/xml"><filing><number>1</number><date>2</date></filing></content>`), ".content", ""},
		{inEntry(`<content type="application/xml"><p>x</p></content>`), ".content", "<p>x</p>"},
		{inEntry(`<content type="application/xml">x</content>`), ".content", "x"},
		{inEntry(`<content type="text/xml"><h:div xmlns:h="http://www.w3.org/1999/xhtml">x</h:div></content>`), ".content", "x"},
		{inEntry(`<content type="application/xhtml+xml"><x>y</x></content>`), ".content", "y"},

		// addresses that were escaped once too often
		{inItem(`<link><![CDATA[http://a.example/?a=1&amp;b=2]]></link>`), ".link", "http://a.example/?a=1&b=2"},
		{inItem(`<guid><![CDATA[http://a.example/?a=1&amp;b=2]]></guid>`), ".id", "http://a.example/?a=1&amp;b=2"},
		{inItem(`<guid><![CDATA[http://a.example/?a=1&amp;b=2]]></guid>`), ".link", "http://a.example/?a=1&b=2"},
		{inEntry(`<link href="http://a.example/?a=1&amp;amp;b=2"/>`), ".link", "http://a.example/?a=1&b=2"},
		{inItem(`<enclosure url="http://a.example/?a=1&amp;amp;b=2"/>`), ".enclosures", "http://a.example/?a=1&b=2  0"},

		// addresses without a scheme, and a scheme without an address
		{inItem(`<link>www.a.example/l</link>`), ".link", "http://www.a.example/l"},
		{inItem(`<enclosure url="www.a.example/1.mp3" type="audio/mpeg"/>`), ".enclosures", "http://www.a.example/1.mp3 audio/mpeg 0"},
		{inChannel(`<link> www.a.example </link><item/>`), "link", "http://www.a.example"},
		{inItem(`<link>http://</link>`), ".link", ""},
		{inEntry(`<author><name>Eva</name><uri>http://</uri></author>`), ".authors", "Eva"},

		// what heads borrow
		{inFeed(`<dc:title>D</dc:title><entry/>`), "title", "D"},
		{inFeed(`<description>D</description><entry/>`), "description", "D"},
		{inFeed(`<pubDate>Wed, 03 Dec 2025 10:00:00 GMT</pubDate><entry/>`), "updated", "2025-12-03T10:00:00Z"},
		{inFeed(`<published>2025-12-03T10:00:00Z</published><entry/>`), "updated", ""}, // the time at which the feed was begun
		{inEntry(`<dc:title>D</dc:title>`), ".title", "D"},
		{inChannel(`<itunes:title>I</itunes:title><item/>`), "title", "I"},
		{inChannel(`<media:title>M</media:title><item/>`), "title", "M"},

		// whole CDATA sections that were escaped
		{inItem(`<title>&lt;![CDATA[A & B]]&gt;</title>`), ".title", "A & B"},
		{inItem(`<description> &lt;![CDATA[&lt;p>x&lt;/p>]]> </description>`), ".summary", "<p>x</p>"},
		{inEntry(`<content type="html">&lt;![CDATA[x]]></content>`), ".content", "x"},
		{inItem(`<link>&lt;![CDATA[http://a.example/l]]></link>`), ".link", "http://a.example/l"},
		{inItem(`<title><![CDATA[<![CDATA[A & B]]>]]></title>`), ".title", "A & B"},
		{inItem(`<description><![CDATA[<![CDATA[<p>x</p>]]]]><![CDATA[>]]></description>`), ".summary", "<p>x</p>"},
		{inItem(`<guid>&lt;![CDATA[g]]></guid>`), ".id", "<![CDATA[g]]>"}, // ids are not changed
		{inItem(`<title><![cdata[A & B]]></title><description><![Cdata[<b>x</b>]]></description>`), ".summary", "<b>x</b>"},
		{inItem(`<title><![cdata[A & B]]></title><description><![Cdata[<b>x</b>]]></description>`), ".title", "A & B"},

		// comments make a text markup, unless they do not end
		{inItem(`<description><![CDATA[One, two<!--more--> & three]]></description>`), ".summary", "One, two &amp; three"},
		{inItem(`<description>One, &lt;!-- two</description>`), ".summary", "One, &lt;!-- two"},
		{inItem(`<title>&lt;![CDATA[A]]> and &lt;![CDATA[B]]></title>`), ".title", "<![CDATA[A]]> and <![CDATA[B]]>"},

		// characters written as two UTF-16 surrogates
		{inItem(`<title>&#xD83D;&#xDE00; &#55357;&#56832;</title>`), ".title", "😀 😀"},
		{inItem(`<title>&#xD83D; &#xDE00;&#xD83D;&#65;</title>`), ".title", "\ufffd \ufffd\ufffdA"},
		{inItem(`<title>a&semi; b&semicolon; c&notit;</title>`), ".title", "a; b&semicolon; c&notit;"},
		{inItem(`<title>&#00000000000065;&#x0000000000041;&#9999999999;</title>`), ".title", "AA\ufffd"},

		// hosts beyond ASCII
		{inItem(`<link>http://Müller.example:8080/ü?q=ä#ö</link>`), ".link", "http://xn--mller-kva.example:8080/%C3%BC?q=ä#%C3%B6"},
		{inItem(`<description>&lt;a href="https://müller.example/">x&lt;/a></description>`), ".summary", `<a href="https://xn--mller-kva.example/">x</a>`},
	})
}

// inPlay wraps the inside of an item that uses Google's tags for podcasts.
func inPlay(inside string) string {
	return strings.Replace(inItem(inside), "<rss ", `<rss xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0" `, 1)
}

// TestDecodeEndsInsideAnItem checks that an end tag of the root inside an item has no
// effect if the root ends again later.
func TestDecodeEndsInsideAnItem(t *testing.T) {
	plain := two(`<description>x</description>`)
	for _, mark := range []string{"Eins", "<link>", "<description>", "x</description>"} {
		d := decode(t, strings.Replace(plain, mark, mark+"</rss>", 1))
		var got []string
		for _, e := range d.Entries {
			got = append(got, e.GUID)
		}
		if want := "[ g2]"; fmt.Sprint(got) != want || d.Outcome != news.OutcomeOK {
			t.Errorf("an end behind %q: got %s, %s, want ok, %s (repairs: %q)", mark, d.Outcome, got, want, d.Repairs)
		}
	}
}

// TestDecodeDamagedHead checks that damage in a head, whose parts have elements of the same
// names, hides nothing but the element that it is in.
func TestDecodeDamagedHead(t *testing.T) {
	const head = `<title>T</title><link>http://a.example/</link><description>D</description><language>de</language>` +
		`<image><title>I</title><url>i.png</url><link>http://i.example/</link></image>` +
		`<textInput><title>S</title><description>s</description><link>http://s.example/</link></textInput>`
	for _, c := range [][2]string{
		{"T</title>", "T</tite>"}, {"T</title>", "T"}, {"<title>T", "</rss><title>T"},
		{"example/</link><description>", "example/<description>"}, {"example/</link><description>", "example/<link><description>"},
		{"D</description>", "D<description>"}, {"D</description>", "D</desc>"},
	} {
		d := decode(t, inChannel(strings.Replace(head, c[0], c[1], 1)+`<item><title>A</title></item>`))
		got := fmt.Sprint(d.Title, " ", d.Link, " ", d.Description, " ", d.Language, " ", len(d.Entries))
		if want := "T http://a.example/ D de 1"; got != want {
			t.Errorf("%q: got %s, want %s", c[1], got, want)
		}
	}
}

// TestDecodeNamesakes checks that an element of HTML inside a text does not end the text of
// the same name.
func TestDecodeNamesakes(t *testing.T) {
	checkFields(t, []fieldCase{
		{inEntry(`<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><video><source src="/v.mp4"/></video><details><summary>S</summary>x</details></div></summary>`),
			".summary", `<video controls=""><source src="http://feeds.example/v.mp4"></video><details><summary>S</summary>x</details>`},
	})
}

// TestDecodeItemsAfterTheEnd checks that items after the end of the root are read, and that
// only one of them can have been cut off then.
func TestDecodeItemsAfterTheEnd(t *testing.T) {
	for after, want := range map[string]string{
		"<item><guid>g3</guid></item>\n":            "ok 3",
		"<item><guid>g3</guid></item><item><guid>g": "truncated 3",
	} {
		d := decode(t, two("")+after)
		if got := fmt.Sprint(d.Outcome, " ", len(d.Entries)); got != want {
			t.Errorf("%q: got %s, want %s", after, got, want)
		}
	}
}

// TestDecodeCodePages reads encodings that browsers no longer support, under their IANA
// names and others.
func TestDecodeCodePages(t *testing.T) {
	for _, c := range []struct {
		label, text string
		enc         *charmap.Charmap
	}{
		{"ibm437", "Grüße", charmap.CodePage437}, {"cp850", "Grüße", charmap.CodePage850}, {"IBM852", "Zażółć", charmap.CodePage852},
		{"cp855", "Привет", charmap.CodePage855}, {"cp862", "חדשות", charmap.CodePage862}, {"mac_roman", "Grüße", charmap.Macintosh},
		{"mac-cyrillic", "Привет", charmap.MacintoshCyrillic}, {"cp874", "ข่าว", charmap.Windows874},
		{"macroman", "Grüße", charmap.Macintosh}, {"TIS620", "ข่าว", charmap.Windows874}, {"cp858", "5 €", charmap.CodePage858},
	} {
		body, err := c.enc.NewEncoder().String(`<?xml version="1.0" encoding="` + c.label + `"?>` + item(`<title>`+c.text+`</title>`))
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, body).Entries[0].Title; got != c.text {
			t.Errorf("%s: got %q, want %q", c.label, got, c.text)
		}
	}
}

// TestDecodeLooseJSON checks JSON documents that are wrong but unambiguous.
func TestDecodeLooseJSON(t *testing.T) {
	checkFields(t, []fieldCase{
		{inJSONItem(`"id":"1","author":"Eva"`), ".authors", "Eva"},
		{inJSONItem(`"id":"1","tags":["a",2]`), ".categories", "a, 2"},
		{inJSONItem(`"id":"1","title":NaN,"summary":undefined,"content_text":"x"`), ".content", "x"},
		{`{"title":"T","home_page_url":"http://a.example/","items":[{"id":"1"}]}`, "format", "json10"},
		{`{"title":"T","feed_url":"http://a.example/f","items":[{"url":"/1"}]}`, ".link", "http://feeds.example/1"},
	})
	d, err := Decode([]byte(`{"version":"https://jsonfeed.org/version/1","home_page_url":"http://a.example/","feed_url":"http://a.example/dir/f","items":[{"id":"1","url":"x"}]}`), Input{})
	if err != nil || d.Entries[0].Link != "http://a.example/dir/x" {
		t.Errorf("without an address of its own: got %+v, %v", d, err)
	}
	for _, body := range []string{`{"title":"T","items":[{"id":"1"}]}`, `{"home_page_url":"http://a.example/","items":[]}`, `{"home_page_url":"http://a.example/","items":[{"name":"x"}]}`} {
		if _, err := Decode([]byte(body), Input{}); news.OutcomeOf(err) != news.OutcomeNotAFeed {
			t.Errorf("%s: got %v, want no feed", body, err)
		}
	}
}

// TestDecodePeopleOfNetworks checks that the id, links and summary of an author, as in
// OStatus (Friendica, GNU social), are not taken for those of the entry or the feed.
func TestDecodePeopleOfNetworks(t *testing.T) {
	const person = `<author><activity:object-type xmlns:activity="http://activitystrea.ms/spec/1.0/">person</activity:object-type>
		<id>http://a.example/u/1</id><uri>http://a.example/u/1</uri><name>Anna</name><title>Dr</title><summary>Her life</summary>
		<link rel="alternate" type="text/html" href="http://a.example/anna"/><link rel="avatar" href="http://a.example/a.png"></link>
		<published>2001-01-01T00:00:00Z</published><link href="http://a.example/anna"/></author>`
	d := decode(t, `<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>T</title>`+person+
		`<entry>`+person+`<id>1</id><title>Eins</title><link href="http://a.example/1"/><content>a</content></entry>
		<entry><author><name>Bert</name><id>2</id><title>Zwei</title><link href="http://a.example/2"/><content>b</content></entry>
		<entry><id>3</id><title>Drei</title>`+person+`<author><name>Bert</name></author></entry></feed>`)
	var got []string
	for _, e := range d.Entries {
		got = append(got, fmt.Sprint(e.GUID, e.Title, e.Link, e.Summary, e.Content, e.Published.Year(), e.Authors[0].Name, len(e.Authors)))
	}
	want := []string{
		"1Einshttp://a.example/1a1Anna1", "2Zweihttp://a.example/2b1Bert1", "3Drei1Anna2",
	}
	if !slices.Equal(got, want) || d.Link != "" || d.Title != "T" {
		t.Errorf("got %q of %q at %q, want %q (repairs: %q)", got, d.Title, d.Link, want, d.Repairs)
	}
	if want := []string{"<author> without end was closed before the next element"}; !slices.Equal(d.Repairs, want) {
		t.Errorf("got repairs %q, want %q", d.Repairs, want)
	}
}

// TestDecodePicturesInTexts checks that large inline photographs are left out of a text
// without the loss of a word.
func TestDecodePicturesInTexts(t *testing.T) {
	photo := strings.Repeat("ab/+", 400_000)
	text := strings.Repeat(`<p>a</p><img src="data:image/jpeg;base64,`+photo+`" alt="x">`, 4) + "<p>b</p>"
	want := strings.Repeat("<p>a</p>", 4) + "<p>b</p>"
	for name, in := range map[string]string{
		"RSS":           item("<title>x</title><description><![CDATA[" + text + "]]></description>"),
		"RSS, escaped":  item("<title>x</title><description>" + strings.ReplaceAll(text, "<", "&lt;") + "</description>"),
		"JSON, escaped": `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_html":"` + strings.NewReplacer(`"`, `\"`, "/", `\/`).Replace(text) + `"}]}`,
	} {
		d := decode(t, in)
		if got := d.Entries[0].Body(); got != want {
			t.Errorf("%s: got %.200q, want %q", name, got, want)
		}
		if !slices.Contains(d.Repairs, "a picture over 65536 bytes inside a text was left out") {
			t.Errorf("%s: got repairs %q, want the picture named", name, d.Repairs)
		}
	}
}
