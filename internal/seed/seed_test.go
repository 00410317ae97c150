package seed

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/internal/clean"
	"tributary/internal/feedtest"
)

// shippedSeeds is the folder of documents that come with the project.
const shippedSeeds = "../../seeds"

// TestShippedSeeds compares every shipped document, read through a scan as in the daemon, with the
// expected result.
func TestShippedSeeds(t *testing.T) {
	s, err := Read(t.Context(), filepath.Join(shippedSeeds, "*"), nil, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Skipped) > 0 || s.Pending {
		t.Errorf("skipped %v, pending %v", s.Skipped, s.Pending)
	}
	var out strings.Builder
	languages := map[string]int{}
	for _, f := range s.Files {
		for _, e := range s.Document.Entries {
			if !f.Owns(e.GUID) {
				continue
			}
			language, _, _ := strings.Cut(e.Language, "-")
			languages[language]++
			dump(t, &out, f.Path, e)
		}
	}
	for _, repair := range s.Document.Repairs {
		out.WriteString(repair + "\n")
	}
	if len(s.Files) < 8 || languages["de"] < 4 || languages["en"] < 4 {
		t.Errorf("%d files, languages %v; want 8 files, 4 entries in de and 4 in en", len(s.Files), languages)
	}
	feedtest.Golden(t, filepath.Join("testdata", "shipped.golden"), []byte(out.String()))
}

// dump writes an entry in a form that a person can judge in a diff.
func dump(t *testing.T, out *strings.Builder, path string, entry any) {
	t.Helper()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	out.WriteString("== " + path + "\n")
	if err := encoder.Encode(entry); err != nil {
		t.Fatal(err)
	}
}

// TestWordsStayInOrder holds that only the words of notices, metadata and dangling headings are
// left out of the shipped texts, and that the others stay in order.
func TestWordsStayInOrder(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join(shippedSeeds, "*.txt"))
	if len(paths) == 0 {
		t.Fatal("no shipped texts")
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(path, data)
		if err != nil {
			t.Fatal(err)
		}
		words := wordsOf(string(data))
		kept := wordsOf(clean.Text(d.Entries[0].Content))
		if !inOrder(kept, words) {
			t.Errorf("%s: words were changed or moved", path)
		}
		if len(kept)*10 < len(words)*8 {
			t.Errorf("%s: %d of %d words were kept", path, len(kept), len(words))
		}
	}
}

// inOrder reports whether some is a subsequence of all.
func inOrder(some, all []string) bool {
	for _, word := range some {
		at := slices.Index(all, word)
		if at < 0 {
			return false
		}
		all = all[at+1:]
	}
	return true
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ declared, text, want string }{
		{"", "Der Fluss führt in diesem Frühjahr mehr Wasser als sonst, und das Dorf sieht zu.", "de"},
		{"", "The river carries more water than usual this spring, and the village watches it.", "en"},
		{"", "La rivière porte plus d'eau que d'habitude ce printemps, et tout le village la regarde.", "fr"},
		{"", "Deze lente voert de rivier meer water dan gewoonlijk, en het hele dorp kijkt toe.", "nl"},
		{"", "Этой весной река несёт больше воды, чем обычно, и вся деревня на неё смотрит. Мельник говорит, что такого не было уже десять лет, и что рыбы тоже стало больше.", "ru"},
		{"", "今年の春は川の水がいつもより多く、村の人々はそれを見守っています。", "ja"},
		{"", "Pegel 143 cm", ""},
		{"", "12345 67890 12345 67890 12345", ""},
		{"de_AT", "The river is wide.", "de-at"},
		{"German", "", "de"},
		{"en_GB.UTF-8", "", "en-gb"},
		{"no such language", "Der Fluss führt in diesem Frühjahr mehr Wasser als sonst, und das Dorf sieht zu.", "de"},
		{"und", "", ""},
	} {
		if got := languageOf(c.declared, c.text); got != c.want {
			t.Errorf("declared %q, text %q: %q, want %q", c.declared, c.text, got, c.want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2025-12-03": "2025-12-03T00:00:00Z", "2025-12-03T10:15": "2025-12-03T10:15:00Z", "2025-12-03T10:15:30.5+01:00": "2025-12-03T09:15:30Z",
		"2025-12-03 10:15:30 +0100": "2025-12-03T09:15:30Z", "3.12.2025": "2025-12-03T00:00:00Z", "03.12.2025, 10:15 Uhr": "2025-12-03T10:15:00Z",
		"3. Dezember 2025": "2025-12-03T00:00:00Z", "1. März 2024": "2024-03-01T00:00:00Z", "3. Dezember 2025 um 10:15 Uhr": "2025-12-03T10:15:00Z",
		"December 3, 2025": "2025-12-03T00:00:00Z", "3 December 2025": "2025-12-03T00:00:00Z", "Wed, 03 Dec 2025 10:15:00 +0100": "2025-12-03T09:15:00Z",
		"2025/12/03": "2025-12-03T00:00:00Z", "20251203": "2025-12-03T00:00:00Z", "2. Mai 2025": "2025-05-02T00:00:00Z",
		"2025-13-45": "", "yesterday": "", "": "", "0000-00-00": "", "0001-01-01": "", "31.02.2025": "", "12/03/2025": "",
	} {
		got, ok := parseTime(in)
		if text := got.Format(time.RFC3339); ok != (want != "") || ok && text != want {
			t.Errorf("%q is %s (%v), want %q", in, text, ok, want)
		}
	}
}

// FuzzParse holds that no file crashes the reader, that the result is safe HTML, and that the words
// of a plain text stay in order.
func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join(shippedSeeds, "*"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimPrefix(filepath.Ext(path), "."), data)
	}
	f.Add("txt", []byte(" date 2025-12-03 lang de title: x | author: y\nA\n\nB\n\n© C\n\n- d\n- e\n\n=\n"))
	f.Add("md", []byte("---\ntitle: x\n---\n# y\n\n[^1]: z\n"))
	f.Add("txt", wide("Am Wehr", true))
	f.Fuzz(func(t *testing.T, ext string, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		d, err := Parse("2025-12-03-fuzz."+ext, data)
		if err != nil {
			if d != nil || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("document %v beside the error %q", d, err)
			}
			return
		}
		for _, e := range d.Entries {
			if again := clean.HTML(e.Content, nil); again != e.Content {
				t.Errorf("content is not clean: %q becomes %q", e.Content, again)
			}
		}
		if _, ok := readers["."+ext]; ok && (ext == "txt" || ext == "text") {
			text, _, _ := decodeText(data)
			if e := d.Entries[0]; !inOrder(wordsOf(clean.Text(e.Content)), wordsOf(clean.Line(text))) {
				t.Errorf("the words of %q are not those of %q", e.Content, text)
			}
		}
	})
}

func BenchmarkParseText(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(shippedSeeds, "zusammenfluss.txt"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse("a.txt", data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseLarge reads texts of 256 KiB, including some that are hard for Markdown and HTML
// parsers.
func BenchmarkParseLarge(b *testing.B) {
	text, err := os.ReadFile(filepath.Join(shippedSeeds, "zusammenfluss.txt"))
	if err != nil {
		b.Fatal(err)
	}
	for name, unit := range map[string]string{"plain.txt": string(text), "oneline.txt": strings.ReplaceAll(string(text), "\n", " "), "plain.md": string(text),
		"brackets.md": "[", "quotes.md": "> ", "stars.md": "*a_", "links.md": "[a](", "plain.html": "<p>" + string(text), "words.txt": "ab ", "dots.txt": "a. ", "commas.txt": "ab, "} {
		data := []byte("Ein Satz steht vorn.\n\n" + strings.Repeat(unit, (256<<10)/len(unit)))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_, _ = Parse(name, data)
			}
		})
	}
}

// BenchmarkScanUnchanged scans a thousand known files.
func BenchmarkScanUnchanged(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".txt"), []byte("Nummer "+strconv.Itoa(i)+". "+weir), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	now := time.Now().Add(time.Hour)
	s, err := Read(b.Context(), dir, nil, now)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if s, err := Read(b.Context(), dir, s.Files, now); err != nil || !s.Unchanged {
			b.Fatal(err, s)
		}
	}
}
