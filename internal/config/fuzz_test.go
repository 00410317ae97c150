package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tributary/internal/news"
)

func addFiles(f *testing.F, add func([]byte)) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		if data, err := os.ReadFile(path); err == nil && len(data) < 4096 {
			add(data)
		}
	}
}

// FuzzParse checks that any bytes give either a configuration that keeps its
// invariants, or problems that are printable, a line each, sorted, and without a
// secret.
func FuzzParse(f *testing.F) {
	addFiles(f, func(data []byte) { f.Add(data) })
	const canary = "c4nary"
	env := func(name string) (string, bool) { return canary, name != "UNSET" }
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("file:")) || bytes.Contains(data, []byte(canary)) {
			t.Skip("reads files, or holds the canary itself")
		}
		cfg, warnings, err := Parse("testdata/fuzz.yaml", data, env)
		if (cfg == nil) == (err == nil) {
			t.Fatalf("configuration %v and error %v", cfg, err)
		}
		all := slices.Clone(warnings)
		if err != nil {
			problems := (*Problems)(nil)
			if !errors.As(err, &problems) || len(problems.List) == 0 {
				t.Fatalf("error %v is no list of problems", err)
			}
			if r := (&reader{main: "testdata/fuzz.yaml"}); !slices.IsSortedFunc(problems.List, r.byFile) {
				t.Errorf("not in order: %v", err)
			}
			all = append(all, problems.List...)
		} else {
			checkConfig(t, cfg)
		}
		for _, p := range all {
			text := p.String()
			if p.Excerpt != "" { // on lines of its own, with a caret
				text = strings.Replace(strings.Replace(text, "\n    ", " ", 1), "\n    ", " ", 1)
			}
			if strings.ContainsAny(text, "\n\r") || utf8.Valid(data) && !utf8.ValidString(text) || len(text) > 3000 {
				t.Errorf("cannot be printed: %q", text)
			}
			if strings.Contains(text, canary) {
				t.Errorf("shows what a variable holds: %q", text)
			}
		}
	})
}

// checkConfig checks the invariants that the rest of the program relies on.
func checkConfig(t *testing.T, cfg *Config) {
	t.Helper()
	names := map[string]bool{}
	for _, s := range cfg.Sources {
		if !isName(s.Name) || names[s.Name] || s.URL == "" || s.Schedule.String() == "" || s.Line < 1 {
			t.Errorf("source %+v", s)
		}
		names[s.Name] = true
		if _, err := webAddress(s.URL); s.Kind == news.KindFeed && err != nil {
			t.Errorf("%s: %v", s.URL, err)
		}
	}
	feeds := map[string]bool{}
	for _, f := range cfg.Feeds {
		if !isName(f.Name) || feeds[f.Name] || f.Title == "" || f.Limit < 1 || f.Window < 0 {
			t.Errorf("feed %+v", f)
		}
		feeds[f.Name] = true
		for _, ref := range f.Sources {
			if !names[ref] {
				t.Errorf("feed %s selects %q, which is none of %v", f.Name, ref, names)
			}
		}
	}
	if len(feeds) == 0 || cfg.Listen == "" || cfg.Site.URL == "" || cfg.Data == "" {
		t.Errorf("configuration %+v", cfg)
	}
}

// FuzzAppendSource checks that adding a source inserts one run of bytes, apart
// from an empty value that may be removed, and that the earlier content still
// reads the same.
func FuzzAppendSource(f *testing.F) {
	addFiles(f, func(data []byte) { f.Add(data, "https://new.example/", "Neu: ä", "de,en") })
	f.Fuzz(func(t *testing.T, data []byte, feed, title, tags string) {
		out, err := AppendSources(data, NewSource{Feed: feed, Title: title, Tags: strings.Split(tags, ",")})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("cannot be printed: %q", err)
			}
			return
		}
		checkAppended(t, data, out, feed)
	})
}

func checkAppended(t *testing.T, data, out []byte, feed string) {
	t.Helper()
	before, _ := document(data)
	after, problem := document(out)
	if problem != nil {
		t.Fatalf("%v\n%s", problem, out)
	}
	_, was := find(before, "sources")
	_, is := find(after, "sources")
	old := 0
	if was != nil {
		old = len(was.Content)
	}
	if len(is.Content) != old+1 {
		t.Fatalf("%d sources became %d:\n%s", old, len(is.Content), out)
	}
	_, value := find(is.Content[old], "feed")
	r := &reader{env: func(string) (string, bool) { return "", false }}
	if got, err := r.expand(value.Value); err != nil || got != feed {
		t.Errorf("feed %q reads back as %q, %v", feed, got, err)
	}
	head := 0
	for head < len(data) && head < len(out) && data[head] == out[head] {
		head++
	}
	tail := 0
	for tail < len(data)-head && tail < len(out)-head && data[len(data)-1-tail] == out[len(out)-1-tail] {
		tail++
	}
	if lost := data[head : len(data)-tail]; old > 0 && len(lost) > 0 {
		t.Errorf("%q was lost:\n%s", lost, out)
	}
}

// many returns a file with n sources, as an import would write it.
func many(n int) []byte {
	var b bytes.Buffer
	b.WriteString("sources:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - feed: https://host-%d.example/feeds/%d/atom.xml\n    title: Quelle %d\n    tags: [news, de, t%d]\n", i%997, i, i, i%50)
	}
	b.WriteString("feeds:\n  - name: all\n  - name: de\n    tags: [de]\n")
	return b.Bytes()
}

func BenchmarkParse10000Sources(b *testing.B) {
	data := many(10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if cfg, _, err := Parse("c.yaml", data, nil); err != nil || len(cfg.Sources) != 10_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendSourceTo10000(b *testing.B) {
	data := many(10_000)
	for b.Loop() {
		if _, err := AppendSources(data, NewSource{Feed: "https://new.example/"}); err != nil {
			b.Fatal(err)
		}
	}
}
