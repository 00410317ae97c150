package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// markupAttacks are ways to put a script into a text, each around the word "safe".
// Package clean tests many more; here every field gets these.
var markupAttacks = []string{
	`safe<script>alert(1)</script>`, `<SCRIPT SRC=https://evil.example/x.js></SCRIPT>safe`, `safe<img src=x onerror=alert(1)>`, `<p onclick="alert(1)">safe</p>`,
	`<a href="javascript:alert(1)">safe</a>`, `<a href="java&#9;script:alert(1)">safe</a>`, `<svg onload=alert(1)></svg>safe`, `<svg><script>alert(1)</script></svg>safe`,
	`<iframe src="javascript:alert(1)"></iframe>safe`, `<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>safe`, `<object data="data:text/html,x"></object>safe`,
	`<embed src="javascript:alert(1)">safe`, `<applet code=x></applet>safe`, `<meta http-equiv="refresh" content="0;url=javascript:alert(1)">safe`, `<link rel="stylesheet" href="https://evil.example/x.css">safe`,
	`<base href="javascript:alert(1)//">safe`, `<style>@import "https://evil.example/x.css";</style>safe`, `<p style="background:url(javascript:alert(1))">safe</p>`, `<form action="javascript:alert(1)">safe<input autofocus onfocus=alert(1)></form>`,
	`<body onload=alert(1)>safe</body>`, `<math><mi xlink:href="javascript:alert(1)">safe</mi></math>`, `<video src=x onerror=alert(1)></video>safe`, `<details open ontoggle=alert(1)>safe</details>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">safe</p></noscript>`, `<template><script>alert(1)</script></template>safe`, `<frameset onload=alert(1)></frameset>safe`, `<!--[if IE]><script>alert(1)</script><![endif]-->safe`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>safe`, `<bgsound src="javascript:alert(1)">safe`, `<input type="image" src="javascript:alert(1)">safe`,
}

// hostileFeeds have %s where a text of HTML may stand, once for each field.
var hostileFeeds = map[string]string{
	"rss":  `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>T</title><link>https://a.example/</link>%s<item><guid>1</guid>%s</item></channel></rss>`,
	"rdf":  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>T</title><link>https://a.example/</link>%s</channel><item rdf:about="https://a.example/1"><link>https://a.example/1</link>%s</item></rdf:RDF>`,
	"atom": `<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>T</title>%s<entry><id>1</id>%s</entry></feed>`,
}

var hostileFields = map[string][]string{
	"rss":  {"description", "title", "content:encoded", "dc:description", "dc:title", "body", "fullitem", "itunes:summary", "itunes:subtitle", "media:description", "author", "dc:creator", "category", "copyright", "managingEditor"},
	"rdf":  {"description", "title", "content:encoded", "dc:description", "dc:creator", "dc:subject", "dc:rights"},
	"atom": {"title", "subtitle", "summary", "content", "rights", "tagline", "info", "author", "category"},
}

// scripted walks markup as a browser would parse it.
func scripted(markup string) string {
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: 0x2804})
	if err != nil {
		return err.Error()
	}
	for _, root := range nodes {
		for n := range root.Descendants() {
			if bad := scriptedNode(n); bad != "" {
				return bad
			}
		}
		if bad := scriptedNode(root); bad != "" {
			return bad
		}
	}
	return ""
}

func scriptedNode(n *html.Node) string {
	switch {
	case n.Type == html.CommentNode:
		return "a comment"
	case n.Type != html.ElementNode:
		return ""
	case n.Namespace == "svg" || strings.Contains(" script style object embed applet meta link base form input iframe frameset template svg bgsound ", " "+n.Data+" "):
		return "<" + n.Data + ">"
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || strings.Contains(strings.ToLower(a.Val), "script:") {
			return a.Key + "=" + a.Val
		}
	}
	return ""
}

func TestNoFieldCarriesAScript(t *testing.T) {
	cases := 0
	for kind, feed := range hostileFeeds {
		for _, field := range hostileFields[kind] {
			for _, attack := range markupAttacks {
				for spelling, text := range map[string]string{"escaped": html.EscapeString(attack), "CDATA": "<![CDATA[" + attack + "]]>", "as it is": attack} {
					for _, attr := range []string{"", ` type="html"`, ` type="xhtml"`, ` type="text/html" mode="escaped"`} {
						if attr != "" && kind != "atom" {
							continue
						}
						element := fmt.Sprintf("<%s%s>%s</%s>", field, attr, text, field)
						doc := fmt.Sprintf(feed, element, element)
						cases++
						judgeDocument(t, fmt.Sprint(kind, " ", field, attr, " ", spelling, ": ", attack), []byte(doc), attr != "" || spelling == "CDATA" && kind != "atom")
					}
				}
			}
		}
	}
	for _, field := range []string{"title", "content_html", "summary", "content_text"} {
		for _, attack := range markupAttacks {
			doc, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": attack, "description": attack, "items": []any{map[string]any{"id": "1", field: attack, "authors": []any{map[string]any{"name": attack, "url": "javascript:alert(1)"}}, "tags": []string{attack}}}})
			if err != nil {
				t.Fatal(err)
			}
			cases++
			judgeDocument(t, "json "+field+": "+attack, doc, false)
		}
	}
	t.Logf("%d cases", cases)
	if cases < 3000 {
		t.Errorf("%d cases, want at least 3000", cases)
	}
}

// judgeDocument decodes a document and checks every text in it. Plain text may look like
// markup, because those who show it escape it, but not where the document says that it is HTML.
func judgeDocument(t *testing.T, name string, doc []byte, markup bool) {
	t.Helper()
	d, err := Decode(doc, Input{URL: "https://a.example/feed"})
	if err != nil {
		if news.OutcomeOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	for _, e := range d.Entries {
		for _, body := range []string{e.Summary, e.Content} {
			if bad := scripted(body); bad != "" {
				t.Errorf("%s: %q has %s", name, body, bad)
			}
			if again := clean.HTML(body, nil); again != body {
				t.Errorf("%s: %q is cleaned to %q", name, body, again)
			}
		}
		for _, p := range e.Authors {
			if p.URL != "" && !strings.HasPrefix(p.URL, "http") {
				t.Errorf("%s: an author at %q", name, p.URL)
			}
		}
		if low := strings.ToLower(e.Title); markup && (strings.Contains(low, "<script") || strings.Contains(low, "onerror=alert(1)>") && !strings.Contains(low, "title=")) {
			t.Errorf("%s: title %q", name, e.Title)
		}
	}
}
