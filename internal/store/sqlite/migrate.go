package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies the migrations that are newer than the file, each in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	have, files, err := schemas(ctx, db)
	if err != nil {
		return explain(err, path)
	}
	if have > len(files) {
		return newer(path, have, len(files))
	}
	if have > 0 && have < len(files) {
		if err := copyBefore(ctx, db, path, have); err != nil {
			return err
		}
	}
	for i := have; i < len(files); i++ {
		if err := apply(ctx, db, files[i], i+1); err != nil {
			return explain(fmt.Errorf("migration %s: %w", filepath.Base(files[i]), err), path)
		}
	}
	return nil
}

// schema returns the number of migrations applied to a database; 0 means a new file.
func schema(ctx context.Context, db *sql.DB) (have int, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have)
	return have, err
}

// schemas returns the schema of a database, and the files of all migrations that we have.
func schemas(ctx context.Context, db *sql.DB) (have int, files []string, err error) {
	if files, err = fs.Glob(migrations, "migrations/*.sql"); err == nil {
		have, err = schema(ctx, db)
	}
	return have, files, err
}

// current returns an error if the schema of a database differs from ours.
func current(ctx context.Context, db *sql.DB, path string) error {
	have, files, err := schemas(ctx, db)
	switch {
	case err != nil:
		return explain(err, path)
	case have == 0: // just created, not yet migrated
		return none(path)
	case have > len(files):
		return newer(path, have, len(files))
	case have < len(files):
		return fmt.Errorf("database %s has schema %d, this tributary has %d: restart `tributary serve`, or use `tributary run`, to bring it up to date", path, have, len(files))
	}
	return nil
}

func newer(path string, have, known int) error {
	return fmt.Errorf("database %s has schema %d, this tributary knows %d: use a newer tributary, or a copy made before the upgrade", path, have, known)
}

// NeedsMigration reports whether a database exists whose schema is older than ours, so that Open
// will copy and migrate it. It returns false if the database cannot be read; Open returns
// that error.
func NeedsMigration(ctx context.Context, path string) bool {
	if exists(path) != nil {
		return false
	}
	db, err := withReaders(nil, path)
	if err != nil {
		return false
	}
	defer db.Close()
	have, files, err := schemas(ctx, db.Read)
	return err == nil && have > 0 && have < len(files)
}

// copyBefore copies the database before an upgrade. The copy gets its final name only
// once it is complete. It replaces the copy of an earlier upgrade from the same schema,
// which lacks everything stored since.
func copyBefore(ctx context.Context, db *sql.DB, path string, have int) error {
	to := fmt.Sprintf("%s.schema%d", path, have)
	part := to + ".part"
	err := os.Remove(part) // left by a killed process
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		_, err = db.ExecContext(ctx, "VACUUM INTO $1", part)
	}
	if err == nil {
		err = synced(part)
	}
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return fmt.Errorf("copy before the upgrade: %w", errors.Join(explain(err, path), os.RemoveAll(part)))
	}
	return nil
}

// synced flushes a finished file to disk.
func synced(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func apply(ctx context.Context, db *sql.DB, file string, version int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		return err
	}
	return tx.Commit()
}
