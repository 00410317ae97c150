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
	from int64 // entries before this one are not in the index yet, see Reindex
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
			x.do(d.index.In(sqlite.UnindexEntry), id)
		}
		x.do(d.index.In(sqlite.IndexEntry), id, d.Title, d.Body, d.Author, d.Tag, d.Facts)
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
	return x.err
}

// addWords adds the words to a vocabulary that are not in it yet.
func (x *indexing) addWords(v vocabulary, words []string) error {
	list, err := json.Marshal(words)
	if err != nil || len(words) == 0 {
		return err
	}
	last, err := x.number(v.index.In(sqlite.LastWord))
	if err != nil {
		return err
	}
	if n, err := x.exec(v.index.In(sqlite.NewWords), v.scope, string(list)); n == 0 || err != nil {
		return err
	}
	return x.do(v.index.In(sqlite.IndexWords), last)
}

// tidyPages bounds what one step of tidying writes: 4 KiB each.
const tidyPages = 100

// TidyIndex joins what many transactions added to the full-text indexes, because a
// search looks into every part: a bounded step. It reports whether there is more.
func (db *DB) TidyIndex(ctx context.Context) (more bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		for _, query := range everyIndex(sqlite.MergeIndex, sqlite.MergeWords) {
			before, err := t.number(sqlite.Changes)
			if err != nil {
				return err
			}
			t.do(query, tidyPages)
			after, err := t.number(sqlite.Changes)
			if err != nil {
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
		t.do(query)
	}
	t.setCounter("search", search.Version)
	return t.do(`UPDATE counter SET value = (SELECT coalesce(max(id), 0) + 1 FROM entry) WHERE name = 'searchable'`)
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
