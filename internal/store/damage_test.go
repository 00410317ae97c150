package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadingADamagedDatabase holds that commands that only read, which do not check the whole
// database first, say what is wrong and what helps.
func TestReadingADamagedDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var size, root int
	if err := db.get(t.Context(), `SELECT page_size, rootpage FROM pragma_page_size, sqlite_schema WHERE name = 'counter'`, nil, &size, &root); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[(root-1)*size:], bytes.Repeat([]byte{0xfe}, size))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err = OpenReadOnly(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err = db.Revision(t.Context()); err == nil || !strings.Contains(err.Error(), "database "+path+" is damaged") {
		t.Errorf("got the error %v, want one that names the database", err)
	}
}
