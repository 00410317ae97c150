package format

import "testing"

// TestRSSItems checks, rule by rule, what becomes of an item of RSS and of the
// vocabularies that RSS borrows.
func TestRSSItems(t *testing.T) {
	var cases []fieldCase
	add := func(inside, field, want string) { cases = append(cases, fieldCase{inItem(inside), field, want}) }

	// Titles: RSS 2.0, Dublin Core 1.1, Media RSS, iTunes.
	add(`<title>Plain</title>`, ".title", "Plain")
	add(`<title> on
		two  lines </title>`, ".title", "on two lines")
	add(`<title>A &amp; B</title>`, ".title", "A & B")
	add(`<title>A &amp;amp; B</title>`, ".title", "A & B")
	add(`<title>A &amp;amp;amp; B</title>`, ".title", "A &amp; B")
	add(`<title>caf&amp;eacute; &amp;#8217;s</title>`, ".title", "café ’s")
	add(`<title><![CDATA[A & B &eacute;]]></title>`, ".title", "A & B é")
	add(`<title>caf&eacute au lait, &Uuml.</title>`, ".title", "café au lait, Ü.")
	add(`<title>A &notation; &eacutes &hellip</title>`, ".title", "A &notation; &eacutes &hellip")
	add(`<title><![CDATA[<b>A</b>]]> &amp; B</title>`, ".title", "A & B")
	add(`<title>&lt;b&gt;A&lt;/b&gt; B</title>`, ".title", "A B")
	add(`<title>How to use &lt;b&gt;</title>`, ".title", "How to use <b>")
	add(`<title>How to use &lt;br&gt;</title>`, ".title", "How to use <br>")
	add(`<title>One&lt;br/&gt;two&lt;br /&gt;three</title>`, ".title", "One two three")
	add(`<title>a &lt; b</title>`, ".title", "a < b")
	add(`<title>&lt;stdio.h&gt; and more</title>`, ".title", "<stdio.h> and more")
	add(`<title>A <i>b</i> c</title>`, ".title", "A b c")
	add(`<title>AT&T</title>`, ".title", "AT&T")
	add(`<title/><dc:title>D</dc:title>`, ".title", "D")
	add(`<dc:title>D</dc:title><title>T</title>`, ".title", "T")
	add(`<title>T</title><title/>`, ".title", "T")
	add(`<media:title>M</media:title>`, ".title", "M")
	add(`<media:title type="html">&lt;b&gt;M&lt;/b&gt;</media:title>`, ".title", "M")
	add(`<title>T</title><media:title>M</media:title>`, ".title", "T")
	add(`<media:group><media:title>M</media:title></media:group>`, ".title", "M")
	add(`<media:content><media:title>M</media:title></media:content>`, ".title", "M")
	add(`<itunes:title>I</itunes:title>`, ".title", "I")
	add(`<atom:title>A</atom:title>`, ".title", "A")
	add(`<title>T</title><image><title>I</title><url>http://a.example/i</url></image>`, ".title", "T")
	add(`<image><title>I</title></image><title>T</title>`, ".title", "T")
	add(`<textInput><title>X</title></textInput><title>T</title>`, ".title", "T")

	// Ids and links: RSS 2.0 guid, RSS 1.0 rdf:about, Atom links in RSS.
	add(`<guid>abc</guid>`, ".id", "abc")
	add(`<guid> abc </guid>`, ".id", "abc")
	add(`<guid>HTTP://A.Example/X</guid>`, ".id", "HTTP://A.Example/X")
	add(`<atom:id>tag:a</atom:id>`, ".id", "tag:a")
	add(`<id>tag:a</id>`, ".id", "tag:a")
	add(`<guid>g</guid><id>i</id>`, ".id", "g")
	add(`<link>http://a.example/l</link>`, ".link", "http://a.example/l")
	add(`<link>
		http://a.example/l
	</link>`, ".link", "http://a.example/l")
	add(`<link>/l</link>`, ".link", "http://feeds.example/l")
	add(`<link>http://a.example/?a=1&amp;b=2</link>`, ".link", "http://a.example/?a=1&b=2")
	add(`<link>http://a.example/?a=1&b=2&copy=3</link>`, ".link", "http://a.example/?a=1&b=2&copy=3")
	add(`<link>http://a.example/?a=1&lt=2&reg3</link>`, ".link", "http://a.example/?a=1&lt=2&reg3")
	add(`<link><![CDATA[http://a.example/?a=1&b=2]]></link>`, ".link", "http://a.example/?a=1&b=2")
	add(`<link href="http://a.example/l"/>`, ".link", "http://a.example/l")
	add(`<link/><link>http://a.example/l</link>`, ".link", "http://a.example/l")
	add(`<link rel="self" href="http://a.example/s"/><guid>http://a.example/g</guid>`, ".link", "http://a.example/g")
	add(`<link>javascript:x</link>`, ".link", "")
	add(`<atom:link href="http://a.example/l"/>`, ".link", "http://a.example/l")
	add(`<atom:link rel="self" href="http://a.example/s"/>`, ".link", "")
	add(`<atom:link rel="alternate" href="http://a.example/a"/><link>http://a.example/l</link>`, ".link", "http://a.example/l")
	add(`<guid>http://a.example/g</guid>`, ".link", "http://a.example/g")
	add(`<guid isPermaLink="true">http://a.example/g</guid>`, ".link", "http://a.example/g")
	add(`<guid isPermaLink="false">http://a.example/g</guid>`, ".link", "")
	add(`<guid isPermaLink=" FALSE ">http://a.example/g</guid>`, ".link", "")
	add(`<guid ispermalink="false">http://a.example/g</guid>`, ".link", "")
	add(`<guid>/g</guid>`, ".link", "http://feeds.example/g")
	add(`<guid>12 at http://a.example</guid>`, ".link", "")
	add(`<guid>abc</guid>`, ".link", "")
	add(`<guid>http://a.example/g</guid><link>http://a.example/l</link>`, ".link", "http://a.example/l")
	add(`<guid isPermaLink="false">g</guid><enclosure url="a.mp3" type="audio/mpeg"/>`, ".link", "http://feeds.example/dir/a.mp3")
	add(`<guid>http://a.example/g</guid><enclosure url="a.mp3"/>`, ".link", "http://a.example/g")

	// Texts: description, content module, Dublin Core, iTunes, Media RSS and what older readers understood.
	add(`<description>&lt;p&gt;d&lt;/p&gt;</description>`, ".summary", "<p>d</p>")
	add(`<description>d</description><content:encoded><![CDATA[<p>c</p>]]></content:encoded>`, ".content", "<p>c</p>")
	add(`<content:encoded>c</content:encoded><description>d</description>`, ".summary", "d")
	add(`<content:encoded>c</content:encoded>`, ".summary", "")
	add(`<encoded xmlns="http://purl.org/rss/1.0/modules/content/">c</encoded>`, ".content", "c")
	add(`<fullitem>&lt;b&gt;f&lt;/b&gt;</fullitem>`, ".content", "<b>f</b>")
	add(`<body xmlns="http://www.w3.org/1999/xhtml"><p>b</p></body>`, ".content", "<p>b</p>")
	add(`<xhtml:body><xhtml:p>b <xhtml:em>e</xhtml:em></xhtml:p></xhtml:body>`, ".content", "<p>b <em>e</em></p>")
	add(`<xhtml:body>the &lt;b&gt; tag</xhtml:body>`, ".content", "the &lt;b&gt; tag")
	add(`<xhtml:body>&lt;p&gt;escaped twice&lt;/p&gt;</xhtml:body>`, ".content", "<p>escaped twice</p>")
	add(`<div xmlns="http://www.w3.org/1999/xhtml"><p>b</p></div>`, ".content", "<p>b</p>")
	add(`<atom:content type="html">&lt;b&gt;f&lt;/b&gt;</atom:content>`, ".content", "<b>f</b>")
	add(`<atom:summary>s</atom:summary>`, ".summary", "s")
	add(`<summary>s</summary>`, ".summary", "s")
	add(`<dc:description>s</dc:description>`, ".summary", "s")
	add(`<dcterms:abstract>s</dcterms:abstract>`, ".summary", "s")
	add(`<itunes:summary>s</itunes:summary><itunes:subtitle>t</itunes:subtitle>`, ".summary", "s")
	add(`<itunes:subtitle>t</itunes:subtitle>`, ".summary", "t")
	add(`<description>d</description><itunes:summary>s</itunes:summary>`, ".summary", "d")
	add(`<description> </description><itunes:summary>s</itunes:summary>`, ".summary", "s")
	add(`<media:description>m</media:description>`, ".summary", "m")
	add(`<media:group><media:description>m</media:description></media:group>`, ".summary", "m")
	add(`<description>d</description><media:description>m</media:description>`, ".summary", "d")
	add(`<description>one</description><description>two</description>`, ".summary", "one")
	add(`<description>one</description><description>two</description>`, ".content", "two")
	add(`<description>1 &lt; 2 &amp; 3</description>`, ".summary", "1 &lt; 2 &amp; 3")
	add(`<description>a &lt;stdio.h&gt; b</description>`, ".summary", "a &lt;stdio.h&gt; b")
	add(`<description>a<!-- no -->b</description>`, ".summary", "ab")
	add(`<description>a &amp;eacute; b</description>`, ".summary", "a é b")
	add(`<description>&lt;map name="m"&gt;&lt;area alt="a"&gt;&lt;/map&gt;m</description>`, ".summary", "m")
	add(`<description>&lt;a href="x"&gt;l&lt;/a&gt;</description>`, ".summary", `<a href="http://feeds.example/dir/x">l</a>`)
	add(`<description><p>inline</p> tail</description>`, ".summary", "<p>inline</p> tail")

	// Times.
	add(`<pubDate>Wed, 03 Dec 2025 10:00:00 +0100</pubDate>`, ".published", "2025-12-03T09:00:00Z")
	add(`<pubDate>nonsense</pubDate><dc:date>2025-12-03</dc:date>`, ".published", "2025-12-03T00:00:00Z")
	add(`<dc:date>2025-12-03T10:00:00+01:00</dc:date>`, ".published", "2025-12-03T09:00:00Z")
	add(`<dc:date>2025-12-03T10:00:00+01:00</dc:date>`, ".updated", "2025-12-03T09:00:00Z")
	add(`<pubDate>Wed, 03 Dec 2025 10:00:00 GMT</pubDate><dc:date>2025-12-04T10:00:00Z</dc:date>`, ".updated", "2025-12-04T10:00:00Z")
	add(`<pubDate>Wed, 03 Dec 2025 10:00:00 GMT</pubDate>`, ".updated", "")
	add(`<dcterms:issued>2025-12-03T10:00:00Z</dcterms:issued>`, ".published", "2025-12-03T10:00:00Z")
	add(`<dcterms:created>2025-12-03T10:00:00Z</dcterms:created>`, ".published", "2025-12-03T10:00:00Z")
	add(`<dcterms:date>2025-12-03T10:00:00Z</dcterms:date>`, ".published", "2025-12-03T10:00:00Z")
	add(`<dcterms:date>2025-12-03T10:00:00Z</dcterms:date>`, ".updated", "2025-12-03T10:00:00Z")
	add(`<dcterms:modified>2025-12-03T10:00:00Z</dcterms:modified>`, ".updated", "2025-12-03T10:00:00Z")
	add(`<atom:published>2025-12-03T10:00:00Z</atom:published>`, ".published", "2025-12-03T10:00:00Z")
	add(`<atom:updated>2025-12-03T10:00:00Z</atom:updated>`, ".updated", "2025-12-03T10:00:00Z")
	add(`<updated>2025-12-03T10:00:00Z</updated>`, ".updated", "2025-12-03T10:00:00Z")
	add(`<published>2025-12-03T10:00:00Z</published>`, ".published", "2025-12-03T10:00:00Z")
	add(`<lastBuildDate>Wed, 03 Dec 2025 10:00:00 GMT</lastBuildDate>`, ".updated", "2025-12-03T10:00:00Z")

	// People.
	add(`<author>eva@a.example (Eva Bach)</author>`, ".authors", "Eva Bach|eva@a.example")
	add(`<author>Eva Bach &lt;eva@a.example&gt;</author>`, ".authors", "Eva Bach|eva@a.example")
	add(`<author>Eva Bach, eva@a.example</author>`, ".authors", "Eva Bach|eva@a.example")
	add(`<author>eva@a.example</author>`, ".authors", "|eva@a.example")
	add(`<author>Eva Bach</author>`, ".authors", "Eva Bach")
	add(`<author><name>Eva</name><email>eva@a.example</email><url>/eva</url></author>`, ".authors", "Eva|eva@a.example|http://feeds.example/eva")
	add(`<author><name>Eva</name><homepage>http://eva.example/</homepage></author>`, ".authors", "Eva||http://eva.example/")
	add(`<author><atom:name>Eva</atom:name><atom:uri>http://eva.example/</atom:uri></author>`, ".authors", "Eva||http://eva.example/")
	add(`<atom:author><atom:name>Eva</atom:name></atom:author>`, ".authors", "Eva")
	add(`<dc:creator>Eva</dc:creator><dc:creator>Adam</dc:creator>`, ".authors", "Eva, Adam")
	add(`<dc:creator>Eva</dc:creator><dc:creator>Eva</dc:creator>`, ".authors", "Eva")
	add(`<author>eva@a.example (Eva)</author><dc:creator>Eva</dc:creator>`, ".authors", "Eva|eva@a.example")
	add(`<dc:author>Eva</dc:author>`, ".authors", "Eva")
	add(`<itunes:author>Eva</itunes:author>`, ".authors", "Eva")
	add(`<dc:creator>Eva</dc:creator><itunes:author>Sender</itunes:author>`, ".authors", "Eva")
	add(`<dc:creator><![CDATA[Eva & Adam]]></dc:creator>`, ".authors", "Eva & Adam")

	// Categories: all vocabularies in document order, without repeats.
	add(`<category>a</category><category>b</category><category>a</category>`, ".categories", "a, b")
	add(`<category>A &amp; B</category>`, ".categories", "A & B")
	add(`<category>a/b, c</category>`, ".categories", "a/b, c")
	add(`<category domain="http://s.example/">a</category>`, ".schemes", "a|http://s.example/|")
	add(`<dc:subject>s</dc:subject><category>c</category>`, ".categories", "s, c")
	add(`<media:category scheme="urn:x" label="L">m</media:category>`, ".schemes", "m|urn:x|L")
	add(`<itunes:category text="T"><itunes:category text="U"/></itunes:category>`, ".categories", "T, U")
	add(`<itunes:keywords>a, b,,c</itunes:keywords>`, ".categories", "a, b, c")
	add(`<media:keywords>a, b</media:keywords>`, ".categories", "a, b")
	add(`<category term="t" label="l"/>`, ".schemes", "t||l")
	add(`<category/>`, ".categories", "")

	// Files.
	add(`<enclosure url="http://a.example/1.mp3" length="12" type="audio/mpeg"/>`, ".enclosures", "http://a.example/1.mp3 audio/mpeg 12")
	add(`<enclosure url="1.mp3" length="12,345" type="Audio/MPEG"/>`, ".enclosures", "http://feeds.example/dir/1.mp3 audio/mpeg 0")
	add(`<enclosure url="http://a.example/?a=1&amp;b=2"/>`, ".enclosures", "http://a.example/?a=1&b=2  0")
	add(`<enclosure url="1.mp3"/><enclosure url="2.mp3"/><enclosure url="1.mp3"/>`, ".enclosures", "http://feeds.example/dir/1.mp3  0, http://feeds.example/dir/2.mp3  0")
	add(`<enclosure href="1.mp3"/>`, ".enclosures", "http://feeds.example/dir/1.mp3  0")
	add(`<enclosure url="javascript:x"/>`, ".enclosures", "")
	add(`<atom:link rel="enclosure" href="1.mp3" length="3" type="audio/mpeg"/>`, ".enclosures", "http://feeds.example/dir/1.mp3 audio/mpeg 3")
	add(`<media:content url="1.mp4" type="video/mp4" fileSize="3"/>`, ".enclosures", "http://feeds.example/dir/1.mp4 video/mp4 3")
	add(`<media:group><media:content url="1.mp4" medium="video"/><media:content url="2.mp4" medium="video"/></media:group>`, ".enclosures", "http://feeds.example/dir/1.mp4  0, http://feeds.example/dir/2.mp4  0")
	add(`<media:content url="1.jpg" medium="image"/>`, ".enclosures", "")
	add(`<enclosure url="1.jpg" type="image/jpeg"/><media:rating>adult</media:rating>`, ".files", `[{"url":"http://feeds.example/dir/1.jpg","type":"image/jpeg","adult":true}]`)

	// Torrents: a magnet link is a file wherever it stands, and never the page.
	const magnet = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&dn=a%20b"
	const escaped = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&amp;dn=a b"
	add(`<enclosure url="`+escaped+`" type="video/mp4" length="9"/>`, ".enclosures", magnet+" application/x-bittorrent 9")
	add(`<link>`+escaped+`</link>`, ".enclosures", magnet+" application/x-bittorrent 0")
	add(`<link>`+escaped+`</link>`, ".link", "")
	add(`<link><![CDATA[`+magnet+`]]></link><guid>http://a.example/1</guid>`, ".link", "http://a.example/1")
	add(`<atom:link rel="enclosure" href="`+escaped+`"/>`, ".enclosures", magnet+" application/x-bittorrent 0")
	add(`<enclosure url="1.torrent"/><media:content url="`+escaped+`"/>`, ".enclosures", "http://feeds.example/dir/1.torrent  0, "+magnet+" application/x-bittorrent 0")
	add(`<torrent:magnetURI xmlns:torrent="http://xmlns.ezrss.it/0.1/">`+escaped+`</torrent:magnetURI>`, ".enclosures", magnet+" application/x-bittorrent 0")
	add(`<enclosure url="magnet:?dn=nothing"/><link>magnet:?xt=urn:btih:short</link>`, ".enclosures", "")
	add(`<media:content url="1.MP4?x=1"/>`, ".enclosures", "http://feeds.example/dir/1.MP4?x=1  0")
	add(`<media:content url="1.mp4" medium="image"/>`, ".enclosures", "")
	add(`<media:content url="1" isDefault="true"/>`, ".enclosures", "")
	add(`<enclosure url="1.torrent" type="application/x-bittorrent"/><media:group><media:content url="1.mp4" type="video/mp4"/></media:group>`, ".enclosures",
		"http://feeds.example/dir/1.torrent application/x-bittorrent 0, http://feeds.example/dir/1.mp4 video/mp4 0")
	add(`<enclosure url="1.mp3"/><media:content url="1.mp4" type="video/mp4"/>`, ".enclosures", "http://feeds.example/dir/1.mp3  0")
	add(`<media:content url="1.mp4" type="video/mp4" duration="90" width="640" height="360"><media:title>M</media:title></media:content>`, ".files",
		`[{"url":"http://feeds.example/dir/1.mp4","type":"video/mp4","title":"M","duration":90,"width":640,"height":360}]`)

	// Where it comes from: RSS 2.0 source.
	add(`<source url="http://s.example/feed">S</source>`, ".origin", `{"title":"S","url":"http://s.example/feed"}`)
	add(`<source url="http://s.example/feed"/>`, ".origin", `{"url":"http://s.example/feed"}`)
	add(`<source/>`, ".origin", "")
	add(`<source>S</source>`, ".origin", `{"title":"S"}`)
	add(`<source><title>S</title><url>http://s.example/feed</url></source>`, ".origin", `{"title":"S","url":"http://s.example/feed"}`)
	add(`<source><id>urn:s</id><title>S</title><link href="http://s.example/"/><link rel="self" href="http://s.example/feed"/></source>`, ".origin",
		`{"id":"urn:s","title":"S","link":"http://s.example/","url":"http://s.example/feed"}`)
	checkFields(t, cases)
}

// TestRSSChannels checks what becomes of a channel.
func TestRSSChannels(t *testing.T) {
	var cases []fieldCase
	add := func(inside, field, want string) {
		cases = append(cases, fieldCase{inChannel(inside + `<item><title>x</title></item>`), field, want})
	}
	add(`<title>A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title>`, "title", "A & B")
	add(`<dc:title>D</dc:title>`, "title", "D")
	add(`<image><title>I</title><url>i.png</url><link>http://i.example/</link></image><title>T</title>`, "title", "T")
	add(`<textInput><title>X</title><link>http://x.example/</link></textInput><title>T</title>`, "title", "T")
	add(`<link>http://c.example/</link>`, "link", "http://c.example/")
	add(`<image><link>http://i.example/</link></image><link>http://c.example/</link>`, "link", "http://c.example/")
	add(`<link>/c</link>`, "link", "http://feeds.example/c")
	add(`<atom:link rel="self" href="http://c.example/s"/><link>http://c.example/</link>`, "link", "http://c.example/")
	add(`<atom:link href="http://c.example/a"/>`, "link", "http://c.example/a")
	add(`<description>D &lt;b&gt;b&lt;/b&gt;</description>`, "description", "D b")
	add(`<dc:description>D</dc:description>`, "description", "D")
	add(`<itunes:summary>D</itunes:summary>`, "description", "D")
	add(`<itunes:subtitle>D</itunes:subtitle>`, "description", "D")
	add(`<atom:subtitle>D</atom:subtitle>`, "description", "D")
	add(`<tagline>D</tagline>`, "description", "D")
	add(`<language>en-US</language>`, "language", "en-us")
	add(`<language>de_AT</language>`, "language", "de-at")
	add(`<dc:language>fr</dc:language>`, "language", "fr")
	add(`<language>Deutsch (Österreich)</language>`, "language", "")
	add(`<language>english</language>`, "language", "")
	add(`<language>n/a</language><dc:language>fr</dc:language>`, "language", "fr")
	add(`<language>de-DE, en</language>`, "language", "de-de")
	add(`<language>de_DE.UTF-8</language>`, "language", "de-de")
	add(`<language>en</language>`, ".language", "en")
	add(`<lastBuildDate>Wed, 03 Dec 2025 10:00:00 GMT</lastBuildDate><pubDate>Tue, 02 Dec 2025 10:00:00 GMT</pubDate>`, "updated", "2025-12-03T10:00:00Z")
	add(`<pubDate>Tue, 02 Dec 2025 10:00:00 GMT</pubDate>`, "updated", "2025-12-02T10:00:00Z")
	add(`<dc:date>2025-12-02T10:00:00Z</dc:date>`, "updated", "2025-12-02T10:00:00Z")
	add(`<atom:updated>2025-12-02T10:00:00Z</atom:updated>`, "updated", "2025-12-02T10:00:00Z")
	add(`<managingEditor>ed@c.example (Ed)</managingEditor>`, "authors", "Ed|ed@c.example")
	add(`<managingEditor>ed@c.example (Ed)</managingEditor>`, ".authors", "")
	add(`<webMaster>w@c.example</webMaster>`, "authors", "")
	add(`<itunes:owner><itunes:name>O</itunes:name><itunes:email>o@c.example</itunes:email></itunes:owner>`, "authors", "O|o@c.example")
	add(`<itunes:owner><itunes:name>O</itunes:name></itunes:owner>`, ".authors", "")
	add(`<dc:creator>Eva</dc:creator>`, ".authors", "Eva")
	add(`<itunes:author>Sender</itunes:author>`, ".authors", "Sender")

	// What the publisher asks of those who fetch.
	add(`<ttl>60</ttl>`, "ttl", "1h0m0s")
	add(`<ttl>-5</ttl>`, "ttl", "0s")
	add(`<ttl>soon</ttl>`, "ttl", "0s")
	add(`<sy:updatePeriod>hourly</sy:updatePeriod>`, "ttl", "1h0m0s")
	add(`<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>`, "ttl", "6h0m0s")
	add(`<sy:updateFrequency>2</sy:updateFrequency>`, "ttl", "12h0m0s")
	add(`<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>`, "ttl", "168h0m0s")
	add(`<sy:updatePeriod>sometimes</sy:updatePeriod>`, "ttl", "0s")
	add(`<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>`, "ttl", "30m0s")
	add(`<skipHours><hour>23</hour><hour>0</hour><hour> 7 </hour><hour>7</hour><hour>25</hour><hour>x</hour></skipHours>`, "skip", "[0 7 23] []")
	add(`<skipHours><hour>24</hour></skipHours>`, "skip", "[0] []")
	add(`<skipDays><day>sunday</day><day>Friday</day><day>Frei</day></skipDays>`, "skip", "[] [Sunday Friday]")
	add(`<skipDays><day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day><day>Friday</day><day>Saturday</day><day>Sunday</day></skipDays>`, "skip", "[] []")
	add(`<atom:link rel="self" href="feed.rss"/>`, "self", "http://feeds.example/dir/feed.rss")
	add(`<atom:link rel="hub" href="https://h.example/"/><atom:link rel="hub" href="https://i.example/"/><atom:link rel="hub" href="https://h.example/"/>`, "hubs", "https://h.example/ https://i.example/")
	add(`<atom:link rel="self hub" href="https://h.example/"/>`, "hubs", "https://h.example/")
	add(`<link rel="hub" href="https://h.example/"/>`, "hubs", "https://h.example/")
	add(`<itunes:new-feed-url>https://n.example/feed</itunes:new-feed-url>`, "moved", "https://n.example/feed")
	add(`<newLocation>https://n.example/feed</newLocation>`, "moved", "https://n.example/feed")
	add(`<itunes:new-feed-url>ftp://n.example/feed</itunes:new-feed-url>`, "moved", "")
	add(`<copyright>© 2025 &amp; others</copyright>`, "rights", "© 2025 & others")
	add(`<dc:rights>R</dc:rights>`, "rights", "R")
	add(`<image><url>i.png</url><title>I</title></image>`, "image", "http://feeds.example/dir/i.png")
	add(`<itunes:image href="cover.jpg"/><image><url>i.png</url></image>`, "image", "http://feeds.example/dir/cover.jpg")
	add(`<atom:icon>i.ico</atom:icon>`, "icon", "http://feeds.example/dir/i.ico")
	checkFields(t, cases)
}

// TestCDF reads the Channel Definition Format, from before RSS (W3C note of 1997). Its
// items are those of RSS, with addresses and times in attributes.
func TestCDF(t *testing.T) {
	const doc = `<CHANNEL HREF="http://a.example/" BASE="http://a.example/b/" LASTMOD="1998-03-02T10:14"><TITLE>C</TITLE><ABSTRACT>About C</ABSTRACT>` +
		`<ITEM HREF="1.html" LASTMOD="1998-03-01T10:14Z"><TITLE>T</TITLE><ABSTRACT>About T</ABSTRACT></ITEM></CHANNEL>`
	checkFields(t, []fieldCase{
		{doc, "title", "C"}, {doc, "link", "http://a.example/"}, {doc, "description", "About C"}, {doc, "updated", "1998-03-02T10:14:00Z"},
		{doc, ".title", "T"}, {doc, ".link", "http://a.example/b/1.html"}, {doc, ".summary", "About T"}, {doc, ".updated", "1998-03-01T10:14:00Z"},
	})
}

// TestRSSVersions checks how the versions are recognised and what only they have.
func TestRSSVersions(t *testing.T) {
	const one = `<item><title>T</title><link>http://a.example/1</link></item>`
	checkFields(t, []fieldCase{
		{`<rss version="0.90"><channel>` + one + `</channel></rss>`, "format", "rss090"},
		{`<rss version="0.91"><channel>` + one + `</channel></rss>`, "format", "rss091"},
		{`<rss version="0.92"><channel>` + one + `</channel></rss>`, "format", "rss092"},
		{`<rss version="0.94"><channel>` + one + `</channel></rss>`, "format", "rss092"},
		{`<rss version="2.0"><channel>` + one + `</channel></rss>`, "format", "rss20"},
		{`<rss version="2.01"><channel>` + one + `</channel></rss>`, "format", "rss20"},
		{`<rss><channel>` + one + `</channel></rss>`, "format", "rss20"},
		{`<RSS VERSION="0.91"><CHANNEL><ITEM><TITLE>T</TITLE></ITEM></CHANNEL></RSS>`, ".title", "T"},
		{`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/>` + one + `</rdf:RDF>`, "format", "rss090"},
		{inRDF(`<title>T</title>`), "format", "rss10"},
		{inRDF(`<title>T</title>`), ".id", "http://c.example/1"},
		{inRDF(`<title>T</title>`), ".link", "http://c.example/1"},
		{inRDF(`<link>http://c.example/l</link>`), ".link", "http://c.example/l"},
		{inRDF(`<link rdf:resource="http://c.example/l"/>`), ".link", "http://c.example/l"},
		{inRDF(`<title>A &amp;amp; B</title>`), ".title", "A & B"},
		{inRDF(`<dc:date>2025-12-03T10:00:00Z</dc:date>`), ".published", "2025-12-03T10:00:00Z"},
		{inRDF(`<content:encoded>c</content:encoded>`), ".content", "c"},
		{inRDF(`<dc:subject>s</dc:subject>`), ".categories", "s"},
		{inRDF(`<content:items><rdf:Bag><rdf:li><content:item><content:format rdf:resource="http://www.w3.org/1999/xhtml"/><rdf:value rdf:parseType="Literal"><em>a</em></rdf:value></content:item></rdf:li>` +
			`<rdf:li><content:item><rdf:value><![CDATA[b]]></rdf:value></content:item></rdf:li></rdf:Bag></content:items><title>T</title>`), ".content", "<em>a</em>"},
		{inRDF(`<content:items><rdf:Bag><rdf:li><content:item rdf:about="http://a.example/c.svg"/></rdf:li><rdf:li><content:item><rdf:value><![CDATA[<p>b</p>]]></rdf:value></content:item></rdf:li></rdf:Bag></content:items>`), ".content", "<p>b</p>"},
		{inRDF(`<content:items><rdf:Bag><rdf:li><content:item><rdf:value>b</rdf:value></content:item></rdf:li></rdf:Bag></content:items><content:encoded>c</content:encoded>`), ".content", "c"},
		{`<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://purl.org/rss/1.0/"><s:channel><s:title>C</s:title></s:channel><s:item r:about="http://a.example/1"><s:title>T</s:title></s:item></r:RDF>`, ".title", "T"},
		{`<Channel xmlns="http://purl.org/net/rss1.1#" rdf:about="http://a.example/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><title>C</title><items rdf:parseType="Collection"><item rdf:about="http://a.example/1"><title>T</title></item></items></Channel>`, "format", "rss11"},
		{`<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel>` + one + `</channel></rss>`, ".title", "T"},
		{`<rss version="2.0" xmlns="http://made.up.example/"><channel>` + one + `</channel></rss>`, ".title", "T"},
		{`<x:rss version="2.0" xmlns:x="http://backend.userland.com/rss2"><x:channel><x:item><x:title>T</x:title></x:item></x:channel></x:rss>`, ".title", "T"},
		{`<rss version="2.0" xml:lang="fr"><channel>` + one + `</channel></rss>`, "language", "fr"},
		{`<rss version="2.0"><channel xml:lang="fr">` + one + `</channel></rss>`, ".language", "fr"},
		{`<rss version="2.0"><channel><language>de</language><item><title>T</title><language>en</language></item></channel></rss>`, ".language", "en"},
		{`<rss version="2.0"><channel><language>de</language><item xml:lang="en"><title>T</title></item></channel></rss>`, ".language", "en"},
		{`<rss version="2.0" xmlns:a10="http://www.w3.org/2005/Atom"><channel><item><a10:updated>2025-12-03T10:00:00Z</a10:updated></item></channel></rss>`, ".updated", "2025-12-03T10:00:00Z"},
		{`<rss version="2.0" xml:base="http://b.example/r/"><channel><item><link>m</link></item></channel></rss>`, ".link", "http://b.example/r/m"},
		{`<rss version="2.0"><channel xml:base="http://b.example/r/"><item xml:base="i/"><link>m</link></item></channel></rss>`, ".link", "http://b.example/r/i/m"},
		{`<rss version="2.0"><channel><item xml:base="http://b.example/r/"><description>&lt;img src="i.png"&gt;</description></item></channel></rss>`, ".summary", `<img src="http://b.example/r/i.png">`},
		{`<rss version="2.0"><channel><item xml:base="http://b.example/r/"><enclosure url="e.mp3"/></item></channel></rss>`, ".enclosures", "http://b.example/r/e.mp3  0"},
		{`<rss version="2.0"><channel><item xml:base="http://b.example/r/"><comments>c</comments></item></channel></rss>`, ".extra", `{"comments":{"page":"http://b.example/r/c"}}`},
	})
}
