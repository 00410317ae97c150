package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/page"
)

// judge determines where entries of public sources are shown, or why they are not.
func (s *Server) judge(ctx context.Context, sc *scope, entries []news.Placement) ([]page.Verdict, error) {
	leads, err := s.leads(ctx, entries)
	if err != nil {
		return nil, err
	}
	var all []page.Verdict
	for i := range entries {
		p := &entries[i]
		v := page.Verdict{Entry: p.Entry}
		if lead, ok := leads[leadOf(sc, p)]; ok && lead.Entry.ID != p.Entry.ID {
			v.With = &lead
		}
		if !p.Entry.Hidden { // if hidden, its story may be in feeds, but without it
			s.whereabouts(sc, p, leads, &v)
		}
		if !v.Published() {
			if v.Note, err = s.absence(ctx, sc, p); err != nil {
				return nil, err
			}
		} else if p.Entry.Guard == news.GuardFlood {
			v.Note = news.Say("It was old and came with many others at once, so it went into the history of the feeds.")
		}
		all = append(all, v)
	}
	return all, nil
}

// leads returns the entries that feeds show in place of these.
func (s *Server) leads(ctx context.Context, entries []news.Placement) (map[int64]news.Shown, error) {
	var ids []int64
	for i := range entries {
		for _, pub := range entries[i].In {
			if !pub.Removed && pub.EntryID != entries[i].Entry.ID {
				ids = append(ids, pub.EntryID)
			}
		}
	}
	return s.Views.PublicEntries(ctx, ids)
}

// leadOf returns the ID of the entry that public feeds show for a story: that of p if any feed
// shows it, and 0 if no feed shows the story.
func leadOf(sc *scope, p *news.Placement) (lead int64) {
	for _, f := range sc.feeds {
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

// whereabouts adds the public feeds that show the story of an entry, those that did until newer
// stories took its place, and those that already show enough of its source.
func (s *Server) whereabouts(sc *scope, p *news.Placement, leads map[int64]news.Shown, v *page.Verdict) {
	for _, f := range sc.feedsOf(p.In) {
		edition := sc.shelf.Edition(f.Name)
		i := slices.IndexFunc(p.In, func(pub news.Publication) bool { return pub.FeedID == f.ID && !pub.Removed })
		if edition == nil || slices.ContainsFunc(edition.Shown, func(e news.Shown) bool { return e.StoryID == p.StoryID || e.Tells(p.In[i]) }) {
			v.Shown = append(v.Shown, f)
			continue
		}
		if f.Digest != nil {
			v.Past = append(v.Past, f)
			continue
		}
		source := p.Source.ID
		if lead, ok := leads[p.In[i].EntryID]; ok {
			source = lead.Entry.SourceID
		}
		if pass := edition.WhyOmitted(p.In[i], source); pass != news.OmittedForNewer {
			v.Full = append(v.Full, page.Full{Feed: f, Daily: pass == news.OmittedForDay})
			continue
		}
		v.Past = append(v.Past, f)
	}
}

// absence says why no public feed shows an entry.
func (s *Server) absence(ctx context.Context, sc *scope, p *news.Placement) (news.Text, error) {
	if p.Entry.Guard == news.GuardBacklog {
		return news.Say("In no feed: it was old already when its source was new here."), nil
	}
	if p.Entry.Hidden {
		return news.Say("In no feed: our rule for its source leaves it out."), nil
	}
	selecting := slices.DeleteFunc(slices.Clone(sc.feeds), func(f news.Feed) bool { return !f.Selects(p.Source) })
	if len(selecting) == 0 {
		return news.Say("In no feed: none of the feeds here selects its source."), nil
	}
	wait, err := s.wait(ctx, selecting, p)
	if err != nil || wait.English != "" {
		return wait, err
	}
	return unfit(selecting, p), nil
}

// wait says which feeds hold an entry back, and until when. It returns no text if none does.
func (s *Server) wait(ctx context.Context, selecting []news.Feed, p *news.Placement) (news.Text, error) {
	var waiting []string
	var digests []news.Text
	var until time.Time
	for _, f := range selecting {
		due, err := s.Views.WaitsUntil(ctx, f, p.StoryID, s.Now())
		if err != nil {
			return news.Text{}, err
		}
		switch {
		case due.IsZero():
		case f.Digest != nil:
			digests = append(digests, news.Say("%s at %s", f.DisplayName(), due))
		default:
			waiting = append(waiting, f.DisplayName())
			if until.IsZero() || due.Before(until) {
				until = due
			}
		}
	}
	switch {
	case len(waiting) > 0:
		return news.Say("Held back until %[2]s: %[3]s waits a while for copies and corrections.|Held back until %[2]s: %[3]s wait a while for copies and corrections.",
			len(waiting), until, strings.Join(waiting, ", ")), nil
	case len(digests) > 0:
		return news.Say("In the next digest of %s, unless that has no room for it.", digests), nil
	}
	return news.Text{}, nil
}

// unfit says why the feeds that select the source of an entry do not show it, or that one of them
// is about to.
func unfit(selecting []news.Feed, p *news.Placement) news.Text {
	var open []string // feeds that take it
	mute, ruled, closed := 0, 0, 0
	for _, f := range selecting {
		switch {
		case f.Digest != nil && f.Where == nil:
			closed++
		case !f.Wants(&p.Entry):
			mute++
		case f.Where != nil:
			ruled++
		default:
			open = append(open, f.DisplayName())
		}
	}
	gone := slices.ContainsFunc(p.In, func(pub news.Publication) bool { return pub.Removed })
	switch {
	case gone && len(open)+closed > 0:
		return news.Say("Not shown any more: nothing is left of its story that a feed could show.")
	case len(open) > 0:
		return news.Say("In no feed yet: it enters %s with the next round of publishing.", strings.Join(open, ", "))
	case closed > 0:
		return news.Say("In no feed: the digest that it would be in was closed before it came, or had no room for it.")
	case ruled == 0:
		return news.Say("In no feed: it has no sound or film, as the podcast that selects its source takes only.|In no feed: it has no sound or film, as the podcasts that select its source take only.", mute)
	}
	return news.Say("In no feed: the rule of the feed that selects its source leaves it out.|In no feed: the rules of the feeds that select its source leave it out.", ruled)
}
