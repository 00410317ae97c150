package clean

import (
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
		{"iframe", `a<iframe src="https://evil.example/">x</iframe>b`, `ab`},
		{"player", `<iframe src="//www.youtube.com/embed/abc" onload=x></iframe>`, `<iframe src="https://www.youtube.com/embed/abc"></iframe>`},
		{"comment", `a<!-- <b> --><![if IE]>b`, `ab`},
		{"unclosed", `<p>a<p>b<ul><li>c<li>d</ul><b>e`, `<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul><b>e</b>`},
		{"stray end", `a</div></p>b`, `ab`},
		{"misnested", `<b><i>x</b></i>`, `<b><i>x</i></b>`},
		{"table", `<table><tr><td colspan=2>a<td>b<tr><td>c</table>`, `<table><tr><td colspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table>`},
		{"lesser", `a < b <3 c`, `a &lt; b &lt;3 c`},
		{"mathml", `<math><mfrac><mi>x</mi><mn>2</mn></mfrac><annotation-xml encoding="text/html"><b>y</b></annotation-xml></math>`, `<math><mfrac><mi>x</mi><mn>2</mn></mfrac></math>`},
		{"mathml link", `<math href="javascript:1"><mi xlink:href="javascript:2">x</mi></math>`, `<math><mi>x</mi></math>`},
		{"repeated attribute", `<img src=a.png src="javascript:x">`, `<img src="https://example.org/blog/2025/a.png">`},
		{"template", `<template><b>x</b></template>y`, `y`},
		{"amp image", `<amp-img src="a.png"></amp-img>`, `<img src="https://example.org/blog/2025/a.png">`},
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

func TestHTMLOfHostileSizeIsFast(t *testing.T) {
	for name, unit := range map[string]string{"deep": "<div>", "svg": "<svg>", "open quote": `<a href="`, "lesser": "<", "noscript": "<noscript>", "select": "<select>", "p": "<p><b>"} {
		t.Run(name, func(t *testing.T) {
			out := HTML(strings.Repeat(unit, (1<<20)/len(unit)), nil)
			if depth := maxNesting(out); depth > maxDepth {
				t.Errorf("nested %d deep, want at most %d", depth, maxDepth)
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

// dangerous returns what in a tree could run script or load more than media.
func dangerous(n *html.Node) string {
	if n.Type == html.CommentNode {
		return "a comment"
	}
	if n.Type == html.ElementNode && n.Namespace == "" && n.Data != "html" && n.Data != "head" && n.Data != "body" {
		if _, ok := allowed[n.Data]; !ok {
			return "<" + n.Data + ">"
		}
	}
	for _, a := range n.Attr {
		low := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" ||
			addresses[a.Key] && (strings.HasPrefix(low, "javascript:") || strings.HasPrefix(low, "data:") || strings.HasPrefix(low, "vbscript:")) {
			return a.Key + "=" + a.Val
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if bad := dangerous(c); bad != "" {
			return bad
		}
	}
	return ""
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
		tree, err := html.Parse(strings.NewReader("<!doctype html><body>" + out))
		if err != nil {
			t.Fatalf("output of %q does not parse: %v", in, err)
		}
		if bad := dangerous(tree); bad != "" {
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
