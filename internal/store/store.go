// Package store holds every query of Tributary. One exported method is one
// transaction: it sees one state of the database and leaves one behind, so a
// process that dies at any moment loses nothing that was acknowledged and
// doubles nothing.
//
// The queries use $1 placeholders and no idea of one engine; what only SQLite
// knows is in store/sqlite. Times are stored as integer unix milliseconds.
//
// Two transactions carry the product. Save (save.go) takes one Fetch with
// everything it brought: the entries, the decision which story each belongs to,
// validators, body and next due time. Publish (publish.go) takes what changed
// since and writes Publications, which is all that outputs ever read.
//
//	save.go save_entry.go known.go guard.go seed.go        Save: which entries are known, which are new
//	judge.go                                               the story of a new entry
//	alike.go alike_find.go posting.go posting_find.go      the index that texts are compared by;
//	resketch.go                                            made anew after an upgrade
//	publish.go publish_read.go settle.go rule.go           Publish: which stories are judged, and
//	place.go digest.go publish_podcast.go                  what becomes of them
//	past.go past_find.go                                   what a lost database had published
//	edition.go digest_read.go health_feed.go day_limit.go  the documents of a feed, as outputs read them
//	archive.go archive_read.go                             the closed pages of its past
//	change.go push.go subscription.go                      WebSub, as hub and as subscriber
//	placement.go find.go state.go day.go                   what pages and commands show
//	hand.go merge.go split.go pin.go                       corrections by hand
//	source.go list.go feed.go                              the configuration, as rows
//	host.go fetch.go health.go page.go file.go             what is remembered of everything outside
//	token.go cadence.go                                    who reads, and how often
//	search.go search_look.go index.go                      search
//	audience.go entry.go                                   conditions and columns that many queries share
//	tx.go rows.go column.go                                transactions, reading rows, binding values
//	lock.go thread_*.go                                    one process, and the time that a search takes
package store

import (
	"context"
	"database/sql"
	"errors"

	"tributary/internal/store/sqlite"
)

// DB is the open store. It is safe for concurrent use.
type DB struct {
	engine *sqlite.DB
	writer chan *writer // holds the one writer while it is free
}

// writer is the one writing connection with its prepared statements.
type writer struct {
	conn     *sql.Conn
	stmts    map[string]*sql.Stmt
	memtable *memtable // see posting.go; nil until the log is read
}

// Open opens the database file for reading and writing and brings its schema
// up to date. It is for the process that holds the Lock.
func Open(ctx context.Context, path string) (*DB, error) {
	engine, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return writing(ctx, engine)
}

// OpenBeside opens an existing database for short transactions, whether or not another
// process holds the Lock. It refuses a database whose schema differs instead of migrating
// it, because the other process may be of an older version.
func OpenBeside(ctx context.Context, path string) (*DB, error) {
	engine, err := sqlite.OpenBeside(ctx, path)
	if err != nil {
		return nil, err
	}
	return writing(ctx, engine)
}

func writing(ctx context.Context, engine *sqlite.DB) (*DB, error) {
	conn, err := engine.Write.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	db := &DB{engine: engine, writer: make(chan *writer, 1)}
	db.writer <- &writer{conn: conn, stmts: map[string]*sql.Stmt{}}
	return db, nil
}

// NeedsMigration reports whether Open will copy the database and migrate its schema first, which
// takes some time when it is large.
func NeedsMigration(ctx context.Context, path string) bool { return sqlite.NeedsMigration(ctx, path) }

// OpenReadOnly opens an existing database beside the process that writes it.
func OpenReadOnly(ctx context.Context, path string) (*DB, error) {
	engine, err := sqlite.OpenReadOnly(ctx, path)
	if err != nil {
		return nil, err
	}
	return &DB{engine: engine}, nil
}

// ReleaseLeases ends the leases of a process that died. The caller holds the Lock, so
// nobody else is fetching.
func (db *DB) ReleaseLeases(ctx context.Context) error {
	return db.update(ctx, func(t *tx) error {
		return t.do(`UPDATE source SET lease_owner = '', lease_until = 0 WHERE lease_owner <> ''`)
	})
}

// Check reads every page of the database and reports the first damage.
func (db *DB) Check(ctx context.Context) error { return db.engine.Check(ctx) }

// CheckPlace reports whether the database file was removed or replaced since it was opened.
func (db *DB) CheckPlace() error { return db.engine.CheckPlace() }

// Close waits for the transaction under way and closes the database.
func (db *DB) Close() error {
	if db.writer != nil {
		w, open := <-db.writer
		if !open {
			return nil // closed before
		}
		close(db.writer)
		for _, s := range w.stmts {
			s.Close()
		}
		w.conn.Close()
	}
	return db.engine.Close()
}

// CheckpointDue delivers a token when it is time for Checkpoint. A process that keeps the
// database open for long should call it then; if nobody does, the writer pauses for it now
// and then.
func (db *DB) CheckpointDue() <-chan struct{} { return db.engine.CheckpointDue() }

// Checkpoint copies what was stored lately from the write-ahead log into the database
// file, beside the writer.
func (db *DB) Checkpoint(ctx context.Context) { db.engine.Checkpoint(ctx) }

// get scans the first row of a query on a reading connection into dest; sql.ErrNoRows
// without one.
func (db *DB) get(ctx context.Context, query string, args []any, dest ...any) error {
	return db.engine.Explain(db.engine.Read.QueryRowContext(ctx, query, args...).Scan(dest...))
}

// number returns the number that a query on a reading connection selects.
func (db *DB) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = db.get(ctx, query, args, &n)
	return n, err
}

// holds reports whether the condition that a query on a reading connection selects is true.
func (db *DB) holds(ctx context.Context, query string, args ...any) (yes bool, err error) {
	err = db.get(ctx, query, args, &yes)
	return yes, err
}

// each calls f for every row of a query on a reading connection.
func (db *DB) each(ctx context.Context, query string, args []any, f func(scan) error) error {
	rows, err := db.engine.Read.QueryContext(ctx, query, args...)
	return db.engine.Explain(eachRow(rows, err, f))
}

// Revision returns the number of the last transaction that changed what feeds
// may show.
func (db *DB) Revision(ctx context.Context) (int64, error) { return db.counter(ctx, "revision") }

// counter returns the value of a counter.
func (db *DB) counter(ctx context.Context, name string) (int64, error) {
	return db.number(ctx, selectCounter, name)
}
