package store

import (
	"context"
	"fmt"
	"slices"

	"tributary/internal/news"
	"tributary/internal/story"
)

// The entries that a published story had besides the one shown are not stored when a feed is
// resumed, because too little is known of them. When one arrives, it is in its story again;
// until then the feed goes on naming it.

// former is an entry that was published before the database was lost and has not arrived
// since.
type former struct {
	story string      // the key of its story
	match news.Reason // by which it was a member, as far as the document tells
}

// readFormer reads the entries of the source that were published before the database was
// lost and have not arrived since, by the second part of their EntryKey.
func (s *saving) readFormer() error {
	s.former = map[string]former{}
	return s.each(`SELECT entry, story, told FROM past_entry WHERE feed_id IN (SELECT id FROM feed) AND source = $1 AND arrived = 0`,
		[]any{news.SourceMark(s.h.Source)}, func(scan scan) error {
			var entry string
			var f former
			var told news.Member
			err := scan(&entry, &f.story, asJSON(&told))
			f.match = told.Match.Reason
			s.former[entry] = f
			return err
		})
}

// formerOf returns what is known of an arrival from before the database was lost, and notes
// that it is here. Of any other it returns the zero value.
func (s *saving) formerOf(a *story.Arrival) (former, error) {
	if len(s.former) == 0 {
		return former{}, nil
	}
	source, entry := entryParts(news.EntryKey(s.h.Source, a.GUID()))
	f, ok := s.former[entry]
	if !ok {
		return f, nil
	}
	return f, s.do(`UPDATE past_entry SET arrived = 1 WHERE feed_id IN (SELECT id FROM feed) AND source = $1 AND entry = $2`, source, entry)
}

// countAwaited counts with the entries of a story those that it had before the database was
// lost and that have not arrived since, as far as the feed selects their sources.
func (p *publishing) countAwaited(s *news.Subject, cs []news.Candidate) error {
	if p.selected == nil {
		p.selected = map[string]bool{}
		err := p.each(selectMarks+` AND id IN (SELECT source_id FROM feed_source WHERE feed_id = $1)`, []any{p.feed.ID}, addMarkTo(p.selected))
		if err != nil {
			return err
		}
	}
	awaited := map[string]news.Member{} // by key
	for _, c := range cs {
		source, entry := entryParts(entryKey(c))
		err := p.each(`SELECT x.source, x.entry, x.told FROM past_entry e JOIN past_entry x ON x.feed_id = e.feed_id AND x.guid = e.guid
			WHERE e.feed_id = $1 AND e.source = $2 AND e.entry = $3 AND x.shown = 0 AND x.arrived = 0`,
			[]any{p.feed.ID, source, entry}, func(scan scan) error {
				var m news.Member
				err := scan(&source, &entry, asJSON(&m))
				if p.selected[source] {
					awaited[source+"."+entry] = m
				}
				return err
			})
		if err != nil {
			return err
		}
	}
	s.Size += len(awaited)
	for _, m := range awaited {
		if m.Outlet != "" && !slices.Contains(s.Outlets, m.Outlet) {
			s.Outlets = append(s.Outlets, m.Outlet)
		}
	}
	slices.Sort(s.Outlets)
	return nil
}

// addPastMembers adds to the stories of a resumed feed the entries that it named with them
// and that have not arrived since, and says of all which ones the end of the text named. A
// source that is no longer followed, or no longer public, is not named.
func (db *DB) addPastMembers(ctx context.Context, e *news.Edition) error {
	shown := map[string]*news.Shown{}
	for i := range e.Shown {
		shown[e.Shown[i].GUID] = &e.Shown[i]
	}
	public := map[string]bool{} // marks of sources
	if err := db.each(ctx, selectMarks+` AND public <> 0 AND kind = $1`, []any{news.KindFeed}, addMarkTo(public)); err != nil {
		return err
	}
	err := db.each(ctx, `SELECT source, entry, guid, told, arrived FROM past_entry WHERE feed_id = $1 AND shown = 0 AND story <> ''`,
		[]any{e.Feed.ID}, func(scan scan) error {
			var source, entry, guid string
			var m news.Member
			var arrived bool
			if err := scan(&source, &entry, &guid, asJSON(&m), &arrived); err != nil {
				return err
			}
			m.Key = source + "." + entry
			if s := shown[guid]; s != nil {
				addPastMember(s, m, !arrived && public[source])
			}
			return nil
		})
	if err != nil {
		return fmt.Errorf("what else was published of stories: %w", err)
	}
	return nil
}

// addPastMember adds an entry to a story, if it is absent and not known to be in it, or says
// of it whether it was named.
func addPastMember(s *news.Shown, m news.Member, absent bool) {
	if i := slices.IndexFunc(s.Members, func(have news.Member) bool { return have.Key == m.Key }); i >= 0 {
		s.Members[i].Named = m.Named
	} else if absent && m.Key != news.EntryKey(s.Source, s.Entry.GUID) {
		s.Members = append(s.Members, m)
		slices.SortStableFunc(s.Members, func(a, b news.Member) int { return a.Published.Compare(b.Published) })
	}
}
