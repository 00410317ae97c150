package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tributary/internal/feedtest"
)

func TestOpenMakesAndReopens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "a?b.db")
	for range 2 {
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Read.Exec("DELETE FROM source"); err == nil {
			t.Error("a reader could write")
		}
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the database is not where it was asked for: %v", err)
	}
}

// TestSchema: all migrations together give the tables in testdata/schema.sql, which is there to
// be read.
func TestSchema(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "new.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all []byte
	rows, err := db.Read.Query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM pragma_table_list t WHERE t.type = 'shadow' AND t.name = tbl_name) ORDER BY tbl_name, type DESC, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			t.Fatal(err)
		}
		all = append(all, statement+";\n"...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	feedtest.Golden(t, "testdata/schema.sql", all)
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name string
		make func(path string) error
		want string
	}{
		{"garbage", func(p string) error { return os.WriteFile(p, []byte(strings.Repeat("no database ", 500)), 0o644) }, "damaged or no database"},
		{"folder", func(p string) error { return os.Mkdir(p, 0o755) }, "cannot be opened"},
		{"newer", func(p string) error {
			db, err := Open(context.Background(), p)
			if err != nil {
				return err
			}
			if _, err := db.Write.Exec("PRAGMA user_version = 9000"); err != nil {
				return err
			}
			return db.Close()
		}, "has schema 9000"},
		{"damaged page", func(p string) error {
			db, err := Open(context.Background(), p)
			if err != nil {
				return err
			}
			if err := db.Close(); err != nil {
				return err
			}
			f, err := os.OpenFile(p, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte(strings.Repeat("\xfe", 4096)), pageSize) // the first page may have unused space
			return err
		}, "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tributary.db")
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			db, err := Open(t.Context(), path)
			if err == nil {
				db.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
			if after, _ := os.ReadFile(path); string(before) != string(after) {
				t.Error("the file was changed")
			}
		})
	}
}

// A process may be killed, or the disk be full, before anything was written to a new file.
func TestOpenContinuesAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var size int
	if err := db.Read.QueryRow("PRAGMA page_size").Scan(&size); err != nil || size != pageSize {
		t.Errorf("pages of %d bytes (%v), want %d", size, err, pageSize)
	}
}

// TestEventsOfHealthMoveIntoTheirNewTable checks that the health events from
// before schema 18, which changed their table, are kept.
func TestEventsOfHealthMoveIntoTheirNewTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		if filepath.Base(file) >= "0018" {
			break
		}
		if err := apply(t.Context(), db, file, i+1); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{
		`INSERT INTO source (id, name, kind, url, url_key, origin, created_at) VALUES (3, 'a', 'feed', 'https://a.example/', '//a.example/', 'https://a.example/', 1)`,
		`INSERT INTO health_event (id, source_id, at, was, became, cause) VALUES (7, 3, 1000, 'ok', 'failing', 'x')`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !NeedsMigration(t.Context(), path) {
		t.Error("a database of schema 17 is not said to be behind")
	}
	migrated, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer migrated.Close()
	if NeedsMigration(t.Context(), path) || NeedsMigration(t.Context(), path+".none") {
		t.Error("a database is said to be behind that was migrated, or is none")
	}
	var id, source, at int64
	var was, became, cause, advice string
	err = migrated.Read.QueryRow(`SELECT id, source_id, at, was, became, cause, advice FROM health_event`).Scan(&id, &source, &at, &was, &became, &cause, &advice)
	if err != nil || id != 7 || source != 3 || at != 1000 || was+became+cause+advice != "okfailingx" {
		t.Errorf("got %d %d %d %q %q %q %q, %v", id, source, at, was, became, cause, advice, err)
	}
	if _, err := migrated.Write.Exec(`INSERT INTO health_event (source_id, at, was, became, cause) VALUES (99, 1, '', 'gone', 'x')`); err == nil {
		t.Error("an event of no source could be stored")
	}
}

// Commands that run beside a daemon may be of another version. They refuse the schema with
// an explanation and leave it to the process that holds the database.
func TestBesideAnotherVersion(t *testing.T) {
	tests := []struct {
		name    string
		version int
		want    string
	}{
		{"none yet", 0, "there is none yet; `tributary serve` or `tributary run` makes it"},
		{"older", 3, "has schema 3, this tributary has "},
		{"newer", 9000, "has schema 9000, this tributary knows "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tributary.db")
			made, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer made.Close()
			if _, err := made.Write.Exec(fmt.Sprintf("PRAGMA user_version = %d", tt.version)); err != nil {
				t.Fatal(err)
			}
			for _, open := range []func(context.Context, string) (*DB, error){OpenReadOnly, OpenBeside} {
				db, err := open(t.Context(), path)
				if err == nil {
					db.Close()
					t.Fatal("opened")
				}
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %q, want %q in it", err, tt.want)
				}
			}
			if have, err := schema(t.Context(), made.Write); err != nil || have != tt.version {
				t.Errorf("the schema is %d now (%v), want %d as before", have, err, tt.version)
			}
		})
	}
}

func TestBesideMakesNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	if db, err := OpenBeside(t.Context(), path); err == nil {
		db.Close()
		t.Fatal("opened")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}

// The copy made before an upgrade is complete and current, even if a killed process or an
// earlier upgrade left another file in its place.
func TestUpgradeCopiesAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tributary.db")
	to := path + ".schema1"
	old, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := apply(t.Context(), old, "migrations/0001_init.sql", 1); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{to, to + ".part"} {
		if err := os.WriteFile(left, []byte("half a copy"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	kept, err := sql.Open("sqlite", dsn(to, "mode=ro"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if have, err := schema(t.Context(), kept); err != nil || have != 1 {
		t.Errorf("the copy has schema %d (%v), want 1", have, err)
	}
	if _, err := os.Stat(to + ".part"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left of the making: %v", err)
	}
}
