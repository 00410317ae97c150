package sqlite

import (
	"strings"

	lib "modernc.org/sqlite/lib"

	"tributary/internal/search"
)

// A full-text index is FTS5: a table of words without the texts (search), and
// beside it every longer word with its trigrams (word, piece). A word inside others
// is looked up in the trigrams of the words, which are few, and then asked for by
// the whole words: trigrams of the texts would take three times the space.

// Index is one of the two indexes. Their tables are alike and apart: a search of what
// is public does not come near a word that is not.
type Index string

// The indexes, by what the names of their tables begin with.
const (
	Public  Index = ""
	Private Index = "private_"
)

// In returns a statement for the index.
func (x Index) In(statement string) string { return strings.ReplaceAll(statement, "@", string(x)) }

// Statements that keep an index, for Index.In. What they bind is search.Document's.
const (
	IndexEntry   = `INSERT INTO @search (rowid, title, body, author, tag, facts) VALUES ($1, $2, $3, $4, $5, $6)`
	UnindexEntry = `DELETE FROM @search WHERE rowid = $1`

	// NewWords takes a JSON list and keeps those that were not known in the scope;
	// IndexWords makes those after the LastWord of before known by their pieces.
	LastWord   = `SELECT coalesce(max(id), 0) FROM @word`
	NewWords   = `INSERT OR IGNORE INTO @word (scope, text) SELECT $1, value FROM json_each($2)`
	IndexWords = `INSERT INTO @piece (rowid, text) SELECT id, text FROM @word WHERE id > $1 ORDER BY id`

	// MatchWords returns the words of the scopes, a JSON list, that may hold a letter
	// sequence, see Pieces.
	MatchWords = `SELECT DISTINCT text FROM @word WHERE id IN (SELECT rowid FROM @piece WHERE @piece MATCH $1)
		AND scope IN (SELECT value FROM json_each($2)) LIMIT $3`

	// Matches are the entries that an Expression, $2, finds, the latest first, as many as
	// $3; how well they fit is less for the better.
	Matches     = `(SELECT rowid AS entry_id, 0.0 AS fit FROM @search WHERE @search MATCH $2 ORDER BY rowid DESC LIMIT $3)`
	BestMatches = `(SELECT rowid AS entry_id, bm25(@search, 8.0, 1.0, 4.0, 4.0, 0.0) AS fit FROM @search WHERE @search MATCH $2 ORDER BY rowid DESC LIMIT $3)`
)

// MergeIndex joins parts of the index that were written apart and are about equally
// large; it writes about as many pages as $1. What it did counts as changes.
const (
	MergeIndex = `INSERT INTO @search (@search, rank) VALUES ('merge', $1)`
	MergeWords = `INSERT INTO @piece (@piece, rank) VALUES ('merge', $1)`
	Changes    = `SELECT total_changes()`
)

// ClearIndex empties the index.
var ClearIndex = []string{
	`INSERT INTO @search (@search) VALUES ('delete-all')`,
	`INSERT INTO @piece (@piece) VALUES ('delete-all')`,
	`DELETE FROM @word`,
}

// Pieces is what finds the words that may hold the letters of text; "" when it is
// too short.
func Pieces(text string) string {
	runes := []rune(text)
	var all []string
	for i := 0; i+3 <= len(runes); i++ {
		all = append(all, quoted(string(runes[i:i+3])))
	}
	return strings.Join(all, " AND ")
}

// OnlyOf narrows an Expression down to entries of these sources.
func OnlyOf(ids []int64, expression string) string {
	return "(" + expression + ") AND " + sources(ids, "")
}

// Expression writes a query in the language of FTS5. longer gives the words that a
// term with letters before it stands for. Every word is quoted and holds letters
// and digits only, so that nothing in a query is taken for syntax.
func Expression(q *search.Query, longer func(search.Term) ([]string, error)) (string, error) {
	var want, not []string
	for _, c := range q.Clauses {
		var any []string
		for _, t := range c.Any {
			one, err := expression(t, longer)
			if err != nil {
				return "", err
			}
			any = append(any, one)
		}
		if c.Not {
			not = append(not, any...)
		} else {
			want = append(want, "("+strings.Join(any, " OR ")+")")
		}
	}
	if len(want) == 0 {
		want = []string{fact(search.EveryFact)}
	}
	all := strings.Join(want, " AND ")
	if len(not) > 0 {
		all = "(" + all + ") NOT (" + strings.Join(not, " OR ") + ")"
	}
	return all, nil
}

func expression(t search.Term, longer func(search.Term) ([]string, error)) (string, error) {
	switch t.Field {
	case search.Language:
		return fact(search.LanguageFact(t.Words[0])), nil
	case search.Source:
		return sources(t.Sources, ""), nil
	}
	one := quoted(strings.Join(t.Words, " "))
	if t.Tail {
		one += " *"
	}
	if t.Head {
		others, err := longer(t)
		if err != nil {
			return "", err
		}
		for _, w := range others {
			one += " OR " + quoted(w)
		}
	}
	one = columns(t.Field) + " : (" + one + ")"
	if t.Field == search.Tag {
		one = sources(t.Sources, one)
	}
	return one, nil
}

func columns(f search.Field) string {
	switch f {
	case search.Anywhere:
		return "{title body author tag}"
	case search.Text:
		return "body"
	}
	return string(f)
}

// sources matches entries of these sources, or what else matches.
func sources(ids []int64, other string) string {
	var any []string
	if other != "" {
		any = append(any, other)
	}
	for _, id := range ids {
		any = append(any, fact(search.SourceFact(id)))
	}
	if any == nil {
		return fact("none") // no entry has it
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

func fact(code string) string { return "facts : " + quoted(code) }

func quoted(words string) string { return `"` + words + `"` }

// Interrupted reports whether a query was ended because its time was over.
func Interrupted(err error) bool { return code(err) == lib.SQLITE_INTERRUPT }
