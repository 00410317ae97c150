package seed

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"tributary/internal/news"
)

// wide encodes text as UTF-16 in little or big endian.
func wide(text string, big bool) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if big {
			out = append(out, byte(unit>>8), byte(unit))
		} else {
			out = append(out, byte(unit), byte(unit>>8))
		}
	}
	return out
}

func TestEncodings(t *testing.T) {
	const text = "Der Fluß ist über die Ufer getreten – und „alle“ sahen zu."
	latin := strings.NewReplacer("ß", "\xdf", "ü", "\xfc", "–", "\x96", "„", "\x84", "“", "\x93").Replace(text)
	for name, data := range map[string][]byte{
		"UTF-8":               []byte(text),
		"UTF-8 with mark":     []byte("\xef\xbb\xbf" + text),
		"UTF-16 LE with mark": wide("\ufeff"+text, false),
		"UTF-16 BE with mark": wide("\ufeff"+text, true),
		"UTF-16 LE":           wide(text, false),
		"UTF-16 BE":           wide(text, true),
		"windows-1252":        []byte(latin),
		"one pasted byte":     []byte(strings.Replace(text, "ü", "\xfc", 1)),
		"control characters":  []byte(strings.Replace(text, "ist", "i\x02st", 1)),
		"cut in a character":  []byte(text + " \xe2\x80"),
	} {
		d, err := Parse("a.txt", data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := d.Entries[0].Content, "<p>"+text+"</p>"; strings.TrimSpace(got) != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if repaired := !strings.HasPrefix(name, "UTF-8"); repaired != (len(d.Repairs) > 0) {
			t.Errorf("%s: repairs told: %q", name, d.Repairs)
		}
	}
}

func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\n\n", "\r\n\r\n", "\r\r", "\u2029", "\u2028\u2028", "\u0085\u0085"} {
		d, err := Parse("a.txt", []byte(long+end+long+" Ja."))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(d.Entries[0].Content, "<p>"); got != 2 {
			t.Errorf("%q divides into %d paragraphs, want 2", end, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for _, c := range []struct {
		name, path, data string
		outcome          news.Outcome
		want             string
	}{
		{"empty", "a.txt", "", news.OutcomeNotAFeed, "a.txt: the file is empty; a seed needs some text"},
		{"blank", "a.md", " \n\t\n", news.OutcomeNotAFeed, "a.md: the file is empty; a seed needs some text"},
		{"noise", "a.txt", string(noise), news.OutcomeNotAFeed, "a.txt: not text: it holds bytes that no text has; save it as UTF-8"},
		{"windows-1251", "a.txt", "\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0, \xfd\xf2\xee \xf2\xe5\xea\xf1\xf2 \xef\xf0\xee \xf0\xe5\xea\xf3.", news.OutcomeNotAFeed, "a.txt: neither UTF-8 nor windows-1252, and no other encoding is guessed; save it as UTF-8"},
		{"PDF", "a.txt", "%PDF-1.7\n\x00\x01\x02 text", news.OutcomeNotAFeed, "a.txt: not text: it holds bytes that no text has; save it as UTF-8"},
		{"picture", "a.html", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", news.OutcomeNotAFeed, "a.html: not text: it holds bytes that no text has; save it as UTF-8"},
		{"only notices", "a.txt", "Anzeige\n\nMehr zum Thema", news.OutcomeNotAFeed, "a.txt: no text in it besides markup, metadata and notices; a seed needs a sentence"},
		{"only symbols", "a.txt", "*** --- !!!", news.OutcomeNotAFeed, "a.txt: no text in it besides markup, metadata and notices; a seed needs a sentence"},
		{"only markup", "a.html", "<p><img src=x></p>", news.OutcomeNotAFeed, "a.html: no text in it besides markup, metadata and notices; a seed needs a sentence"},
		{"only front matter", "a.md", "---\ntitle: x\n---\n", news.OutcomeNotAFeed, "a.md: no text in it besides markup, metadata and notices; a seed needs a sentence"},
		{"kind", "a.docx", "PK", news.OutcomeNotAFeed, `a.docx: files ending in ".docx" are not read; a seed ends in .txt .md .html .xml .rss .atom or .json`},
		{"too large", "a.txt", strings.Repeat("x", MaxBytes+1), news.OutcomeTooLarge, "a.txt: 10 MiB; a seed has at most 10 MiB"},
		{"draft", "a.md", "---\ndraft: true\n---\nText.", news.OutcomeNotAFeed, "a.md: its front matter says that it is a draft; remove that line to publish it"},
		{"open front matter", "a.md", "---\ntitle: x\n\nText.", news.OutcomeMalformed, "a.md: its front matter has no end; close it with a line of three dashes (---)"},
		{"TOML", "a.md", "+++\ntitle = \"x\"\n+++\nText.", news.OutcomeMalformed, "a.md: front matter between +++ lines (TOML) is not read; write YAML between --- lines"},
	} {
		d, err := Parse(c.path, []byte(c.data))
		if err == nil {
			t.Errorf("%s was read: %+v", c.name, d)
			continue
		}
		if got := news.OutcomeOf(err); got != c.outcome {
			t.Errorf("%s: outcome %s, want %s", c.name, got, c.outcome)
		}
		if err.Error() != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, err, c.want)
		}
	}
}
