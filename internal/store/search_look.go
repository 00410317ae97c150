package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// findable is what must hold of an entry e, besides that a feed of the audience $1
// shows its story, for the audience to find it.
const findable = feedable + ` AND e.source_id NOT IN (SELECT src.id FROM source src
	WHERE (src.public = 0 OR src.retired_at <> 0) AND NOT (src.retired_at = 0 AND ` + knownEntry + `))`

// match finds the entries and the Publications of their stories: of a story that
// several feeds show, the one of the first feed, and there the one that was made
// for the entry. Who has a token looks into both indexes, everybody else into the
// public one alone.
func (s *searching) match() error {
	if err := s.look(looking{searching: s, Index: sqlite.Public, scopes: []int64{0}}); err != nil || s.audience() == news.Everybody {
		return err
	}
	scopes, err := s.db.privateSources(s.ctx, s.audience())
	if err != nil || len(scopes) == 0 {
		return err
	}
	return s.look(looking{searching: s, Index: sqlite.Private, scopes: scopes})
}

// audience is who searches: of several feeds, all are public.
func (s *searching) audience() news.Audience {
	if len(s.Feeds) != 1 {
		return news.Everybody
	}
	return s.Feeds[0].Audience()
}

// privateSources are the private sources that a private feed selects.
func (db *DB) privateSources(ctx context.Context, a news.Audience) ([]int64, error) {
	return db.ids(ctx, `SELECT src.id FROM source src WHERE src.public = 0 AND src.retired_at = 0 AND `+knownEntry, a)
}

// looking is a search in one index.
type looking struct {
	*searching
	sqlite.Index
	scopes []int64 // whose words it knows: in the private index these sources
}

// look adds what one index has. All limits apply to what the scopes hold, so that a search
// in one private feed reveals nothing of another.
func (s *searching) look(in looking) error {
	expression, err := sqlite.Expression(s.Query, in.longer)
	if err != nil {
		return err
	}
	if in.Index == sqlite.Private {
		expression = sqlite.OnlyOf(in.scopes, expression)
	}
	source := sqlite.Matches
	if s.Best {
		source = sqlite.BestMatches
	}
	entries, last := 0, int64(0)
	err = s.db.each(s.ctx, `SELECT m.entry_id, m.fit, e.story_id, coalesce(p.feed_id, 0), coalesce(p.sequence, 0), coalesce(p.entry_id, 0), coalesce(p.first, 0)
		FROM `+in.In(source)+` m LEFT JOIN entry e ON e.id = m.entry_id AND `+findable+`
		LEFT JOIN publication p ON p.story_id = e.story_id AND +p.feed_id IN (`+s.feedIDs()+`) AND p.removed = 0`,
		[]any{s.audience(), expression, maxMatches}, func(scan scan) error {
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
			s.take(m, first)
			return nil
		})
	s.result.Broad = s.result.Broad || entries == maxMatches
	return err
}

// take adds a match, or puts it in the place of one of the same story.
func (s *searching) take(m match, first int64) {
	key := m.story
	if len(s.Feeds) == 1 && s.Feeds[0].Duplicates == news.Keep {
		if first != m.entry { // another entry's
			return
		}
		key = -m.sequence
	}
	i, ok := s.at[key]
	if !ok {
		s.at[key] = len(s.matches)
		s.matches = append(s.matches, m)
		return
	}
	old := &s.matches[i]
	fit := min(old.fit, m.fit)
	if s.rank(m.feed) < s.rank(old.feed) || m.feed == old.feed && m.shown == m.entry && old.shown != old.entry {
		*old = m
	}
	old.fit = fit
}

// rank is the place of a feed among those that are searched.
func (s *searching) rank(id int64) int {
	return slices.IndexFunc(s.Feeds, func(f news.Feed) bool { return f.ID == id })
}

// feed is one of those that are searched.
func (s *searching) feed(id int64) news.Feed { return s.Feeds[s.rank(id)] }

// longer returns the words that contain the letters of a term. Words that begin with them
// are left out when the term has a tail, because then the index finds those itself.
func (s looking) longer(t search.Term) ([]string, error) {
	letters := t.Words[0]
	pieces := sqlite.Pieces(letters)
	if pieces == "" {
		return nil, nil
	}
	var words []string
	seen := 0
	err := s.db.each(s.ctx, s.In(sqlite.MatchWords), []any{pieces, "[" + integers(s.scopes) + "]", maxHolding}, func(scan scan) error {
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
