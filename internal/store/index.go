package store

import (
	"encoding/json"
	"maps"
	"slices"

	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// indexing collects what one transaction changes in the full-text index. It is
// written at the end and in order of entries, which is what an index takes best.
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
	unknown := map[int64]string{}
	err = x.each(sqlite.NewWords, []any{string(list)}, func(scan scan) error {
		var id int64
		var word string
		err := scan(&id, &word)
		unknown[id] = word
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(unknown)) {
		if _, err := x.exec(sqlite.IndexWord, id, unknown[id]); err != nil {
			return err
		}
	}
	return nil
}
