package discover

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"tributary/internal/clean"
)

// paragraphs is long enough for a text to count as an article.
const paragraphs = `<p>Der Pegel am alten Wehr stieg in der Nacht um vierzig Zentimeter, und am Morgen stand das Wasser in den unteren Gärten. Die Feuerwehr legte Sandsäcke, die Schule blieb geschlossen, und der Bürgermeister ging von Haus zu Haus.</p>
<p>Gegen Mittag fiel der Regen schwächer, doch die Flussmeisterei warnte davor, schon aufzuräumen. Oben im Tal seien die Rückhaltebecken voll, sagte ihre Leiterin, und was dort abfließe, komme erst am Abend an.</p>
<p>Seit dem letzten Hochwasser hat die Gemeinde zwei Deiche erhöht und eine Brücke ersetzt. Beides habe sich bewährt, hieß es, nur der Weg am Ufer sei wieder unterspült und müsse gesperrt bleiben, bis das Gelände trocken ist.</p>`

// newsPage returns a page with a menu, a cookie notice and links around the article.
func newsPage(head, article string) string {
	return `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Pegel steigt | Talbote</title>` + head + `</head><body>
<nav><ul><li><a href="/">Start</a></li><li><a href="/sport">Sport</a></li><li><a href="/wetter">Wetter</a></li></ul></nav>
<div class="cookie-banner"><p>Wir verwenden Cookies.</p><button>Ja</button></div>
<main><article class="story"><h1>Pegel steigt</h1>` + article + `</article></main>
<aside class="related"><ul><li><a href="/a">Mehr dazu</a></li><li><a href="/b">Das Wetter morgen</a></li></ul></aside>
<footer><p>Impressum, Datenschutz</p></footer></body></html>`
}

func read(page, selector string) (string, error) {
	return Article(Page{URL: "https://talbote.example/lokal/pegel.html", ContentType: "text/html", Body: []byte(page)}, selector)
}

func TestArticle(t *testing.T) {
	picture := `<figure><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/bilder/wehr.jpg" alt="Das Wehr" width="800" height="600"><figcaption>Das Wehr am Morgen</figcaption></figure>`
	got, err := read(newsPage("", picture+paragraphs+`<script>track()</script>`), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"um vierzig Zentimeter", "bis das Gelände trocken ist", `src="https://talbote.example/bilder/wehr.jpg"`, "Das Wehr am Morgen"} {
		if !strings.Contains(got, want) {
			t.Errorf("the article lacks %q:\n%s", want, got)
		}
	}
	for _, other := range []string{"Cookies", "Sport", "Impressum", "Mehr dazu", "script", "track", "class="} {
		if strings.Contains(got, other) {
			t.Errorf("the article holds %q, which is not of it:\n%s", other, got)
		}
	}
}

func TestArticleBySelector(t *testing.T) {
	page := newsPage(`<base href="/archiv/2026/">`, `<div class="body"><p>Kurz.</p><div class="body"><a href="karte.html">Karte</a></div></div><p class="body">Ende.</p><p>Werbung</p>`)
	got, err := read(page, ".story .body, .missing")
	if err != nil {
		t.Fatal(err)
	}
	want := `<div><p>Kurz.</p><div><a href="https://talbote.example/archiv/2026/karte.html">Karte</a></div></div><p>Ende.</p>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArticleInItsCharacterSet(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String(strings.Replace(newsPage("", paragraphs), "utf-8", "windows-1252", 1))
	if err != nil {
		t.Fatal(err)
	}
	got, err := read(latin, "")
	if err != nil || !strings.Contains(got, "unteren Gärten") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestArticleAsksForPayment(t *testing.T) {
	cases := map[string]string{
		"schema.org":      newsPage(`<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree": "False"}</script>`, paragraphs),
		"schema.org bool": newsPage(`<script type="application/ld+json">{"@type":"NewsArticle","hasPart":[{"isAccessibleForFree":false}]}</script>`, paragraphs),
		"content tier":    newsPage(`<meta property="article:content_tier" content="locked">`, paragraphs),
		"German notice":   newsPage("", paragraphs+`<p>Weiterlesen mit TB+: Dieser Artikel ist exklusiv für Abonnenten.</p>`),
		"English notice":  newsPage("", paragraphs+`<p>Subscribe to continue reading. Already a subscriber? Log in.</p>`),
		"consent":         newsPage("", `<p>Mit Werbung weiterlesen: Besuchen Sie uns wie gewohnt mit Werbung und Tracking, und zwar auf allen Seiten unseres Angebots.</p>`),
	}
	for name, page := range cases {
		if got, err := read(page, ""); !errors.Is(err, errPaid) {
			t.Errorf("%s: got %q, %v, want errPaid", name, got, err)
		}
	}
	free := newsPage(`<script type="application/ld+json">{"isAccessibleForFree":true}</script><meta property="article:content_tier" content="free">`, paragraphs)
	if _, err := read(free, ""); err != nil {
		t.Errorf("a page that is free: %v", err)
	}
	about := newsPage("", strings.Repeat(paragraphs, 6)+`<p>Viele Zeitungen schreiben dann: Subscribe to continue reading.</p>`)
	if _, err := read(about, ""); err != nil {
		t.Errorf("an article about such notices: %v", err)
	}
}

func TestArticleRefuses(t *testing.T) {
	cases := []struct{ name, contentType, page, selector, want string }{
		{"a document of another kind", "application/pdf", "%PDF-1.7", "", "it is no page but application/pdf"},
		{"nothing matches", "text/html", newsPage("", paragraphs), ".absent", `the selector ".absent" matches nothing on the page`},
		{"no selector", "text/html", newsPage("", paragraphs), "p:(", `the selector "p:(" cannot be read`},
		{"no text", "text/html", `<html><body><script>boot()</script></body></html>`, "", "no article was found on the page"},
		{"empty", "", "", "", "the page is empty"},
		{"too large", "text/html", strings.Repeat("x", maxPage+1), "", "the page has more than 4 MiB"},
		{"too many elements", "text/html", strings.Repeat("<i>", 4*maxElements+1), "", "the page has too many elements"},
	}
	for _, c := range cases {
		got, err := Article(Page{URL: "https://talbote.example/", ContentType: c.contentType, Body: []byte(c.page)}, c.selector)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %q, %v, want %s", c.name, got, err, c.want)
		}
	}
}

// hostilePages return pages that cost a naive parser minutes or its stack.
func hostilePages() map[string]string {
	return map[string]string{
		"deep divs":        strings.Repeat("<div>", 60_000),
		"open formatting":  strings.Repeat("<b><i><u>", 20_000) + "x",
		"nested tables":    strings.Repeat("<table><tr><td>", 20_000),
		"many paragraphs":  "<article>" + strings.Repeat("<p>, a, b, c, d", 79_000) + "</article>",
		"many links":       strings.Repeat(`<a href="x">y</a> `, 39_000),
		"many attributes":  "<p " + strings.Repeat("a=b ", 500_000) + ">x",
		"one long text":    "<p>" + strings.Repeat("Wort, ", 600_000),
		"commas in divs":   strings.Repeat("<div>"+strings.Repeat("a, ", 40)+"</div>", 19_000),
		"breaks":           "<div>" + strings.Repeat("<br>", 79_000) + "</div>",
		"foreign content":  strings.Repeat("<svg><math><mi>", 20_000),
		"unclosed comment": "<p>x<!--" + strings.Repeat("-", 3_000_000),
		"json-ld":          `<script type="application/ld+json">` + strings.Repeat(`{"a":[`, 300_000) + "</script>" + paragraphs,
		"ampersands":       "<p>" + strings.Repeat("&", 3_000_000),
	}
}

// BenchmarkHostilePages reports the time and memory of each. The tests have no time limit, because
// the speed of machines varies.
func BenchmarkHostilePages(b *testing.B) {
	for name, page := range hostilePages() {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = read(page, "")
			}
		})
	}
}

// TestHostilePages holds that none takes minutes or crashes the process.
func TestHostilePages(t *testing.T) {
	for name, page := range hostilePages() {
		for _, selector := range []string{"", "div, p"} {
			start := time.Now()
			_, err := read(page, selector)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s took %v (%v)", name, took, err)
			}
		}
	}
}

func FuzzArticle(f *testing.F) {
	f.Add(newsPage("", paragraphs), "")
	f.Add(newsPage("", paragraphs), "article > p")
	f.Add("<base href=//x><p>a", "p")
	f.Fuzz(func(t *testing.T, page, selector string) {
		got, err := read(page, selector)
		if (err == nil) != (got != "") {
			t.Fatalf("article %q with error %v", got, err)
		}
		if again := clean.HTML(got, nil); again != got {
			t.Fatalf("not clean:\n%s\n%s", got, again)
		}
	})
}
