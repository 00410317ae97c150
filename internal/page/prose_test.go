package page

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tributary/internal/news"
)

func TestProse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", `<p>Fluss &amp; Ufer</p>`, `<p>Fluss &amp; Ufer</p>`},
		{"unclosed", `<blockquote><p>a<b>b`, `<blockquote><p>a<b>b</b></p></blockquote>`},
		{"closes what is not ours", `a</div></article></main>b`, `ab`},
		{"crossed", `<b><i>x</b>y</i>`, `<b><i>x</i></b>y`},
		{"left out end tags", `<ul><li>a<li>b</ul><p>c<p>d<h4>e</h4>`, `<ul><li>a</li><li>b</li></ul><p>c</p><p>d</p><h3>e</h3>`},
		{"table", `<table><tr><td>1<td>2<tr><th>3</table>`, `<div class="wide" role="group" aria-label="Table" tabindex="0"><table><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></table></div>`},
		{"code", `<pre class="x"><code>a  b</code></pre>`, `<pre tabindex="0"><code>a  b</code></pre>`},
		{"lost parts", `<li>a</li><td>b</td><figcaption>c</figcaption>`, `<div>a</div><div>b</div><div>c</div>`},
		{"empty", `<p></p><p>&nbsp;<br></p><h2> </h2><a href="https://a.example"></a><p>x</p>`, `<p>x</p>`},
		{"headings", `<h1>a</h1><h4>b</h4><h2>c</h2><h6>d</h6>`, `<h3>a</h3><h4>b</h4><h4>c</h4><h5>d</h5>`},
		{"landmarks", `<main><article id="s-x" class="c">a</article></main>`, `<div><div>a</div></div>`},
		{"attributes", `<p style="x" onclick=y id=main lang=de>a</p>`, `<p>a</p>`},
		{"script", `a<script>alert("<p>")</script>b<style>p{}</style><svg><a href="https://x.example">s</a></svg>c`, `abc`},
		{"joined tag", `<<x>script>alert(1)</script>`, `&lt;script>alert(1)`},
		{"formula", `<p>a <math display="block" onclick=x><msub><mi href="javascript:1">x</mi><none></none></msub></math></p>`, `<p>a <math display="block"><msub><mi>x</mi><none></none></msub></math></p>`},
		{"formula holds nothing else", `<math><mi><b>x</b><p>y<img src="https://e.example/a.png"><script>z</script></math><mi>a</mi>`, `<math><mi>xy</mi></math>a`},
		{"unknown", `<blink>a</blink><custom-tag>b</custom-tag>`, `ab`},
		{"comment", `a<!-- <p> -->b<!doctype html>`, `ab`},
		{"links", `<a href="javascript:x">a</a><a href="mailto:m@e.example">b</a><a href=" https://e.example/?a=1&amp;b=2">c</a><a href="//e.example">d</a>`,
			`<a>a</a><a href="mailto:m@e.example">b</a><a>c</a><a>d</a>`},
		{"quotes", `<a href='https://e.example/"onclick="x'>a</a>`, `<a href="https://e.example/&#34;onclick=&#34;x">a</a>`},
		{"nested link", `<a href="https://a.example/">a<a href="https://b.example/">b</a></a>`, `<a href="https://a.example/">a</a><a href="https://b.example/">b</a>`},
		{"picture", `<img src="https://e.example/a.png" alt='"Wehr"' width=10 height=2em onerror=x>`,
			`<img src="https://e.example/a.png" alt="&#34;Wehr&#34;" width="10" loading="lazy" decoding="async" referrerpolicy="no-referrer">`},
		{"picture nowhere", `<img src="data:image/png;base64,AA" alt="Wehr &amp; Steg">`, `Wehr &amp; Steg`},
		{"frame", `<iframe src="https://www.video.example/e/1">old <b>browser</b></iframe>x`, `<a class="player" href="https://www.video.example/e/1">▶ video.example</a>x`},
		{"film", `<video autoplay poster="https://e.example/p.jpg"><source src="https://e.example/v.mp4" type="video/mp4"><source src="file:///etc/passwd"></video>`,
			`<video controls preload="none" poster="https://e.example/p.jpg"><source src="https://e.example/v.mp4" type="video/mp4"></video>`},
		{"twice", `<a href="https://a.example/" href="https://b.example/">a</a>`, `<a href="https://a.example/">a</a>`},
	} {
		if got := string(english().prose(c.in, 2, false).Lead); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	line := strings.Repeat("Wort ", 60) // 300 characters
	p := "<p>" + line + "</p>"
	for _, c := range []struct{ name, in, lead, rest string }{
		{"short stays whole", p, p, ""},
		{"a short rest is not worth it", p + p, p + p, ""},
		{"behind the first paragraph", p + p + p, p, p + p},
		{"not behind a heading", "<h2>" + line + "</h2>" + p + p + p, "<h3>" + line + "</h3>" + p, p + p},
		{"through wrappers", "<div>" + p + p + p + "</div>", "<div>" + p + "</div>", "<div>" + p + p + "</div>"},
		{"not inside a list", "<ul><li>" + line + "</li><li>" + line + "</li></ul>" + p + p, "<ul><li>" + line + "</li><li>" + line + "</li></ul>", p + p},
		{"at a line break where there are no blocks", line + line + "<br>" + line + line, line + line + "<br>", line + line},
		{"nowhere inside a link", `<a href="https://a.example/">` + line + line + "<br>" + line + line + "</a>", `<a href="https://a.example/">` + line + line + "<br>" + line + line + "</a>", ""},
	} {
		got := english().prose(c.in, 2, true)
		if string(got.Lead) != c.lead || string(got.Rest) != c.rest {
			t.Errorf("%s:\n got %.90s | %.90s\nwant %.90s | %.90s", c.name, got.Lead, got.Rest, c.lead, c.rest)
		}
	}
}

// TestProseStaysShort checks that hostile input takes no more than linear time.
func TestProseStaysShort(t *testing.T) {
	const n = 50_000
	for name, s := range map[string]string{
		"deep":       strings.Repeat("<div>", n) + "x",
		"unmatched":  strings.Repeat("<b>", n) + strings.Repeat("</i>", n),
		"attributes": "<a " + strings.Repeat(`title="x" `, n) + ">x</a>",
		"paragraphs": strings.Repeat("<p>", n) + "x",
		"blanks":     strings.Repeat("<div>&nbsp;", n),
		"links":      strings.Repeat(`<a href="https://a.example"><img src="https://a.example/b">`, n),
		"headings":   strings.Repeat("<h1>x<h2>x", n),
		"brackets":   strings.Repeat("<", n),
	} {
		start := time.Now()
		p := english().prose(s, 2, true)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(s), took)
		}
		if depth := strings.Count(string(p.Lead), "<div>"); depth > maxDepth {
			t.Errorf("%s: %d elements deep, want at most %d", name, depth, maxDepth)
		}
	}
}

func TestTextOf(t *testing.T) {
	long := "<p>" + strings.Repeat("Langer Text. ", 30) + "</p>"
	for _, c := range []struct {
		name             string
		summary, content string
		lead, rest       string
	}{
		{"summary alone", "<p>kurz</p>", "", "<p>kurz</p>", ""},
		{"content alone", "", "<p>voll</p>", "<p>voll</p>", ""},
		{"a teaser of its own leads", "Ein Wort vorab.", long, "Ein Wort vorab.", long},
		{"a beginning is not said twice", "<p>Langer Text. Langer […]</p>", long + long + long, long, long + long},
		{"a second article is no teaser", long + long + long, "<p>Das ist ein anderer Text.</p>", "<p>Das ist ein anderer Text.</p>", ""},
		{"nothing", "", "", "", ""},
	} {
		got := english().textOf(&news.Entry{Summary: c.summary, Content: c.content}, 2)
		if string(got.Lead) != c.lead || string(got.Rest) != c.rest {
			t.Errorf("%s:\n got %.60q | %.60q\nwant %.60q | %.60q", c.name, got.Lead, got.Rest, c.lead, c.rest)
		}
	}
}

func TestTeaser(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"<p>Der Fluss</p><p>fällt &amp; fällt</p>", 50, "Der Fluss fällt & fällt"},
		{"<p>Der Fluss fällt, und die Fähre wartet.</p>", 18, "Der Fluss fällt…"},
		{"a<br>b<b>c</b>", 50, "a bc"},
		{`<p>Am <a href="https://a.example/">Markt</a>, H<sub>2</sub>O, Donau<wbr>dampf.</p>`, 50, "Am Markt, H2O, Donaudampf."},
		{`#<span>river</span> <a><span>https://</span><span>a.example/</span><span>1</span></a>`, 50, "#river https://a.example/1"},
		{"<ul><li>a</li><li>b</li></ul>c</script>d", 50, "a b c d"},
		{"<figure><img src=x><figcaption>Foto: B</figcaption></figure><p>Text</p>", 50, "Text"},
		{"<style>p{}</style><script>x</script>ok", 50, "ok"},
		{"", 50, ""},
		{"<p", 50, ""},
		{strings.Repeat("河", 60), 10, strings.Repeat("河", 10) + "…"},
		{"&lt;script&gt;", 50, "<script>"},
	} {
		if got := teaser(c.in, c.n); strings.TrimSpace(got) != c.want {
			t.Errorf("teaser(%.40q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// FuzzProse checks that a text cannot escape its place. Between two markers, it leaves the markers
// siblings, and contains only known elements and harmless attributes.
func FuzzProse(f *testing.F) {
	for _, s := range []string{
		articleDE, articleEN, noteAR, `</div></article></main><<b>script>`, `<table><td><p><li><a><table>`,
		`<ul><li>a<li>b</ul><svg><style><p>`, `<h1><h2></h1>&lt;<x><!--`, `<a href="java&#10;script:x" onclick=1>x`,
		`<video><source src=https://a.example/><iframe src=https://b.example/>`, "<p>\x00<plaintext></p>", `<select><p>`,
		`<math><mi><p><table><mtext><a>x</a><iframe></math><mi>`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, fold bool) {
		p := english().prose(s, 2, fold)
		for _, part := range []string{string(p.Lead), string(p.Rest)} {
			checkContained(t, part)
		}
	})
}

func checkContained(t *testing.T, part string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(`<body><i id="a"></i><div id="in">` + part + `</div><i id="z"></i>`))
	if err != nil {
		t.Skip(err) // the parser's own limit of depth
	}
	body := root.FirstChild.LastChild
	if body.FirstChild == nil || body.FirstChild.NextSibling == nil || body.LastChild != body.FirstChild.NextSibling.NextSibling ||
		value(body.LastChild, "id") != "z" || body.LastChild.FirstChild != nil {
		t.Fatalf("a text gets out of its place: %q", part)
	}
	for _, n := range all(body.FirstChild.NextSibling, "") {
		if e := elements[n.Data]; e.kind == silent || e.kind == player || e == (element{}) {
			t.Errorf("<%s> came through in %q", n.Data, part)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "id" {
				t.Errorf("attribute %s came through in %q", a.Key, part)
			}
			if (a.Key == "href" || a.Key == "src") && target(a.Val) == "" {
				t.Errorf("address %q came through in %q", a.Val, part)
			}
		}
	}
}

// The shortcut for a single paragraph gives the same result as rewriting it.
func TestProseOfOneParagraph(t *testing.T) {
	for _, text := range []string{"", " ", "&nbsp;", "a", " a &amp; b &nbsp; &unknown; > ", "a\r\nb\x00c", strings.Repeat("long ", 300), "a<br>b", "</p><p>", "a<b"} {
		source := "<p>" + text + "</p>"
		if got, want := english().prose(source, 2, true), english().rewrite(source, 2, true); got != want {
			t.Errorf("prose(%q) is %+v, want %+v", source, got, want)
		}
	}
}
