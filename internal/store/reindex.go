package store

import (
	"context"

	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// reindexLimit is how many entries one transaction indexes, so that the writer is
// never held for long.
const reindexLimit = 50

// Reindex makes the full-text indexes anew after an upgrade that indexes otherwise, or
// when a source turned private or public: a bounded part, the latest entries first. It
// reports whether there is more. What arrives meanwhile enters the index by itself;
// until it is whole, a search says that older entries are missing.
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

// Unindexed returns how many entries Reindex has still to go through, about: those that
// were dropped count.
func (db *DB) Unindexed(ctx context.Context) (int64, error) {
	from, err := db.counter(ctx, "searchable")
	return max(from-1, 0), err
}

// clearIndex begins anew behind the last entry.
func (t *tx) clearIndex() error {
	for _, query := range everyIndex(sqlite.ClearIndex...) {
		if _, err := t.exec(query); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE counter SET value = $1 WHERE name = 'search'`, search.Version); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE counter SET value = (SELECT coalesce(max(id), 0) + 1 FROM entry) WHERE name = 'searchable'`)
	return err
}

// reindex indexes the entries before the first one that is in the index.
func (t *tx) reindex() (more bool, err error) {
	x, err := t.indexing()
	if err != nil {
		return false, err
	}
	var entries []news.Shown
	err = t.each(`SELECT `+shownColumns+` FROM entry e`+shownJoins+` WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2`,
		[]any{x.from, reindexLimit}, func(scan scan) error {
			var s news.Shown
			err := scanShown(scan, &s)
			entries = append(entries, s)
			return err
		})
	if err != nil {
		return false, err
	}
	var from int64 // 0: all are in it
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
	_, err = t.exec(`UPDATE counter SET value = $1 WHERE name = 'searchable'`, from)
	return from > 0, err
}
