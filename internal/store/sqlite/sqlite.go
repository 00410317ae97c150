// Package sqlite opens the embedded database: connections, pragmas, migrations
// and errors. It holds everything that is specific to SQLite; the queries of
// package store are independent of the engine.
//
// A DB has two pools, both on the write-ahead log. The single connection of Write
// runs immediate transactions, so no statement of ours gets SQLITE_BUSY because
// of another. The read-only connections of Read see the last commit and never
// wait for the writer. With synchronous=NORMAL a commit survives the death of the
// process. The last commits may be lost in a power failure, and the next fetch
// brings their entries back.
//
// Open migrates the schema and keeps a copy of the database from before.
// Checkpoint copies the log into the database beside the writer, see
// CheckpointDue. Expression translates a search.Query for the full-text index.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// readers is the number of read-only connections.
const readers = 4

// Size of each connection's page cache in KiB. Writes touch pages all over the
// indexes. Reads touch few pages, which the operating system caches as well.
const (
	writeCache = 16 << 10
	readCache  = 4 << 10
)

// checkedSize is the size in bytes up to which the whole database is checked when
// it is opened. The check of a file of this size takes about a tenth of a second.
const checkedSize = 64 << 20

// DB is an open database, with one writer and several readers.
type DB struct {
	Write       *sql.DB
	Read        *sql.DB
	Path        string
	file        os.FileInfo  // of what was opened
	checkpoints *checkpoints // nil if open for reading only
}

// Open opens the database at path, creates it if it is missing, and migrates its
// schema. It refuses a damaged file, and one with a newer schema, without
// changing it.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("database folder: %w; make it writable or set data: to another folder", err)
	}
	if err := create(ctx, path); err != nil {
		return nil, explain(err, path)
	}
	return openWriter(ctx, path, prepare)
}

// OpenBeside opens an existing database for short transactions beside the process that
// holds it. That process may be of another version, so a database whose schema differs is
// refused instead of being migrated.
func OpenBeside(ctx context.Context, path string) (*DB, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	return openWriter(ctx, path, current)
}

// openWriter opens a database for writing and reading after ready has prepared or checked it.
func openWriter(ctx context.Context, path string, ready func(context.Context, *sql.DB, string) error) (*DB, error) {
	write, err := sql.Open("sqlite", dsn(path, "_txlock=immediate", cache(writeCache), "_pragma=journal_mode(WAL)",
		"_pragma=synchronous(NORMAL)", "_pragma=temp_store(MEMORY)", fmt.Sprintf("_pragma=journal_size_limit(%d)", maxLog), autocheckpoint))
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := ready(ctx, write, path); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), write.Close())
	}
	db, err := withReaders(write, path)
	if err == nil {
		db.file = file
	}
	return db, err
}

// pageSize is the page size in bytes of new files. Larger pages would waste less
// space on texts of one or two kilobytes. But inserting an entry touches a dozen
// index pages, and each is read and written as a whole.
const pageSize = 8192

// create makes a new database file. The page size has to be set before the switch
// to the write-ahead log.
func create(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return nil
	}
	db, err := sql.Open("sqlite", dsn(path, fmt.Sprintf("_pragma=page_size(%d)", pageSize)))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM")
	return errors.Join(err, db.Close())
}

// OpenReadOnly opens an existing database for reading beside a process that writes to
// it. It refuses a database whose schema differs.
func OpenReadOnly(ctx context.Context, path string) (*DB, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	db, err := withReaders(nil, path)
	if err != nil {
		return nil, err
	}
	if err := current(ctx, db.Read, path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func exists(path string) error {
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return none(path)
	case err != nil:
		return fmt.Errorf("database: %w: run this as the user who owns it", err)
	}
	return nil
}

func none(path string) error {
	return fmt.Errorf("database %s: there is none yet; `tributary serve` or `tributary run` makes it", path)
}

func withReaders(write *sql.DB, path string) (*DB, error) {
	read, err := sql.Open("sqlite", dsn(path, "mode=ro", cache(readCache), "_pragma=query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	db := &DB{Write: write, Read: read, Path: path}
	if write != nil {
		if db.checkpoints, err = openCheckpoints(path); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

// dsn returns a file: URI, the only form in which SQLite respects mode=ro.
// busy_timeout comes first, so that the switch to the write-ahead log also waits
// for other processes.
func dsn(path string, params ...string) string {
	all := append([]string{"_pragma=busy_timeout(5000)", "_pragma=foreign_keys(1)"}, params...)
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: strings.Join(all, "&")}
	return u.String()
}

// cache returns the parameter that sets the size of the page cache.
func cache(kib int) string { return fmt.Sprintf("_pragma=cache_size(-%d)", kib) }

// prepare checks the file and migrates its schema.
func prepare(ctx context.Context, db *sql.DB, path string) error {
	if err := db.PingContext(ctx); err != nil {
		return explain(err, path)
	}
	if info, err := os.Stat(path); err == nil && info.Size() <= checkedSize {
		if err := check(ctx, db, path); err != nil {
			return err
		}
	}
	return migrate(ctx, db, path)
}

// Check reads every page and reports the first damage it finds.
func (db *DB) Check(ctx context.Context) error { return check(ctx, db.Read, db.Path) }

// CheckPlace reports whether the file that a writer opened is no longer where it was: what is
// stored from then on goes into a file that nobody can open again.
func (db *DB) CheckPlace() error {
	file, err := os.Stat(db.Path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(file, db.file) {
		return fmt.Errorf("database %s was removed or replaced while it was in use; before the next start remove %[1]s-wal and %[1]s-shm, which belong to the former one", db.Path)
	}
	return nil
}

func check(ctx context.Context, db *sql.DB, path string) error {
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return explain(err, path)
	}
	if result != "ok" {
		return fmt.Errorf("database %s is damaged (%s); nothing was changed: put a copy from a backup in its place, or move it away to start anew", path, strings.ReplaceAll(result, "\n", ": "))
	}
	return nil
}

// Close closes both pools. SQLite then copies the write-ahead log into the database file.
func (db *DB) Close() error {
	err := db.Read.Close()
	if db.checkpoints != nil {
		err = errors.Join(err, db.checkpoints.conn.Close())
	}
	if db.Write != nil {
		err = errors.Join(err, db.Write.Close())
	}
	return err
}

// Explain adds advice to an error of the engine that prevents all work, such as a full
// disk. It returns every other error unchanged.
func (db *DB) Explain(err error) error { return hindrance(err, db.Path) }

// explain is Explain for errors of opening: it adds the path to every other error.
func explain(err error, path string) error {
	if h := hindrance(err, path); h != err {
		return h
	}
	return fmt.Errorf("database %s: %w", path, err)
}

func hindrance(err error, path string) error {
	switch code(err) {
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		return fmt.Errorf("database %s is damaged or no database (%w); nothing was changed: put a copy from a backup in its place, or move it away to start anew", path, err)
	case lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return fmt.Errorf("database %s cannot be opened for writing (%w): run this as the user who owns it and its folder, or set data: to another folder", path, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("database %s is locked by another program (%w): end it and try again", path, err)
	case lib.SQLITE_FULL:
		return fmt.Errorf("database %s cannot grow (%w): free some space", path, err)
	}
	return err
}

// code returns the primary result code of an engine error, or 0 for any other error.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}
