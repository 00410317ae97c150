package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// Bounds of one search beside its time.
const (
	maxMatches = 1000 // entries that are looked at, the latest of those that match
	maxLonger  = 256  // words that letters inside words stand for
	maxHolding = 5000 // words that are looked at for them
)

// Search finds stories that public feeds show. A search that takes too long is
// given up with search.ErrTooBroad: a reader is never kept waiting for it, nor are
// others by it.
func (db *DB) Search(ctx context.Context, r search.Request) (*search.Result, error) {
	within := r.Within
	if within == 0 {
		within = search.Patience
	}
	timed, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s := searching{db: db, ctx: timed, Request: r, result: &search.Result{}}
	err := s.run()
	if err != nil && ctx.Err() == nil && (timed.Err() != nil || sqlite.Interrupted(err)) {
		return nil, fmt.Errorf("search for %q: %w", r.Query.Text, search.ErrTooBroad)
	}
	return s.result, err
}

// searching is the state of one Search.
type searching struct {
	search.Request
	db     *DB
	ctx    context.Context
	result *search.Result
}

// match is a story that is found: its Publication, and the entry that matches.
type match struct {
	feed, sequence, story int64
	shown, entry          int64
	fit                   float64 // less is better
}

func (s *searching) run() error {
	if err := s.state(); err != nil {
		return err
	}
	found, err := s.matches()
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b match) int {
		if s.Best {
			return cmp.Or(cmp.Compare(a.fit, b.fit), cmp.Compare(b.sequence, a.sequence))
		}
		return cmp.Or(cmp.Compare(b.sequence, a.sequence), cmp.Compare(b.story, a.story))
	})
	s.result.Total = len(found)
	from := min(s.Offset, len(found), search.MaxRows)
	found = found[from:min(from+s.Limit, len(found), search.MaxRows)]
	if err := s.load(found); err != nil {
		return err
	}
	return s.complete()
}

// state reads how far the index is, and how old the feeds are.
func (s *searching) state() error {
	var partial bool
	var since int64
	err := s.db.engine.Read.QueryRowContext(s.ctx, `SELECT
			EXISTS (SELECT 1 FROM counter WHERE name = 'search' AND value <> $1 OR name = 'searchable' AND value <> 0),
			(SELECT coalesce(min(created_at), 0) FROM feed WHERE id IN (`+s.feedIDs()+`))`, search.Version).Scan(&partial, &since)
	s.result.Partial, s.result.Since = partial, at(since)
	return err
}

func (s *searching) feedIDs() string {
	ids := make([]int64, len(s.Feeds))
	for i, f := range s.Feeds {
		ids[i] = f.ID
	}
	return integers(ids)
}

// findable is what must hold of an entry e, besides that a public feed shows its
// story, for anybody to find it.
const findable = feedable + `
	AND e.source_id NOT IN (SELECT id FROM source WHERE public = 0 OR retired_at <> 0)`

// matches finds the entries and the Publications of their stories: of a story that
// several feeds show, the one of the first feed, and there the one that was made
// for the entry.
func (s *searching) matches() ([]match, error) {
	expression, err := sqlite.Expression(s.Query, s.longer)
	if err != nil {
		return nil, err
	}
	source := sqlite.Matches
	if s.Best {
		source = sqlite.BestMatches
	}
	var found []match
	at := map[int64]int{} // by story
	entries, last := 0, int64(0)
	err = s.db.each(s.ctx, `SELECT m.entry_id, m.fit, e.story_id, coalesce(p.feed_id, 0), coalesce(p.sequence, 0), coalesce(p.entry_id, 0), coalesce(p.first, 0)
		FROM `+source+` m LEFT JOIN entry e ON e.id = m.entry_id AND `+findable+`
		LEFT JOIN publication p ON p.story_id = e.story_id AND +p.feed_id IN (`+s.feedIDs()+`) AND p.removed = 0`,
		[]any{expression, maxMatches}, func(scan scan) error {
			var m match
			var story *int64
			var first int64
			if err := scan(&m.entry, &m.fit, &story, &m.feed, &m.sequence, &m.shown, &first); err != nil {
				return err
			}
			if m.entry != last {
				entries, last = entries+1, m.entry
			}
			if story == nil || m.feed == 0 {
				return nil
			}
			m.story = *story
			s.take(&found, at, m, first)
			return nil
		})
	s.result.Broad = entries == maxMatches
	return found, err
}

// take adds a match, or puts it in the place of one of the same story.
func (s *searching) take(found *[]match, at map[int64]int, m match, first int64) {
	key := m.story
	if len(s.Feeds) == 1 && s.Feeds[0].Duplicates == news.Keep {
		if first != m.entry { // another entry's
			return
		}
		key = -m.sequence
	}
	i, ok := at[key]
	if !ok {
		at[key] = len(*found)
		*found = append(*found, m)
		return
	}
	old := &(*found)[i]
	fit := min(old.fit, m.fit)
	if s.rank(m) < s.rank(*old) || m.feed == old.feed && m.shown == m.entry && old.shown != old.entry {
		*old = m
	}
	old.fit = fit
}

// rank is the place of a match's feed among those that are searched.
func (s *searching) rank(m match) int {
	return slices.IndexFunc(s.Feeds, func(f news.Feed) bool { return f.ID == m.feed })
}

// longer looks up the words that hold the letters of a term, but for those that
// begin with them where that is asked for anyway.
func (s *searching) longer(t search.Term) ([]string, error) {
	letters := t.Words[0]
	pieces := sqlite.Pieces(letters)
	if pieces == "" {
		return nil, nil
	}
	var words []string
	seen := 0
	err := s.db.each(s.ctx, sqlite.MatchWords, []any{pieces, maxHolding}, func(scan scan) error {
		var w string
		err := scan(&w)
		seen++
		if at := strings.LastIndex(w, letters); at > 0 && (t.Tail && !strings.HasPrefix(w, letters) || !t.Tail && at+len(letters) == len(w)) {
			words = append(words, w)
		}
		return err
	})
	s.result.Shorter = s.result.Shorter || len(words) > maxLonger || seen == maxHolding
	return shortest(words), err
}

// shortest returns the shortest words, as many as one term may stand for. The
// compounds that are used most are short.
func shortest(words []string) []string {
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(utf8.RuneCountInString(a)-utf8.RuneCountInString(b), strings.Compare(a, b))
	})
	return words[:min(maxLonger, len(words))]
}

// load reads what the feeds show of the matches, in their order.
func (s *searching) load(matches []match) error {
	place := map[[2]int64]int{}
	bySequence := map[int64][]int64{} // of each feed
	for i, m := range matches {
		place[[2]int64{m.feed, m.sequence}] = i
		bySequence[m.feed] = append(bySequence[m.feed], m.sequence)
	}
	found := make([]search.Found, len(matches))
	for feed, sequences := range bySequence {
		err := s.db.each(s.ctx, selectPublications+`p.sequence IN (`+integers(sequences)+`)`, []any{feed}, func(scan scan) error {
			shown, err := scanPublication(scan, feed)
			if err == nil {
				found[place[[2]int64{feed, shown.Sequence}]].Shown = shown
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for i := range found {
		found[i].At = found[i].Entry
	}
	if err := s.hits(matches, found); err != nil {
		return err
	}
	for i, m := range matches { // what a feed does not give out, a search in it does not either
		if rank := s.rank(m); rank >= 0 {
			clean.Cut(&found[i].Entry, s.Feeds[rank].Content)
			clean.Cut(&found[i].At, s.Feeds[rank].Content)
		}
	}
	s.result.Found = slices.DeleteFunc(found, func(f search.Found) bool { return f.Entry.ID == 0 }) // went meanwhile
	return nil
}

// hits reads the entries that match where a feed shows another one of the story.
func (s *searching) hits(matches []match, found []search.Found) error {
	place := map[int64]int{}
	var ids []int64
	for i, m := range matches {
		if m.entry != found[i].Entry.ID && found[i].Entry.ID != 0 {
			place[m.entry] = i
			ids = append(ids, m.entry)
		}
	}
	if ids == nil {
		return nil
	}
	return s.db.each(s.ctx, `SELECT `+shownColumns+` FROM entry e`+shownJoins+` WHERE e.id IN (`+integers(ids)+`)`, nil, func(scan scan) error {
		var hit news.Shown
		err := scanShown(scan, &hit)
		f := &found[place[hit.Entry.ID]]
		member := hit.Member(s.Site)
		f.Hit, f.At = &member, hit.Entry
		return err
	})
}

// complete adds what does not stand with the Publications, as in an Edition.
func (s *searching) complete() error {
	shown := make([]news.Shown, len(s.result.Found))
	for i := range shown {
		shown[i] = s.result.Found[i].Shown
	}
	if err := s.db.complete(s.ctx, &news.Edition{Site: s.Site, Shown: shown}); err != nil {
		return err
	}
	for i := range shown {
		s.result.Found[i].Shown = shown[i]
	}
	return nil
}
