package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "why ID|URL",
		Short: "the whole journey of an entry or story, every decision with its reason",
		Long: "Give the id of a story (from its page), a guid, the address of an article or story page, or the number\n" +
			"of an entry. It tells which sources brought it and when, what it was matched with and why, what was\n" +
			"corrected by hand, and which feeds show it.",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args:              one("one story id, guid or address"),
		RunE:              func(cmd *cobra.Command, given []string) error { return a.why(cmd.Context(), given[0]) },
	}
}

func (a *app) why(ctx context.Context, what string) error {
	cfg, db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	stories, err := findStories(ctx, db, strings.TrimSpace(what))
	if err != nil {
		return err
	}
	if len(stories) == 0 {
		return a.whyNot(ctx, db, what)
	}
	editions := make([]*news.Edition, len(cfg.Feeds))
	for i, f := range cfg.Feeds {
		stored, err := db.Feed(ctx, f)
		if err == nil {
			editions[i], err = db.Edition(ctx, cfg.Site, stored)
		}
		if err != nil {
			return err
		}
	}
	for i, entries := range stories {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := a.whyStory(ctx, cfg, db, entries); err != nil {
			return err
		}
		for _, e := range editions {
			until, err := db.WaitsUntil(ctx, e.Feed, entries[0].StoryID, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "feed %s: %s\n", e.Feed.Name, verdict(e, entries, until))
		}
	}
	return nil
}

// findStories returns the stories that a person may mean, each with all of its
// entries.
func findStories(ctx context.Context, db *store.DB, what string) ([][]news.Placement, error) {
	found, err := db.Find(ctx, what, clean.CanonicalURL(what))
	if key := storyKey(what); err == nil && len(found) == 0 && key != "" {
		found, err = db.Find(ctx, key, "")
	}
	if err == nil && len(found) == 0 {
		found, err = byNumber(ctx, db, what)
	}
	var keys []string
	for _, p := range found {
		if !slices.Contains(keys, p.Entry.StoryKey) {
			keys = append(keys, p.Entry.StoryKey)
		}
	}
	stories := make([][]news.Placement, len(keys))
	for i, key := range keys {
		if err == nil {
			stories[i], err = db.Find(ctx, key, "")
		}
	}
	return stories, err
}

// storyKey is the story that the address of a page of ours names: its own page,
// or its place on the page of a feed.
func storyKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if key, ok := strings.CutPrefix(u.Fragment, "s-"); ok {
		return key
	}
	_, key, _ := strings.Cut(u.Path, "/stories/")
	return strings.Trim(key, "/")
}

func (a *app) whyStory(ctx context.Context, cfg *config.Config, db *store.DB, entries []news.Placement) error {
	key, w := entries[0].Entry.StoryKey, a.out
	fmt.Fprintf(w, "story %s: %s\n  page:       %s\n\n", key, count(len(entries), "entry"), cfg.Site.StoryURL(key))
	for _, p := range entries {
		e := p.Entry
		fmt.Fprintf(w, "entry %d of source %s (%s)\n", e.ID, p.Source.Name, oneLine(p.SourceTitle))
		if len(p.Source.Lists) > 0 {
			fmt.Fprintf(w, "  on lists:   %s\n", strings.Join(p.Source.Lists, ", "))
		}
		fmt.Fprintf(w, "  title:      %s\n", orUntitled(e.Title))
		if e.Link != "" {
			fmt.Fprintf(w, "  link:       %s\n", oneLine(news.SafeURL(e.Link)))
		}
		fmt.Fprintf(w, "  guid:       %s\n", oneLine(safeGUID(e.GUID)))
		clock := "their clock"
		if e.Published.Equal(e.FirstSeen) {
			clock = "undated: when we saw it"
		}
		fmt.Fprintf(w, "  published:  %s (%s)\n", moment(e.Published), clock)
		fmt.Fprintf(w, "  first seen: %s (our clock)%s\n", moment(e.FirstSeen), arrival(p))
		fmt.Fprintf(w, "  text:       %s after cleaning, language %s\n", count(len(strings.Fields(clean.Text(e.Body()))), "word"), orUnknown(e.Language))
		page, err := db.PageOf(ctx, e.SourceID, e.Link)
		if err != nil {
			return err
		}
		if page != nil {
			fmt.Fprintf(w, "  article:    %s\n", article(*page))
		}
		fmt.Fprintf(w, "  story:      %s: %s\n", e.Match.Reason, oneLine(e.Match.Detail))
		if err := a.byHand(ctx, db, e); err != nil {
			return err
		}
		if e.Guard == news.GuardFlood {
			fmt.Fprintf(w, "  placed:     into the history of the feeds: it was old and came with many others at once\n")
		}
		if why := unavailable(p); why != "" {
			fmt.Fprintf(w, "  hidden:     %s\n", why)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// article says what came of fetching the page of an entry (content: page).
func article(p news.PageText) string {
	if p.HTML == "" {
		return fmt.Sprintf("its page was asked for %s (%s): %s; the feed's own text stays", moment(p.Fetched), p.Outcome, oneLine(p.Note))
	}
	return fmt.Sprintf("its page was fetched %s and has %s", moment(p.Fetched), count(len(strings.Fields(clean.Text(p.HTML))), "word"))
}

// arrival says how an entry came when it was not by an ordinary fetch.
func arrival(p news.Placement) string {
	switch {
	case p.Pushed:
		return ", pushed by a hub"
	case p.Entry.Backlog:
		return ", with the first document of its source"
	}
	return ""
}

// unavailable says why no feed may show an entry; nothing when one may.
func unavailable(p news.Placement) string {
	switch {
	case !p.Withdrawn.IsZero():
		return "withdrawn " + moment(p.Withdrawn) + ": its file is no longer there"
	case !p.Retired.IsZero():
		return "its source left the configuration " + moment(p.Retired)
	case !p.Source.Public:
		return "its source is not public (public: false)"
	case p.Entry.Guard == news.GuardBacklog:
		return "it was old when its source was new, and more than that may bring (backlog:)"
	}
	return ""
}

// verdict says whether and how a feed shows a story, which it may hold back until
// a time.
func verdict(e *news.Edition, entries []news.Placement, until time.Time) string {
	var in *news.Publication
	for _, p := range entries[0].In {
		if p.FeedID == e.Feed.ID && (in == nil || in.Removed) {
			in = &p
		}
	}
	selected := slices.ContainsFunc(entries, func(p news.Placement) bool { return e.Feed.Selects(p.Source) })
	available := slices.ContainsFunc(entries, func(p news.Placement) bool { return unavailable(p) == "" && e.Feed.Selects(p.Source) })
	switch {
	case in != nil && !in.Removed:
		return fmt.Sprintf("%s as %s, showing entry %d; entered %s, updated %s",
			place(e, in), safeGUID(in.GUID), in.EntryID, moment(in.Entered), moment(in.Updated))
	case in != nil && !available:
		return "not shown any more: nothing is left of it that the feed could show; it was there since " + moment(in.Entered)
	case available && !until.IsZero():
		return waiting(e.Feed, until)
	case available:
		return "not yet: it enters with the next round of publishing"
	case selected:
		return "not shown: every entry that it selects is hidden"
	}
	return "not shown: it selects " + selection(e.Feed)
}

// waiting says until when a feed holds a story back, and why.
func waiting(f news.Feed, until time.Time) string {
	layout := "15:04"
	if until.Local().Format(time.DateOnly) != time.Now().Format(time.DateOnly) {
		layout = "2006-01-02 15:04"
	}
	return fmt.Sprintf("waits until %s: the feed holds new stories back for %s (settle)", until.Local().Format(layout), inWords(f.Settle))
}

// inWords is a duration as people say it: "15 min", "2 h", "1 h 30 min", "45 s".
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

// place says where in a feed a Publication stands now.
func place(e *news.Edition, p *news.Publication) string {
	for i, s := range e.Shown {
		if s.Sequence == p.Sequence {
			return fmt.Sprintf("shown at place %d of %d", i+1, len(e.Shown))
		}
	}
	return fmt.Sprintf("published, but by now beyond what it shows (limit %d, window %s)", e.Feed.Limit, span(e.Feed.Window))
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
	if len(parts) == 0 {
		return "every public source"
	}
	return strings.Join(parts, " and ")
}

// whyNot explains the absence of what was asked for as far as it can.
func (a *app) whyNot(ctx context.Context, db *store.DB, what string) error {
	outlet := clean.Outlet(what)
	states, err := db.States(ctx)
	if err != nil {
		return err
	}
	for _, s := range states {
		if outlet == "" || clean.Outlet(s.URL) != outlet && clean.Outlet(s.Site) != outlet {
			continue
		}
		fetched := "was never fetched"
		if !s.Last.Started.IsZero() {
			fetched = "was last fetched " + moment(s.Last.Started) + ": " + outcome(newSourceLine(s, time.Now()))
		}
		fmt.Fprintf(a.out, "source %s brings entries of %s; it %s; next due %s\n", s.Name, outlet, fetched, until(stated(s.NextDue), time.Now()))
		if cause := s.Cause(time.Now()); cause != "" {
			fmt.Fprintf(a.out, "  %s: %s\n", s.Health(time.Now()), oneLine(cause))
		}
	}
	return fmt.Errorf("nothing is stored under %q; give a story's id, a guid, or the address of an article", oneLine(safeGUID(what)))
}

// safeGUID is a guid as it may be printed; many are addresses.
func safeGUID(guid string) string {
	if strings.Contains(guid, "://") {
		return news.SafeURL(guid)
	}
	return guid
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04:05 -0700")
}

func orUnknown(s string) string {
	if s == "" {
		return "not declared"
	}
	return s
}
