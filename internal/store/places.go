package store

import (
	"fmt"
	"slices"
	"strings"
)

// batch is how many values one look-up takes, as a rule. The engine goes through the
// names of all places to bind one, so a batch is small.
const batch = 32

var places = placesFrom(2, batch) // of one batch

// eachOf runs a query over values, so many at a time; their places follow those of
// first. A fixed number keeps the statement prepared; places left over hold NULL, which
// equals nothing.
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

// placesFrom are n placeholders, the first of number from.
func placesFrom(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", $%d", from+i)
	}
	return b.String()[2:]
}

// rowsFrom are n rows of one placeholder, the first of number from.
func rowsFrom(from, n int) string {
	return "(" + strings.ReplaceAll(placesFrom(from, n), ", ", "), (") + ")"
}

// pairsFrom are n placeholders as rows of two, the first of number from.
func pairsFrom(from, n int) string {
	rows := make([]string, n/2)
	for i := range rows {
		rows[i] = "(" + placesFrom(from+2*i, 2) + ")"
	}
	return strings.Join(rows, ", ")
}
