package store

import (
	"context"

	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// reindexLimit is how many entries one transaction indexes, so that it never
// blocks other writes for long.
const reindexLimit = 50

// Reindex rebuilds the full-text indexes after an upgrade that changes them, or
// after a source became private or public. Each call indexes a limited number of
// entries, the latest first, and reports whether there are more. Entries that
// arrive meanwhile are indexed when they are stored. Until Reindex is done,
// search results say that older entries are missing.
func (db *DB) Reindex(ctx context.Context) (more bool, err error) {
	version, err := db.counter(ctx, "search")
	if err != nil {
		return false, err
	}
	from, err := db.counter(ctx, "searchable")
	if err != nil || version == search.Version && from == 0 {
		return false, err
	}
	err = db.update(ctx, func(t *tx) error {
		if version != search.Version {
			more = true
			return t.clearIndex()
		}
		more, err = t.reindex()
		return err
	})
	return more, err
}

// Unindexed returns about how many entries Reindex still has to index. Deleted entries count too.
func (db *DB) Unindexed(ctx context.Context) (int64, error) {
	from, err := db.counter(ctx, "searchable")
	return max(from-1, 0), err
}

// clearIndex empties the indexes, so that reindex starts after the last entry.
func (t *tx) clearIndex() error {
	for _, query := range everyIndex(sqlite.ClearIndex...) {
		if _, err := t.exec(query); err != nil {
			return err
		}
	}
	if err := t.setCounter("search", search.Version); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE counter SET value = (SELECT coalesce(max(id), 0) + 1 FROM entry) WHERE name = 'searchable'`)
	return err
}

// reindex indexes the next entries before the first one that is indexed.
func (t *tx) reindex() (more bool, err error) {
	x, err := t.indexing()
	if err != nil {
		return false, err
	}
	entries, err := t.shown(`e.id < $1 ORDER BY e.id DESC LIMIT $2`, x.from, reindexLimit)
	if err != nil {
		return false, err
	}
	var from int64 // 0: all are indexed
	if len(entries) == reindexLimit {
		from = entries[len(entries)-1].Entry.ID
	}
	x.from = from
	for i := range entries {
		e := &entries[i].Entry
		x.add(e.ID, e.SourceID, entries[i].Source.Public, e, false)
	}
	if err := x.flush(); err != nil {
		return false, err
	}
	return from > 0, t.setCounter("searchable", from)
}
