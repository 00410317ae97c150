package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plus marks the lines of an expected text that are new.
const plus = "+"

func TestAppendSource(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"empty file", "", "+sources:\n+  - feed: https://new.example/\n"},
		{"comments only", "# mein Fluss\n", "# mein Fluss\n+sources:\n+  - feed: https://new.example/\n"},
		{"no sources", "site:\n  title: x # y", "site:\n  title: x # y\n+sources:\n+  - feed: https://new.example/\n"},
		{"nothing after the key", "sources:\nsite: {}\n", "sources:\n+  - feed: https://new.example/\nsite: {}\n"},
		{"null", "sources: ~ # none\nsite: {}\n", "sources:  # none\n+  - feed: https://new.example/\nsite: {}\n"},
		{"empty list", "sources: []   # none yet\n\nsite: {}\n", "sources:    # none yet\n+  - feed: https://new.example/\n\nsite: {}\n"},
		{"empty list alone", "sources: []\n", "sources:\n+  - feed: https://new.example/\n"},
		{"empty list over lines", "sources: [\n  # ]\n]\nsite: {}\n", "sources:\n+  - feed: https://new.example/\nsite: {}\n"},
		{
			"end of the list",
			"sources:\n  - feed: https://a.example/   # eins\n    tags: [a,  b]\n\n  # - feed: https://off.example/\n\n# ---- feeds\nfeeds:\n  - name: all\n",
			"sources:\n  - feed: https://a.example/   # eins\n    tags: [a,  b]\n\n  # - feed: https://off.example/\n+  - feed: https://new.example/\n\n# ---- feeds\nfeeds:\n  - name: all\n",
		},
		{
			"end of the file, no line end",
			"feeds:\n- name: all\nsources:\n- feed: https://a.example/\n  title: ä",
			"feeds:\n- name: all\nsources:\n- feed: https://a.example/\n  title: ä\n+- feed: https://new.example/\n",
		},
		{
			"deep indentation and a text over lines",
			"sources:\n      -   feed: https://a.example/\n          title: |\n            eins\n            # zwei\n\n\nsite: {}\n",
			"sources:\n      -   feed: https://a.example/\n          title: |\n            eins\n            # zwei\n+      - feed: https://new.example/\n\n\nsite: {}\n",
		},
		{
			"a text that keeps its blank lines",
			"sources:\n  - feed: https://a.example/\n    title: |+\n      eins\n\n\nsite: {}\n",
			"sources:\n  - feed: https://a.example/\n    title: |+\n      eins\n\n\n+  - feed: https://new.example/\nsite: {}\n",
		},
		{
			"anchors",
			"sources: &all\n  - &a\n    feed: https://a.example/\n    tags: &t [x]\nsite: {}\n",
			"sources: &all\n  - &a\n    feed: https://a.example/\n    tags: &t [x]\n+  - feed: https://new.example/\nsite: {}\n",
		},
		{
			"windows",
			"\ufeffsources:\r\n  - feed: https://a.example/\r\n\r\nsite: {}\r\n",
			"\ufeffsources:\r\n  - feed: https://a.example/\r\n+  - feed: https://new.example/\r\n\r\nsite: {}\r\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := AppendSources([]byte(tt.file), NewSource{Feed: "https://new.example/"})
			if err != nil {
				t.Fatal(err)
			}
			if want := unmarked(tt.want); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// unmarked removes the marks of new lines.
func unmarked(s string) string {
	return strings.ReplaceAll(strings.TrimPrefix(s, plus), "\n"+plus, "\n")
}

func TestAppendSourceInBrackets(t *testing.T) {
	for file, want := range map[string]string{
		"sources: [{feed: https://a.example/}] # x\n":           "sources: [{feed: https://a.example/}, {feed: https://new.example/}] # x\n",
		"{sources: [], site: {}}\n":                             "{sources: [{feed: https://new.example/}], site: {}}\n",
		"sources: [\n  {feed: 'https://a.example/]'}, # ]\n]\n": "sources: [\n  {feed: 'https://a.example/]'}, {feed: https://new.example/} # ]\n]\n",
		"sources: [{feed: \"a\\\"]\"} # b\n]\n":                 "sources: [{feed: \"a\\\"]\"}, {feed: https://new.example/} # b\n]\n",
	} {
		got, err := AppendSources([]byte(file), NewSource{Feed: "https://new.example/"})
		if err != nil {
			t.Errorf("%q: %v", file, err)
			continue
		}
		if string(got) != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// TestAppendValues checks that any values read back as they were written.
func TestAppendValues(t *testing.T) {
	for _, s := range []NewSource{
		{Feed: "https://example.org/?a=b&c=d#e", Name: "a-1", Title: "Mein Fluss", Tags: []string{"de", "news"}},
		{Feed: "https://example.org/%20", Title: `Ärger: "Freude" & # kein Kommentar`, Tags: []string{"a, b", "[c]", "yes", "12", "", "de", "de"}},
		{Feed: "https://example.org/${HOME}/$$", Title: "A$$AP ${SECRET} $5"},
		{Feed: "https://example.org/", Title: "zwei\nZeilen\tund \x00 mehr\u2028"},
		{Feed: "https://example.org/", Title: "- @every: 'x'"},
		{Feed: "https://example.org/", Title: "2025-01-02"},
		{Feed: "https://example.org/", Title: "日本の川 🌊 \xff"},
		{Feed: "https://example.org/", Title: "null"},
		{Feed: "https://example.org/", Title: "Fluss: "},
		{Feed: "https://example.org/", Title: "*stern* !wichtig"},
	} {
		out, err := AppendSources([]byte("sources:\n  - feed: https://a.example/\n    name: a\n"), s)
		if err != nil {
			t.Errorf("%+v: %v", s, err)
			continue
		}
		cfg, _, err := Parse("c.yaml", out, nil)
		if err != nil {
			t.Errorf("%s%v", out, err)
			continue
		}
		got := cfg.Sources[1]
		if got.URL != s.Feed || got.Title != oneLine(s.Title) || fmt.Sprint(got.Tags) != fmt.Sprint(lines(s.Tags)) {
			t.Errorf("wrote %+v, read %q %q %q", s, got.URL, got.Title, got.Tags)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	file := "sources:\n  - feed: https://a.example/\n    name: fluss\n"
	for _, tt := range []struct {
		file string
		s    NewSource
		want string
	}{
		{file, NewSource{Feed: "http://A.example"}, `feed: "http://A.example" stands in the file already, in line 2`},
		{file, NewSource{Feed: "https://b.example/", Name: "fluss"}, `name: "fluss" stands in the file already, in line 3`},
		{file, NewSource{Feed: "b.example"}, `feed: "b.example" is no address; did you mean "https://b.example"?`},
		{file, NewSource{Feed: "https://b.example/", Name: "B"}, `name: "B" is no name; did you mean "b"?`},
		{"sources: [\n", NewSource{Feed: "https://b.example/"}, `the file:2:1: a value is missing here, or a "[" or "{" above is not closed`},
		{"sources: text\n", NewSource{Feed: "https://b.example/"}, "sources: is written in a way that cannot be added to; add by hand: - {feed: https://b.example/}"},
		{"- x\n", NewSource{Feed: "https://b.example/"}, "sources: is written in a way that cannot be added to; add by hand: - {feed: https://b.example/}"},
		{"feeds: &f []\nsources: *f\n", NewSource{Feed: "https://b.example/"}, "sources: is written in a way that cannot be added to; add by hand: - {feed: https://b.example/}"},
	} {
		out, err := AppendSources([]byte(tt.file), tt.s)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %q and %v, want %s", tt.file, out, err, tt.want)
		}
	}
	twice := []NewSource{{Feed: "https://b.example/"}, {Feed: "https://b.example/"}}
	if _, err := AppendSources([]byte(file), twice...); err == nil || err.Error() != `feed: "https://b.example/" comes twice` {
		t.Errorf("the same source twice: got %v", err)
	}
}

// TestAppendFeed checks that the default feed of a file without feeds: is kept.
func TestAppendFeed(t *testing.T) {
	river := NewFeed{Name: "river", Title: "Am Fluss", Tags: []string{"a b", "c"}, Sources: []string{"seeds"}}
	item := "  - name: river\n    title: Am Fluss\n    sources: [seeds]\n    tags: [a b, c]\n"
	for _, tt := range []struct {
		file string
		f    NewFeed
		want string
	}{
		{"sources: []\n", river, "sources: []\nfeeds:\n  - name: all\n" + item},
		{"sources: []\nfeeds: # none\n", river, "sources: []\nfeeds: # none\n  - name: all\n" + item},
		{"sources: []\n", NewFeed{Name: "all"}, "sources: []\nfeeds:\n  - name: all\n"},
		{"feeds:\n  - name: x\nsources: []\n", river, "feeds:\n  - name: x\n" + item + "sources: []\n"},
	} {
		got, err := AppendFeeds([]byte(tt.file), tt.f)
		if err != nil || string(got) != tt.want {
			t.Errorf("got %v\n%s\nwant\n%s", err, got, tt.want)
		}
	}
	if _, err := AppendFeeds([]byte("feeds:\n  - name: river\n"), river); err == nil || err.Error() != `name: "river" stands in the file already, in line 2` {
		t.Errorf("the same feed again: got %v", err)
	}
}

// TestAppendToShipped checks that the shipped file can be added to, and that its
// comments stay where they are.
func TestAppendToShipped(t *testing.T) {
	path := filepath.Join("..", "..", "config.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := AppendSources(data, NewSource{Feed: "https://new.example/", Tags: []string{"de"}})
	if err != nil {
		t.Fatal(err)
	}
	if out, err = AppendFeeds(out, NewFeed{Name: "new", Tags: []string{"de"}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"  - feed: https://new.example/\n    tags: [de]\n", "  - name: new\n    tags: [de]\n"} {
		if bytes.Count(out, []byte(s)) != 1 {
			t.Errorf("%q is not in\n%s", s, out)
		}
		out = bytes.Replace(out, []byte(s), nil, 1)
	}
	if !bytes.Equal(out, data) {
		t.Errorf("the rest of the file changed:\n%s", out)
	}
}
