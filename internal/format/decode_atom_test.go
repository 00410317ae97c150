package format

import (
	"strings"
	"testing"
)

// TestAtomEntries checks, rule by rule, what becomes of an entry, by RFC 4287 and the
// vocabularies that Atom documents borrow.
func TestAtomEntries(t *testing.T) {
	var cases []fieldCase
	add := func(inside, field, want string) { cases = append(cases, fieldCase{inEntry(inside), field, want}) }

	// Text constructs, section 3.1: the type decides what "<b>" is.
	add(`<title>A &lt;b&gt;B&lt;/b&gt;</title>`, ".title", "A <b>B</b>")
	add(`<title type="text">A &lt;b&gt;B&lt;/b&gt;</title>`, ".title", "A <b>B</b>")
	add(`<title type="text">caf&amp;eacute;</title>`, ".title", "caf&eacute;")
	add(`<title type="html">A &lt;b&gt;B&lt;/b&gt;</title>`, ".title", "A B")
	add(`<title type="html">caf&amp;eacute; &amp;amp; &amp;lt;</title>`, ".title", "café & <")
	add(`<title type="HTML">&lt;b&gt;B&lt;/b&gt;</title>`, ".title", "B")
	add(`<title type="text/html">&lt;b&gt;B&lt;/b&gt;</title>`, ".title", "B")
	add(`<title type="html"><![CDATA[A <b>B</b> &amp; C]]></title>`, ".title", "A B & C")
	add(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>B</b> &lt; C</div></title>`, ".title", "A B < C")
	add(`<title type="xhtml"><xhtml:div>A <xhtml:b>B</xhtml:b></xhtml:div></title>`, ".title", "A B")
	add(`<title>A <b>B</b></title>`, ".title", "A B")
	add(`<media:group><media:title>M</media:title></media:group>`, ".title", "M")
	add(`<summary>1 &lt; 2 &amp; &lt;b&gt;</summary>`, ".summary", "1 &lt; 2 &amp; &lt;b&gt;")
	add(`<summary type="html">&lt;b&gt;s&lt;/b&gt;</summary>`, ".summary", "<b>s</b>")
	add(`<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<br/><b>b</b></div></summary>`, ".summary", "a<br><b>b</b>")
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>`, ".content", "<p>x</p>")
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><div>a</div><div>b</div></div></content>`, ".content", "<div>a</div><div>b</div>")
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a</div><div>b</div></content>`, ".content", "<div>a</div><div>b</div>")
	add(`<content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>x <h:a href="l">l</h:a></h:p></h:div></content>`, ".content", `<p>x <a href="http://feeds.example/dir/l">l</a></p>`)
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">1 &lt; 2 &amp;amp; &#38;</div></content>`, ".content", "1 &lt; 2 &amp;amp; &amp;")
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a<![CDATA[<b>]]></p></div></content>`, ".content", "<p>a&lt;b&gt;</p>")
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><pre>&lt;p&gt;code&lt;/p&gt;</pre></div></content>`, ".content", "<pre>&lt;p&gt;code&lt;/p&gt;</pre>")
	add(`<content type="html">&lt;p&gt;x&lt;/p&gt;</content>`, ".content", "<p>x</p>")
	add(`<content type="html">a &lt;![CDATA[b]]&gt; c</content>`, ".content", "a  c")
	add(`<content>p &lt;b&gt;</content>`, ".content", "p &lt;b&gt;")
	add(`<content type="text/plain">&lt;p&gt;x</content>`, ".content", "&lt;p&gt;x")
	add(`<content type="text/html">&lt;p&gt;x&lt;/p&gt;</content>`, ".content", "<p>x</p>")
	add(`<content type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>`, ".content", "<p>x</p>")
	add(`<content type="application/octet-stream">PHA+SGk8L3A+</content>`, ".content", "&lt;p&gt;Hi&lt;/p&gt;")
	add(`<content type="image/png">iVBORw0KGgqAgYI=</content>`, ".content", "")
	add(`<content type="image/png">iVBORw0KGgqAgYI=</content>`, "repairs", "content of the type image/png was left out")
	add(`<content type="html">a</content><content type="html">b</content>`, ".content", "a")
	add(`<content/><content type="html">b</content>`, ".content", "b")
	add(`<content:encoded>&lt;b&gt;x&lt;/b&gt;</content:encoded>`, ".content", "<b>x</b>")
	add(`<media:group><media:description>m n</media:description></media:group>`, ".summary", "m n")
	add(`<summary>s</summary><media:description>m</media:description>`, ".summary", "s")
	add(`<dc:description>&lt;b&gt;d&lt;/b&gt;</dc:description>`, ".summary", "<b>d</b>")
	add(`<description>d</description>`, ".summary", "d")
	add(`<itunes:summary>i</itunes:summary>`, ".summary", "i")
	add(`<svg xmlns="http://www.w3.org/2000/svg"><title>no</title></svg><title>T</title>`, ".title", "T")

	// Links and ids, sections 4.2.6 and 4.2.7.
	add(`<id> tag:a.example,2025:1 </id>`, ".id", "tag:a.example,2025:1")
	add(`<id>HTTP://A.example/%7ex</id>`, ".id", "HTTP://A.example/%7ex")
	add(`<link href="http://a.example/l"/>`, ".link", "http://a.example/l")
	add(`<link href="  http://a.example/l "/>`, ".link", "http://a.example/l")
	add(`<link href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link href="http://a.example/?a=1&amp;b=2"/>`, ".link", "http://a.example/?a=1&b=2")
	add(`<link href="http://a.example/?a=1&b=2"/>`, ".link", "http://a.example/?a=1&b=2")
	add(`<link href='http://a.example/l'></link>`, ".link", "http://a.example/l")
	add(`<link rel="self" href="s"/><link rel="alternate" href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link rel="ALTERNATE" href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link rel="http://www.iana.org/assignments/relation/alternate" href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link rel="alternate" type="application/json" href="j"/><link rel="alternate" type="text/html" href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link rel="alternate" type="application/json" href="j"/>`, ".link", "http://feeds.example/dir/j")
	add(`<link/><link rel="alternate" href="l"/>`, ".link", "http://feeds.example/dir/l")
	const languages = `<link hreflang="de" href="de"/><link hreflang="en-GB" href="en"/><link type="application/pdf" hreflang="fr" href="fr"/>`
	cases = append(cases,
		fieldCase{inFeed(`<entry xml:lang="en-US"><id>urn:x:1</id>` + languages + `</entry>`), ".link", "http://feeds.example/dir/en"},
		fieldCase{inFeed(`<entry xml:lang="fr"><id>urn:x:1</id>` + languages + `</entry>`), ".link", "http://feeds.example/dir/de"},
		fieldCase{inFeed(`<entry xml:lang="en">` + languages + `</entry>`), ".link", "http://feeds.example/dir/de"}) // the link is its identity
	add(`<link rel="alternate" hreflang="de" href="de"/><link rel="alternate" hreflang="en" href="en"/>`, ".link", "http://feeds.example/dir/de")
	add(`<link>http://a.example/l</link>`, ".link", "http://a.example/l")
	add(`<x:link xmlns:x="http://www.w3.org/2005/Atom" href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<link rel="related" href="r"/>`, ".link", "")
	add(`<id>tag:a</id>`, ".link", "")
	add(`<id>http://a.example/1</id>`, ".link", "http://a.example/1")
	add(`<id>http://a.example/1</id><link href="l"/>`, ".link", "http://feeds.example/dir/l")
	add(`<id>http://a.example/1 or so</id>`, ".link", "")
	add(`<content src="c.html" type="text/html"/>`, ".link", "http://feeds.example/dir/c.html")
	add(`<link rel="enclosure" href="e.mp3"/>`, ".link", "http://feeds.example/dir/e.mp3")
	add(`<link rel="enclosure" href="e.mp3" type="audio/mpeg" length="12"/>`, ".enclosures", "http://feeds.example/dir/e.mp3 audio/mpeg 12")
	add(`<link rel="enclosure" href="e.mp3"/><link rel="enclosure" href="f.mp3" title="F"/>`, ".files",
		`[{"url":"http://feeds.example/dir/e.mp3"},{"url":"http://feeds.example/dir/f.mp3","title":"F"}]`)
	add(`<media:group><media:content url="v.mp4" type="video/mp4"/></media:group>`, ".enclosures", "http://feeds.example/dir/v.mp4 video/mp4 0")

	// Times.
	add(`<published>2025-12-03T10:00:00+01:00</published>`, ".published", "2025-12-03T09:00:00Z")
	add(`<updated>2025-12-03T10:00:00Z</updated>`, ".updated", "2025-12-03T10:00:00Z")
	add(`<updated>2025-12-03T10:00:00Z</updated>`, ".published", "")
	add(`<dc:date>2025-12-03T10:00:00Z</dc:date>`, ".published", "2025-12-03T10:00:00Z")
	add(`<pubDate>Wed, 03 Dec 2025 10:00:00 GMT</pubDate>`, ".published", "2025-12-03T10:00:00Z") // borrowed from RSS
	add(`<dcterms:issued>2025-12-03T10:00:00Z</dcterms:issued>`, ".published", "2025-12-03T10:00:00Z")

	// People, section 3.2.
	add(`<author><name>Eva</name></author><itunes:author>Sender</itunes:author>`, ".authors", "Eva")
	add(`<author>eva@a.example (Eva), adam@a.example (Adam)</author>`, ".authors", "Eva|eva@a.example, Adam|adam@a.example")
	add(`<author><name>Eva</name><uri>eva</uri><email>e@a.example</email></author>`, ".authors", "Eva|e@a.example|http://feeds.example/dir/eva")
	add(`<author><name>Eva</name></author><author><name>Adam</name></author>`, ".authors", "Eva, Adam")
	add(`<author><name>Eva &lt;e@a.example&gt;</name></author>`, ".authors", "Eva|e@a.example")
	add(`<author><name>e@a.example</name></author>`, ".authors", "e@a.example")
	add(`<author>Eva</author>`, ".authors", "Eva")
	add(`<author><name type="html">E &amp;amp; A</name></author>`, ".authors", "E & A")
	add(`<x:author xmlns:x="http://www.w3.org/2005/Atom"><x:name>Eva</x:name></x:author>`, ".authors", "Eva")
	add(`<dc:creator>Eva</dc:creator>`, ".authors", "Eva")
	add(`<contributor><name>Adam</name></contributor>`, ".authors", "")
	add(`<source><author><name>Source</name></author></source>`, ".authors", "Source")
	add(`<author><name>Eva</name></author><source><author><name>Source</name></author></source>`, ".authors", "Eva")

	// Categories, section 4.2.2: parse prints terms.
	add(`<category term="t" scheme="http://s.example/" label="L"/>`, ".schemes", "t|http://s.example/|L")
	add(`<category term="t"/><category term="u"/><category term="t"/>`, ".categories", "t, u")
	add(`<category label="L"/>`, ".categories", "L")
	add(`<category>text</category>`, ".categories", "text")
	add(`<category term="a &amp; b"/>`, ".categories", "a & b")
	add(`<dc:subject>s</dc:subject><category term="t"/>`, ".categories", "s, t")
	add(`<media:category scheme="urn:x">m</media:category>`, ".categories", "m")

	// Source, section 4.2.11.
	add(`<title>T</title><source><id>urn:s</id><title>S</title><link href="http://s.example/"/><link rel="self" href="http://s.example/f"/></source>`, ".origin",
		`{"id":"urn:s","title":"S","link":"http://s.example/","url":"http://s.example/f"}`)
	add(`<title>T</title><source><title>S</title></source>`, ".title", "T")
	add(`<id>a</id><source><id>b</id></source>`, ".id", "a")

	// Languages and bases at every level.
	add(`<title xml:lang="de">T</title>`, ".language", "de")
	add(`<content xml:lang="de_CH">c</content>`, ".language", "de-ch")
	add(`<content type="html" xml:base="http://b.example/c/">&lt;a href="x">x&lt;/a></content>`, ".content", `<a href="http://b.example/c/x">x</a>`)
	add(`<content type="xhtml" xml:base="http://b.example/c/"><div xmlns="http://www.w3.org/1999/xhtml" xml:base="d/"><img src="x"/></div></content>`, ".content", `<img src="http://b.example/c/d/x">`)
	add(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="http://b.example/"><img src="s" srcset="a 1x, b 2x"/><q cite="c">q</q></p><img srcset="d 2x" src="e"/></div></content>`, ".content",
		`<p><img src="http://b.example/s" srcset="http://b.example/a 1x, http://b.example/b 2x"><q cite="http://b.example/c">q</q></p><img srcset="http://feeds.example/dir/d 2x" src="http://feeds.example/dir/e">`)
	add(`<link xml:base="http://b.example/" href="l"/>`, ".link", "http://b.example/l")
	add(`<content type="html" xml:base="http://b.example/"><![CDATA[<a href="l">x</a>]]></content>`, ".content", `<a href="http://b.example/l">x</a>`)
	add(`<author xml:base="http://b.example/"><name>E</name><uri xml:base="e/">u</uri></author>`, ".authors", "E||http://b.example/e/u")
	checkFields(t, cases)
}

// TestAtomFeeds checks what becomes of the feed around the entries.
func TestAtomFeeds(t *testing.T) {
	var cases []fieldCase
	add := func(inside, field, want string) {
		cases = append(cases, fieldCase{inFeed(inside + `<entry><title>x</title></entry>`), field, want})
	}
	add(`<id>urn:f</id>`, "id", "urn:f")
	add(`<title type="html">A &amp;amp; &lt;b>B&lt;/b></title>`, "title", "A & B")
	add(`<subtitle type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">S <b>b</b></div></subtitle>`, "description", "S b")
	add(`<subtitle>S &lt;b></subtitle>`, "description", "S <b>")
	add(`<itunes:summary>S</itunes:summary>`, "description", "S")
	add(`<link rel="self" href="s"/><link href="l"/>`, "link", "http://feeds.example/dir/l")
	add(`<link rel="self" href="s"/>`, "self", "http://feeds.example/dir/s")
	add(`<link rel="hub" href="https://h.example/"/>`, "hubs", "https://h.example/")
	add(`<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>`, "ttl", "30m0s")
	add(`<updated>2025-12-03T10:00:00Z</updated>`, "updated", "2025-12-03T10:00:00Z")
	add(`<rights type="html">&amp;copy; 2025</rights>`, "rights", "© 2025")
	add(`<icon>i.ico</icon><logo>l.png</logo>`, "icon", "http://feeds.example/dir/i.ico")
	add(`<icon>i.ico</icon><logo>l.png</logo>`, "image", "http://feeds.example/dir/l.png")
	add(`<author><name>Eva</name></author>`, "authors", "Eva")
	add(`<author><name>Eva</name></author>`, ".authors", "Eva") // section 4.2.1
	add(`<dc:language>de</dc:language>`, "language", "de")
	checkFields(t, append(cases,
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de-DE"><entry/></feed>`, "language", "de-de"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de-DE"><entry><title>x</title></entry></feed>`, ".language", "de-de"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><entry xml:lang="en"><title>x</title></entry></feed>`, ".language", "en"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.example/x/"><entry xml:base="javascript:y"><link href="l"/></entry></feed>`, ".link", "http://b.example/x/l"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.example/x/"><entry xml:base="y/"><link href="l"/></entry></feed>`, ".link", "http://b.example/x/y/l"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="x/"><link href="l"/></feed>`, "link", "http://feeds.example/dir/x/l"},
		fieldCase{`<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:e</id><title>T</title></entry>`, ".id", "urn:e"},
		fieldCase{`<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>F</a:title><a:entry><a:title>T</a:title><a:link href="l"/></a:entry></a:feed>`, ".link", "http://feeds.example/dir/l"},
		fieldCase{`<feed xmlns="http://made.up.example/"><entry><title>T</title></entry></feed>`, ".title", "T"},
		fieldCase{`<feed xmlns="https://www.w3.org/2005/Atom/"><entry><title>T</title></entry></feed>`, ".title", "T"},
		fieldCase{`<feed><entry><title>T</title></entry></feed>`, ".title", "T"},
		fieldCase{`<feed xmlns="http://www.w3.org/2005/Atom"/>`, "entries", "0"},
	))
}

// TestAtom03 checks the names and modes that only Atom 0.3 has.
func TestAtom03(t *testing.T) {
	var cases []fieldCase
	add := func(inside, field, want string) { cases = append(cases, fieldCase{inEntry03(inside), field, want}) }
	add(`<title>A &lt;b&gt;</title>`, "format", "atom03")
	add(`<title>A &lt;b&gt;</title>`, ".title", "A <b>")
	add(`<title mode="escaped" type="text/html">A &lt;b&gt;B&lt;/b&gt;</title>`, ".title", "A B")
	add(`<title mode="xml" type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>B</b></div></title>`, ".title", "A B")
	add(`<title mode="base64" type="text/plain">QSAmIEI=</title>`, ".title", "A & B")
	add(`<content mode="escaped" type="text/html">&lt;p&gt;x&lt;/p&gt;</content>`, ".content", "<p>x</p>")
	add(`<content mode="xml" type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>`, ".content", "<p>x</p>")
	add(`<content mode="base64" type="text/html">
		PHA+SGk8
		L3A+ </content>`, ".content", "<p>Hi</p>")
	add(`<content mode="base64" type="text/html">PHA+SGk8L3A</content>`, ".content", "<p>Hi</p>")
	add(`<content mode="base64" type="text/html">no base64!</content>`, ".content", "no base64!")
	// Several versions of one content.
	const plain, page = `<content type="text/plain">a &lt;b&gt;</content>`, `<content type="text/html" mode="escaped">&lt;p&gt;b&lt;/p&gt;</content>`
	add(`<content type="multipart/alternative">`+plain+page+`</content>`, ".content", "<p>b</p>")
	add(`<content type="multipart/alternative">`+page+plain+`</content><title>T</title>`, ".content", "<p>b</p>")
	add(`<content type="multipart/alternative">`+plain+`</content>`, ".content", "a &lt;b&gt;")
	add(`<content type="multipart/alternative" xml:base="/x/"><content type="application/xhtml+xml" mode="xml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="y">c</a></div></content></content>`, ".content",
		`<a href="http://feeds.example/x/y">c</a>`)
	add(`<content type="multipart/alternative"/><summary>S</summary>`, ".summary", "S")
	add(`<content type="text/plain">&lt;p&gt;</content>`, ".content", "&lt;p&gt;")
	add(`<issued>2003-12-31T10:14:55Z</issued>`, ".published", "2003-12-31T10:14:55Z")
	add(`<modified>2003-12-31T10:14:55Z</modified>`, ".updated", "2003-12-31T10:14:55Z")
	add(`<created>2003-12-31T10:14:55Z</created>`, ".published", "2003-12-31T10:14:55Z")
	add(`<issued>2003-12-31T10:14:55Z</issued><created>2001-12-31T10:14:55Z</created>`, ".published", "2003-12-31T10:14:55Z")
	add(`<author><name>Eva</name><url>http://e.example/</url></author>`, ".authors", "Eva||http://e.example/")
	add(`<link rel="alternate" type="text/html" href="l"/>`, ".link", "http://feeds.example/dir/l")
	cases = append(cases,
		fieldCase{strings.Replace(inEntry03(``), "<title>F</title>", `<tagline mode="escaped" type="text/html">a &lt;b>b&lt;/b></tagline>`, 1), "description", "a b"},
		fieldCase{strings.Replace(inEntry03(``), "<title>F</title>", `<modified>2003-12-31T10:14:55Z</modified>`, 1), "updated", "2003-12-31T10:14:55Z"},
		fieldCase{strings.Replace(inEntry03(``), "<title>F</title>", `<copyright>C</copyright>`, 1), "rights", "C"},
	)
	checkFields(t, cases)
}

// TestJSONItems checks what becomes of JSON Feed 1.0 and 1.1.
func TestJSONItems(t *testing.T) {
	var cases []fieldCase
	add := func(members, field, want string) { cases = append(cases, fieldCase{inJSONItem(members), field, want}) }
	add(`"id":"1"`, "format", "json11")
	add(`"id":"1"`, ".id", "1")
	add(`"id":17`, ".id", "17")
	add(`"id":1.50`, ".id", "1.50")
	add(`"id":"1","url":"/l"`, ".link", "http://feeds.example/l")
	add(`"id":"http://a.example/1"`, ".link", "http://a.example/1")
	add(`"id":"1","external_url":"http://x.example/"`, ".link", "http://x.example/")
	add(`"id":"1","url":"/l","external_url":"http://x.example/"`, ".extra", `{"links":[{"rel":"related","url":"http://x.example/"}]}`)
	add(`"id":"1","title":"A &amp; <b>"`, ".title", "A &amp; <b>")
	add(`"id":"1","summary":"a < b"`, ".summary", "a &lt; b")
	add(`"id":"1","content_html":"<p><a href='x'>x</a></p>"`, ".content", `<p><a href="http://feeds.example/dir/x">x</a></p>`)
	add(`"id":"1","content_text":"a < b"`, ".content", "a &lt; b")
	add(`"id":"1","content_text":"one\n\ntwo\nthree"`, ".content", "<p>one</p>\n\n<p>two<br>\nthree</p>")
	add(`"id":"1","content_text":"t","content_html":"<b>h</b>"`, ".content", "<b>h</b>")
	add(`"id":"1","date_published":"2025-12-03T10:00:00+01:00"`, ".published", "2025-12-03T09:00:00Z")
	add(`"id":"1","date_modified":"2025-12-03T10:00:00Z"`, ".updated", "2025-12-03T10:00:00Z")
	add(`"id":"1","author":{"name":"Eva","url":"/eva"}`, ".authors", "Eva||http://feeds.example/eva")
	add(`"id":"1","authors":[{"name":"Eva"},{"name":"Adam","url":"mailto:a@b.example"}]`, ".authors", "Eva, Adam|a@b.example")
	add(`"id":"1","tags":["a","b","a",""]`, ".categories", "a, b")
	add(`"id":"1","language":"DE-de"`, ".language", "de-de")
	add(`"id":"1","image":"/i.jpg","banner_image":"/b.jpg"`, ".extra", `{"image":"http://feeds.example/i.jpg"}`)
	add(`"id":"1","attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":12.5,"duration_in_seconds":61.5,"title":"A"}]`, ".files",
		`[{"url":"http://feeds.example/a.mp3","type":"audio/mpeg","length":12,"title":"A","duration":61}]`)
	add(`"id":"1","attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":-1}]`, ".enclosures", "http://feeds.example/a.mp3 audio/mpeg 0")
	top := func(members, field, want string) {
		cases = append(cases, fieldCase{inJSON(members + `,"items":[{"id":"1"},]`), field, want})
	}
	top(`"home_page_url":"/"`, "link", "http://feeds.example/")
	top(`"feed_url":"feed.json"`, "self", "http://feeds.example/dir/feed.json")
	top(`"hubs":[{"type":"WebSub","url":"https://h.example/"},{"type":"rssCloud","url":"https://c.example/"}]`, "hubs", "https://h.example/")
	top(`"favicon":"/f.png","icon":"/i.png"`, "icon", "http://feeds.example/f.png")
	top(`"favicon":"/f.png","icon":"/i.png"`, "image", "http://feeds.example/i.png")
	top(`"description":"a < b"`, "description", "a < b")
	top(`"author":{"name":"Eva"}`, ".authors", "Eva")
	top(`"authors":[{"name":"Eva"}]`, ".authors", "Eva")
	top(`"language":"fr"`, ".language", "fr")
	cases = append(cases, fieldCase{`{"version":"http://jsonfeed.org/version/1","items":[]}`, "format", "json10"})
	checkFields(t, cases)
}
