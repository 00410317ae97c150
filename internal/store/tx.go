package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// tx is a write transaction under way. The first statement that fails ends it: later ones are
// not run and return the same error, and update rolls back and returns it in any case. So
// code that only writes need not check each error, as with a bufio.Writer. Code that goes
// on with what it has read must.
type tx struct {
	ctx      context.Context
	w        *writer
	memtable *memtable // the writer's, which gets it back when the transaction is committed
	err      error     // of the first statement that failed
}

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
	begun, err := w.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer begun.Rollback()
	t := &tx{ctx: ctx, w: w, memtable: w.memtable}
	w.memtable = nil // if the transaction fails, it holds what was not stored
	err = f(t)
	if t.err != nil && !errors.Is(err, t.err) { // f did not look
		err = t.err
	}
	if err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return err
	}
	w.memtable = t.memtable
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
