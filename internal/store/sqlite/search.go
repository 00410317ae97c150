package sqlite

import (
	"strings"

	lib "modernc.org/sqlite/lib"

	"tributary/internal/search"
)

// A full-text index uses FTS5. The table search indexes words and does not store
// the texts. The tables word and piece hold every longer word with its trigrams.
// To find a word inside others, we look it up in the trigrams of the words, which
// are few, and then search for the whole words. Trigrams of the texts would take
// three times the space.

// Index is one of the two indexes. They have separate tables of the same form, so
// that a search of public entries never touches a private word.
type Index string

// The indexes, by the prefix of their tables' names.
const (
	Public  Index = ""
	Private Index = "private_"
)

// In returns a statement with the names of the index's tables.
func (x Index) In(statement string) string { return strings.ReplaceAll(statement, "@", string(x)) }

// Statements that maintain an index, for Index.In. Their parameters are the
// fields of search.Document.
const (
	IndexEntry   = `INSERT INTO @search (rowid, title, body, author, tag, facts) VALUES ($1, $2, $3, $4, $5, $6)`
	UnindexEntry = `DELETE FROM @search WHERE rowid = $1`

	// NewWords inserts the words of a JSON list that are new in the scope.
	// IndexWords adds the trigrams of all words after the id that LastWord
	// returned before.
	LastWord   = `SELECT coalesce(max(id), 0) FROM @word`
	NewWords   = `INSERT OR IGNORE INTO @word (scope, text) SELECT $1, value FROM json_each($2)`
	IndexWords = `INSERT INTO @piece (rowid, text) SELECT id, text FROM @word WHERE id > $1 ORDER BY id`

	// MatchWords returns the words that may contain a sequence of letters, see
	// Pieces. The scopes are a JSON list.
	MatchWords = `SELECT DISTINCT text FROM @word WHERE id IN (SELECT rowid FROM @piece WHERE @piece MATCH $1)
		AND scope IN (SELECT value FROM json_each($2)) LIMIT $3`

	// Matches selects the entries that match Expression $2, the latest first, at
	// most $3. A smaller fit is better.
	Matches     = `(SELECT rowid AS entry_id, 0.0 AS fit FROM @search WHERE @search MATCH $2 ORDER BY rowid DESC LIMIT $3)`
	BestMatches = `(SELECT rowid AS entry_id, bm25(@search, 8.0, 1.0, 4.0, 4.0, 0.0) AS fit FROM @search WHERE @search MATCH $2 ORDER BY rowid DESC LIMIT $3)`
)

// MergeIndex and MergeWords merge segments of the index that are about equally
// large. They write about $1 pages. Whether they did anything shows in Changes.
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

// Pieces returns the FTS5 query for words that may contain text, by its trigrams.
// It returns "" if text is shorter than three letters.
func Pieces(text string) string {
	runes := []rune(text)
	var all []string
	for i := 0; i+3 <= len(runes); i++ {
		all = append(all, quoted(string(runes[i:i+3])))
	}
	return strings.Join(all, " AND ")
}

// OnlyOf restricts an Expression to entries of the given sources.
func OnlyOf(ids []int64, expression string) string {
	return "(" + expression + ") AND " + sources(ids, "")
}

// Expression returns a query in the syntax of FTS5. For a term that may have
// letters before it, longer returns the words that it stands for. Every word is
// quoted and has only letters and digits, so that nothing in a query is
// interpreted as syntax.
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

// sources matches entries of the given sources, or those that other matches.
func sources(ids []int64, other string) string {
	var any []string
	if other != "" {
		any = append(any, other)
	}
	for _, id := range ids {
		any = append(any, fact(search.SourceFact(id)))
	}
	if any == nil {
		return fact("none") // no entry has this fact
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

func fact(code string) string { return "facts : " + quoted(code) }

func quoted(words string) string { return `"` + words + `"` }

// Interrupted reports whether a query was interrupted because its time was up.
func Interrupted(err error) bool { return code(err) == lib.SQLITE_INTERRUPT }
