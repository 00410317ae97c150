package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tributary/internal/clean"
	"tributary/internal/config"
	"tributary/internal/daemon"
	"tributary/internal/news"
	"tributary/internal/store"
)

func (a *app) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "why ID|URL",
		Short: "the whole journey of an entry or story, every decision with its reason",
		Long: "Give the id of a story (from its page), a guid, or the address of an article. It tells which source\n" +
			"brought it and when, what it was matched with and why, and which feeds show it.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error { return a.why(cmd.Context(), given[0]) },
	}
}

func (a *app) why(ctx context.Context, what string) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	db, err := store.OpenReadOnly(ctx, daemon.DatabasePath(cfg.Data))
	if err != nil {
		return err
	}
	defer db.Close()
	what = strings.TrimPrefix(strings.TrimSpace(what), cfg.Site.URL+"/stories/")
	found, err := db.Find(ctx, what, clean.CanonicalURL(what))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return a.whyNot(ctx, db, what)
	}
	feeds := map[int64]news.Feed{}
	for _, f := range cfg.Feeds {
		stored, err := db.Feed(ctx, f)
		if err != nil {
			return err
		}
		feeds[stored.ID] = stored
	}
	for _, story := range storiesOf(found) {
		whyStory(a.out, cfg, story, feeds)
	}
	return nil
}

// storiesOf groups entries by story, in order.
func storiesOf(found []news.Placement) [][]news.Placement {
	var stories [][]news.Placement
	at := map[int64]int{}
	for _, p := range found {
		i, ok := at[p.Entry.StoryID]
		if !ok {
			i = len(stories)
			at[p.Entry.StoryID] = i
			stories = append(stories, nil)
		}
		stories[i] = append(stories[i], p)
	}
	return stories
}

func whyStory(w io.Writer, cfg *config.Config, entries []news.Placement, feeds map[int64]news.Feed) {
	fmt.Fprintf(w, "story %s\n  page: %s\n", entries[0].Entry.StoryKey, cfg.Site.StoryURL(entries[0].Entry.StoryKey))
	for _, p := range entries {
		e := p.Entry
		fmt.Fprintf(w, "\nentry %d of source %s (%s)\n", e.ID, p.Source.Name, oneLine(p.SourceTitle))
		fmt.Fprintf(w, "  title:      %s\n", oneLine(e.Title))
		if e.Link != "" {
			fmt.Fprintf(w, "  link:       %s\n", oneLine(news.SafeURL(e.Link)))
		}
		fmt.Fprintf(w, "  guid:       %s\n", oneLine(news.SafeURL(e.GUID)))
		fmt.Fprintf(w, "  published:  %s (their clock)\n", moment(e.Published))
		fmt.Fprintf(w, "  first seen: %s (our clock)%s\n", moment(e.FirstSeen), map[bool]string{true: ", with the first document of its source"}[e.Backlog])
		fmt.Fprintf(w, "  text:       %d words after cleaning, language %s\n", len(strings.Fields(clean.Text(e.Body()))), orUnknown(e.Language))
		fmt.Fprintf(w, "  story:      %s: %s\n", e.Match.Reason, oneLine(e.Match.Detail))
	}
	fmt.Fprintln(w)
	for _, id := range slices.Sorted(maps.Keys(feeds)) {
		fmt.Fprintf(w, "feed %s: %s\n", feeds[id].Name, verdict(feeds[id], entries))
	}
}

// verdict says whether and how a feed shows a story.
func verdict(f news.Feed, entries []news.Placement) string {
	for _, p := range entries[0].In {
		if p.FeedID != f.ID {
			continue
		}
		if p.Removed {
			return fmt.Sprintf("not shown: it was there since %s, and no entry that the feed selects is left", moment(p.Entered))
		}
		return fmt.Sprintf("published as %s, entered %s, updated %s, showing entry %d (beyond the feed's limit it stays in its history)",
			p.GUID, moment(p.Entered), moment(p.Updated), p.EntryID)
	}
	for _, p := range entries {
		if f.Selects(p.Source) {
			return "not yet: it enters with the next round of publishing"
		}
	}
	return "not shown: the feed selects none of its sources"
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
		fmt.Fprintf(a.out, "source %s is of %s: last fetched %s, outcome %s %s, next due %s\n", s.Name, outlet,
			moment(s.Last.Started), s.Last.Outcome, oneLine(s.Last.Error), moment(s.NextDue))
	}
	return fmt.Errorf("nothing is stored under %q: give a story's id, a guid, or the address of an article", oneLine(what))
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
