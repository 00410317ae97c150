package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/internal/news"
	"tributary/internal/store"
)

// feed prints whether and how a feed shows a story, and how it treats the story's
// duplicates. If the feed holds the story back, until is the end of that.
func (j *journey) feed(e *news.Edition, entries []news.Placement, until time.Time) {
	var standing []news.Publication
	var removed *news.Publication
	for _, p := range entries[0].In {
		switch {
		case p.FeedID != e.Feed.ID:
		case p.Removed:
			removed = &p
		default:
			standing = append(standing, p)
		}
	}
	able := slices.DeleteFunc(slices.Clone(entries), func(p news.Placement) bool {
		return unavailable(p) != "" || !e.Feed.Selects(p.Source) || !e.Feed.Wants(&p.Entry)
	})
	taken := takenBy(e.Feed, able)
	for _, p := range standing {
		j.plain("feed %s: %s as %s, showing entry %d; entered %s, updated %s", e.Feed.Name,
			place(e, p, entries), safeGUID(p.GUID), p.EntryID, moment(p.Entered), moment(p.Updated))
	}
	switch {
	case len(standing) > 0:
	case len(able) > 0 && len(taken) == 0:
		j.plain("feed %s: hidden: %s", e.Feed.Name, refusal(e.Feed, able))
	default:
		j.plain("feed %s: %s", e.Feed.Name, absence(e.Feed, entries, taken, removed, until))
	}
	if len(taken) > 1 {
		j.labelled("duplicates", "%s: %s", e.Feed.Duplicates, together(e.Feed, taken, standing))
	}
}

// takenBy returns those entries of able, which the feed may show, that its rule takes.
func takenBy(f news.Feed, able []news.Placement) (taken []news.Placement) {
	for i := range able {
		if news.Takes(f.Where, subject(able, i)) {
			taken = append(taken, able[i])
		}
	}
	return taken
}

// subject returns able[i] as the rule of a feed sees it. able are the entries the feed may show.
func subject(able []news.Placement, i int) news.Subject {
	s := news.Subject{Entry: &able[i].Entry, Source: &able[i].Source, Size: len(able)}
	for _, p := range able {
		if p.Source.Outlet != "" && !slices.Contains(s.Outlets, p.Source.Outlet) {
			s.Outlets = append(s.Outlets, p.Source.Outlet)
		}
	}
	slices.Sort(s.Outlets)
	return s
}

// refusal says why the rule of a feed takes none of the entries.
func refusal(f news.Feed, able []news.Placement) string {
	text := falsehood(f.Where, subject(able, 0))
	if n := len(able) - 1; n > 0 {
		text += fmt.Sprintf("; and so for %s more of the story", count(n, "entry"))
	}
	return text
}

// absence says why a feed does not show a story. able are the entries of it that
// the feed may show.
func absence(f news.Feed, entries, able []news.Placement, removed *news.Publication, until time.Time) string {
	private := slices.IndexFunc(entries, func(p news.Placement) bool { return !p.Source.Public && names(f, p.Source) })
	switch {
	case removed != nil && len(able) == 0:
		return "not shown any more: nothing is left of it that the feed could show; it was there since " + moment(removed.Entered)
	case len(able) > 0 && !until.IsZero():
		return waiting(f, until)
	case len(able) > 0 && f.Where != nil && !slices.ContainsFunc(able, func(p news.Placement) bool { return time.Since(p.Entry.FirstSeen) < store.RuleReach }):
		return "not shown: it matches by now, but a changed rule reaches back " + span(store.RuleReach)
	case len(able) > 0 && f.Digest != nil:
		return fmt.Sprintf("not told: it was no news when it came and of a period that was closed by then, or the digest had no room for it (limit %d, max_per_source %d)",
			f.Limit, f.MaxPerSource)
	case len(able) > 0:
		return "not yet: it enters with the next round of publishing"
	case slices.ContainsFunc(entries, func(p news.Placement) bool {
		return f.Selects(p.Source) && unavailable(p) == "" && !f.Wants(&p.Entry)
	}):
		return "not shown: it is a podcast, and no entry that it selects has sound or film (kind: podcast)"
	case slices.ContainsFunc(entries, func(p news.Placement) bool { return f.Selects(p.Source) }):
		return "not shown: every entry that it selects is hidden"
	case private >= 0:
		return fmt.Sprintf("not shown: it selects source %s, which is not public (public: false)", entries[private].Source.Name)
	}
	return "not shown: it selects " + selection(f)
}

// names reports whether a feed selects a source by name or tag, regardless of who
// may see the source.
func names(f news.Feed, s news.Source) bool {
	f.Private = true
	return len(f.Sources)+len(f.Tags) > 0 && f.Selects(s)
}

// place says at which place of a feed a Publication is shown, or why it is not.
func place(e *news.Edition, p news.Publication, entries []news.Placement) string {
	f := e.Feed
	i := slices.IndexFunc(e.Shown, func(s news.Shown) bool { return s.Tells(p) })
	switch {
	case i >= 0 && f.Digest != nil:
		return fmt.Sprintf("told in the digest of %s, which is shown at place %d of %d,", moment(p.Entered), i+1, len(e.Shown))
	case i >= 0:
		return fmt.Sprintf("shown at place %d of %d", i+1, len(e.Shown))
	case f.Digest != nil:
		return fmt.Sprintf("told in the digest of %s, which is beyond what it shows by now (%d digests),", moment(p.Entered), news.DigestsShown)
	}
	if i := slices.IndexFunc(entries, func(m news.Placement) bool { return m.Entry.ID == p.EntryID }); i >= 0 {
		switch source := entries[i].Source; e.WhyOmitted(p, source.ID) {
		case news.OmittedForSource:
			return fmt.Sprintf("published, but left out (max_per_source %d: the feed shows as many newer ones of source %s)", f.MaxPerSource, source.Name)
		case news.OmittedForDay:
			return fmt.Sprintf("published, but left out (max_per_source_day %d: the feed shows as many of source %s that entered before it on that day)", f.MaxPerSourceDay, source.Name)
		}
	}
	if len(e.Shown) >= f.Limit {
		return fmt.Sprintf("published, but by now beyond what it shows (limit %d, window %s)", f.Limit, span(f.Window))
	}
	return fmt.Sprintf("published, but by now beyond what any feed shows (%d stories, %d MB)", news.MaxShown, news.MaxShownBytes>>20)
}

// together says how a feed shows the several entries of a story, and why it shows this one.
func together(f news.Feed, able []news.Placement, standing []news.Publication) string {
	if f.Duplicates == news.Keep {
		return fmt.Sprintf("an item for each of %d entries", len(able))
	}
	text := fmt.Sprintf("one item for %d entries", len(able))
	if f.Duplicates == news.Group {
		text += ", the others listed at its end"
	}
	if len(standing) == 0 {
		return text
	}
	i := slices.IndexFunc(able, func(p news.Placement) bool { return p.Entry.ID == standing[0].EntryID })
	if i < 0 {
		return text
	}
	shown := able[i]
	first := func(p news.Placement) bool {
		return p.Entry.ID == shown.Entry.ID || rank(f, p.Source) > rank(f, shown.Source)
	}
	switch {
	case !shown.Entry.Pinned.IsZero():
		return fmt.Sprintf("%s; entry %d is pinned", text, shown.Entry.ID)
	case !slices.ContainsFunc(able, func(p news.Placement) bool { return !first(p) }):
		return fmt.Sprintf("%s; the feed names source %s first", text, shown.Source.Name)
	}
	return fmt.Sprintf("%s; entry %d is the original: what the others link to, else the earliest, else the fullest", text, shown.Entry.ID)
}

// rank returns the position of a source among the sources that a feed names, or
// the number of these if it does not name it.
func rank(f news.Feed, s news.Source) int {
	if i := f.Rank(s); i >= 0 {
		return i
	}
	return len(f.Sources)
}

// waiting says until when a feed holds a story back, and why.
func waiting(f news.Feed, until time.Time) string {
	layout := "15:04"
	if until.Local().Format(time.DateOnly) != time.Now().Format(time.DateOnly) {
		layout = "2006-01-02 15:04"
	}
	if f.Digest != nil {
		return fmt.Sprintf("waits until %s: the feed closes its next digest then (digest %q)", until.Local().Format(layout), f.Digest)
	}
	return fmt.Sprintf("waits until %s: the feed holds new stories back for %s (settle)", until.Local().Format(layout), inWords(f.Settle))
}

// inWords formats a duration: "15 min", "2 h", "1 h 30 min", "45 s".
func inWords(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}} {
		if n := d / unit.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d -= n * unit.size
		}
	}
	if parts == nil {
		return d.String()
	}
	return strings.Join(parts, " ")
}

// selection says what a feed selects.
func selection(f news.Feed) string {
	var parts []string
	if len(f.Sources) > 0 {
		parts = append(parts, "sources "+strings.Join(f.Sources, ", "))
	}
	if len(f.Tags) > 0 {
		parts = append(parts, "tags "+strings.Join(f.Tags, ", "))
	}
	if len(parts) == 0 && f.Private {
		return "every source"
	}
	if len(parts) == 0 {
		return "every public source"
	}
	return strings.Join(parts, " and ")
}
