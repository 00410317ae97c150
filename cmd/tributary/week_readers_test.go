package main_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// write writes a file in a reader's home directory.
func write(t *testing.T, home, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows reads id, title and link of items from a reader's SQLite database.
func rows(t *testing.T, path, query string, args ...any) []item {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var items []item
	for found.Next() {
		var i item
		if err := found.Scan(&i.ID, &i.Title, &i.URL); err != nil {
			t.Fatal(err)
		}
		items = append(items, i)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return items
}

// newsboat identifies an item by its guid across all feeds in a cache, so each
// document has a cache of its own. It accepts edits and keeps items that left the
// feed.
type newsboat struct{ program, home string }

func newNewsboat(t *testing.T, home string) subscriber {
	n := &newsboat{program: program(t, "newsboat"), home: home}
	write(t, home, "config", "")
	return n
}

func (n *newsboat) poll(t *testing.T, addresses map[string]string) {
	for document, address := range addresses {
		write(t, n.home, "urls", address+"\n")
		run(t, n.home, nil, n.program, "-C", "config", "-u", "urls", "-c", document+".db", "-x", "reload")
	}
}

func (n *newsboat) holds(t *testing.T, document string) []item {
	return rows(t, filepath.Join(n.home, document+".db"), `SELECT guid, title, url FROM rss_item`)
}

func (n *newsboat) expects(l *ledger) []item { return l.byID() }

// sfeed identifies an item by id, title and link together (merge in
// sfeed_update(1)), so an edited title makes a second line. It does not follow
// redirects.
type sfeed struct{ program, home string }

func newSfeed(t *testing.T, home string) subscriber {
	program(t, "sfeed")
	return &sfeed{program: program(t, "sfeed_update"), home: home}
}

func (s *sfeed) poll(t *testing.T, addresses map[string]string) {
	var feeds strings.Builder
	for document, address := range addresses {
		fmt.Fprintf(&feeds, "\tfeed '%s' '%s'\n", document, address)
	}
	write(t, s.home, "sfeedrc", "sfeedpath=\"$HOME/feeds\"\nfeeds() {\n"+feeds.String()+"}\n")
	if out := run(t, s.home, nil, s.program, "sfeedrc"); strings.Contains(string(out), "FAIL") {
		t.Errorf("sfeed_update: %s", out)
	}
}

func (s *sfeed) holds(t *testing.T, document string) []item {
	t.Helper()
	lines, err := os.ReadFile(filepath.Join(s.home, "feeds", document))
	if err != nil {
		t.Fatal(err)
	}
	var items []item
	for line := range strings.Lines(string(lines)) {
		// sfeed(5): timestamp, title, link, content, content-type, id, author, enclosure, category
		fields := strings.Split(line, "\t")
		if len(fields) < 6 {
			t.Fatalf("sfeed wrote %q, want at least 6 fields", line)
		}
		items = append(items, item{ID: fields[5], Title: fields[1], URL: fields[2]})
	}
	return items
}

func (s *sfeed) expects(l *ledger) []item { return l.byWording() }

// parser is a loop around Python's feedparser that keeps entries by id, as many
// scripts do, and polls with the validators it received.
type parser struct {
	program, script, home string
}

func newParser(t *testing.T, home string) subscriber {
	script, err := filepath.Abs(filepath.Join("testdata", "e2e", "collect.py"))
	if err != nil {
		t.Fatal(err)
	}
	return &parser{program: program(t, "python3", "-c", "import feedparser"), script: script, home: home}
}

func (p *parser) poll(t *testing.T, addresses map[string]string) {
	args := []string{p.script}
	for document, address := range addresses {
		args = append(args, document, address)
	}
	run(t, p.home, nil, p.program, args...)
}

func (p *parser) holds(t *testing.T, document string) []item {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.home, document+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept struct{ Items []item }
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	return kept.Items
}

func (p *parser) expects(l *ledger) []item { return l.byID() }
