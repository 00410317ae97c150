package clean

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func base(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse("https://example.org/blog/2025/")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// frame has the attributes of every frame.
const frame = ` sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation" referrerpolicy="strict-origin-when-cross-origin"`

// pictureData is base64 that is longer than a placeholder.
var pictureData = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("Bild", 60)))

func TestHTML(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text", `Grüße & "Küsse"`, `Grüße &amp; "Küsse"`},
		{"quotes in markup", `<p>it's "so"</p>`, `<p>it's "so"</p>`},
		{"relative link", `<a href="../x?a=1&b=2">x</a>`, `<a href="https://example.org/blog/x?a=1&amp;b=2">x</a>`},
		{"blanks around href", `<a href="  http://a.example/ b ">x</a>`, `<a href="http://a.example/%20b">x</a>`},
		{"mail", `<a href="mailto:me@example.org">x</a>`, `<a href="mailto:me@example.org">x</a>`},
		{"script link", `<a href=" java	script:alert(1)">x</a>`, `x`},
		{"data link", `<a href="data:text/html,x">x</a>`, `x`},
		{"tracking", `<a href="http://a.example/?utm_source=rss&id=3">x</a>`, `<a href="http://a.example/?id=3">x</a>`},
		{"image", `<img src=a.png alt="Ein Bild" onerror=x width=3 class=y>`, `<img src="https://example.org/blog/2025/a.png" alt="Ein Bild" width="3">`},
		{"image without source", `a<img alt=x>b`, `ab`},
		{"pixel", `a<img src="http://t.example/p.gif" width=1 height="1px">b`, `ab`},
		{"hidden pixel", `a<img src="http://t.example/p.gif" style="display: none">b`, `ab`},
		{"beacon", `<p>x<img src="https://vg04.met.vgwort.de/na/abc"></p>`, `<p>x</p>`},
		{"lazy", `<img src="data:image/gif;base64,R0" data-src="b.jpg">`, `<img src="https://example.org/blog/2025/b.jpg">`},
		{"lazy without src", `<img data-lazy-src="b.jpg">`, `<img src="https://example.org/blog/2025/b.jpg">`},
		{"lazy and its twin", `<img data-src="b.jpg"><noscript><img src="b.jpg"></noscript>`, `<img src="https://example.org/blog/2025/b.jpg">`},
		{"noscript", `<noscript><p>Ohne</p></noscript>`, `<p>Ohne</p>`},
		{"srcset", `<img srcset="a.png 1x, b.png 2x,c.png">`, `<img srcset="https://example.org/blog/2025/a.png 1x, https://example.org/blog/2025/b.png 2x, https://example.org/blog/2025/c.png">`},
		{"srcset with a comma at the end of an address", `<img srcset=00,# 0>`, `<img srcset="https://example.org/blog/2025/00">`},
		{"blank in a query", `<a href="http://a.example/?q=a b">x</a>`, `<a href="http://a.example/?q=a%20b">x</a>`},
		{"blank in an address without host", `<a href="mailto:me@a.example?subject=a b">x</a><a href="tel:030 1">y</a>`, `<a href="mailto:me@a.example?subject=a%20b">x</a><a href="tel:030%201">y</a>`},
		{"srcset with script", `<img src=a.png srcset="javascript:x 1x">`, `<img src="https://example.org/blog/2025/a.png">`},
		{"poster", `<video poster=p.jpg autoplay><source src=v.mp4></video>`, `<video poster="https://example.org/blog/2025/p.jpg" controls=""><source src="https://example.org/blog/2025/v.mp4"></video>`},
		{"cite", `<blockquote cite="/q">x</blockquote>`, `<blockquote cite="https://example.org/q">x</blockquote>`},
		{"script", `a<script>alert("<p>")</script>b`, `ab`},
		{"script never closed", `a<script>alert(1)`, `a`},
		{"style", `<style>p{}</style><p style="x" class=y id=z>t</p>`, `<p>t</p>`},
		{"svg", `a<svg onload=x><a href="javascript:1"><text>T</text></a></svg>b`, `ab`},
		{"svg never closed", `<svg onload=alert(1)>text after`, `text after`},
		{"form keeps text", `<form action=x><button>Senden</button> <b>fett</b></form>`, `Senden <b>fett</b>`},
		{"object keeps fallback", `<object data=x.swf><p>Kein Flash</p></object>`, `<p>Kein Flash</p>`},
		{"iframe", `a<iframe src="https://chart.example/1">x</iframe>b`, `a<a href="https://chart.example/1">chart.example</a> xb`},
		{"iframe with a title", `<iframe src="/c/1" title="Eine Karte"></iframe>`, `<a href="https://example.org/c/1">Eine Karte</a>`},
		{"pixel beside a size that is none", `a<img src="http://t.example/p.gif" width=1 height="1@">b`, `ab`},
		{"iframe that is not seen", `a<iframe src="https://count.example/" width=1 height=1></iframe>b`, `ab`},
		{"iframe without an address", `a<iframe srcdoc="<script>1</script>"><p>x</p></iframe>b`, `a <p>x</p>b`},
		{"iframe never closed", `<iframe src="javascript:1">x<b>y</b>`, `x<b>y</b>`},
		{"iframe in a link", `<a href="/x">a<iframe src="https://chart.example/1"></iframe></a>`, `<a href="https://example.org/x">a</a>`},
		{"player", `<iframe src="//www.youtube.com/embed/abc" onload=x></iframe>`, `<iframe src="https://www.youtube.com/embed/abc"` + frame + `></iframe>`},
		{"player without scheme, on its own start", `<iframe src="http://youtube.com/embed/abc?autoplay=1&start=3&utm_source=x#t"></iframe>`, `<iframe src="https://www.youtube.com/embed/abc?start=3"` + frame + `></iframe>`},
		{"player of old without www", `<embed src="http://youtube.com/v/abc">`, `<iframe src="https://www.youtube.com/embed/abc"` + frame + `></iframe>`},
		{"player with two twins", `<iframe src="https://mixcloud.com/widget/iframe?feed=a"></iframe>`, `<iframe src="https://www.mixcloud.com/widget/iframe/?feed=a"` + frame + `></iframe>`},
		{"player of old", `<object><param name=movie value=x><embed src="http://www.youtube.com/v/abc"></object>`, `<iframe src="https://www.youtube.com/embed/abc"` + frame + `></iframe>`},
		{"player with features", `<iframe src="https://player.vimeo.com/video/1" allow="autoplay; fullscreen *; camera" allowfullscreen sandbox="allow-top-navigation">nein</iframe>`,
			`<iframe src="https://player.vimeo.com/video/1" allow="fullscreen" allowfullscreen=""` + frame + `></iframe>`},
		{"player that is left", `<iframe src="https://archive.org/embed/../download/x.html"></iframe>`, `<a href="https://archive.org/embed/../download/x.html">archive.org</a>`},
		{"player that is left in secret", `<iframe src="https://archive.org/embed/%2e%2e/x.html"></iframe>`, `<a href="https://archive.org/embed/%2e%2e/x.html">archive.org</a>`},
		{"player by name only", `<iframe src="https://www.youtube.com.evil.example/embed/x"></iframe>`, `<a href="https://www.youtube.com.evil.example/embed/x">www.youtube.com.evil.example</a>`},
		{"lazy player", `<iframe data-src="https://player.vimeo.com/video/1" src="about:blank"></iframe>`, `<iframe src="https://player.vimeo.com/video/1"` + frame + `></iframe>`},
		{"textarea", `<textarea><b>x</b> &amp; y</textarea>z`, `&lt;b&gt;x&lt;/b&gt; &amp; yz`},
		{"select", `a<select><option>x<option selected>y</select>b`, `a x y b`},
		{"select with script", `<select><script>1</script><option><img src=x onerror=1></select>`, `<img src="https://example.org/blog/2025/x">`},
		{"title", `<title>Weg</title>a`, `a`},
		{"title never closed", `a<title>b<i>c</i>`, `ab<i>c</i>`},
		{"noembed", `<noembed><b>x</b></noembed>`, `<b>x</b>`},
		{"xmp", `<xmp><b>x</b></xmp>y`, `<pre>&lt;b&gt;x&lt;/b&gt;</pre>y`},
		{"plaintext", `a<plaintext>b<i>c</plaintext>`, `a<pre>b&lt;i&gt;c&lt;/plaintext&gt;</pre>`},
		{"self-closing script", `a<script src=x />b`, `ab`},
		{"style inside svg", `a<svg><style></svg><b>x</b>`, `a<b>x</b>`},
		{"noscript in noscript", `<noscript>a<noscript>b</noscript>c`, `abc`},
		{"image by its old name", `<image src=a.png>`, `<img src="https://example.org/blog/2025/a.png">`},
		{"lazy source", `<picture><source data-srcset="a.webp 1x" type="image/webp"><img data-original="a.png" src="spacer.gif"></picture>`,
			`<picture><source type="image/webp" srcset="https://example.org/blog/2025/a.webp 1x"><img src="https://example.org/blog/2025/a.png"></picture>`},
		{"lazy with nonsense", `<img src=a.png data-src="{&quot;x&quot;:1}">`, `<img src="https://example.org/blog/2025/a.png">`},
		{"no pixel in size", `a<img src=p.gif width=0>b`, `ab`},
		{"one pixel in style", `a<img src=p.gif style="WIDTH : 1px !important; height:1px">b`, `ab`},
		{"invisible", `a<img src=p.gif style="visibility:hidden"><img src=q.gif style="opacity: 0.0"><img src=r.gif hidden>b`, `ab`},
		{"narrow but seen", `<img src=a.png width=1 height=20 style="margin-width:0">`, `<img src="https://example.org/blog/2025/a.png" width="1" height="20">`},
		{"beacon by path", `a<img src="https://stats.site.example/matomo.php?idsite=1">b`, `ab`},
		{"beacon in a query only", `<img src="https://a.example/i.png?from=doubleclick.net/">`, `<img src="https://a.example/i.png?from=doubleclick.net/">`},
		{"inline image", `<img src="DATA:image/PNG;base64,` + pictureData + `">`, `<img src="data:image/png;base64,` + pictureData + `">`},
		{"inline place holder", `a<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">b`, `ab`},
		{"inline svg", `a<img src="data:image/svg+xml;base64,` + pictureData + `">b`, `ab`},
		{"inline elsewhere", `<a href="data:image/png;base64,` + pictureData + `">x</a><video src="data:image/png;base64,` + pictureData + `"></video>`, `x<video controls=""></video>`},
		{"rel", `<a href="/x" rel="nofollow opener TAG" target=_blank ping=/p>x</a>`, `<a href="https://example.org/x" rel="nofollow tag">x</a>`},
		{"value that is none", `<td width="expression(alert(1)){}" colspan="2">x</td>`, `<td colspan="2">x</td>`},
		{"xml:lang", `<p xml:lang="fr">x</p>`, `<p lang="fr">x</p>`},
		{"feed in a link", `<a href="feed:javascript:alert(1)">x</a>`, `x`},
		{"anchor", `<a href="#fn1" id=a name=b>1</a>`, `<a href="https://example.org/blog/2025/#fn1">1</a>`},
		{"html in a formula", `<math><mi>x<a href="/x">y</a><p>z</math>`, `<math><mi>xy</mi></math><p>z</p>`},
		{"formula without math", `<mi>x</mi><mtext>y</mtext>`, `xy`},
		{"formula", `<math display=block><semantics><mrow><mo stretchy=false>(</mo><msup><mi>x</mi><mn>2</mn></msup></mrow><annotation encoding="application/x-tex">x^2</annotation></semantics></math>`,
			`<math display="block"><mrow><mo stretchy="false">(</mo><msup><mi>x</mi><mn>2</mn></msup></mrow></math>`},
		{"comment", `a<!-- <b> --><![if IE]>b`, `ab`},
		{"unclosed", `<p>a<p>b<ul><li>c<li>d</ul><b>e`, `<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul><b>e</b>`},
		{"stray end", `a</div></p>b`, `ab`},
		{"misnested", `<b><i>x</b></i>`, `<b><i>x</i></b>`},
		{"table", `<table><tr><td colspan=2>a<td>b<tr><td>c</table>`, `<table><tr><td colspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table>`},
		{"lesser", `a < b <3 c`, `a &lt; b &lt;3 c`},
		{"mathml", `<math><mfrac><mi>x</mi><mn>2</mn></mfrac><annotation-xml encoding="text/html"><b>y</b></annotation-xml></math>`, `<math><mfrac><mi>x</mi><mn>2</mn></mfrac></math>`},
		{"mathml void", `<math><mspace width="1em"/><msub><mi>a</mi><none/></msub></math>`, `<math><mspace width="1em"></mspace><msub><mi>a</mi><none></none></msub></math>`},
		{"mathml link", `<math href="javascript:1"><mi xlink:href="javascript:2">x</mi></math>`, `<math><mi>x</mi></math>`},
		{"repeated attribute", `<img src=a.png src="javascript:x">`, `<img src="https://example.org/blog/2025/a.png">`},
		{"template", `<template><b>x</b></template>y`, `y`},
		{"amp image", `<amp-img src="a.png"></amp-img>`, `<img src="https://example.org/blog/2025/a.png">`},
		{"blank before a control character", "0 \x00", "0"},
		{"control characters", "<p>a\x00\u202eb</p>", `<p>ab</p>`},
		{"entities", `<p>&nbsp;&copy;&lt;b&gt;</p>`, "<p>\u00a0©&lt;b&gt;</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := HTML(c.in, base(t))
			if got != c.want {
				t.Errorf("HTML(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
			if again := HTML(got, base(t)); again != got {
				t.Errorf("not a fixed point:\n got %q\nwant %q", again, got)
			}
		})
	}
}

func TestHTMLWithoutBaseDropsRelativeURLs(t *testing.T) {
	got := HTML(`<a href="/x">x</a><img src="y.png"><a href="https://a.example/">z</a>`, nil)
	if want := `x<a href="https://a.example/">z</a>`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHTMLOfHostileSize checks the limits. It measures memory and the shape of the
// result, which do not depend on the load of the machine. A quadratic case would exceed
// the time limit of the test.
func TestHTMLOfHostileSize(t *testing.T) {
	for name, unit := range map[string]string{"text": "Wort ", "deep": "<div>", "pairs": "<b>x</b>", "svg": "<svg>", "open quote": `<a href="`, "lesser": "<", "ampersand": "&", "noscript": "<noscript>",
		"select": "<select>", "p": "<p><b>", "end tags": "</p>", "comment": "<!--", "cdata": "<![CDATA[", "attributes": " x=y", "tables": "<table><tr><td>", "math": "<math><mi>", "a in table": "<a href=http://a/><table>",
		"title": "<title>", "script": "<script>", "textarea": "<textarea>x", "iframes": "<iframe src=http://a/></iframe>", "entities": "&lt;", "quotes": "'", "images": "<img src=http://a/ >", "newlines": "\r\n", "formatting": "<i><b><u>"} {
		t.Run(name, func(t *testing.T) {
			in := strings.Repeat(unit, (3<<20)/len(unit))
			if name == "attributes" {
				in = "<p" + in + ">"
			}
			out := HTML(in, nil)
			if depth := maxNesting(out); depth > maxDepth {
				t.Errorf("nested %d deep, want at most %d", depth, maxDepth)
			}
			if len(out) > maxInput {
				t.Errorf("%d bytes, want at most %d", len(out), maxInput)
			}
			if again := HTML(out, nil); again != out {
				t.Errorf("no fixed point: %d bytes, then %d", len(out), len(again))
			}
		})
	}
}

func BenchmarkHTMLOfHostileSize(b *testing.B) {
	for name, unit := range map[string]string{"text": "Wort ", "deep": "<div>", "pairs": "<b>x</b>", "lesser": "<", "ampersand": "&", "iframes": "<iframe src=http://a/></iframe>", "images": "<img src=http://a/ >", "attributes": " x=y", "links": "<a href=http://a.example/?a=b&c=d>x</a>", "select": "<select>", "entities": "&lt;", "quotes": "<b>'"} {
		b.Run(name, func(b *testing.B) {
			in := "<p>" + strings.Repeat(unit, (10<<20)/len(unit))
			b.ReportAllocs()
			for b.Loop() {
				HTML(in, nil)
			}
		})
	}
}

func maxNesting(s string) (deepest int) {
	depth := 0
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return deepest
		case html.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				depth++
			}
			deepest = max(deepest, depth)
		case html.EndTagToken:
			depth--
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		`<p>Hallo <a href="/x">Welt</a>`, `<img src=x onerror=alert(1)>`, `<svg><style><img src=x onerror=alert(1)>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<a href="jav&#x09;ascript:alert(1)">`, `<iframe src=//www.youtube.com/embed/x>`,
		`<table><a><table><b><p></table>`, `<![CDATA[<script>x</script>]]>`, `<textarea><p title="</textarea><b>">`, `<img srcset="a 1x,, b 2x">`, `<title><b>x</title>`,
		"<pre>\n\nx</pre>", `<plaintext>x`, `<xmp><b></xmp>`, `&lt;script&gt;`, `<a href=http://a.example/%zz?utm_x=1&&>`, `</br></p>`, `<ruby>a<rt>b`, `<li><p><li>`,
	} {
		f.Add(s)
	}
	u := base(f)
	f.Fuzz(func(t *testing.T, in string) {
		out := HTML(in, u)
		if again := HTML(out, u); again != out {
			t.Errorf("not a fixed point for %q:\n once  %q\n twice %q", in, out, again)
		}
		if bad := danger(out); bad != "" {
			t.Errorf("HTML(%q) = %q has %s", in, out, bad)
		}
	})
}

func BenchmarkHTML(b *testing.B) {
	one := `<p>Ein Absatz mit <b>fettem</b> Text, einem <a href="/artikel/12?utm_source=rss">Verweis</a> und „Anführungszeichen“ &amp; mehr.</p><figure><img src="bild.jpg" srcset="a.jpg 1x, b.jpg 2x" alt="Bild"></figure>`
	in := strings.Repeat(one, 1500/len(one)+1)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		HTML(in, base(b))
	}
}
