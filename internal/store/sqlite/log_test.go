package sqlite

import (
	"os"
	"path/filepath"
	"testing"
)

// What was committed comes into the file itself although the writer never folds its
// log, and a log that nobody folds would grow.
func TestLogIsFoldedBesideTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range commitsPerFold {
		if _, err := db.Write.Exec(`UPDATE counter SET value = value + 1 WHERE name = 'revision'`); err != nil {
			t.Fatal(err)
		}
		db.Committed()
	}
	db.log.running.Wait()

	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(t.TempDir(), "alone.db") // the file without its log
	if err := os.WriteFile(alone, file, 0o644); err != nil {
		t.Fatal(err)
	}
	folded, err := OpenReadOnly(t.Context(), alone)
	if err != nil {
		t.Fatal(err)
	}
	defer folded.Close()
	var revision int
	if err := folded.Read.QueryRow(`SELECT value FROM counter WHERE name = 'revision'`).Scan(&revision); err != nil {
		t.Fatal(err)
	}
	if revision != commitsPerFold {
		t.Errorf("the file without its log has %d of %d transactions", revision, commitsPerFold)
	}
}
