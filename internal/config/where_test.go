package config

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestPlaceIn checks that a position in a value is found in the file, in every style of YAML.
func TestPlaceIn(t *testing.T) {
	for name, text := range map[string]string{
		"plain":          "a: title == X",
		"with umlauts":   "ä: öü == X",
		"folded":         "a: title\n  ==\n    X",
		"single quotes":  "a: 'title == ''a'' and X'",
		"double quotes":  `a: "title == \"a\" and X"`,
		"across lines":   "a: \"title\n  == X\"",
		"literal":        "a: |\n  title ==\n    X\n",
		"literal, deep":  "a: |4-\n     title ==\n    X\n",
		"folded block":   "a: >-\n  title\n  ==\n\n  X",
		"at the end":     "a: title ==",
		"Windows":        "a: >\r\n  title\r\n  == X\r\n",
		"begins with it": "a: X == 5",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := doc.Content[0].Content[1]
		r := newReader("x.yaml", []byte(text), nil)
		at := len([]rune(n.Value))
		if before, _, ok := strings.Cut(n.Value, "X"); ok {
			at = len([]rune(before))
		}
		line, col := r.placeIn(n, at)
		lines := strings.Split(text, "\n")
		if got := string([]rune(lines[line-1] + "$")[col-1]); got != "X" && name != "at the end" || name == "at the end" && got != "$" {
			t.Errorf("%s: line %d column %d is %q", name, line, col, got)
		}
	}
}

func TestPointed(t *testing.T) {
	for _, c := range []struct {
		line  string
		caret int
		want  string
	}{
		{"", 0, "    \n    ^"},
		{"a == 5", 2, "    a == 5\n      ^"},
		{"a\t==\u202e 5", 20, "    a ==  5\n           ^"},
		{strings.Repeat("x", 300), 150, "    " + strings.Repeat("x", 100) + "\n    " + strings.Repeat(" ", 50) + "^"},
		{strings.Repeat("x", 300), 300, "    " + strings.Repeat("x", 100) + "\n    " + strings.Repeat(" ", 100) + "^"},
	} {
		if got := (Problem{Excerpt: c.line, Caret: c.caret}).Pointed(); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// TestRulesOfMany checks that a rule used by many sources is compiled once, and
// that the rule of a source overrides that of defaults:.
func TestRulesOfMany(t *testing.T) {
	cfg, _, err := Parse("x.yaml", []byte(`
defaults: {where: not paid}
sources:
  - feed: https://example.org/1
  - feed: https://example.org/2
    where: not paid
  - feed: https://example.org/3
    where: ""
  - opml: testdata/members.opml
feeds:
  - {name: a, where: not paid}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := cfg.Sources[0].Where, cfg.Sources[1].Where; a == nil || a != b {
		t.Errorf("the same rule is compiled twice: %p, %p", a, b)
	}
	if cfg.Sources[2].Where != nil {
		t.Errorf("got %v, want no rule", cfg.Sources[2].Where)
	}
	if cfg.Lists[0].Each.Where == nil || cfg.Feeds[0].Where == nil {
		t.Error("a list or a feed lost its rule")
	}
}

// TestWhere compiles a rule that is not in a file.
func TestWhere(t *testing.T) {
	cfg := &Config{Path: "testdata/conf.good.yaml"}
	if _, p := cfg.Where(`word(title, list("terms.txt")) and size > 1`); p != nil {
		t.Error(p)
	}
	_, p := cfg.Where("paid and\ntitel == 1")
	if p == nil || p.Text != `where: unknown name titel; did you mean "title"?` || p.Pointed() != "    titel == 1\n    ^" {
		t.Errorf("got %+v", p)
	}
}
