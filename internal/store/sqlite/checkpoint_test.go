package sqlite

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCheckpointBesideTheWriter checks that Checkpoint copies commits into the
// database file although the writer does nothing.
func TestCheckpointBesideTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range commitsPerCheckpoint {
		if _, err := db.Write.Exec(`UPDATE counter SET value = value + 1 WHERE name = 'revision'`); err != nil {
			t.Fatal(err)
		}
		db.Committed()
	}
	select {
	case <-db.CheckpointDue():
		db.Checkpoint(t.Context())
	default:
		t.Fatalf("no checkpoint is due after %d transactions", commitsPerCheckpoint)
	}

	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(t.TempDir(), "alone.db") // the database file without its log
	if err := os.WriteFile(alone, file, 0o644); err != nil {
		t.Fatal(err)
	}
	copied, err := OpenReadOnly(t.Context(), alone)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	var revision int
	if err := copied.Read.QueryRow(`SELECT value FROM counter WHERE name = 'revision'`).Scan(&revision); err != nil {
		t.Fatal(err)
	}
	if revision != commitsPerCheckpoint {
		t.Errorf("the file without its log has %d of %d transactions", revision, commitsPerCheckpoint)
	}
}
