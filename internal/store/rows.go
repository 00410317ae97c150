package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What the queries of this package have in common: reading rows, and binding many values
// at once.

// scan reads one row.
type scan func(dest ...any) error

// collect returns a function for each that appends every row to a list. dest says where
// the columns of a row go.
func collect[T any](list *[]T, dest func(*T) []any) func(scan) error {
	return func(scan scan) error {
		var value T
		err := scan(dest(&value)...)
		*list = append(*list, value)
		return err
	}
}

// only is the dest of rows of one column.
func only[T any](value *T) []any { return []any{value} }

// appendTo returns a function for each that appends the only column of a row to a list.
func appendTo[T any](list *[]T) func(scan) error { return collect(list, only) }

// mapTo returns a function for each that adds every row to a map. The first column is the
// key, and dest says where the others go.
func mapTo[K comparable, V any](m map[K]V, dest func(*V) []any) func(scan) error {
	return func(scan scan) error {
		var key K
		var value V
		err := scan(append([]any{&key}, dest(&value)...)...)
		m[key] = value
		return err
	}
}

// addTo returns a function for each that adds the only column of a row to a set.
func addTo[T comparable](set map[T]bool) func(scan) error {
	return func(scan scan) error {
		var value T
		err := scan(&value)
		set[value] = true
		return err
	}
}

// errStop ends the reading of rows: what follows is not wanted, and nothing is wrong.
var errStop = errors.New("no more rows are wanted")

// eachRow calls f for every row until it returns an error, and closes them. errStop is no
// error of the reading.
func eachRow(rows *sql.Rows, err error, f func(scan) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); errors.Is(err, errStop) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return rows.Err()
}

// rowsOf returns every row of a query on a reading connection. dest says where the columns
// of a row go.
func rowsOf[T any](ctx context.Context, db *DB, query string, args []any, dest func(*T) []any) (rows []T, err error) {
	err = db.each(ctx, query, args, collect(&rows, dest))
	return rows, err
}

// mapOf returns every row of a query on a reading connection by its first column. dest says
// where the others go.
func mapOf[K comparable, V any](ctx context.Context, db *DB, query string, args []any, dest func(*V) []any) (map[K]V, error) {
	rows := map[K]V{}
	return rows, db.each(ctx, query, args, mapTo(rows, dest))
}

// readRows is rowsOf where more than the columns is to be filled in: read does it.
func readRows[T any](ctx context.Context, db *DB, query string, args []any, read func(scan, *T) error) (rows []T, err error) {
	err = db.each(ctx, query, args, func(scan scan) error {
		var row T
		err := read(scan, &row)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// ids returns the row numbers that a query on a reading connection selects.
func (db *DB) ids(ctx context.Context, query string, args ...any) ([]int64, error) {
	return rowsOf(ctx, db, query, args, only[int64])
}

// ids returns the row numbers that a query selects.
func (t *tx) ids(query string, args ...any) (ids []int64, err error) {
	err = t.each(query, args, appendTo(&ids))
	return ids, err
}

// idSet returns the row numbers that a query selects, as a set.
func (t *tx) idSet(query string) (map[int64]bool, error) {
	set := map[int64]bool{}
	return set, t.each(query, nil, addTo(set))
}

// noRowsAs turns the error of a query that found no row into another.
func noRowsAs(other, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return other
	}
	return err
}

// ignoreNoRows turns the error of a query that found no row into nil.
func ignoreNoRows(err error) error { return noRowsAs(nil, err) }

// batch is how many values one look-up binds, as a rule. It is small because the engine
// searches the names of all placeholders to bind each of them.
const batch = 32

// placeholders are those of one batch, behind $1.
var placeholders = placeholdersFrom(2, batch)

// eachOf runs a query over many values, batch of them at a time, and calls f for every
// row. The arguments in first come before the values each time. The number of
// placeholders is always the same, so that the statement stays prepared; those left over
// in the last batch hold NULL, which equals nothing.
func (t *tx) eachOf(query string, batch int, values []any, f func(scan) error, first ...any) error {
	for few := range slices.Chunk(values, batch) {
		args := make([]any, len(first)+batch)
		copy(args, first)
		copy(args[len(first):], few)
		if err := t.each(query, args, f); err != nil {
			return err
		}
	}
	return nil
}

// placeholdersFrom lists n placeholders, "$2, $3, …"; the first has the number from.
func placeholdersFrom(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", $%d", from+i)
	}
	return b.String()[2:]
}

// rowsFrom lists n placeholders as rows of one for VALUES, "($2), ($3), …".
func rowsFrom(from, n int) string {
	return "(" + strings.ReplaceAll(placeholdersFrom(from, n), ", ", "), (") + ")"
}

// pairsFrom lists n placeholders as rows of two for VALUES, "($2, $3), …".
func pairsFrom(from, n int) string {
	rows := make([]string, n/2)
	for i := range rows {
		rows[i] = "(" + placeholdersFrom(from+2*i, 2) + ")"
	}
	return strings.Join(rows, ", ")
}
