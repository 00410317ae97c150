package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// checkShippedText checks that the shipped file has fewer than 60 active lines,
// and that it contains every key, active or commented out.
func checkShippedText(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for line := range strings.Lines(string(data)) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			active++
		}
	}
	if active >= 60 {
		t.Errorf("%d active lines, want under 60", active)
	}
	for _, s := range new(reader).allSections() {
		for _, key := range s.keys() {
			if !regexp.MustCompile(`(?m)^[#\s-]*(?:basic_auth: \{.*)?` + key + `:`).Match(data) {
				t.Errorf("%s: of %s does not appear", key, s.title)
			}
		}
	}
}

// optional returns the blocks of commented-out options in the shipped file,
// without comment signs: those of the whole file, of a source, of a list and of a
// feed.
func optional(t *testing.T) (top, source, list, feed string) {
	t.Helper()
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "a dollar.\n")
	parts := regexp.MustCompile(`(?m)^# [A-Z].*\n`).Split(rest, -1)
	if !found || len(parts) != 4 {
		t.Fatalf("%d blocks of options, want 4", len(parts))
	}
	for i := range parts {
		parts[i] = regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(parts[i], "")
	}
	return parts[0], parts[1], parts[2], parts[3]
}

// TestShippedDefaults checks that the values which the shipped file calls
// defaults are the defaults. Setting them explicitly must change nothing.
func TestShippedDefaults(t *testing.T) {
	data, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	top, _, _, _ := optional(t)
	plain, _, err := Parse("../../config.yaml", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	forced, _, err := Parse("../../config.yaml", []byte(string(data)+top), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, forced, options, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-left out +written\n%s", diff)
	}
}

// option is an option of the shipped file that is commented out.
var option = regexp.MustCompile(`(?m)^( {0,4})(?:# )?((- opml|[a-z_]+):.*)`)

// TestShippedOptions checks that each option in the shipped file is valid as it is shown,
// alone below its parent, and that those which are called defaults are the defaults.
func TestShippedOptions(t *testing.T) {
	const examples = "selector user_agent outlet site icon author contact headers basic_auth" // no defaults, only examples
	top, source, list, feed := optional(t)
	for _, c := range []struct{ above, options, examples string }{
		{"sources: [{feed: \"https://example.org/feed\"}]\n", top, examples},
		{"sources:\n  - feed: https://example.org/feed\n", source, examples},
		{"sources:\n", list, "opml"},
		{"sources: [{feed: \"https://example.org/feed\"}]\nfeeds:\n  - name: all\n", feed, "kind"},
	} {
		parent, count := "", 0
		for _, said := range option.FindAllStringSubmatch(c.options, -1) {
			line, key := said[1]+said[2], said[3]
			if value, _, _ := strings.Cut(said[2], "#"); strings.TrimSpace(value) == key+":" || key == "- opml" {
				parent = line + "\n"
				continue
			}
			if said[1] == "" {
				parent = ""
			}
			count++
			plain, _, err := Parse("x.yaml", []byte(c.above+parent), nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg, _, err := Parse("x.yaml", []byte(c.above+parent+line+"\n"), nil)
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if diff := cmp.Diff(plain, cfg, options, cmpopts.EquateEmpty()); diff != "" && !slices.Contains(strings.Fields(c.examples), key) {
				t.Errorf("%s: -left out +written\n%s", line, diff)
			}
		}
		if count < 2 {
			t.Errorf("%d options in\n%s", count, c.options)
		}
	}
}

// TestExamplesAreValid writes the example of each key where it belongs.
func TestExamplesAreValid(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("theme", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("logo.svg", []byte("<svg/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(string) (string, bool) { return "x", true }
	for _, s := range new(reader).allSections() {
		for _, f := range s.fields {
			if _, _, err := Parse("config.yaml", []byte(withExample(s.title, f)), env); err != nil {
				t.Errorf("%s: of %s: %v", f.key, s.title, err)
			}
		}
	}
}

// withExample returns a file that is complete but for the example of a field, and that example.
func withExample(title string, f field) string {
	const podcast, list, sources = "kind: podcast, name: all, ", "opml: https://o.example/list.opml, ", "sources: [{seeds: seeds/*, name: seeds}, {feed: \"https://e.example/\", name: example}]\n"
	needs := map[string]string{
		"a source": aFeed + ", ", "refresh": list, "limit of a source": list, "seeds": "", "feed": "", "opml": "", "selector of a source": aFeed + ", content: page, ",
		"a feed": "name: all, ", "name of a feed": "", "kind": "name: all, ", "archive_keep": "name: all, archive: true, ",
		"email": podcast, "explicit": podcast, "categories": podcast,
		"username": "password: x, ", "password": "username: x, ", "title of a link": "url: https://me.example, ", "url of a link": "title: x, ",
	}
	item := needs[title]
	for _, key := range []string{f.key, f.key + " of " + title} {
		if more, ok := needs[key]; ok {
			item = more
		}
	}
	item = "{" + item + f.key + ": " + f.example + "}"
	switch title {
	case "basic_auth":
		return "sources: [{" + aFeed + ", basic_auth: " + item + "}]\n"
	case "site", "defaults", "limits", "stories":
		return sources + title + ": " + item + "\n"
	case "a link":
		return sources + "site: {links: [" + item + "]}\n"
	case "a source":
		return "sources: [" + item + "]\n"
	case "a feed":
		return sources + "feeds: [" + item + "]\n"
	}
	switch f.key {
	case "sources":
		return "sources:\n  " + f.example + "\n"
	case "feeds":
		return sources + "feeds:\n  " + f.example + "\n"
	}
	return sources + f.key + ": " + f.example + "\n"
}
