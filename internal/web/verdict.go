package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
)

// judge says of entries of public sources where they went.
func (s *Server) judge(ctx context.Context, snap *Snapshot, entries []news.Placement) ([]page.Verdict, error) {
	leads, err := s.leads(ctx, snap, entries)
	if err != nil {
		return nil, err
	}
	var all []page.Verdict
	for i := range entries {
		p := &entries[i]
		v := page.Verdict{Entry: p.Entry}
		v.Shown, v.Past = s.whereabouts(snap, p)
		if lead, ok := leads[leadOf(snap, p)]; ok && lead.Entry.ID != p.Entry.ID {
			v.With = &lead
		}
		if len(v.Shown)+len(v.Past) == 0 {
			if v.Note, err = s.absence(ctx, snap, p); err != nil {
				return nil, err
			}
		} else if p.Entry.Guard == news.GuardFlood {
			v.Note = "It was old and came with many others at once, so it went into the history of the feeds."
		}
		all = append(all, v)
	}
	return all, nil
}

// leads are the entries that stand for the stories of others.
func (s *Server) leads(ctx context.Context, snap *Snapshot, entries []news.Placement) (map[int64]news.Shown, error) {
	var ids []int64
	for i := range entries {
		if id := leadOf(snap, &entries[i]); id != 0 && id != entries[i].Entry.ID {
			ids = append(ids, id)
		}
	}
	return s.Views.PublicEntries(ctx, ids)
}

// leadOf is the entry that public feeds show of a story: this one where some feed
// shows it, 0 where none shows the story.
func leadOf(snap *Snapshot, p *news.Placement) (lead int64) {
	for _, f := range snap.Feeds {
		for _, pub := range p.In {
			switch {
			case pub.FeedID != f.ID || pub.Removed:
			case pub.EntryID == p.Entry.ID:
				return pub.EntryID
			case lead == 0:
				lead = pub.EntryID
			}
		}
	}
	return lead
}

// whereabouts tells which public feeds show the story of an entry, and which did
// until newer ones took its place.
func (s *Server) whereabouts(snap *Snapshot, p *news.Placement) (shown, past []news.Feed) {
	for _, f := range feedsOf(snap, news.Everybody, p.In) {
		edition := s.Shelf.Edition(f.Name)
		stands := func(e news.Shown) bool { return e.StoryID == p.StoryID }
		if edition == nil || slices.ContainsFunc(edition.Shown, stands) {
			shown = append(shown, f)
			continue
		}
		past = append(past, f)
	}
	return shown, past
}

// absence says why no public feed shows an entry.
func (s *Server) absence(ctx context.Context, snap *Snapshot, p *news.Placement) (string, error) {
	if p.Entry.Guard == news.GuardBacklog {
		return "In no feed: it was old already when its source was new here.", nil
	}
	if p.Entry.Hidden {
		return "In no feed: our rule for its source leaves it out.", nil
	}
	selecting, waiting := []string{}, []string{}
	var until time.Time
	for _, f := range snap.Feeds {
		if !f.Selects(p.Source) {
			continue
		}
		selecting = append(selecting, title(f))
		due, err := s.Views.WaitsUntil(ctx, f, p.StoryID, s.Now())
		if err != nil {
			return "", err
		}
		if !due.IsZero() {
			waiting = append(waiting, title(f))
			if until.IsZero() || due.Before(until) {
				until = due
			}
		}
	}
	switch {
	case len(waiting) > 0:
		return "Held back until " + until.UTC().Format("2 January 2006, 15:04 UTC") + ": " + strings.Join(waiting, ", ") +
			" " + plural(len(waiting), "waits", "wait") + " a while for copies and corrections.", nil
	case len(selecting) == 0:
		return "In no feed: none of the feeds here selects its source.", nil
	case slices.ContainsFunc(p.In, func(pub news.Publication) bool { return pub.Removed }):
		return "Not shown any more: nothing is left of its story that a feed could show.", nil
	}
	if ruled := ruling(snap, p.Source); ruled > 0 {
		return "In no feed: the " + plural(ruled, "rule of the feed that selects", "rules of the feeds that select") + " its source " + plural(ruled, "leaves", "leave") + " it out.", nil
	}
	return "In no feed yet: it enters " + strings.Join(selecting, ", ") + " with the next round of publishing.", nil
}

// ruling counts the feeds that select a source and judge its entries by a rule; 0 where
// one selects it without.
func ruling(snap *Snapshot, s news.Source) (n int) {
	for _, f := range snap.Feeds {
		if !f.Selects(s) {
			continue
		}
		if f.Where == nil {
			return 0
		}
		n++
	}
	return n
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func title(f news.Feed) string {
	if f.Title == "" {
		return f.Name
	}
	return f.Title
}
