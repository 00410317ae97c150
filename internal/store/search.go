package store

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"tributary/internal/clean"
	"tributary/internal/news"
	"tributary/internal/search"
	"tributary/internal/store/sqlite"
)

// Bounds of one search beside its time.
const (
	maxMatches = 1000 // entries that are looked at, the latest of those that match
	maxLonger  = 256  // words that one term may stand for when it is looked for inside words
	maxHolding = 5000 // words that are examined for that
)

// Search finds stories in public feeds, or in one private feed. A search that takes too
// long is given up with search.ErrTooBroad, so that it keeps nobody waiting.
func (db *DB) Search(ctx context.Context, r search.Request) (*search.Result, error) {
	timed, end := withPatience(ctx, cmp.Or(r.Within, search.Patience))
	defer end()
	s := searching{db: db, ctx: timed, Request: r, at: map[int64]int{}, result: &search.Result{}}
	err := s.run()
	if err != nil && ctx.Err() == nil && (timed.Err() != nil || sqlite.Interrupted(err)) {
		return nil, fmt.Errorf("search for %q: %w", r.Query.Text, search.ErrTooBroad)
	}
	return s.result, err
}

// searching is the state of one Search.
type searching struct {
	search.Request
	db      *DB
	ctx     context.Context
	matches []match
	at      map[int64]int // their places, by story; in a feed that keeps duplicates by Publication
	result  *search.Result
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
	if err := s.match(); err != nil {
		return err
	}
	found := s.matches
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
	return s.db.get(s.ctx, `SELECT
			EXISTS (SELECT 1 FROM counter WHERE name = 'search' AND value <> $1 OR name = 'searchable' AND value <> 0),
			(SELECT coalesce(min(created_at), 0) FROM feed WHERE id IN (`+s.feedIDs()+`))`, []any{search.Version}, &s.result.Partial, asTime(&s.result.Since))
}

func (s *searching) feedIDs() string {
	ids := make([]int64, len(s.Feeds))
	for i, f := range s.Feeds {
		ids[i] = f.ID
	}
	return integers(ids)
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
	for id, sequences := range bySequence {
		err := s.db.each(s.ctx, selectPublications+`p.sequence IN (`+integers(sequences)+`)`, []any{id}, func(scan scan) error {
			shown, err := scanPublication(scan, s.feed(id))
			if err == nil {
				found[place[[2]int64{id, shown.Sequence}]].Shown = shown
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
	return s.db.each(s.ctx, selectShown+`e.id IN (`+integers(ids)+`)`, nil, func(scan scan) error {
		var hit news.Shown
		err := scanShown(scan, &hit)
		f := &found[place[hit.Entry.ID]]
		clean.Cut(&hit.Entry, s.feed(f.FeedID).Content)
		member := hit.Member(s.Site)
		f.Hit, f.At = &member, hit.Entry
		return err
	})
}

// complete adds what is known beside the stories.
func (s *searching) complete() error {
	shown := make([]news.Shown, len(s.result.Found))
	for i := range shown {
		shown[i] = s.result.Found[i].Shown
	}
	if err := s.db.complete(s.ctx, s.Site, s.audience(), shown); err != nil {
		return err
	}
	for i := range shown {
		s.result.Found[i].Shown = shown[i]
	}
	return nil
}

// maxWait is how many times its patience a search may take on a machine that is busy.
const maxWait = 10

// withPatience returns a context that ends when the calling goroutine has used as much
// processor time as patience says. Time that it waits for a processor or a disk does not
// count, but after maxWait times the patience the context ends in any case. The goroutine
// is locked to its thread until it calls the returned function.
func withPatience(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	runtime.LockOSThread()
	used := threadTime()
	ctx, cancel := context.WithTimeout(ctx, maxWait*patience)
	go func() {
		for left := patience; left > 0; left = patience - used() {
			select {
			case <-ctx.Done():
				return
			case <-time.After(max(left, time.Millisecond)):
			}
		}
		cancel()
	}()
	return ctx, func() {
		cancel()
		runtime.UnlockOSThread()
	}
}
