package internal

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/config"
	"tributary/internal/filter"
)

// root is where README.md and docs/ stand, seen from this package.
const root = ".."

// pages are the texts that people read: the README and all of docs/.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(names) == 0 {
		t.Fatalf("docs/: got %d pages (error %v), want some", len(names), err)
	}
	texts := map[string]string{}
	for _, name := range append(names, filepath.Join(root, "README.md")) {
		texts[name] = text(t, name)
	}
	return texts
}

func text(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// source is the text of all Go files below a folder whose names end so.
func source(t *testing.T, suffix string, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, suffix) {
				all.WriteString(text(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func found(pattern, s string) (first []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(s, -1) {
		first = append(first, m[1])
	}
	return first
}

func TestDocsLinkWhatExists(t *testing.T) {
	for name, page := range pages(t) {
		for _, link := range append(found(`\]\(([^)#\s]+)`, page), found(`src="([^"]+)"`, page)...) {
			if strings.Contains(link, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), link)); err != nil {
				t.Errorf("%s links %s: %v", name, link, err)
			}
		}
	}
}

func TestDocsNameTestsThatExist(t *testing.T) {
	code := source(t, "_test.go", "internal", "cmd")
	named := found("`((?:Test|Fuzz)[A-Z]\\w+)`", text(t, root, "docs", "reliability.md"))
	if len(named) < 20 {
		t.Fatalf("docs/reliability.md names %d tests, want many", len(named))
	}
	for _, test := range named {
		if !strings.Contains(code, "func "+test+"(") {
			t.Errorf("docs/reliability.md names %s, which no test file has", test)
		}
	}
}

func TestDocsExplainEveryOutcome(t *testing.T) {
	page := text(t, root, "docs", "operating.md")
	_, table, _ := strings.Cut(page, "## Outcomes")
	words := found(`Outcome\w+\s+Outcome = "(\w+)"`, text(t, "news", "fetch.go"))
	if len(words) < 18 {
		t.Fatalf("got %d outcomes from the source, want all", len(words))
	}
	for _, word := range words {
		if !strings.Contains(table, "\n| `"+word+"` |") {
			t.Errorf("docs/operating.md does not explain the outcome %s", word)
		}
	}
}

// TestDocsExplainTheLog holds that the table of operating.md has each message below level error. Of
// one that goes on with a colon or semicolon, the first part stands for it.
func TestDocsExplainTheLog(t *testing.T) {
	_, table, _ := strings.Cut(text(t, root, "docs", "operating.md"), "## Log")
	table, _, _ = strings.Cut(table, "\n## ")
	messages := found(`\b[lL]og(?:\(\))?\.(?:Info|Warn)\("([^":;]+)`, source(t, ".go", "internal"))
	if len(messages) < 20 {
		t.Fatalf("got %d messages from the source, want all", len(messages))
	}
	for _, message := range messages {
		if !strings.Contains(table, "`"+message) {
			t.Errorf("docs/operating.md does not explain %q in the log", message)
		}
	}
}

func TestDocsExplainEveryDependency(t *testing.T) {
	page := text(t, root, "docs", "decisions.md")
	direct, _, _ := strings.Cut(text(t, root, "go.mod"), "// indirect")
	modules := found(`(?m)^\t(\S+) v`, direct)
	if len(modules) < 15 {
		t.Fatalf("got %d modules from go.mod, want all direct ones", len(modules))
	}
	for _, module := range modules[:len(modules)-1] { // the last one is the first indirect one
		if !strings.Contains(page, "| `"+module+"` |") {
			t.Errorf("docs/decisions.md does not say why we use %s", module)
		}
	}
}

func TestDocsNameCommandsThatExist(t *testing.T) {
	commands := map[string]bool{"help": true, "completion": true}
	for _, name := range found(`Use:\s+"([a-z]+)`, source(t, ".go", "cmd")) {
		commands[name] = true
	}
	for name, page := range pages(t) {
		for _, command := range found("(?m)(?:^|`|tributary )tributary ([a-z]+)(?: |`|$)", page) {
			if !commands[command] {
				t.Errorf("%s names the command %q, which there is not", name, command)
			}
		}
	}
}

// TestDocsExplainRules: every name that a rule may use is explained, and every
// example is right.
func TestDocsExplainRules(t *testing.T) {
	page := text(t, root, "docs", "filters.md")
	for _, name := range filter.Names() {
		if !regexp.MustCompile("`[^`\n]*\\b" + name + "\\b[^`\n]*`").MatchString(page) {
			t.Errorf("docs/filters.md does not explain %s", name)
		}
	}
	dir := t.TempDir()
	for _, name := range found(`list\("([^"]+)"\)`, page) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("a\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	blocks := found("(?s)```yaml\n(.*?)```", page)
	if len(blocks) < 3 {
		t.Fatalf("got %d examples, want more", len(blocks))
	}
	for _, block := range blocks {
		if !strings.Contains(block, "sources:") {
			block = "sources: [{feed: https://example.org/feed}]\n" + block
		}
		if _, warnings, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(block), nil); err != nil || len(warnings) > 0 {
			t.Errorf("docs/filters.md: %v %v in\n%s", err, warnings, block)
		}
	}
	cfg, tried := &config.Config{Path: filepath.Join(dir, "config.yaml")}, 0
	for _, row := range found("(?m)^\\| (`.*?) \\|", page) {
		for _, rule := range found("`([^`]+)`", row) {
			if strings.Contains(rule, `"`) || strings.Contains(rule, "<") && len(rule) > 2 {
				tried++
				if _, p := cfg.Where(rule); p != nil {
					t.Errorf("docs/filters.md: %s: %s", rule, p.Text)
				}
			}
		}
	}
	if tried < 10 {
		t.Errorf("%d examples of rules in tables, want more", tried)
	}
}

func TestDocsNameNoMachine(t *testing.T) {
	for name, page := range pages(t) {
		for _, path := range []string{"/work/", "/root/", "/tmp/", "127.0.0.1:18"} {
			if strings.Contains(page, path) {
				t.Errorf("%s names %s, which is on one machine only", name, path)
			}
		}
	}
}
