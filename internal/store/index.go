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
// Entries of private sources are in an index of their own. In a common one, private words
// would change counts, order and response times of public searches, and so be revealed.
type indexing struct {
	*tx
	from int64 // entries before this one are not in the index yet, see reindex.go
	docs map[int64]indexed
}

type indexed struct {
	search.Document
	vocabulary
	anew bool // there is one already
}

// vocabulary names the list of words that the words of an entry belong to.
type vocabulary struct {
	index sqlite.Index
	scope int64 // its source in the private index, else 0
}

func vocabularyOf(source int64, public bool) vocabulary {
	if public {
		return vocabulary{sqlite.Public, 0}
	}
	return vocabulary{sqlite.Private, source}
}

func (t *tx) indexing() (*indexing, error) {
	from, err := t.counter("searchable")
	return &indexing{tx: t, from: from, docs: map[int64]indexed{}}, err
}

// add has an entry found by its present text.
func (x *indexing) add(id, source int64, public bool, e *news.Entry, anew bool) {
	if id >= x.from {
		x.docs[id] = indexed{search.Index(e, source), vocabularyOf(source, public), anew}
	}
}

func (x *indexing) flush() error {
	words := map[vocabulary]map[string]struct{}{}
	for _, id := range slices.Sorted(maps.Keys(x.docs)) {
		d := x.docs[id]
		if d.anew {
			if _, err := x.exec(d.index.In(sqlite.UnindexEntry), id); err != nil {
				return err
			}
		}
		if _, err := x.exec(d.index.In(sqlite.IndexEntry), id, d.Title, d.Body, d.Author, d.Tag, d.Facts); err != nil {
			return err
		}
		if words[d.vocabulary] == nil {
			words[d.vocabulary] = map[string]struct{}{}
		}
		for w := range d.LongWords() {
			words[d.vocabulary][w] = struct{}{}
		}
	}
	clear(x.docs)
	for v, new := range words {
		if err := x.addWords(v, slices.Sorted(maps.Keys(new))); err != nil {
			return err
		}
	}
	return nil
}

// addWords adds the words to a vocabulary that are not in it yet.
func (x *indexing) addWords(v vocabulary, words []string) error {
	list, err := json.Marshal(words)
	if err != nil || len(words) == 0 {
		return err
	}
	var last int64
	if err := x.get(v.index.In(sqlite.LastWord), nil, &last); err != nil {
		return err
	}
	if n, err := x.exec(v.index.In(sqlite.NewWords), v.scope, string(list)); n == 0 || err != nil {
		return err
	}
	_, err = x.exec(v.index.In(sqlite.IndexWords), last)
	return err
}

// tidyPages bounds what one step of tidying writes: 4 KiB each.
const tidyPages = 100

// TidyIndex joins what many transactions added to the full-text indexes, because a
// search looks into every part: a bounded step. It reports whether there is more.
func (db *DB) TidyIndex(ctx context.Context) (more bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		for _, query := range everyIndex(sqlite.MergeIndex, sqlite.MergeWords) {
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

// everyIndex returns statements for each of the indexes.
func everyIndex(statements ...string) (all []string) {
	for _, x := range [...]sqlite.Index{sqlite.Public, sqlite.Private} {
		for _, s := range statements {
			all = append(all, x.In(s))
		}
	}
	return all
}
