package store

import (
	"strings"
	"testing"

	"tributary/internal/clean"
)

// TestStoredHTMLOfAnOlderSanitiserIsCleanedAgain checks that HTML which an older
// sanitiser let through reaches no edition and no page, and that the next fetch
// stores it sanitised.
func TestStoredHTMLOfAnOlderSanitiserIsCleanedAgain(t *testing.T) {
	b := newBench(t)
	b.fetch("a", entry("a", "one", 1))
	b.publish("all")
	spoil := func(version int) {
		w := <-b.db.writer
		defer func() { b.db.writer <- w }()
		if _, err := w.conn.ExecContext(t.Context(), `UPDATE content SET clean = $1, summary = '<p onclick="x">s</p>', content = '<p>t<script>x</script></p>'`, version); err != nil {
			t.Fatal(err)
		}
	}
	spoil(clean.Version - 1)
	shown := b.edition("all").Shown[0].Entry
	if shown.Summary != "<p>s</p>" || shown.Content != "<p>t</p>" {
		t.Errorf("the feed shows %q and %q", shown.Summary, shown.Content)
	}
	entries, err := b.db.Latest(t.Context(), b.sources["a"].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	if e := entries[0].Entry; e.Content != "<p>t</p>" {
		t.Errorf("a page shows %q", e.Content)
	}
	b.fetch("a", entry("a", "one", 1))
	spoiled := `SELECT count(*) FROM content WHERE clean < $1 OR content LIKE '%script%'`
	var left int
	if err := b.db.engine.Read.QueryRowContext(t.Context(), spoiled, clean.Version).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d entries are still as the older version left them, %v", left, err)
	}

	spoil(clean.Version) // HTML of the present version is not cleaned again
	if got := b.edition("all").Shown[0].Entry.Content; !strings.Contains(got, "script") {
		t.Errorf("HTML of this version is cleaned again: %q", got)
	}
}
