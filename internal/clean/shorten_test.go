package clean

import (
	"strings"
	"testing"

	"tributary/internal/news"
)

func TestShorten(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"fits":                       {"<p>Eins.</p><p>Zwei.</p>", "<p>Eins.</p><p>Zwei.</p>"},
		"behind the last paragraph":  {"<p>Eins eins.</p><p>Zwei.</p><p>Drei drei drei drei.</p>", "<p>Eins eins.</p><p>Zwei.</p>"},
		"what is open is closed":     {"<div><ul><li>Eins eins.</li><li>Zwei zwei zwei.</li></ul></div>", "<div><ul><li>Eins eins.</li></ul></div>"},
		"a line":                     {"Eins eins eins.<br>Zwei zwei zwei zwei zwei.", "Eins eins eins.<br>"},
		"one long paragraph":         {"<p><b>Eins zwei drei vier fünf sechs</b> sieben</p>", "<p><b>Eins zwei drei vier fünf…</b></p>"},
		"a short one and a long one": {"<p>Ja.</p><p>Eins zwei drei vier fünf sechs sieben</p>", "<p>Ja.</p><p>Eins zwei drei…</p>"},
		"without blanks":             {strings.Repeat("東", 20), strings.Repeat("東", 10) + "…"},
		"a character reference":      {strings.Repeat("a", 28) + "&amp;" + strings.Repeat("b", 20), strings.Repeat("a", 28) + "…"},
		"a large tag":                {`<p>Eins zwei <a href="https://a.example/` + strings.Repeat("x", 30) + `">drei</a></p>`, "<p>Eins zwei </p>"},
	} {
		got, short := shorten(c.in, 32)
		if got != c.want || short != (got != c.in) {
			t.Errorf("%s: %q, %v; want %q", name, got, short, c.want)
		}
		if again := HTML(got, nil); again != strings.TrimSpace(got) {
			t.Errorf("%s: %q is no HTML of ours: %q", name, got, again)
		}
	}
}

func TestReadOn(t *testing.T) {
	e := news.Entry{Link: "https://a.example/?a=1&b=2", Language: "de-AT", Content: strings.Repeat("<p>Ein Absatz mit Text.</p>", 10_000)}
	if !Shorten(&e) || len(e.Content) > news.MaxTextBytes || len(e.Content) < news.MaxTextBytes-100 {
		t.Fatalf("%d bytes", len(e.Content))
	}
	if ReadOn(&e); !strings.HasSuffix(e.Content, "</p>\n"+`<p><a href="https://a.example/?a=1&amp;b=2">Weiterlesen</a></p>`) {
		t.Errorf("ends with %q", e.Content[len(e.Content)-100:])
	}
	e = news.Entry{Summary: "kurz", Content: "<p>Auch kurz</p>"}
	if Shorten(&e) {
		t.Error("short texts were cut")
	}
}

// FuzzShorten checks that what remains of cleaned HTML is cleaned HTML.
func FuzzShorten(f *testing.F) {
	f.Add("<div><p>a</p><table><tr><td>b", 12)
	f.Add("<math><mi>x</mi></math><br>&amp;&amp;&amp;", 9)
	f.Fuzz(func(t *testing.T, markup string, most int) {
		whole := HTML(markup, nil)
		got, short := shorten(whole, max(most, 8))
		if !short {
			return
		}
		if again := HTML(got, nil); again != strings.TrimSpace(got) {
			t.Errorf("%q cut to %q is %q", whole, got, again)
		}
	})
}
