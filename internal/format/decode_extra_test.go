package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// TestExtras checks what an entry carries besides its text, in either vocabulary.
func TestExtras(t *testing.T) {
	var cases []fieldCase
	add := func(inside, want string) {
		cases = append(cases, fieldCase{inItem(inside), ".extra", want}, fieldCase{inEntry(inside), ".extra", want})
	}
	add(`<title>T</title>`, "")
	add(`<dc:rights>R &amp; S</dc:rights>`, `{"rights":"R & S"}`)
	add(`<media:copyright>M</media:copyright>`, `{"rights":"M"}`)
	add(`<creativeCommons:license>http://l.example/by</creativeCommons:license>`, `{"license":"http://l.example/by"}`)
	add(`<cc:license rdf:resource="http://l.example/by"/>`, `{"license":"http://l.example/by"}`)
	add(`<link rel="license" href="http://l.example/by"/>`, `{"license":"http://l.example/by"}`)

	// Pictures: iTunes, then Media RSS thumbnails at any level, then images.
	add(`<media:thumbnail url="t.jpg"/>`, `{"image":"http://feeds.example/dir/t.jpg"}`)
	add(`<media:thumbnail>t.jpg</media:thumbnail>`, `{"image":"http://feeds.example/dir/t.jpg"}`)
	add(`<media:group><media:content url="v.mp4"><media:thumbnail url="t.jpg"/></media:content></media:group>`, `{"image":"http://feeds.example/dir/t.jpg"}`)
	add(`<media:content url="p.jpg" medium="image"/><media:thumbnail url="t.jpg"/>`,
		`{"image":"http://feeds.example/dir/t.jpg","pictures":[{"url":"http://feeds.example/dir/p.jpg"}]}`)
	add(`<media:content url="p.jpg" type="image/jpeg"/>`,
		`{"image":"http://feeds.example/dir/p.jpg","pictures":[{"url":"http://feeds.example/dir/p.jpg","type":"image/jpeg"}]}`)
	add(`<media:content url="p.jpg?w=140" width="140"/>`,
		`{"image":"http://feeds.example/dir/p.jpg?w=140","pictures":[{"url":"http://feeds.example/dir/p.jpg?w=140","width":140}]}`)
	add(`<media:license href="http://a.example/l">by</media:license>`, `{"license":"http://a.example/l"}`)

	// Places.
	const geo = ` xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml"`
	add(`<georss:point`+geo+`>45.256, -71.92</georss:point><georss:featureName`+geo+`>Sutton</georss:featureName>`, `{"location":{"point":"45.256 -71.92","name":"Sutton"}}`)
	add(`<georss:where`+geo+`><gml:Point><gml:pos>45.256 -71.92</gml:pos></gml:Point></georss:where>`, `{"location":{"point":"45.256 -71.92"}}`)
	add(`<geo:lat xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">1</geo:lat><geo:long xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">-2.5</geo:long>`, `{"location":{"point":"1 -2.5"}}`)
	add(`<georss:point`+geo+`>91 0</georss:point>`, "")
	add(`<georss:point`+geo+`>NaN 1e1</georss:point>`, "")

	// Galleries: every picture once, in its largest size.
	const at = `{"url":"http://feeds.example/dir/`
	add(`<media:content url="1.jpg" medium="image" fileSize="7"><media:description>A dam</media:description><media:credit>Eva</media:credit></media:content>
		<media:content url="2.jpg" medium="image"><media:title>T</media:title></media:content>`,
		`{"image":"http://feeds.example/dir/1.jpg","pictures":[`+at+`1.jpg","length":7,"alt":"A dam","credit":"Eva"},`+at+`2.jpg","title":"T"}]}`)
	add(`<media:content url="1.jpg?w=140" width="140"/><media:content url="1.jpg?w=460" width="460" medium="image"><media:credit>Eva</media:credit></media:content>`,
		`{"image":"http://feeds.example/dir/1.jpg?w=140","pictures":[`+at+`1.jpg?w=460","credit":"Eva","width":460}]}`)
	add(`<media:group><media:content url="super.jpg" width="1100" height="619"/><media:content url="large.jpg" width="300" height="300"/><media:content url="x.jpg" width="552"/></media:group>`,
		`{"image":"http://feeds.example/dir/super.jpg","pictures":[`+at+`super.jpg","width":1100,"height":619}]}`)
	add(`<media:group><media:content url="1.jpg"/><media:content url="2.jpg"/><media:content url="1.jpg"/></media:group>`,
		`{"image":"http://feeds.example/dir/1.jpg","pictures":[`+at+`1.jpg"},`+at+`2.jpg"}]}`)
	add(`<media:group><media:content url="1.jpg" width="9"><media:description>a</media:description></media:content><media:content url="2.jpg" width="8"><media:description>b</media:description></media:content></media:group>`,
		`{"image":"http://feeds.example/dir/1.jpg","pictures":[`+at+`1.jpg","alt":"a","width":9},`+at+`2.jpg","alt":"b","width":8}]}`)
	// A rating holds for all that is inside, unless that has its own (Media RSS 1.5.1, optional elements).
	add(`<media:rating>adult</media:rating><media:content url="1.jpg"/><media:content url="2.jpg"><media:rating>nonadult</media:rating></media:content>`,
		`{"image":"http://feeds.example/dir/2.jpg","pictures":[{"url":"http://feeds.example/dir/1.jpg","adult":true},{"url":"http://feeds.example/dir/2.jpg"}]}`)
	add(`<media:rating>adult</media:rating><media:group><media:content url="1.jpg"/></media:group>`,
		`{"pictures":[{"url":"http://feeds.example/dir/1.jpg","adult":true}]}`)
	add(`<media:rating>nonadult</media:rating><media:group><media:rating>adult</media:rating><media:content url="1.jpg"/></media:group>`,
		`{"pictures":[{"url":"http://feeds.example/dir/1.jpg","adult":true}]}`)
	add(`<media:content url="1.jpg"><media:rating scheme="urn:simple">adult</media:rating></media:content><media:content url="2.jpg"><media:rating>nonadult</media:rating></media:content>`,
		`{"image":"http://feeds.example/dir/2.jpg","pictures":[`+at+`1.jpg","adult":true},`+at+`2.jpg"}]}`)
	add(`<media:group><media:content url="1.mp4" medium="video"/><media:content url="still.jpg"/></media:group>`, `{"image":"http://feeds.example/dir/still.jpg"}`)
	add(`<media:content url="https://1.gravatar.com/avatar/ab?s=96" medium="image"><media:title>Eva</media:title></media:content><media:content url="1.jpg" medium="image"/>`,
		`{"image":"http://feeds.example/dir/1.jpg","pictures":[`+at+`1.jpg"}]}`)
	add(`<media:content url="count.gif" width="1" height="1"/><media:content url="javascript:x" medium="image"/>`, `{"image":"http://feeds.example/dir/count.gif"}`)
	add(`<itunes:image href="i.jpg"/><media:thumbnail url="t.jpg"/>`, `{"image":"http://feeds.example/dir/i.jpg"}`)
	add(`<media:thumbnail url="javascript:x"/>`, "")

	// Discussions: slash, comment API, RFC 4685.
	add(`<slash:comments>7</slash:comments>`, `{"comments":{"count":7}}`)
	add(`<slash:comments>many</slash:comments>`, "")
	add(`<thr:total>9</thr:total><slash:comments>7</slash:comments>`, `{"comments":{"count":9}}`)
	add(`<wfw:commentRss>c/feed</wfw:commentRss>`, `{"comments":{"feed":"http://feeds.example/dir/c/feed"}}`)
	add(`<atom:link rel="replies" type="text/html" href="c"/><atom:link rel="replies" type="application/atom+xml" href="c.atom" thr:count="3"/>`,
		`{"comments":{"page":"http://feeds.example/dir/c","feed":"http://feeds.example/dir/c.atom","count":3}}`)
	add(`<thr:in-reply-to ref="tag:a,1" href="http://a.example/1" type="text/html"/><thr:in-reply-to/>`, `{"reply_to":[{"id":"tag:a,1","link":"http://a.example/1"}]}`)
	add(`<link rel="via" href="v" title="V"/><link rel="related" href="r" hreflang="DE" type="text/html"/>`,
		`{"links":[{"rel":"via","url":"http://feeds.example/dir/v","title":"V"},{"rel":"related","url":"http://feeds.example/dir/r","type":"text/html","language":"de"}]}`)
	const counted = `<link rel="alternate" href="http://count.example/~r/1"/>`
	add(counted+`<feedburner:origLink>http://a.example/1</feedburner:origLink>`, `{"links":[{"rel":"canonical","url":"http://a.example/1"}]}`)
	add(counted+`<pheedo:origLink>a/1</pheedo:origLink><link rel="via" href="v"/>`,
		`{"links":[{"rel":"canonical","url":"http://feeds.example/dir/a/1"},{"rel":"via","url":"http://feeds.example/dir/v"}]}`)
	add(counted+`<link rel="canonical" href="http://a.example/1"/><feedburner:origLink>http://a.example/2</feedburner:origLink>`, `{"links":[{"rel":"canonical","url":"http://a.example/1"}]}`)
	add(counted+`<feedburner:origLink>http://count.example/~r/1</feedburner:origLink>`, "") // which is the link itself
	add(counted+`<feedburner:origLink>javascript:x</feedburner:origLink>`, "")
	add(`<dc:contributor>Adam</dc:contributor>`, `{"contributors":[{"name":"Adam"}]}`)

	// Episodes: iTunes and Podcasting 2.0.
	add(`<itunes:duration>1:01:30</itunes:duration>`, `{"episode":{"duration":3690}}`)
	add(`<itunes:duration>61:30</itunes:duration>`, `{"episode":{"duration":3690}}`)
	add(`<itunes:duration>3690.5</itunes:duration>`, `{"episode":{"duration":3690}}`)
	add(`<itunes:duration>1:2:3:4</itunes:duration>`, "")
	add(`<itunes:duration>-5</itunes:duration>`, "")
	add(`<itunes:duration>an hour</itunes:duration>`, "")
	add(`<itunes:season>2</itunes:season><itunes:episode>5</itunes:episode><itunes:episodeType>Bonus</itunes:episodeType>`, `{"episode":{"number":"5","season":2,"kind":"bonus"}}`)
	add(`<podcast:episode>5.5</podcast:episode><itunes:episode>5</itunes:episode>`, `{"episode":{"number":"5.5"}}`)
	add(`<podcast:episode>five</podcast:episode>`, "")
	add(`<itunes:explicit>Yes</itunes:explicit><itunes:block>yes</itunes:block>`, `{"episode":{"explicit":true,"blocked":true}}`)
	add(`<itunes:explicit>clean</itunes:explicit><itunes:block>no</itunes:block>`, "")
	add(`<podcast:transcript url="t.vtt" type="text/vtt" language="EN" rel="captions"/><podcast:transcript/>`,
		`{"episode":{"transcripts":[{"rel":"captions","url":"http://feeds.example/dir/t.vtt","type":"text/vtt","language":"en"}]}}`)
	add(`<podcast:chapters url="c.json" type="application/json+chapters"/>`, `{"episode":{"chapters":{"url":"http://feeds.example/dir/c.json","type":"application/json+chapters"}}}`)
	add(`<podcast:person role="Guest" href="/eva" img="/eva.jpg">Eva</podcast:person><podcast:person>Adam</podcast:person>`,
		`{"episode":{"people":[{"name":"Eva","role":"guest","url":"http://feeds.example/eva","image":"http://feeds.example/eva.jpg"},{"name":"Adam","role":"host"}]}}`)
	add(`<media:group><media:credit role="author">Eva</media:credit></media:group>`, `{"episode":{"people":[{"name":"Eva","role":"author"}]}}`)

	// Without a role, a credit says only that the person is involved.
	// What a podcast passes on.
	add(`<podcast:value type="lightning" method="keysend" x="y"><podcast:valueRecipient name="Eva" type="node" address="02d5" split="95"/><podcast:valueRecipient name="no split" type="node" address="03ae"/>
		<podcast:valueTimeSplit startTime="60" duration="237"><podcast:remoteItem feedGuid="a94f" itemGuid="https://x.example/1"/></podcast:valueTimeSplit></podcast:value>`,
		`{"episode":{"tags":[{"name":"value","attrs":{"method":"keysend","type":"lightning"},"tags":[{"name":"valueRecipient","attrs":{"address":"02d5","name":"Eva","split":"95","type":"node"}},`+
			`{"name":"valueTimeSplit","attrs":{"duration":"237","startTime":"60"},"tags":[{"name":"remoteItem","attrs":{"feedGuid":"a94f","itemGuid":"https://x.example/1"}}]}]}]}}`)
	add(`<podcast:value type="lightning" method="keysend"/><podcast:soundbite startTime="1:00" duration="9"/><podcast:funding url="javascript:x">Pay</podcast:funding><podcast:location/>`, "")
	add(`<podcast:soundbite startTime="73.0" duration="60.0">Why &lt;b></podcast:soundbite>`, `{"episode":{"tags":[{"name":"soundbite","attrs":{"duration":"60.0","startTime":"73.0"},"text":"Why <b>"}]}}`)
	add(`<podcast:alternateEnclosure type="audio/opus" length="x"><podcast:source uri="ipfs://Qm"/><podcast:source uri="data:,x"/></podcast:alternateEnclosure>`,
		`{"episode":{"tags":[{"name":"alternateEnclosure","attrs":{"type":"audio/opus"},"tags":[{"name":"source","attrs":{"uri":"ipfs://Qm"}}]}]}}`)
	add(`<podcast:txt purpose="applepodcastsverify">05124</podcast:txt><podcast:txt purpose="ai-content">true</podcast:txt><podcast:guid>917393e3</podcast:guid>`,
		`{"episode":{"tags":[{"name":"txt","attrs":{"purpose":"ai-content"},"text":"true"}]}}`)
	add(`<podcast:season name="At sea">3</podcast:season><podcast:episode display="Day 5">9</podcast:episode><podcast:person role="Author" group="Writing">Eva</podcast:person>`,
		`{"episode":{"number":"9","display":"Day 5","season":3,"season_name":"At sea","people":[{"name":"Eva","role":"author","group":"writing"}]}}`)
	add(`<media:credit>Foto Eva</media:credit>`, `{"episode":{"people":[{"name":"Foto Eva"}]}}`)

	// Episodes inherit from their show, unless they say otherwise.
	for _, c := range []struct{ show, item, want string }{
		{`<podcast:value type="lightning" method="keysend"><podcast:valueRecipient type="node" address="02d5" split="1"/></podcast:value><podcast:person>Eva</podcast:person><podcast:location>Oslo</podcast:location>`, ``,
			`{"episode":{"people":[{"name":"Eva","role":"host"}],"tags":[{"name":"value","attrs":{"method":"keysend","type":"lightning"},"tags":[{"name":"valueRecipient","attrs":{"address":"02d5","split":"1","type":"node"}}]}]}}`},
		{`<podcast:license>cc-by-4.0</podcast:license><podcast:person>Eva</podcast:person>`, `<podcast:license>cc0-1.0</podcast:license><podcast:person>Adam</podcast:person>`,
			`{"episode":{"people":[{"name":"Adam","role":"host"}],"tags":[{"name":"license","text":"cc0-1.0"}]}}`},
		{`<itunes:block>Yes</itunes:block><itunes:explicit>true</itunes:explicit>`, ``, `{"episode":{"explicit":true,"blocked":true}}`},
		{`<itunes:block>Yes</itunes:block><itunes:explicit>yes</itunes:explicit>`, `<itunes:block>no</itunes:block><itunes:explicit>clean</itunes:explicit>`, ``},
		{`<itunes:explicit>yes</itunes:explicit>`, `<itunes:explicit>perhaps</itunes:explicit>`, `{"episode":{"explicit":true}}`},
		{`<itunes:explicit>clean</itunes:explicit>`, `<itunes:explicit>yes</itunes:explicit>`, `{"episode":{"explicit":true}}`},
		{`<podcast:block>yes</podcast:block>`, ``, `{"episode":{"blocked":true}}`},
		{`<podcast:block id="example">yes</podcast:block>`, ``, ``},
		{`<googleplay:block>yes</googleplay:block><googleplay:explicit>yes</googleplay:explicit>`, ``, `{"episode":{"explicit":true,"blocked":true}}`},
	} {
		cases = append(cases, fieldCase{inChannel(c.show + `<item>` + c.item + `</item>`), ".extra", c.want},
			fieldCase{inFeed(c.show + `<entry>` + c.item + `</entry>`), ".extra", c.want})
	}

	cases = append(cases,
		fieldCase{inItem(`<comments>http://a.example/c</comments>`), ".extra", `{"comments":{"page":"http://a.example/c"}}`},
		fieldCase{inItem(`<link>http://a.example/</link><enclosure url="p.jpg" type="image/jpeg"/>`), ".extra", `{"image":"http://feeds.example/dir/p.jpg"}`},
		fieldCase{inItem(`<image><url>i.jpg</url><title>I</title></image>`), ".extra", `{"image":"http://feeds.example/dir/i.jpg"}`},
		fieldCase{inItem(`<image> http://a.example/i.jpg </image>`), ".extra", `{"image":"http://a.example/i.jpg"}`},
		fieldCase{inItem(`<image>a dam</image>`), ".extra", ""},
		fieldCase{inChannel(`<image>http://a.example/i.jpg</image><item/>`), "image", "http://a.example/i.jpg"},
		fieldCase{inEntry(`<rights type="html">&amp;copy; E</rights>`), ".extra", `{"rights":"© E"}`},
		fieldCase{inEntry(`<contributor><name>Adam</name><email>a@b.example</email></contributor>`), ".extra", `{"contributors":[{"name":"Adam","email":"a@b.example"}]}`},
	)
	checkFields(t, cases)
}

// TestAlikeAndNotTheSame checks that people with one address, and categories with one
// term, are not merged.
func TestAlikeAndNotTheSame(t *testing.T) {
	const two = `<author><name>Eva</name><email>desk@a.example</email></author><author><name>Adam</name><email>desk@a.example</email></author>`
	checkFields(t, []fieldCase{
		{inEntry(two), ".authors", "Eva|desk@a.example, Adam|desk@a.example"},
		{inEntry(`<author><email>desk@a.example</email></author>` + two), ".authors", "Eva|desk@a.example, Adam|desk@a.example"},
		{inItem(`<author>desk@a.example (Eva)</author><author>desk@a.example (Adam)</author>`), ".authors", "Eva|desk@a.example, Adam|desk@a.example"},
		{inEntry(`<category term="x" scheme="http://a.example/1"/><category term="x" scheme="http://a.example/2"/>`), ".schemes", "x|http://a.example/1|, x|http://a.example/2|"},
		{inItem(`<category>x</category><category domain="http://a.example/1">x</category><category>x</category>`), ".schemes", "x|http://a.example/1|"},
		{inJSON(`"items":[{"id":"1","content_text":"t","tags":["x"],"_tributary":{"categories":[{"term":"x","scheme":"urn:1"},{"term":"x","scheme":"urn:2"},{"term":"y","scheme":"urn:1"}]}}]`),
			".schemes", "x|urn:1|, x|urn:2|"},
	})
}

// TestExtrasAreBounded checks that an entry cannot carry thousands.
func TestExtrasAreBounded(t *testing.T) {
	d := decode(t, inItem(strings.Repeat(`<podcast:transcript url="t.vtt"/><thr:in-reply-to ref="x"/><atom:link rel="via" href="v"/><podcast:person>Adam</podcast:person>`, 500)))
	x := d.Entries[0].Extra
	if len(x.Links) != maxExtras || len(x.ReplyTo) != maxExtras || len(x.Episode.Transcripts) != maxExtras || len(x.Episode.People) != maxExtras {
		t.Errorf("got %d links, %d replies, %d transcripts, %d people; want %d of each", len(x.Links), len(x.ReplyTo), len(x.Episode.Transcripts), len(x.Episode.People), maxExtras)
	}
	var many strings.Builder
	for i := range 2 * maxAlike {
		fmt.Fprintf(&many, `<category>%d</category><dc:subject>s%d</dc:subject><enclosure url="%d"/><atom:link rel="enclosure" href="l%d"/>`, i, i, i, i)
	}
	e := decode(t, inItem(many.String())).Entries[0]
	if len(e.Categories) != maxAlike || len(e.Enclosures) != maxAlike {
		t.Errorf("got %d categories, %d files; want %d of each", len(e.Categories), len(e.Enclosures), maxAlike)
	}
	var hubs strings.Builder
	for i := range 50 {
		hubs.WriteString(`<atom:link rel="hub" href="https://h.example/` + strings.Repeat("x", i) + `"/>`)
	}
	if d := decode(t, inChannel(hubs.String()+`<item/>`)); len(d.Hubs) != maxHubs {
		t.Errorf("got %d hubs, want %d", len(d.Hubs), maxHubs)
	}
}

// TestWhatIsNoFeed checks the sentence that says what a document is instead of a feed.
func TestWhatIsNoFeed(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"nothing", " \n", "an empty document, not a feed"},
		{"text", "Page not found", "plain text, neither RSS, Atom, RDF nor JSON Feed"},
		{"page", "<!DOCTYPE html><html><head><title>News &amp; more</title></head><body>x</body></html>", "an HTML page titled “News & more”, not a feed"},
		{"page in pieces", "<p>Hello <b>you</b></p>", "an HTML page, not a feed"},
		{"login", `<html><title>Sign in</title><form><input name=u><input type=password name=p></form></html>`, "a login page titled “Sign in”, not a feed: the source may need basic_auth: or headers:"},
		{"list", `<?xml version="1.0"?><opml version="2.0"><head><title>Subscriptions</title></head><body/></opml>`, "an OPML list, not a feed: write opml: instead of feed:"},
		{"sitemap", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/</loc></url></urlset>`, "a sitemap, not a feed"},
		{"index of sitemaps", `<sitemapindex/>`, "a sitemap, not a feed"},
		{"picture", `<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>`, "an SVG picture, not a feed"},
		{"other XML", `<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, "an XML document with the root <error>, neither RSS, Atom nor RDF"},
		{"people", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:foaf="http://xmlns.com/foaf/0.1/"><foaf:Person><foaf:name>Eva</foaf:name></foaf:Person></rdf:RDF>`,
			"an RDF document that is no feed: it has neither a channel nor items"},
		{"PDF", "%PDF-1.7\n1 0 obj", "a PDF document, not a feed"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xb3)*.\xb6KI,I\xb4\xd1\x07R\x00", "binary data, not a feed"},
		{"JSON array", `[{"id":1}]`, "a JSON array, not a feed: JSON Feed is an object"},
		{"JSON object", `{"status":404,"error":"gone"}`, "a JSON document that is no feed: it has no version that begins with https://jsonfeed.org/version/1; its keys are error, status"},
		{"other version", `{"version":"2.0","items":[]}`, "a JSON document that is no feed: want a version that begins with https://jsonfeed.org/version/1, got “2.0”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Decode([]byte(c.body), Input{URL: docURL}); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// checkExtra checks that nothing in x can harm those who show it: addresses are http or
// https, texts are lines.
func checkExtra(t *testing.T, x news.Extra) {
	t.Helper()
	addresses := []string{x.License, x.Image, x.Comments.Page, x.Comments.Feed}
	texts := []string{x.Rights, x.Episode.Number}
	for _, l := range append(slices.Clone(x.Links), x.Episode.Transcripts...) {
		addresses, texts = append(addresses, l.URL), append(texts, l.Rel, l.Title, l.Type)
	}
	for _, r := range x.ReplyTo {
		addresses, texts = append(addresses, r.Link), append(texts, r.ID)
	}
	for _, c := range x.Episode.People {
		addresses, texts = append(addresses, c.URL, c.Image), append(texts, c.Name, c.Role)
	}
	for _, a := range addresses {
		if a != "" && !strings.HasPrefix(a, "http://") && !strings.HasPrefix(a, "https://") {
			t.Errorf("address %q", a)
		}
	}
	for _, text := range texts {
		if clean.Line(text) != text {
			t.Errorf("text %q is no line", text)
		}
	}
}

func TestExtrasAreClean(t *testing.T) {
	d := decode(t, inItem("<dc:rights>a\n\u202eb</dc:rights><itunes:image href=\"data:x\"/><comments>file:///etc/passwd</comments>"+
		"<thr:in-reply-to ref=\"a&#10;b\" href=\"javascript:x\"/><atom:link rel=\"via\" href=\"javascript:x\"/><atom:link rel=\"via\" href=\"v\" title=\"a&#10;b\"/>"+
		"<podcast:person role=\"x&#10;y\" href=\"javascript:x\" img=\"data:x\">Eva\u202e</podcast:person><podcast:transcript url=\"javascript:x\"/>"))
	checkExtra(t, d.Entries[0].Extra)
	want := `{"rights":"a b","reply_to":[{"id":"a b"}],"links":[{"rel":"via","url":"http://feeds.example/dir/v","title":"a b"}],"episode":{"people":[{"name":"Eva","role":"x y"}]}}`
	if got := compact(d.Entries[0].Extra); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
