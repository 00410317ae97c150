package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tributary/internal/feedtest"
)

// testEnv is the environment for the files in testdata.
func testEnv(name string) (string, bool) {
	value, ok := map[string]string{
		"TOKEN":   "t0ken",
		"SECRET":  "hunter2 \"hunter2\"",
		"CONTROL": "hunter2\x01",
		"EMPTY":   "",
		"LIMIT":   "25",
		"PUBLIC":  "false",
		"HOST":    "river.example",
	}[name]
	return value, ok
}

// TestBadFiles compares the whole report of each bad file, errors and warnings,
// with the text file beside it.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d bad files (%v), want at least 40", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".bad.yaml"), func(t *testing.T) {
			cfg, warnings, err := Load(path, testEnv)
			if err == nil || cfg != nil {
				t.Fatalf("got %v and error %v, want only an error", cfg, err)
			}
			feedtest.Golden(t, strings.TrimSuffix(path, ".yaml")+".txt", []byte(report(t, path, warnings, err)))
		})
	}
}

// TestReportsHoldNoSecret checks that no report shows the text that stands for a
// secret in the bad files.
func TestReportsHoldNoSecret(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d reports, %v", len(files), err)
	}
	for _, path := range files {
		if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), "hunter2") {
			t.Errorf("%s shows a secret (%v)", path, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing.yaml")
	for path, want := range map[string]string{
		missing: missing + ": no such file",
		dir:     dir + ": is a directory",
		big:     big + ": more than 4096 KiB; is it the right file?",
	} {
		cfg, _, err := Load(path, testEnv)
		if cfg != nil || err == nil || err.Error() != want {
			t.Errorf("%s: got %v and %v, want %s", path, cfg, err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	r := &reader{dir: "testdata", env: testEnv}
	for raw, want := range map[string]string{
		"":                       "",
		"plain $ text, $5, US$":  "plain $ text, $5, US$",
		"$$":                     "$",
		"$${TOKEN}":              "${TOKEN}",
		"$$$${TOKEN}":            "$${TOKEN}",
		"$$${TOKEN}":             "$t0ken",
		"a${TOKEN}b${EMPTY}c":    "at0kenbc",
		"${UNSET:-x} ${EMPTY:-}": "x ",
		"${UNSET:-a:-b}":         "a:-b",
		"${TOKEN:-x}":            "t0ken",
		"[${file:token.txt}]":    "[aus einer Datei]",
	} {
		if got, err := r.expand(raw); err != nil || got != want {
			t.Errorf("expand(%q) = %q, %v, want %q", raw, got, err, want)
		}
	}
	// The text of a variable is not expanded again.
	r.env = func(string) (string, bool) { return "${A} $$", true }
	if got, err := r.expand("${A}"); err != nil || got != "${A} $$" {
		t.Errorf("got %q, %v, want the value as it is", got, err)
	}
}

// TestProblemsAlike: a mistake that is made in every source is told for the first few only.
func TestProblemsAlike(t *testing.T) {
	text := "sources:\n" + strings.Repeat("  - url: https://example.org/\n", 300) + "feed: []\n"
	_, _, err := Parse("x.yaml", []byte(text), nil)
	const wrong = `"url" cannot stand in a source; did you mean "feed"?`
	want := "x.yaml:2:5: " + wrong + "\nx.yaml:3:5: " + wrong + "\nx.yaml:4:5: " + wrong + " (and 297 more like this)\n" +
		`x.yaml:302:1: "feed" cannot stand in the file; it belongs in a source`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestShown(t *testing.T) {
	for raw, want := range map[string]string{
		"https://me:hunter2@example.org/a?token=x": `"https://…@example.org/a?…"`,
		"me:hunter2@example.org":                   `"…@example.org"`,
		"https:/me:hunter2@example.org":            `"https:/…@example.org"`,
		"https://me:hun/ter2@example.org":          `"https://…@example.org"`,
		"https://hunter2@example.org":              `"https://…@example.org"`,
		"https://example.org/@anna/feed":           `"https://example.org/@anna/feed"`,
		"me@example.org":                           `"me@example.org"`,
		"a\"b\nc":                                  `"a\"b\nc"`,
		strings.Repeat("ä", 61):                    `"` + strings.Repeat("ä", 60) + `…"`,
	} {
		if got := shown(raw); got != want {
			t.Errorf("shown(%q) = %s, want %s", raw, got, want)
		}
	}
}

// TestSuggest checks that misspellings are corrected, that nothing is suggested
// for other words, and that the number of searches is bounded.
func TestSuggest(t *testing.T) {
	r := &reader{}
	keys := r.sourceSection(&draft{}).keys()
	for name, want := range map[string]string{
		"titel": "title", "Title": "title", "tag": "tags", "tgas": "tags", "shedules": "schedule",
		"fe\u0435d": "feed", "x": "", "colour": "", "": "", strings.Repeat("a", 1000): "",
	} {
		if got := Nearest(name, keys); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
	for range 10 * maxSuggestions {
		r.suggest("titel", keys)
	}
	if got := r.suggest("titel", keys); r.suggested != maxSuggestions || got != "" {
		t.Errorf("searched %d times and found %q, want %d and nothing more", r.suggested, got, maxSuggestions)
	}
}

// report merges warnings and errors into one text, in the order of the file.
func report(t *testing.T, path string, warnings []Problem, err error) string {
	t.Helper()
	all := slices.Clone(warnings)
	if err != nil {
		problems, ok := err.(*Problems)
		if !ok {
			t.Fatalf("error is %T, want *Problems", err)
		}
		all = append(all, problems.List...)
	}
	r := &reader{main: path, problems: all}
	slices.SortStableFunc(r.problems, r.byFile)
	var out strings.Builder
	for _, p := range r.problems {
		fmt.Fprintln(&out, strings.TrimPrefix(p.String(), "testdata/"))
	}
	return out.String()
}
