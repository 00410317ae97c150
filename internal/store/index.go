package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// indexing collects what one transaction changes in the full-text index. It is
// written at the end and in order of entries, which is what an index takes best.
//
// Only entries of public sources are in it: what is counted, ordered, cut short or
// takes time because of a private word would tell strangers of that word.
type indexing struct {
	*tx
	from int64 // entries before this one are not in the index yet, see reindex.go
	docs map[int64]indexed
}

type indexed struct {
	search.Document
	anew bool // there is one already
}

func (t *tx) indexing() (*indexing, error) {
	x := &indexing{tx: t, docs: map[int64]indexed{}}
	return x, t.get(`SELECT value FROM counter WHERE name = 'searchable'`, nil, &x.from)
}

// add has an entry be found by what it says now.
func (x *indexing) add(id, source int64, e *news.Entry, anew bool) {
	if id >= x.from {
		x.docs[id] = indexed{search.Index(e, source), anew}
	}
}

func (x *indexing) flush() error {
	words := map[string]struct{}{}
	for _, id := range slices.Sorted(maps.Keys(x.docs)) {
		d := x.docs[id]
		if d.anew {
			if _, err := x.exec(sqlite.UnindexEntry, id); err != nil {
				return err
			}
		}
		if _, err := x.exec(sqlite.IndexEntry, id, d.Title, d.Body, d.Author, d.Tag, d.Facts); err != nil {
			return err
		}
		d.Longer(func(w string) { words[w] = struct{}{} })
	}
	clear(x.docs)
	if len(words) == 0 {
		return nil
	}
	return x.learn(slices.Sorted(maps.Keys(words)))
}

// learn makes words known that no entry brought before.
func (x *indexing) learn(words []string) error {
	list, err := json.Marshal(words)
	if err != nil {
		return err
	}
	var last int64
	if err := x.get(sqlite.LastWord, nil, &last); err != nil {
		return err
	}
	if n, err := x.exec(sqlite.NewWords, string(list)); n == 0 || err != nil {
		return err
	}
	_, err = x.exec(sqlite.IndexWords, last)
	return err
}

// tidyPages bounds what one step of tidying writes: 4 KiB each.
const tidyPages = 100

// TidyIndex joins what many transactions added to the full-text index, because a
// search looks into every part: a bounded step. It reports whether there is more.
func (db *DB) TidyIndex(ctx context.Context) (more bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		for _, query := range []string{sqlite.MergeIndex, sqlite.MergeWords} {
			var before, after int64
			if err := t.get(sqlite.Changes, nil, &before); err != nil {
				return err
			}
			if _, err := t.exec(query, tidyPages); err != nil {
				return err
			}
			if err := t.get(sqlite.Changes, nil, &after); err != nil {
				return err
			}
			more = more || after-before >= 2 // the command itself is one
		}
		return nil
	})
	return more, err
}
