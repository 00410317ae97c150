package seed

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/news"
)

func TestFrontMatter(t *testing.T) {
	d, err := Parse("a.md", []byte(`---
Title: "Am Wehr: neue Bretter"
date: 2025-12-03 10:15:00 +0100
lastmod: 2025-12-04
authors:
  - Wilma Auental
  - {name: Jasper Lindquell, email: jasper@example.org, url: https://example.org/jasper}
tags: [Wehr, "Holz, alt", wehr]
categories: Bau
lang: de_AT
description: Die *neuen* Bretter <sind> da.
canonical: https://example.org/wehr
layout: post
weight: 3
---

# Am Wehr – neue Bretter

Der erste Absatz mit [einem Verweis](weiter) ist da.

![Bild](/wehr.jpg)

<script>alert(1)</script><b onclick="x">fett</b>
`))
	if err != nil {
		t.Fatal(err)
	}
	e := d.Entries[0]
	want := news.Entry{
		Link: "https://example.org/wehr", Title: "Am Wehr: neue Bretter", Summary: "Die *neuen* Bretter &lt;sind&gt; da.",
		Published: time.Date(2025, 12, 3, 9, 15, 0, 0, time.UTC), Updated: time.Date(2025, 12, 4, 0, 0, 0, 0, time.UTC), Language: "de-at",
	}
	if e.Link != want.Link || e.Title != want.Title || e.Summary != want.Summary || !e.Published.Equal(want.Published) || !e.Updated.Equal(want.Updated) || e.Language != want.Language {
		t.Errorf("got %+v\nwant %+v", e, want)
	}
	if len(e.Authors) != 2 || e.Authors[1] != (news.Person{Name: "Jasper Lindquell", Email: "jasper@example.org", URL: "https://example.org/jasper"}) {
		t.Errorf("authors %+v", e.Authors)
	}
	var terms []string
	for _, c := range e.Categories {
		terms = append(terms, c.Term)
	}
	if got, want := strings.Join(terms, "|"), "Bau|Wehr|Holz|alt"; got != want {
		t.Errorf("categories %s, want %s", got, want)
	}
	for _, there := range []string{`<a href="https://example.org/weiter">einem Verweis</a>`, `src="https://example.org/wehr.jpg"`, "fett"} {
		if !strings.Contains(e.Content, there) {
			t.Errorf("%s is missing in %s", there, e.Content)
		}
	}
	for _, gone := range []string{"<h1", "script", "onclick", "layout"} {
		if strings.Contains(e.Content, gone) {
			t.Errorf("%s is in %s", gone, e.Content)
		}
	}
}

func TestMarkdownTitle(t *testing.T) {
	for _, c := range []struct{ name, in, title, start string }{
		{"first heading", "# Am Wehr\n\nText, der folgt.", "Am Wehr", "<p>Text"},
		{"opening heading of any level", "### Am Wehr\n\nText, der folgt.", "Am Wehr", "<p>Text"},
		{"h1 below a note", "Eine Notiz.\n\n# Am Wehr\n\nText, der folgt.", "Am Wehr", "<p>Eine Notiz"},
		{"lead", "Der Pegel am alten Wehr steigt, und der Regen hält an.\n\n## Später\n\nMehr.", "Der Pegel am alten Wehr steigt", "<p>Der Pegel"},
		{"thematic break", "---\n\nDer Pegel am alten Wehr steigt, und der Regen hält an.", "Der Pegel am alten Wehr steigt", "<hr"},
		{"other heading stays", "---\ntitle: Anders\n---\n# Am Wehr\n\nText, der folgt.", "Anders", "<h1>Am Wehr"},
		{"empty front matter", "---\n---\n# Am Wehr\n\nText, der folgt.", "Am Wehr", "<p>Text"},
		{"notice and dangling heading", "# Am Wehr\n\nText, der folgt.\n\nBitte akzeptieren Sie Cookies.\n\n## Mehr dazu", "Am Wehr", "<p>Text, der folgt.</p>"},
	} {
		d, err := Parse("a.md", []byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		e := d.Entries[0]
		if e.Title != c.title || !strings.HasPrefix(e.Content, c.start) {
			t.Errorf("%s: title %q, content %q; want %q, %q", c.name, e.Title, e.Content, c.title, c.start)
		}
		if strings.Contains(e.Content, "Cookies") || strings.Contains(e.Content, "Mehr dazu") {
			t.Errorf("%s: a notice or a dangling heading is left in %s", c.name, e.Content)
		}
	}
}

// TestMarkdownExtensions checks what is left of marks that only a browser or a style sheet shows.
func TestMarkdownExtensions(t *testing.T) {
	d, err := Parse("a.md", []byte("Das Wehr hält[^1].\n\n- [x] gestrichen\n- [ ] geprüft\n\n| Pegel |\n|--:|\n| 3 |\n\n[^1]: Seit Montag."))
	if err != nil {
		t.Fatal(err)
	}
	e := d.Entries[0]
	if e.Summary != "Das Wehr hält." || e.Title != "Das Wehr hält" {
		t.Errorf("the note is part of the summary %q or the title %q", e.Summary, e.Title)
	}
	for _, there := range []string{"hält<sup>1</sup>.", "<li>☑ gestrichen</li>", "<li>☐ geprüft</li>", `<td align="right">3</td>`, "Seit Montag."} {
		if !strings.Contains(e.Content, there) {
			t.Errorf("%s is missing in %s", there, e.Content)
		}
	}
}

func TestBrokenFrontMatterIsTold(t *testing.T) {
	for _, in := range []string{"---\ntitle: Am Wehr: neu\n---\nText.", "---\n- a\n- b\n---\nText.", "---\ntitle: [a\n---\nText.", "---\na: &a [x]\nb: *c\n---\nText.", "---\ntitle: a\ntitle: b\n---\nText."} {
		_, err := Parse("a.md", []byte(in))
		if news.OutcomeOf(err) != news.OutcomeMalformed || !strings.Contains(err.Error(), "front matter is no YAML") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", in, err)
		}
	}
	d, err := Parse("a.md", []byte("---\ndate: soon\n---\nText, der bleibt."))
	if err != nil || len(d.Repairs) != 1 || !strings.Contains(d.Repairs[0], `"soon"`) {
		t.Errorf("a date that is none: %v, %+v", err, d)
	}
}

func TestDateOfName(t *testing.T) {
	d, err := Parse("2024/2025-12-03-am-wehr.md", []byte("Der Pegel steigt."))
	if err != nil || d.Entries[0].Published.Format(time.DateOnly) != "2025-12-03" {
		t.Errorf("%v %+v", err, d)
	}
}

// TestTangledMarkdown holds that a text with very many marks is read in bounded time, and that none
// of its words are lost.
func TestTangledMarkdown(t *testing.T) {
	for _, unit := range []string{"*a_", "> ", ">", "1. ", "[a](", "![a](", "[](<", "[^a] ", "[^a]: b\n\n", "* a\n", "`", "<a "} {
		start := time.Now()
		d, err := Parse("a.md", []byte("Am Wehr liegt ein Boot.\n\n"+strings.Repeat(unit, (128<<10)/len(unit))))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("128 KiB of %q took %v", unit, took)
		}
		if err != nil || !strings.Contains(d.Entries[0].Content, "Am Wehr liegt ein Boot.") {
			t.Errorf("%q: %v", unit, err)
		}
	}
}
