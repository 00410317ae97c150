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
//	rows.go column.go                                      reading rows, binding values
//	lock.go thread_*.go                                    one process, and the time that a search takes
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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

// tx is a write transaction under way. The first statement that fails ends it: no other is
// run, all of them return the same error, and so does update, whatever else happens. So,
// as with a bufio.Writer, code that only writes need not check every error. Code that
// goes on with what it read must.
type tx struct {
	ctx      context.Context
	w        *writer
	memtable *memtable // the writer's, which gets it back when the transaction is committed
	err      error     // of the first statement that failed
}

// CheckpointDue delivers a token when it is time for Checkpoint. A process that keeps the
// database open for long should call it then; if nobody does, the writer pauses for it now
// and then.
func (db *DB) CheckpointDue() <-chan struct{} { return db.engine.CheckpointDue() }

// Checkpoint copies what was stored lately from the write-ahead log into the database
// file, beside the writer.
func (db *DB) Checkpoint(ctx context.Context) { db.engine.Checkpoint(ctx) }

// update runs f in a write transaction, which is rolled back when f returns an error. ctx
// can end the wait for the writer; a transaction that has begun is carried through, so
// that a shutdown loses nothing that is nearly stored.
func (db *DB) update(ctx context.Context, f func(*tx) error) error {
	return db.engine.Explain(db.transact(ctx, f))
}

// transact is update, but returns the errors of the engine as they are.
func (db *DB) transact(ctx context.Context, f func(*tx) error) error {
	if db.writer == nil {
		return errors.New("the database is open for reading only")
	}
	var w *writer
	select {
	case free, open := <-db.writer:
		if !open {
			return errors.New("the database is closed")
		}
		w = free
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.writer <- w }()
	ctx = context.WithoutCancel(ctx)
	t, err := w.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	x := &tx{ctx: ctx, w: w, memtable: w.memtable}
	w.memtable = nil // if the transaction fails, it holds what was not stored
	err = f(x)
	if x.err != nil && !errors.Is(err, x.err) { // f did not look
		err = x.err
	}
	if err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	w.memtable = x.memtable
	db.engine.Committed()
	return nil
}

// prepared returns the statement of a query, kept for the life of the writer.
func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if t.err != nil {
		return nil, t.err
	}
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, t.ended(fmt.Errorf("prepare %q: %w", query, err))
	}
	t.w.stmts[query] = s
	return s, nil
}

// ended notes the error of a statement and returns it. That a row is missing is none.
func (t *tx) ended(err error) error {
	if t.err == nil && !errors.Is(err, sql.ErrNoRows) {
		t.err = err
	}
	return err
}

// exec runs a statement that returns no rows and gives the number it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, t.ended(err)
	}
	return r.RowsAffected()
}

// do is exec for a statement of which nobody needs the number.
func (t *tx) do(query string, args ...any) error {
	_, err := t.exec(query, args...)
	return err
}

// put is do for a statement that returns the number of the row that it wrote. After a
// failure it returns 0, which no statement sees.
func (t *tx) put(query string, args ...any) int64 {
	id, err := t.number(query, args...)
	if t.err == nil {
		t.err = err
	}
	return id
}

// inOrder runs the steps of a transaction until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// get scans the first row of a query into dest; sql.ErrNoRows without one.
func (t *tx) get(query string, args []any, dest ...any) error {
	s, err := t.prepared(query)
	if err != nil {
		return err
	}
	return t.ended(s.QueryRowContext(t.ctx, args...).Scan(dest...))
}

// number returns the number that a query selects.
func (t *tx) number(query string, args ...any) (n int64, err error) {
	err = t.get(query, args, &n)
	return n, err
}

// holds reports whether the condition that a query selects is true.
func (t *tx) holds(query string, args ...any) (yes bool, err error) {
	err = t.get(query, args, &yes)
	return yes, err
}

// each calls f for every row of a query.
func (t *tx) each(query string, args []any, f func(scan) error) error {
	s, err := t.prepared(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	return t.ended(eachRow(rows, err, f))
}

// get scans the first row of a query on a reading connection into dest; sql.ErrNoRows
// without one.
func (db *DB) get(ctx context.Context, query string, args []any, dest ...any) error {
	return db.engine.Read.QueryRowContext(ctx, query, args...).Scan(dest...)
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
	return eachRow(rows, err, f)
}

// nextRevision raises the revision and returns it. A transaction that changes what feeds
// may show takes one, and marks with it the stories that it changed.
func (t *tx) nextRevision() int64 { return t.increment("revision") }

// increment raises a counter by one and returns it.
func (t *tx) increment(name string) int64 {
	return t.put(`UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value`, name)
}

const selectCounter = `SELECT value FROM counter WHERE name = $1`

// counter returns the value of a counter.
func (t *tx) counter(name string) (int64, error) { return t.number(selectCounter, name) }

// setCounter gives a counter a value.
func (t *tx) setCounter(name string, value int64) error {
	return t.do(`UPDATE counter SET value = $2 WHERE name = $1`, name, value)
}

// Revision returns the number of the last transaction that changed what feeds
// may show.
func (db *DB) Revision(ctx context.Context) (int64, error) { return db.counter(ctx, "revision") }

// counter returns the value of a counter.
func (db *DB) counter(ctx context.Context, name string) (int64, error) {
	return db.number(ctx, selectCounter, name)
}
