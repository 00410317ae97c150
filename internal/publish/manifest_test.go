package publish

import (
	"os"
	"path/filepath"
	"testing"
)

// Settle removes files that we wrote and no longer need, and nothing else.
func TestSettleRemovesOurOwnOnly(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	write := func(name string) {
		t.Helper()
		path := filepath.Join(f.Path, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"index.html", "stories/a.html", "stories/a.html.gz", "feeds/old/index.html", "feeds/mine.txt", "CNAME"} {
		write(name)
	}
	if err := f.Settle([]string{"index.html", "stories/a.html", "feeds/old/index.html"}); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(filepath.Dir(f.Path), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := os.OpenFile(filepath.Join(f.Path, manifest), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.WriteString("../outside\n"); err != nil { // a tampered manifest
		t.Fatal(err)
	}
	if err := list.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Settle([]string{"index.html"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"index.html": true, "CNAME": true, "feeds/mine.txt": true, "../outside": true,
		"stories/a.html": false, "stories/a.html.gz": false, "stories": false, "feeds/old": false,
	} {
		if _, err := os.Stat(filepath.Join(f.Path, name)); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", name, err == nil, want)
		}
	}
}
