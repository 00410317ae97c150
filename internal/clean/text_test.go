package clean

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                            "plain",
		" a \n b ":                         "a b",
		"<p>Eins</p><p>Zwei</p>":           "Eins Zwei",
		"a<br>b":                           "a b",
		"<b>zusammen</b>gesetzt":           "zusammengesetzt",
		"&lt;b&gt; &amp; &nbsp;x":          "<b> & x",
		"<script>x()</script>y":            "y",
		"<style>p{}</style>y":              "y",
		"a<!-- weg -->b":                   "ab",
		"1 < 2":                            "1 < 2",
		"<ul><li>a<li>b</ul>":              "a b",
		"x\u202ey\x00z":                    "xyz",
		"<td>a</td><td>b</td>":             "a b",
		"<p>R&eacute;sum&eacute;</p>":      "Résumé",
		"a<script src=x />b":               "ab",
		"a<script>b":                       "a",
		"<svg><text>x</text></svg>y":       "y",
		"a <svg> b":                        "a b",
		"<noscript><b>x</b></noscript>y":   "xy",
		"<iframe src=x><b>x</b></iframe>y": "xy",
		"<noscript><iframe><noembed>x</noembed></iframe></noscript>": "x",
		"<title>x</title>y":                   "y",
		"Das Element <title> und mehr":        "Das Element und mehr",
		"<textarea>a &lt; b</textarea>":       "a < b",
		"<select><option>a<option>b</select>": "a b",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTextIsThatOfHTML checks that Text reads the same from markup and from what HTML
// makes of it.
func TestTextIsThatOfHTML(t *testing.T) {
	for _, attack := range attacks() {
		if strings.Contains(attack, "<iframe") || strings.Contains(attack, "<frame") || strings.Contains(attack, "<embed") {
			continue // a link may stand in for it
		}
		in := "a " + attack + " b"
		if got, want := Text(in), Text(HTML(in, base(t))); got != want {
			t.Errorf("Text(%q) = %q, of its HTML %q", in, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		" a  b\n\tc ":          "a b c",
		"a\u00a0b":             "a b",
		"gnp\u202eexe.":        "gnpexe.",
		"a\x1b[31mb":           "a[31mb",
		"\ufeffa":              "a",
		"bad\xffbyte":          "bad\ufffdbyte",
		"Zürich – „Grüße“ 👩‍🚀": "Zürich – „Grüße“ 👩‍🚀",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	var got []string
	eachWord("Die „Große“ STRASSE, ﬁve 2025 https://example.org/x e-mail covid19!", func(word string) { got = append(got, word) })
	want := []string{"die", "grosse", "strasse", "five", "e", "mail", "covid19"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSignature(t *testing.T) {
	signature := func(title, body string) uint64 { return Signature(title, Text(body)) }
	first := signature("Hochwasser an der Elbe", "<p>Der Pegel steigt auf 7,80 Meter.</p>")
	for name, same := range map[string]uint64{
		"case and markup": signature("HOCHWASSER an der Elbe!", "<div><b>Der</b> Pegel  steigt auf 7,80 Meter</div>"),
		"numbers":         signature("Hochwasser an der Elbe", "<p>Der Pegel steigt auf 7,95 Meter.</p>"),
		"links":           signature("Hochwasser an der Elbe", `<p>Der <a href="https://x.example/">Pegel</a> steigt auf 7,80 Meter. https://x.example/y</p>`),
	} {
		if same != first {
			t.Errorf("%s change the signature", name)
		}
	}
	for name, other := range map[string]uint64{
		"a word":     signature("Hochwasser an der Oder", "<p>Der Pegel steigt auf 7,80 Meter.</p>"),
		"moved word": signature("Hochwasser an der Elbe Der", "<p>Pegel steigt auf 7,80 Meter.</p>"),
		"joined":     signature("Hochwasser an der Elbe", "<p>DerPegel steigt auf 7,80 Meter.</p>"),
	} {
		if other == first {
			t.Errorf("%s does not change the signature", name)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"a <b>c</b>", "&#0;&#xd800;", "\xff\u202e", "<script>", "a\u00a0\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for name, got := range map[string]string{"Text": Text(in), "Line": Line(in)} {
			if again := Line(got); again != got {
				t.Errorf("%s(%q) = %q is no line: %q", name, in, got, again)
			}
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\t\x00") {
				t.Errorf("%s(%q) = %q", name, in, got)
			}
		}
	})
}

// The fast path for a single paragraph gives the same text as the tokenizer.
func TestTextOfOneParagraph(t *testing.T) {
	for _, inside := range []string{"", "a", " a \n b ", "a &amp; b &lt;c&gt; &nbsp;&eacute;&#x1F600; &unknown; &amp", "a\r\nb\rc\x00d\ufffd\xff", "3 > 2 &\u202e", "a<br>b", "<b>a</b>", "a</p><p>b"} {
		markup := "<p>" + inside + "</p>"
		var out strings.Builder
		visible(&out, markup)
		if got, want := Text(markup), Line(out.String()); got != want {
			t.Errorf("Text(%q) = %q, want %q", markup, got, want)
		}
	}
}
