package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tributary/internal/clean"
	"tributary/internal/feedtest"
	"tributary/internal/news"
)

const (
	titleText  = "{source}: {title} ({date})"
	footerText = `<p>Aus <a href="{home}" title="{title}">{source}</a> von {author}, {outlet}. <a href="{story}">Mehr</a>, <a href="https://x.example/?u={link}">teilen</a> {{x}}</p>`
)

// dressedEdition has a template of each kind, and items of every kind.
func dressedEdition() *news.Edition {
	e := richEdition()
	e.Feed.Duplicates, e.Feed.ItemTitle, e.Feed.ItemFooter = news.Collapse, titleText, footerText
	return e
}

func TestGoldenTemplates(t *testing.T) {
	for _, f := range writers {
		t.Run(f.ext, func(t *testing.T) {
			got := render(t, f.write, dressedEdition())
			if f.ext == "json" {
				var lines bytes.Buffer
				if err := json.Indent(&lines, got, "", "  "); err != nil {
					t.Fatal(err)
				}
				got = lines.Bytes()
			}
			feedtest.Golden(t, filepath.Join("testdata", "encode", "template."+f.ext+".golden"), got)
		})
	}
}

// Whatever an item contains, a filled footer is safe HTML of the shape of its template,
// and a filled title is one line of text.
func TestTemplatesKeepTheirShape(t *testing.T) {
	for _, nasty := range []string{
		`"><script>alert(1)</script>`, `' onmouseover='x`, "</p></a><iframe src=https://x.example>", "{source}{{.link}}", "{{", "javascript:alert(1)", "a\x00b\nc", "<!--", "]]>", "",
	} {
		e := dressedEdition()
		for i := range e.Shown {
			s := &e.Shown[i]
			s.Entry.Title, s.SourceTitle, s.Source.Outlet, s.Source.Site, s.Entry.Link = nasty, nasty, nasty, nasty, nasty
			s.Entry.Authors = []news.Person{{Name: nasty}}
		}
		p := Prepare(e)
		for i, it := range p.items {
			if clean.HTML(it.footer, nil) != it.footer {
				t.Errorf("%q: the footer %q is not clean", nasty, it.footer)
			}
			if n := strings.Count(it.footer, "<"); n != 8 { // p and three a, and their ends
				t.Errorf("%q: %d tags in %q, want 8", nasty, n, it.footer)
			}
			if it.title != clean.Line(it.title) || it.title == "" {
				t.Errorf("%q: title %q", nasty, it.title)
			}
			if strings.Contains(it.footer, "javascript:") && !strings.Contains(it.footer, ">javascript:") && !strings.Contains(it.footer, `title="javascript:`) {
				t.Errorf("%q leads somewhere: %q", nasty, it.footer)
			}
			if s := p.Edition.Shown[i]; s.Heading != it.title || s.Footer != it.footer {
				t.Errorf("%q: the page gets %q and %q, the formats %q and %q", nasty, s.Heading, s.Footer, it.title, it.footer)
			}
		}
	}
}

// Every name of a template has a value at every item.
func TestTemplateValues(t *testing.T) {
	bare := shownBare()
	bare.Entry.Title, bare.Entry.Authors, bare.Entry.Content, bare.Source.Site = "", nil, "<p>Nur Text.</p>", ""
	seed := shownSeed()
	for name, c := range map[string]struct {
		shown news.Shown
		want  map[string]string
	}{
		"full": {shownFull(), map[string]string{
			"title": `Brücke "Alte Wache": Stadt & Land <b>einig</b> – 50 %`, "source": "Tagblatt – Stadt", "outlet": "tagblatt.example", "author": "Anna Müller, Söhne & Co",
			"date": "2026-03-09", "link": "https://tagblatt.example/stadt/br%C3%BCcke?id=1&ref=a%7Cb", "home": "https://tagblatt.example/",
			"story": "https://river.example/fluss/stories/story00000000001",
		}},
		"bare": {bare, map[string]string{"title": "Nur Text.", "source": bare.SourceTitle, "author": bare.SourceTitle}},
		"seed": {seed, map[string]string{"outlet": "Seeds", "home": "https://river.example/fluss/sources/seeds", "link": "https://river.example/fluss/stories/story00000000003"}},
	} {
		e := emptyEdition()
		e.Shown = []news.Shown{c.shown}
		item := Prepare(e).items[0]
		got := valuesOf(e.Site, &c.shown, &item)
		for _, name := range TemplateNames() {
			if got[name] == "" {
				t.Errorf("%s: {%s} is empty", c.shown.SourceTitle, name)
			}
		}
		if len(got) != len(TemplateNames()) {
			t.Errorf("%d values for %d names", len(got), len(TemplateNames()))
		}
		for key, want := range c.want {
			if got[key] != want {
				t.Errorf("%s: {%s} is %q, want %q", name, key, got[key], want)
			}
		}
	}
}

// The footer comes last. If there is no text, it is the text.
func TestFooterEndsTheText(t *testing.T) {
	e := alsoEdition("de")
	e.Feed.ItemFooter = "<p>{source}</p>"
	if got, want := Prepare(e).items[0].text(), "Das Echo</a></p>\n<p>Tagblatt – Stadt</p>"; !strings.Contains(got, "Auch bei:") || !strings.HasSuffix(got, "</a></p>\n<p>Tagblatt – Stadt</p>") {
		t.Errorf("got %q, want it to end like %q", got, want)
	}
	for i := range e.Shown {
		clean.Cut(&e.Shown[i].Entry, news.LinkOnly)
		e.Shown[i].Named = nil
	}
	for _, it := range Prepare(e).items {
		if it.text() != it.footer || it.footer == "" {
			t.Errorf("content: link: got %q, want the footer %q alone", it.text(), it.footer)
		}
	}
	if got := Prepare(e).items[2].heading(); strings.Contains(got, "Tagblatt") {
		t.Errorf("an item without title and text is called %q, by its footer", got)
	}
}

// A feed without templates, or with invalid ones, is not changed.
func TestWithoutTemplates(t *testing.T) {
	plain, broken := richEdition(), richEdition()
	broken.Feed.ItemTitle, broken.Feed.ItemFooter = "{titel", "<p>{"
	for _, f := range writers {
		if !bytes.Equal(render(t, f.write, plain), render(t, f.write, broken)) {
			t.Errorf("%s: a broken template leaves traces", f.ext)
		}
	}
	if p := Prepare(plain); p.Edition != plain {
		t.Error("the edition was copied for nothing")
	}
	e := dressedEdition()
	if Prepare(e); e.Shown[0].Heading != "" || e.Shown[0].Footer != "" {
		t.Error("preparing changed the edition")
	}
}

func TestCheckTemplate(t *testing.T) {
	for _, c := range []struct {
		check func(string) error
		text  string
		at    int
		want  string // part of the message; "" for none
	}{
		{CheckTitle, "", 0, ""},
		{CheckTitle, "{source}: {title}", 0, ""},
		{CheckTitle, "{{ä}} {title} <script>", 0, ""},
		{CheckTitle, "ä {titel}", 2, "unknown name {titel}"},
		{CheckTitle, "ä {}", 2, "unknown name {}"},
		{CheckTitle, "ä {a {title}", 2, "ends with }"},
		{CheckTitle, "ä {", 2, "ends with }"},
		{CheckTitle, "ä {{{", 4, "ends with }"},
		{CheckTitle, "ä }", 2, "stands twice"},
		{CheckTitle, strings.Repeat("ä", maxTemplate), 0, ""},
		{CheckTitle, strings.Repeat("ä", maxTemplate+1), maxTemplate, "too long"},
		{CheckFooter, "plain & simple", 0, ""},
		{CheckFooter, footerText, 0, ""},
		{CheckFooter, "<p>not closed", 0, ""},
		{CheckFooter, `<img src="https://me.example/{date}.png" alt="{title}">`, 0, ""},
		{CheckFooter, "<!-- {title} --><hr>", 0, ""},
		{CheckFooter, `<p>ä</p><p class="x">`, 0, "class= of <p>"},
		{CheckFooter, "ä<style>p{{}}</style>", 1, "<style> cannot stand"},
		{CheckFooter, `ä <A HREF="{author}">x</A>`, 2, "whole address"},
		{CheckFooter, `<a href="{link}`, 0, "not closed"},
		{CheckFooter, `<p {title}>`, 0, "<p> cannot stand"},
		{CheckFooter, "{{{{if}}}} {{.link}} {title}", 0, ""},
	} {
		err := c.check(c.text)
		var bad *TemplateError
		switch {
		case err == nil && c.want == "":
		case !errors.As(err, &bad):
			t.Errorf("%.40q: got %v, want %q", c.text, err, c.want)
		case bad.At != c.at || c.want == "" || !strings.Contains(bad.Text, c.want):
			t.Errorf("%.40q: got %q at %d, want %q at %d", c.text, bad.Text, bad.At, c.want, c.at)
		}
	}
}

// FuzzTemplate checks that a template that passes the check is filled without loss, and clean.
func FuzzTemplate(f *testing.F) {
	f.Add(footerText, "Anna")
	f.Add("<p>{title}", `"><b>`)
	f.Add(`<a href="{link}{title}">{{`, "x y")
	f.Fuzz(func(t *testing.T, text, value string) {
		if CheckFooter(text) != nil {
			return
		}
		e := dressedEdition()
		e.Shown, e.Feed.ItemFooter = e.Shown[:1], text
		e.Shown[0].Entry.Title, e.Shown[0].SourceTitle = value, value
		if it := Prepare(e).items[0]; clean.HTML(it.footer, nil) != it.footer {
			t.Errorf("%q with %q: %q is not clean", text, value, it.footer)
		}
	})
}

// BenchmarkTemplates measures a title and a footer for 100 items.
func BenchmarkTemplates(b *testing.B) {
	e := dressedEdition()
	one := e.Shown[0]
	e.Shown = nil
	for range 100 {
		e.Shown = append(e.Shown, one)
	}
	for name, footer := range map[string]string{"without": "", "with": footerText} {
		b.Run(name, func(b *testing.B) {
			e.Feed.ItemTitle, e.Feed.ItemFooter = "", footer
			if footer != "" {
				e.Feed.ItemTitle = titleText
			}
			for b.Loop() {
				Prepare(e)
			}
		})
	}
}
