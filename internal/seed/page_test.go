package seed

import (
	"strings"
	"testing"
	"time"
)

func TestPage(t *testing.T) {
	const page = `<!doctype html><html lang="de-CH"><head><title>Am Wehr | Flussbote</title>
<meta property="og:title" content="Am Wehr"><meta name="description" content="Kurz &amp; gut">
<link rel="canonical" href="https://example.org/a/wehr.html"><meta name="author" content="Wilma Auental"><meta property="article:author" content="https://example.org/wilma">
<meta property="article:published_time" content="2025-12-03T10:15:00+01:00"><meta property="article:modified_time" content="2025-12-04"></head>
<body><header>Flussbote</header><nav><a href="/">Start</a></nav>
<article><header><h1>Am Wehr</h1><p>Von Wilma Auental</p><time datetime="2020-01-01">damals</time></header>
<p>Der erste Absatz, mit <a href="../b">Verweis</a>.</p><aside>Werbung rechts</aside><form><button>Senden</button></form>
<p>Bitte akzeptieren Sie Cookies, um diese Karte zu sehen.</p><h2>Später</h2><p>Der zweite Absatz.</p><h2>Mehr</h2></article>
<article><p>Kurz.</p></article><footer>Impressum</footer><script>alert(1)</script></body></html>`
	d, err := Parse("a.html", []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	e := d.Entries[0]
	if e.Title != "Am Wehr" || e.Summary != "Kurz &amp; gut" || e.Link != "https://example.org/a/wehr.html" || e.Language != "de-ch" {
		t.Errorf("title %q, summary %q, link %q, language %q", e.Title, e.Summary, e.Link, e.Language)
	}
	if got, want := e.Published.Format(time.RFC3339), "2025-12-03T09:15:00Z"; got != want || e.Updated.Format(time.DateOnly) != "2025-12-04" {
		t.Errorf("published %s, want %s; updated %s", got, want, e.Updated)
	}
	if len(e.Authors) != 1 || e.Authors[0].Name != "Wilma Auental" {
		t.Errorf("authors %+v", e.Authors)
	}
	for _, there := range []string{"erste Absatz", `href="https://example.org/b"`, "<h2>Später</h2>", "zweite Absatz"} {
		if !strings.Contains(e.Content, there) {
			t.Errorf("%q is missing in %s", there, e.Content)
		}
	}
	for _, gone := range []string{"Flussbote", "Start", "Werbung", "Senden", "Impressum", "alert", "<h1", "Von Wilma", "Cookies", "Mehr", "Kurz."} {
		if strings.Contains(e.Content, gone) {
			t.Errorf("%q is in %s", gone, e.Content)
		}
	}
}

func TestBarePages(t *testing.T) {
	for _, c := range []struct{ name, in, title, day string }{
		{"fragment", "<h1>Am Wehr</h1><p>Der erste Absatz.</p>", "Am Wehr", ""},
		{"title only", "<title>Am Wehr</title><p>Der erste Absatz.</p>", "Am Wehr", ""},
		{"no title", "<p>Der Pegel am alten Wehr steigt, und der Regen hält an.</p>", "Der Pegel am alten Wehr steigt", ""},
		{"time in the text", "<h1>Am Wehr</h1><p>Der erste Absatz.</p><time datetime=2025-12-03>gestern</time>", "Am Wehr", "2025-12-03"},
		{"windows-1252 declared", "<meta charset=windows-1252><h1>\x84Am Wehr\x93 \xfcber Nacht</h1><p>Der erste Absatz.</p>", "„Am Wehr“ über Nacht", ""},
		{"windows-1252 undeclared", "<h1>Am Wehr \xfcber Nacht</h1><p>Der erste Absatz.</p>", "Am Wehr über Nacht", ""},
		{"UTF-8 declared as another", "<meta charset=iso-8859-1><h1>Am Wehr über Nacht</h1><p>Der erste Absatz.</p>", "Am Wehr über Nacht", ""},
		{"KOI8-R declared", "<meta charset=koi8-r><h1>\xf2\xc5\xcb\xc1</h1><p>\xf2\xc5\xcb\xc1 \xf2\xc5\xcb\xc1</p>", "Река", ""},
		{"role", "<div>Kopf</div><div role=main><h1>Am Wehr</h1><p>Der erste Absatz.</p></div>", "Am Wehr", ""},
	} {
		d, err := Parse("a.htm", []byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		e := d.Entries[0]
		day := ""
		if !e.Published.IsZero() {
			day = e.Published.Format(time.DateOnly)
		}
		if e.Title != c.title || day != c.day || e.Summary == "" || strings.Contains(e.Content, "Kopf") {
			t.Errorf("%s: title %q, published %q, summary %q", c.name, e.Title, day, e.Summary)
		}
	}
}

// TestPageBase checks that a base element precedes the page's own address (HTML section 4.2.3).
func TestPageBase(t *testing.T) {
	d, err := Parse("a.html", []byte(`<base href="https://b.example/x/"><link rel="canonical" href="https://a.example/1"><p>Ein <a href="y">Verweis</a>.</p>`))
	if err != nil {
		t.Fatal(err)
	}
	if e := d.Entries[0]; e.Link != "https://a.example/1" || !strings.Contains(e.Content, `href="https://b.example/x/y"`) {
		t.Errorf("link %q, content %s", e.Link, e.Content)
	}
}

// TestDeepPage holds that deep nesting neither overflows the stack nor takes long.
func TestDeepPage(t *testing.T) {
	for _, open := range []string{"<div>", "<b>", "<table>", "<svg>", "<ul><li>"} {
		start := time.Now()
		_, err := Parse("a.html", []byte(strings.Repeat(open, 100_000)+"Ein Satz am Grund."))
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("100,000 %s took %v (%v)", open, took, err)
		}
	}
}
